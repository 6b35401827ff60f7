// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the processes of a build read and write → the contents that derive from binaries of the
 * tree: every content of a process that has read such a binary, or what derives from it, as a file,
 * from a pipe, or from what another process had opened. A file that only gets another name keeps
 * its content, and so what that derives from.
 *
 * Invariant: the only exceptions are text that our port of an unpacker extracts from an archive,
 * and what the caller knows to be a source: text that our port would extract. What a program passes
 * on in words, its arguments and its environment, is not followed.
 */
import type { FileNode } from '@stage0-ts/host/memory';
import { isText } from './artifacts.ts';
import { Derivations } from './derivations.ts';
import type { ProcessRecord } from './records.ts';

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
function isUnpacker({ tool = '', nature }: ProcessRecord): boolean {
  return nature !== 'descendant' && UNPACKERS.has(tool);
}

/** What has to be known of a process. */
interface Worker {
  readonly unpacks: boolean;
}

export class Origins {
  private readonly derivations: Derivations<Worker>;
  private readonly workers = new WeakMap<ProcessRecord, Worker>();
  private readonly texts = new Texts();

  /**
   * @param isSource true for what is known to be the text of a source, whichever program unpacks
   *   it.
   */
  constructor(isSource: (bytes: Uint8Array) => boolean = () => false) {
    this.derivations = new Derivations(
      ({ unpacks }, content) =>
        content instanceof Uint8Array &&
        ((unpacks && this.texts.has(content)) || isSource(content)),
    );
  }

  /** Add what an earlier run found. */
  resume(found: Iterable<readonly [Uint8Array, readonly string[]]>): void {
    for (const [bytes, origins] of found) this.derivations.mark(bytes, origins);
  }

  /** A file that no process made: if it is a binary, it is one of the tree. */
  given(path: string, { bytes }: Pick<FileNode, 'bytes'>): void {
    if (!this.texts.has(bytes)) this.derivations.mark(bytes, [path.slice(1)]);
  }

  /** The process has read a content of a file, or from a channel. */
  read(process: ProcessRecord, content: object): void {
    this.derivations.read(this.worker(process), content);
  }

  /** The process has written a content of a file, or to a channel. */
  wrote(process: ProcessRecord, content: object): void {
    this.derivations.wrote(this.worker(process), content);
  }

  /** The paths, without leading slash, of the binaries of the tree that a content derives from. */
  of(content: Uint8Array): readonly string[] {
    return [...this.derivations.of(content)];
  }

  private worker(process: ProcessRecord): Worker {
    const known = this.workers.get(process) ?? { unpacks: isUnpacker(process) };
    this.workers.set(process, known);
    return known;
  }
}
