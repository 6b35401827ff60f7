// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The chain as a graph: processes and the files that connect them, laid out in columns.
 *
 * A process is one column to the right of the last process that made one of its inputs. Shells, the
 * M2-Mesoplanet driver and processes that leave no file are left out. A box is named by the file
 * that its process makes. What a driver starts makes temporary files, and is named by the driver's
 * result and the tool: `cp: M1`.
 */
import type { ProcessDocument } from './check-document.ts';

export interface GraphNode {
  readonly step: number;
  readonly label: string;
  readonly column: number;
  readonly row: number;
  /** Steps of the processes whose outputs this one reads. */
  readonly from: readonly number[];
}

const DRIVERS = new Set(['kaem', 'kaem-minimal', 'M2-Mesoplanet']);

/** Lay out the processes, which are in the order of starting. */
export function layOut(processes: readonly ProcessDocument[]): GraphNode[] {
  const maker = new Map<string, number>();
  const nodes = new Map<number, GraphNode>();
  const rows: number[] = [];
  /** The process that runs at each depth. */
  const running: ProcessDocument[] = [];
  for (const process of processes) {
    running[process.depth] = process;
    const made = process.outputs.filter((output) => output.made && isThere(output));
    if (made.length === 0 || DRIVERS.has(process.tool ?? '')) continue;
    const from = new Set<number>();
    for (const { path } of process.inputs) {
      const step = maker.get(path);
      if (step !== undefined) from.add(step);
    }
    const column = Math.max(-1, ...[...from].map((step) => nodes.get(step)?.column ?? -1)) + 1;
    const row = rows[column] ?? 0;
    rows[column] = row + 1;
    const label = labelOf(process, running[process.depth - 1]);
    nodes.set(process.step, { step: process.step, label, column, row, from: [...from] });
    for (const { path } of made) maker.set(path, process.step);
  }
  return [...nodes.values()];
}

function labelOf({ outputs, tool }: ProcessDocument, parent: ProcessDocument | undefined): string {
  const own = outputs.find(isThere)?.path ?? '';
  const result =
    parent?.tool === 'M2-Mesoplanet' ? parent.outputs.filter(isThere).at(-1)?.path : undefined;
  return result === undefined || result === own
    ? baseName(own)
    : `${baseName(result)}: ${tool ?? baseName(own)}`;
}

function isThere({ sha256 }: ProcessDocument['outputs'][number]): boolean {
  return sha256[0] !== null;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
