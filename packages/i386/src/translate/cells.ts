// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Cells: words in the guest's buffer, where no address of the guest leads, by which translated
 * code, the runner and the modules of a process share registers, flags and limits.
 *
 * They lie after the table of windows.ts. (Globals of WebAssembly would do the same, but JavaScript
 * reads and writes those far more slowly, and a module cannot have them for itself and share them.)
 */
import type { Layout, Memory } from '../memory.ts';
import { REGISTER_NAMES } from '../registers.ts';
import { type Code, OP } from './wasm.ts';

/** Cells 0 to 7 are the registers. */
export const FLAGS_CELL = 8;
/** What may be counted before translated code leaves to the interpreter: see metering.ts. */
export const FUEL_CELL = 9;
/** How many places there are in the low region for a read of 1, 2 and 4 bytes: see access.ts. */
export const READ_LIMITS: Readonly<Record<number, number>> = { 1: 10, 2: 11, 4: 12 };
/** The same for writes, from the end of the code on. */
export const WRITE_LIMITS: Readonly<Record<number, number>> = { 1: 13, 2: 14, 4: 15 };

/** Where the segment of gs begins; 0 when there is none, or it begins there. */
export const GS_CELL = 16;
/** Calls by pointers before the runner is asked: see pointer-calls.ts. */
export const CALLS_CELL = 17;

/** For people. */
export const CELL_NAMES: readonly string[] = [
  ...[...REGISTER_NAMES, 'flags', 'fuel'],
  ...['read1', 'read2', 'read4', 'write1', 'write2', 'write4', 'gs', 'calls'],
];

/** Bytes from the stack's end on that the cells are after. */
const FIRST = 2048;

/** Offset of a cell in the buffer. */
export function cellOffset({ stackSize }: Pick<Layout, 'stackSize'>, cell: number): number {
  return stackSize + FIRST + cell * 4;
}

/** Push what a cell holds. */
export function pushCell(code: Code, layout: Layout, cell: number): void {
  code.constant(0);
  code.memory(OP.i32_load, cellOffset(layout, cell));
}

/** Let a cell have what `value` pushes. */
export function setCell(code: Code, layout: Layout, cell: number, value: () => void): void {
  code.constant(0);
  value();
  code.memory(OP.i32_store, cellOffset(layout, cell));
}

/** The cells of a process, for JavaScript. */
export class Cells {
  private readonly memory: Memory;
  private readonly first: number;

  constructor(memory: Memory) {
    this.memory = memory;
    this.first = cellOffset(memory.layout, 0);
  }

  get(cell: number): number {
    return this.memory.view.getInt32(this.first + cell * 4, true);
  }

  set(cell: number, value: number): void {
    this.memory.view.setInt32(this.first + cell * 4, value, true);
  }
}
