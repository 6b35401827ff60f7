// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A climb at the end of a package ↔ plain data, from which it goes on.
 *
 * A saved world has the tree with modes, links, names of one file, and times; the clock; what the
 * engine knows of contents; and the script that was building, with how each program that it had
 * started ended. Contents are kept by digest, so that no name in a world ever becomes a name on a
 * disk. Invariant: a run that resumes gives the bytes and the times of one that was never stopped.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus } from '@stage0-ts/host';
import {
  type DirectoryNode,
  type FileNode,
  MemoryFiles,
  type NodeTimes,
  type TreeNode,
  type WorldClock,
} from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import type { PackageReport } from './report.ts';
import type { AcceptedSource } from './sources.ts';

/** Of the data here: another number is another meaning. */
export const WORLD_VERSION = 2;

/** The small part of a saved world, which says how far the climb is. */
export interface WorldDocument {
  readonly kind: 'stage0-ts climb';
  readonly version: typeof WORLD_VERSION;
  /** Version of stage0-ts. */
  readonly stage0: string;
  readonly engine: string;
  /** Digest of the world before its first script: the checkout and stage0. */
  readonly layout: string;
  /** Those of the archives that are others than the published ones. */
  readonly accepted: readonly AcceptedSource[];
  /** Archives that are in the world. */
  readonly archives: readonly PlacedArchive[];
  readonly packages: readonly PackageReport[];
  readonly script: RunningScript;
  readonly clock: WorldClock;
  /** Digests of executables that programs in the machine made, for the engine `ports`. */
  readonly madeByMachine: readonly string[];
  /** What the machine rounded for programs, if it was asked to at any time: `fyl2x`. */
  readonly rounding?: string | undefined;
  /** SHA-256 of the text of the entries. */
  readonly entries: string;
}

/** An archive that a package has asked for. */
export type PlacedArchive = Pick<AcceptedSource, 'name' | 'sha256'>;

/** The script that builds package after package. */
export interface RunningScript {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly directory: string;
  /** Programs that it had started, all of which have ended. */
  readonly children: readonly EndedChild[];
}

export interface EndedChild {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly end: ChildStatus;
}

/** One name in a world. Absent fields are undefined. */
export interface WorldEntry {
  readonly kind: TreeNode['kind'];
  /** Absolute path. */
  readonly path: string;
  readonly mode?: number;
  /** Digest of a file's content. */
  readonly sha256?: string;
  readonly target?: string;
  /** The path of an earlier entry that is the same file. */
  readonly sameAs?: string;
  readonly times?: NodeTimes;
  /** True for what a process made. */
  readonly made?: true;
  /** Binaries of the tree that the content derives from; see origins.ts. */
  readonly origins?: readonly string[];
  /** True for content that differs by design; see other-code.ts. */
  readonly otherCode?: true;
}

/** What a run knows of nodes and contents besides the tree. */
export interface Knowledge {
  isMade(node: TreeNode): boolean;
  originsOf(bytes: Uint8Array): readonly string[];
  isOtherCode(bytes: Uint8Array): boolean;
}

/** The tree as entries, its root included: a folder before what is in it. */
export function worldEntries(files: MemoryFiles, known: Knowledge): WorldEntry[] {
  const names = new Map<TreeNode, string>();
  const all: [string, TreeNode][] = [['/', files.root], ...files.entries()];
  return all.map(([path, node]): WorldEntry => {
    const first = names.get(node);
    if (first !== undefined) return { kind: node.kind, path, sameAs: first };
    names.set(node, path);
    const times = files.timesOf(node);
    const common = {
      path,
      ...(times && { times: { ...times } }),
      ...(known.isMade(node) && { made: true as const }),
    };
    if (node.kind === 'link') return { kind: 'link', ...common, target: node.target };
    if (node.kind === 'directory') return { kind: 'directory', ...common, mode: node.mode };
    return { kind: 'file', ...common, mode: node.mode, ...contentFacts(node, known) };
  });
}

function contentFacts(
  { bytes }: FileNode,
  known: Knowledge,
): Pick<WorldEntry, 'sha256' | 'origins' | 'otherCode'> {
  const origins = known.originsOf(bytes);
  return {
    sha256: digestOf(bytes),
    ...(origins.length > 0 && { origins }),
    ...(known.isOtherCode(bytes) && { otherCode: true as const }),
  };
}

/** Contents never change in place, so each is digested once. */
const digests = new WeakMap<Uint8Array, string>();

/** SHA-256 of a content of a world. */
export function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? sha256Hex(bytes);
  digests.set(bytes, known);
  return known;
}

/** A world that was loaded, and what {@link Knowledge} knew. */
export interface LoadedWorld {
  readonly files: MemoryFiles;
  readonly made: readonly TreeNode[];
  readonly origins: ReadonlyMap<Uint8Array, readonly string[]>;
  readonly otherCode: readonly Uint8Array[];
}

/**
 * The tree of `entries`, whose contents `read` gives by digest. Throws ToolError for entries that
 * are not those of a world.
 */
export function worldOf(
  entries: readonly WorldEntry[],
  clock: WorldClock,
  limit: number,
  read: (sha256: string) => Uint8Array,
): LoadedWorld {
  const loader = new WorldLoader(read);
  for (const entry of entries) loader.add(entry);
  const files = new MemoryFiles(loader.root, limit);
  files.resume(clock, loader.times);
  return { files, made: loader.made, origins: loader.origins, otherCode: loader.otherCode };
}

class WorldLoader {
  readonly root: DirectoryNode = { kind: 'directory', mode: 0o755, entries: new Map() };
  readonly times: [TreeNode, NodeTimes][] = [];
  readonly made: TreeNode[] = [];
  readonly origins: Map<Uint8Array, readonly string[]> = new Map();
  readonly otherCode: Uint8Array[] = [];
  private readonly nodes = new Map<string, TreeNode>([['', this.root]]);
  private readonly contents = new Map<string, Uint8Array>();
  private readonly read: (sha256: string) => Uint8Array;

  constructor(read: (sha256: string) => Uint8Array) {
    this.read = read;
  }

  add(entry: WorldEntry): void {
    const { path } = entry;
    if (path === '/' && this.nodes.size === 1) {
      this.root.mode = entry.mode ?? 0;
      if (entry.times !== undefined) this.times.push([this.root, entry.times]);
      return;
    }
    const parent = this.nodes.get(path.slice(0, path.lastIndexOf('/')));
    const name = path.slice(path.lastIndexOf('/') + 1);
    const isName = path.startsWith('/') && !['', '.', '..'].includes(name) && !name.includes('\0');
    if (parent?.kind !== 'directory' || !isName || parent.entries.has(name)) {
      throw notAWorld(`${path} has no place`);
    }
    const node = this.nodeOf(entry);
    parent.entries.set(name, node);
    this.nodes.set(path, node);
    if (entry.sameAs !== undefined) return;
    if (entry.times !== undefined) this.times.push([node, entry.times]);
    if (entry.made === true) this.made.push(node);
  }

  private nodeOf(entry: WorldEntry): TreeNode {
    const { kind, path, sameAs, target, mode = 0 } = entry;
    if (sameAs !== undefined) {
      const node = this.nodes.get(sameAs);
      if (node === undefined || node.kind === 'directory' || node.kind !== kind) {
        throw notAWorld(`${path} is not another name of ${sameAs}`);
      }
      return node;
    }
    if (kind === 'directory') return { kind, mode, entries: new Map() };
    if (kind === 'link' && target !== undefined) return { kind, target };
    if (kind === 'file' && entry.sha256 !== undefined) {
      return { kind, mode, bytes: this.content(entry) };
    }
    throw notAWorld(`${path} is nothing that can be in a world`);
  }

  /**
   * What is known of contents is known by array, so files share one only if the same is known of
   * both.
   */
  private content({ sha256 = '', origins = [], otherCode }: WorldEntry): Uint8Array {
    const key = JSON.stringify([sha256, origins, otherCode === true]);
    const known = this.contents.get(key);
    if (known !== undefined) return known;
    const isFirst = !this.contents.has(sha256);
    const bytes = isFirst ? this.read(sha256) : (this.contents.get(sha256) as Uint8Array).slice();
    this.contents.set(sha256, bytes);
    this.contents.set(key, bytes);
    digests.set(bytes, sha256);
    if (origins.length > 0) this.origins.set(bytes, origins);
    if (otherCode === true) this.otherCode.push(bytes);
    return bytes;
  }
}

/** The error for a saved world that is damaged, or is not one. */
export function notAWorld(problem: string): ToolError {
  return new ToolError(`this is not a saved world: ${problem}`, { code: 'no-world' });
}

/** What a climb wants a saved world to fit. */
export interface WorldFit extends Pick<WorldDocument, 'stage0' | 'engine' | 'layout'> {
  /** The digests that archives must have, by name. */
  readonly archives: ReadonlyMap<string, string>;
}

/** Throws ToolError, with the reason, if a world is not one of this climb. */
export function requireFit(world: WorldDocument, climb: WorldFit): void {
  const refuse = (message: string) => {
    throw new ToolError(`this world cannot be resumed: ${message}`, { code: 'other-world' });
  };
  if (world.stage0 !== climb.stage0) {
    refuse(`stage0-ts ${world.stage0} saved it, and this is ${climb.stage0}`);
  }
  if (world.engine !== climb.engine) {
    refuse(`its engine is ${world.engine}, and this one is ${climb.engine}`);
  }
  if (world.layout !== climb.layout) {
    refuse('it began with another checkout, or another stage0-posix');
  }
  for (const { name, sha256 } of world.archives) {
    if (climb.archives.get(name) === sha256) continue;
    const isAccepted = world.accepted.some((one) => one.name === name);
    const how = isAccepted ? `--accept-source ${name}=${sha256}` : `the published ${name}`;
    refuse(`it was made with ${how}`);
  }
}
