// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The plan of an extraction: the entries of archives and what is in the directory → steps to take.
 *
 * Every problem with names is found before the first step. Invariant: no step writes outside the
 * working directory; links in a path are followed only if they stay inside.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { FileKind, Host } from '@stage0-ts/host';
import { DEFAULT_LIMIT, tooLarge } from './decoding.ts';
import type { TarEntry } from './tar.ts';

export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly data: Uint8Array }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

type Known =
  | { readonly kind: FileKind }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file'; readonly data: Uint8Array }
  | undefined;

/** The most links that are followed one after another, as in Linux. */
const MAX_LINKS = 40;
/** Longest path and longest name in it, in bytes, as in Linux. */
const MAX_PATH = 4095;
const MAX_NAME = 255;
/** Mode of directories that the archive does not list. */
const PARENT_MODE = 0o755;
/** The bits of a new directory's mode that the kernel keeps. */
const KEPT_BITS = 0o1777;

export class ExtractionPlan {
  readonly steps: Step[] = [];
  private readonly host: Host;
  private readonly planned = new Map<string, Known>();
  /**
   * Total size of the copies that replace hard links: a small archive can name a large file many
   * times.
   */
  private copied = 0;
  private readonly limit: number;

  /** @param limit the most bytes that all copies may have together (`--limit`). */
  constructor(host: Host, limit: number = DEFAULT_LIMIT) {
    this.host = host;
    this.limit = limit;
  }

  /**
   * Add an entry. `archive` is its name in messages; `keepLinks` ignores links whose place is
   * taken. Throws a ToolError if the entry would be written outside, through a file, or over a
   * directory.
   */
  add(entry: TarEntry, archive: string, keepLinks: boolean): void {
    const fail = (message: string): ToolError =>
      new ToolError(`${shortened(entry.name)}: ${message}`, { code: 'unsafe-path', file: archive });
    requirePossible(entry, fail);
    switch (entry.type) {
      case 'directory': {
        const path = this.resolve(entry.name, true, fail);
        const known = this.look(path);
        if (known === undefined) this.makeDirectory(path, entry.mode & KEPT_BITS);
        else if (known.kind !== 'directory') throw fail('there is a file of this name');
        break;
      }
      case 'symbolic-link': {
        const path = this.resolve(entry.name, false, fail);
        if (this.look(path) === undefined) {
          this.steps.push({ kind: 'link', path, target: entry.target });
          this.planned.set(path, { kind: 'link', target: entry.target });
        } else if (!keepLinks) throw fail('there is a file of this name');
        break;
      }
      case 'hard-link': {
        // A host has no hard links, so the entry becomes a copy of its target.
        const source = this.resolve(entry.target, true, fail);
        const known = this.look(source);
        if (known?.kind !== 'file') throw fail(`a link to ${entry.target}, which does not exist`);
        const data = 'data' in known ? known.data : this.host.readFile(source);
        this.copied += data.length;
        if (this.copied > this.limit) {
          const problem = `the copies of hard links exceed the limit of ${this.limit} bytes`;
          throw tooLarge(`${shortened(entry.name)}: ${problem}`, { name: archive });
        }
        this.addFile(this.resolve(entry.name, true, fail), data, fail);
        break;
      }
      case 'file':
        this.addFile(this.resolve(entry.name, true, fail), entry.data, fail);
        break;
      default:
        throw fail('a device or a pipe, which cannot be made');
    }
  }

  private addFile(path: string, data: Uint8Array, fail: (message: string) => ToolError): void {
    const known = this.look(path);
    if (known?.kind === 'directory') throw fail('there is a directory of this name');
    if (known?.kind === 'other') throw fail('there is a device of this name');
    this.steps.push({ kind: 'file', path, data });
    this.planned.set(path, { kind: 'file', data });
  }

  private makeDirectory(path: string, mode: number): void {
    this.steps.push({ kind: 'directory', path, mode });
    this.planned.set(path, { kind: 'directory' });
  }

  /**
   * The path without links, dots and double slashes; '' is the working directory. Makes its parent
   * directories.
   */
  private resolve(name: string, followLast: boolean, fail: (message: string) => ToolError): string {
    const rest = name.split('/').reverse();
    const path: string[] = [];
    for (let links = 0; rest.length > 0; ) {
      const component = rest.pop() as string;
      if (component === '' || component === '.') continue;
      if (component === '..') {
        if (path.pop() === undefined) throw fail('a link on the way leaves the directory');
        continue;
      }
      const isLast = rest.every((later) => later === '' || later === '.');
      const here = [...path, component].join('/');
      const known = this.look(here);
      if (known?.kind === 'link' && (!isLast || followLast)) {
        const target = 'target' in known ? known.target : this.host.readLink(here);
        if (target.startsWith('/')) throw fail('a link on the way leaves the directory');
        if (++links > MAX_LINKS) throw fail('too many links on the way');
        rest.push(...target.split('/').reverse());
        continue;
      }
      if (!isLast) {
        if (known === undefined) this.makeDirectory(here, PARENT_MODE);
        else if (known.kind !== 'directory') throw fail('a file is in the way');
      }
      path.push(component);
    }
    return path.join('/');
  }

  private look(path: string): Known {
    if (path === '') return { kind: 'directory' };
    if (this.planned.has(path)) return this.planned.get(path);
    return this.host.lstat(path);
  }
}

/**
 * Rejects names and targets that a system would reject only when half of the steps are done
 * already.
 */
function requirePossible({ type, name, target }: TarEntry, fail: (message: string) => ToolError) {
  const tooLong = (text: string, most: number) => encodeUtf8(text).length > most;
  if (tooLong(name, MAX_PATH) || name.split('/').some((part) => tooLong(part, MAX_NAME))) {
    throw fail('the name is too long');
  }
  if (type !== 'symbolic-link' && type !== 'hard-link') return;
  if (target === '') throw fail('a link to nothing');
  if (target.includes('\0') || tooLong(target, MAX_PATH))
    throw fail('a link without a proper target');
}

function shortened(name: string): string {
  return name.length <= 200 ? name : `${name.slice(0, 200)}…`;
}

/** Take the steps. New files get mode 0600, as upstream's do. */
export function extract(host: Host, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind === 'directory') host.mkdir(step.path, step.mode);
    else if (step.kind === 'link') host.symlink(step.target, step.path);
    else host.writeFile(step.path, step.data, 0o600);
  }
}
