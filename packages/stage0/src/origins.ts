// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The processes of a build → the contents that derive from binaries of the tree: every content that
 * a process wrote after it had read such a binary, by copying, joining, unpacking or otherwise.
 *
 * Invariant: the only exceptions are text that our port of an unpacker extracts from an archive,
 * and what the caller knows to be a source: text that our port would extract. Processes are read
 * incrementally, so that this works while a build runs.
 */
import { isText } from './artifacts.ts';
import type { FileRecord, ProcessRecord } from './records.ts';

/** Says which contents are text. Each content is tested once, however many processes read it. */
export class Texts {
  private readonly known = new WeakMap<Uint8Array, boolean>();

  has(bytes: Uint8Array): boolean {
    const found = this.known.get(bytes) ?? isText(bytes);
    this.known.set(bytes, found);
    return found;
  }
}

/**
 * Tools that extract a file from an archive unchanged: text from an archive is a source like any
 * other.
 */
const UNPACKERS = new Set(['untar', 'ungz', 'unbz2', 'unxz']);

/**
 * A descendant does not count: in a tree that our ports do not follow, any program may have this
 * name.
 */
function unpacks({ tool = '', nature }: ProcessRecord): boolean {
  return nature !== 'descendant' && UNPACKERS.has(tool);
}

export class Origins {
  /**
   * Content that derives from binaries of the tree → the paths of these binaries. The key is the
   * byte array, which all readers share.
   */
  private readonly contents = new Map<Uint8Array, ReadonlySet<string>>();
  private readonly texts: Texts;
  private readonly isSource: (bytes: Uint8Array) => boolean;

  /**
   * @param isSource true for what is known to be the text of a source, whichever program unpacks
   *   it.
   */
  constructor(texts: Texts = new Texts(), isSource: (bytes: Uint8Array) => boolean = () => false) {
    this.texts = texts;
    this.isSource = isSource;
  }

  /** Add what an earlier run found. */
  resume(found: Iterable<readonly [Uint8Array, readonly string[]]>): void {
    for (const [bytes, origins] of found) this.contents.set(bytes, new Set(origins));
  }

  /**
   * Process what these processes have read and written. A process may start another one that reads
   * what it wrote.
   */
  follow(processes: readonly ProcessRecord[]): void {
    for (let before = -1; before !== this.contents.size; ) {
      before = this.contents.size;
      for (const process of processes) this.followOne(process);
    }
  }

  /**
   * The paths, without leading slash, of the binaries of the tree that this file is or derives
   * from.
   */
  of(path: string, { madeBy, bytes }: FileRecord): Iterable<string> {
    if (madeBy === undefined) return this.texts.has(bytes) ? [] : [path.slice(1)];
    return this.ofContent(bytes);
  }

  /** The same for a content that a process wrote. */
  ofContent(bytes: Uint8Array): Iterable<string> {
    return this.contents.get(bytes) ?? [];
  }

  /** What a process writes derives from all binaries that it read. */
  private followOne(process: ProcessRecord): void {
    const found = new Set<string>();
    for (const [path, file] of process.inputs) {
      if (path === process.path) continue;
      for (const origin of this.of(path, file)) found.add(origin);
    }
    if (found.size === 0) return;
    for (const bytes of process.wrote) {
      const isSource = (this.texts.has(bytes) && unpacks(process)) || this.isSource(bytes);
      if (!isSource && !this.contents.has(bytes)) this.contents.set(bytes, found);
    }
  }
}
