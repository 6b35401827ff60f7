// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The processes of a build → its contents that differ from another build's by design.
 *
 * A stand-in for the first compiler makes different code from the same source. What processes make
 * from that code *as data* (by assembling, joining, linking) differs as well. What the resulting
 * *program* makes when it runs must never differ: that is the point of the comparison. Only files
 * are followed: what differs for another reason is a difference.
 */
import { Derivations } from './derivations.ts';
import type { ProcessRecord } from './records.ts';

export interface OtherFile {
  /** Path in the tree, without leading slash. */
  readonly path: string;
  /** Step of the process that made it. */
  readonly step: number;
}

/** The one mark: whatever it was that made it different. */
const OTHER = 'other';

export class OtherCode {
  private readonly derivations = new Derivations<object>();

  /** @param earlier such contents from an earlier run. */
  constructor(earlier: Iterable<Uint8Array> = []) {
    for (const bytes of earlier) this.derivations.mark(bytes, [OTHER]);
  }

  /** A process starts. `worker` stands for it from now on. */
  begin({ otherCode }: Pick<ProcessRecord, 'otherCode'>): object {
    const worker = {};
    if (otherCode) this.derivations.markProcess(worker, [OTHER]);
    return worker;
  }

  read(worker: object, bytes: Uint8Array): void {
    this.derivations.read(worker, bytes);
  }

  wrote(worker: object, bytes: Uint8Array): void {
    this.derivations.wrote(worker, bytes);
  }

  /** True for content that differs by design. */
  has(bytes: Uint8Array): boolean {
    return this.derivations.of(bytes).size > 0;
  }
}

/** The same, from the records of a build. */
export function otherCodeOf(processes: readonly ProcessRecord[]): OtherCode {
  const other = new OtherCode();
  for (const process of processes) {
    const worker = other.begin(process);
    for (const [path, { bytes }] of process.inputs) {
      if (path !== process.path) other.read(worker, bytes);
    }
    for (const bytes of process.wrote) other.wrote(worker, bytes);
  }
  return other;
}

/** The files that had such content when the process that made them ended, each path once. */
export function otherFiles(processes: readonly ProcessRecord[]): OtherFile[] {
  const other = otherCodeOf(processes);
  const found = new Map<string, OtherFile>();
  for (const { step, made, outputs } of processes) {
    for (const path of made) {
      const output = outputs.get(path);
      if (output?.kind !== 'file' || !other.has(output.bytes) || found.has(path)) continue;
      found.set(path, { path: path.slice(1), step });
    }
  }
  return [...found.values()];
}
