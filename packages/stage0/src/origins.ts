// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The processes of a build → which contents came of binaries that came with the tree: by copying,
 * joining, unpacking or in whatever way a process that read such a binary wrote them.
 *
 * Invariant: only text that our port of an unpacker takes out of an archive is free of the archive.
 * A process is asked for what it has done so far, so that this can be followed while a build goes
 * on.
 */
import { isText } from './artifacts.ts';
import type { FileRecord, ProcessRecord } from './records.ts';

/** Which contents are text: each is looked at once, however many processes read it. */
export class Texts {
  private readonly known = new WeakMap<Uint8Array, boolean>();

  has(bytes: Uint8Array): boolean {
    const found = this.known.get(bytes) ?? isText(bytes);
    this.known.set(bytes, found);
    return found;
  }
}

/**
 * Tools that take a file out of an archive as it was put in: text that comes out is a source like
 * any other.
 */
const UNPACKERS = new Set(['untar', 'ungz', 'unbz2', 'unxz']);

/** Not a descendant: a tree that our ports do not follow may call any program so. */
function unpacks({ tool = '', nature }: ProcessRecord): boolean {
  return nature !== 'descendant' && UNPACKERS.has(tool);
}

export class Origins {
  /**
   * Content that came of such binaries → their paths. By the bytes, which are shared by all who
   * read them.
   */
  private readonly contents = new Map<Uint8Array, ReadonlySet<string>>();
  private readonly texts: Texts;

  constructor(texts: Texts = new Texts()) {
    this.texts = texts;
  }

  /**
   * Take what these processes have read and written. A process may start another that reads what it
   * wrote.
   */
  follow(processes: readonly ProcessRecord[]): void {
    for (let before = -1; before !== this.contents.size; ) {
      before = this.contents.size;
      for (const process of processes) this.followOne(process);
    }
  }

  /**
   * The binaries that came with the tree and that this file is, or came of: paths without leading
   * slash.
   */
  of(path: string, { madeBy, bytes }: FileRecord): Iterable<string> {
    if (madeBy === undefined) return this.texts.has(bytes) ? [] : [path.slice(1)];
    return this.ofContent(bytes);
  }

  /** The same of a content that a process wrote. */
  ofContent(bytes: Uint8Array): Iterable<string> {
    return this.contents.get(bytes) ?? [];
  }

  /** What a process writes comes of all binaries that it read. */
  private followOne(process: ProcessRecord): void {
    const found = new Set<string>();
    for (const [path, file] of process.inputs) {
      if (path === process.path) continue;
      for (const origin of this.of(path, file)) found.add(origin);
    }
    if (found.size === 0) return;
    for (const bytes of process.wrote) {
      const isSource = unpacks(process) && this.texts.has(bytes);
      if (!isSource && !this.contents.has(bytes)) this.contents.set(bytes, found);
    }
  }
}
