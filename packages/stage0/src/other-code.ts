// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A recorded build → its contents that differ from another build's by design.
 *
 * A stand-in for the first compiler makes different code from the same source. What processes make
 * from that code *as data* (by assembling, joining, linking) differs as well. What the resulting
 * *program* makes when it runs must never differ: that is the point of the comparison.
 */
import type { ProcessRecord } from './records.ts';

export interface OtherFile {
  /** Path in the tree, without leading slash. */
  readonly path: string;
  /** Step of the process that made it. */
  readonly step: number;
}

export class OtherCode {
  private readonly contents = new Set<Uint8Array>();
  private readonly processes: readonly ProcessRecord[];

  /** @param earlier such contents from an earlier run. */
  constructor(processes: readonly ProcessRecord[], earlier: Iterable<Uint8Array> = []) {
    this.processes = processes;
    for (const bytes of earlier) this.contents.add(bytes);
    for (let before = -1; before !== this.contents.size; ) {
      before = this.contents.size;
      for (const process of processes) {
        if (!process.otherCode && !this.reads(process)) continue;
        for (const bytes of process.wrote) this.contents.add(bytes);
      }
    }
  }

  /** True for content that differs by design. */
  has(bytes: Uint8Array): boolean {
    return this.contents.has(bytes);
  }

  /** The files that had such content when the process that made them ended, each path once. */
  files(): OtherFile[] {
    const found = new Map<string, OtherFile>();
    for (const { step, made, outputs } of this.processes) {
      for (const path of made) {
        const output = outputs.get(path);
        if (output?.kind !== 'file' || !this.has(output.bytes) || found.has(path)) continue;
        found.set(path, { path: path.slice(1), step });
      }
    }
    return [...found.values()];
  }

  private reads({ inputs, path }: ProcessRecord): boolean {
    return [...inputs].some(([name, { bytes }]) => name !== path && this.has(bytes));
  }
}
