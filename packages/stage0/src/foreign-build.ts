// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build that somebody made elsewhere → whether it is ours, and where it began to go wrong.
 *
 * Their files are compared with a recorded run of ours, in the order of the build. One wrong file
 * makes everything after it wrong, so the first one counts: its process and the inputs of that
 * process show whether the process was at fault or got wrong inputs. What cannot be compared is
 * reported: if nothing was compared, the builds do not agree.
 */
import type { FileKind } from '@stage0-ts/host';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import type { Artifact } from './artifacts.ts';
import { endOrder } from './compare.ts';
import { firstDifference } from './compare-trees.ts';
import { hexDiff } from './hex-diff.ts';
import type { FileRecord, ProcessRecord } from './records.ts';

/** A file, folder or link in their build. */
export interface ForeignEntry {
  readonly kind: FileKind;
  /** Permission bits. */
  readonly mode: number;
  /** Content of a regular file. */
  readonly read: () => Uint8Array;
}

/** Their build: a folder, an archive or one file. */
export interface ForeignBuild {
  /**
   * What is at a path below its top, without leading slash; links are followed only if `follow`.
   */
  readonly entry: (path: string, follow?: boolean) => ForeignEntry | undefined;
  /** Names in a folder; `` is the top. Empty if the folder does not exist. */
  readonly names: (folder: string) => readonly string[];
}

/**
 * How their files are laid out: like the tree, or with all programs in one folder, as a
 * distribution installs them.
 */
export type ForeignLayout = 'tree' | 'flat';

export interface AgainstResult {
  readonly layout: ForeignLayout;
  /** Files of ours that they have too. */
  readonly compared: number;
  /**
   * Paths of those that differ, in the order of the build; a link, folder or device in place of a
   * file differs.
   */
  readonly differing: readonly string[];
  /** Paths of ours that they do not have, in the order of the build. */
  readonly missing: readonly string[];
  /** Those of them whose digests the tree publishes. */
  readonly missingPublished: readonly string[];
  /** Paths of files with the same content and another mode; only in the tree's own layout. */
  readonly modes: readonly string[];
  /** Paths of sources and seeds that they also have, but with other content. */
  readonly otherInputs: readonly string[];
  /** Paths, in the folders of our files, that our build does not make. */
  readonly extra: readonly string[];
  readonly first: FirstWrong | undefined;
}

/** The first file that differs. */
export interface FirstWrong {
  readonly file: string;
  readonly step: number;
  readonly argv: readonly string[];
  /**
   * Their inputs of the process that are wrong. If no input is wrong or missing, the process itself
   * is at fault.
   */
  readonly wrongInputs: readonly string[];
  readonly unknownInputs: readonly string[];
  readonly offset: number;
  readonly diff: string;
}

/** Our build, finished. */
export interface OwnBuild {
  readonly files: MemoryFiles;
  readonly processes: readonly ProcessRecord[];
  readonly artifacts: readonly Artifact[];
}

/** Compare. Only files that still exist at the end of our build can be compared. */
export function compareAgainst(build: OwnBuild, theirs: ForeignBuild): AgainstResult {
  return new Comparison(build, theirs).run();
}

class Comparison {
  private readonly build: OwnBuild;
  private readonly theirs: ForeignBuild;
  private readonly published: ReadonlySet<string>;
  private readonly layout: ForeignLayout;
  /** Where their programs are in the flat layout: `` or a path that ends in a slash. */
  private readonly folder: string;
  private readonly differing: string[] = [];
  private readonly missing: string[] = [];
  private readonly modes: string[] = [];
  private compared = 0;
  private first: FirstWrong | undefined;

  constructor(build: OwnBuild, theirs: ForeignBuild) {
    this.build = build;
    this.theirs = theirs;
    const { artifacts } = build;
    const listed = artifacts.filter(({ expected }) => expected !== null);
    this.published = new Set((listed.length > 0 ? listed : artifacts).map(({ path }) => path));
    const isTree = artifacts.some(({ path }) => theirs.entry(path) !== undefined);
    this.layout = isTree ? 'tree' : 'flat';
    this.folder = isTree ? '' : this.programFolder();
  }

  run(): AgainstResult {
    const seen = new Set<string>();
    const { files, processes } = this.build;
    for (const step of endOrder(processes)) {
      const process = processes[step - 1] as ProcessRecord;
      for (const path of process.made) {
        const ours = process.outputs.get(path);
        if (ours?.kind !== 'file' || seen.has(path) || !isFinal(files, path, ours)) continue;
        seen.add(path);
        this.compareFile(process, path.slice(1), ours);
      }
    }
    const { layout, compared, differing, missing, modes, first } = this;
    const missingPublished = missing.filter((path) => this.published.has(path));
    const otherInputs = this.otherInputs();
    const extra = this.extra();
    return {
      layout,
      compared,
      differing,
      missing,
      missingPublished,
      modes,
      otherInputs,
      extra,
      first,
    };
  }

  /** The folder with the most names of our programs. */
  private programFolder(): string {
    const names = [...this.published].map(baseName);
    const count = (folder: string) =>
      names.filter((name) => this.theirs.entry(`${folder}${name}`, true)?.kind === 'file').length;
    const [best] = ['', 'bin/', 'usr/bin/'].sort((a, b) => count(b) - count(a));
    return best as string;
  }

  /**
   * Where they keep one of our files. In the flat layout only programs with published digests have
   * a place.
   */
  private placeOf(path: string): string | undefined {
    if (this.layout === 'tree') return path;
    return this.published.has(path) ? `${this.folder}${baseName(path)}` : undefined;
  }

  private compareFile(process: ProcessRecord, path: string, ours: FileRecord): void {
    const place = this.placeOf(path);
    const isTree = this.layout === 'tree';
    const entry = place === undefined ? undefined : this.theirs.entry(place, !isTree);
    if (entry === undefined) {
      this.missing.push(path);
      return;
    }
    this.compared++;
    const bytes = entry.kind === 'file' ? entry.read() : undefined;
    if (bytes === undefined || firstDifference(ours.bytes, bytes) >= 0) {
      this.differing.push(path);
      this.first ??= this.describe(process, path, ours.bytes, bytes);
    } else if (isTree && entry.mode !== ours.mode) this.modes.push(path);
  }

  private describe(
    process: ProcessRecord,
    path: string,
    ours: Uint8Array,
    bytes: Uint8Array | undefined,
  ): FirstWrong {
    const [wrongInputs, unknownInputs] = [[] as string[], [] as string[]];
    for (const [input, record] of process.inputs) {
      const other = this.theirInput(input.slice(1));
      if (other === undefined) unknownInputs.push(input.slice(1));
      else if (firstDifference(record.bytes, other) >= 0) wrongInputs.push(input.slice(1));
    }
    const offset = bytes === undefined ? 0 : firstDifference(ours, bytes);
    const diff =
      bytes === undefined
        ? 'theirs is not a regular file\n'
        : hexDiff(ours, bytes, offset, ['ours', 'theirs']);
    const { step, argv } = process;
    return { file: path, step, argv, wrongInputs, unknownInputs, offset, diff };
  }

  private theirInput(path: string): Uint8Array | undefined {
    const place = this.placeOf(path);
    const entry = place === undefined ? undefined : this.theirs.entry(place, true);
    return entry?.kind === 'file' ? entry.read() : undefined;
  }

  /** Their sources and seeds that differ from ours. */
  private otherInputs(): string[] {
    const others = new Set<string>();
    if (this.layout === 'flat') return [];
    for (const { inputs } of this.build.processes) {
      for (const [path, record] of inputs) {
        if (record.madeBy !== undefined) continue;
        const entry = this.theirs.entry(path.slice(1));
        if (entry === undefined) continue;
        const same = entry.kind === 'file' && firstDifference(record.bytes, entry.read()) < 0;
        if (!same) others.add(path.slice(1));
      }
    }
    return [...others];
  }

  /** What they have in the folders that our build filled, and we do not have. */
  private extra(): string[] {
    if (this.layout === 'flat') return [];
    const { artifacts, files } = this.build;
    const folders = new Set(artifacts.map(({ path }) => folderOf(path)));
    return [...folders].flatMap((folder) =>
      this.theirs
        .names(folder)
        .map((name) => (folder === '' ? name : `${folder}/${name}`))
        .filter((path) => files.find(`/${path}`, false) === undefined),
    );
  }
}

function isFinal(files: MemoryFiles, path: string, record: FileRecord): boolean {
  const node = files.find(path, false);
  return node?.kind === 'file' && node.bytes === record.bytes;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A build in memory, such as one from an archive. */
export function foreignFiles(files: MemoryFiles): ForeignBuild {
  return {
    entry: (path, follow = false) => {
      const node = files.find(`/${path}`, follow);
      if (node === undefined) return undefined;
      const bytes = node.kind === 'file' ? node.bytes : new Uint8Array();
      return { kind: node.kind, mode: node.kind === 'link' ? 0o777 : node.mode, read: () => bytes };
    },
    names: (folder) => {
      const node = files.find(`/${folder}`);
      return node?.kind === 'directory' ? [...node.entries.keys()].sort() : [];
    },
  };
}
