// SPDX-License-Identifier: GPL-3.0-or-later
/** Processes → the stand-ins among them, each with the steps that it ran. */

import type { ProcessRecord } from './records.ts';
import type { StandInRecord } from './stand-ins.ts';

export interface StandInUse extends StandInRecord {
  /** Steps of the processes in which it ran. */
  readonly steps: readonly number[];
}

/** In the order of first use. */
export function standInUses(processes: readonly ProcessRecord[]): StandInUse[] {
  const uses = new Map<string, StandInRecord & { readonly steps: number[] }>();
  for (const { standIn, step } of processes) {
    if (standIn === undefined) continue;
    const known = uses.get(standIn.tool);
    if (known === undefined) uses.set(standIn.tool, { ...standIn, steps: [step] });
    else known.steps.push(step);
  }
  return [...uses.values()];
}
