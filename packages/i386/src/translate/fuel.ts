// SPDX-License-Identifier: GPL-3.0-or-later
/** What translated code counts, so that it can be stopped: see metering.ts. */
import type { BlockEmitter } from './block.ts';
import { FUEL_CELL, pushCell, setCell } from './cells.ts';
import { RETURN_LOCAL } from './layout.ts';
import { OP } from './wasm.ts';

/** Count at the entry of a function. */
export function countEntry(emitter: BlockEmitter, charge: number): void {
  emitCount(emitter, charge, () => emitter.leaveHere());
}

/** Count on the way back to `address`, where the flags in `known` live: they are in their local. */
export function countBack(
  emitter: BlockEmitter,
  charge: number,
  address: number,
  known: number,
): void {
  emitCount(emitter, charge, () => {
    const { code } = emitter.state;
    code.constant(address);
    code.indexed(OP.local_set, RETURN_LOCAL);
    emitter.leaveTo(known);
  });
}

/** Count; when somebody has to ask whether to go on, `leave`, which does not come back. */
function emitCount(emitter: BlockEmitter, charge: number, leave: () => void): void {
  if (charge === 0) return;
  const { state } = emitter;
  const { code, layout } = state;
  const held = emitter.slots?.fuel;
  const left = held ?? state.temporary();
  const count = (): void => {
    if (held === undefined) pushCell(code, layout, FUEL_CELL);
    else state.get(held);
    code.constant(charge);
    code.op(OP.i32_sub);
    code.indexed(OP.local_tee, left);
  };
  if (held === undefined) {
    setCell(code, layout, FUEL_CELL, count);
    state.get(left);
  } else count();
  code.constant(0);
  code.op(OP.i32_lt_s);
  code.open(OP.if);
  // A call that comes back would cost more here than it looks: see access.ts.
  leave();
  code.end();
}
