// SPDX-License-Identifier: GPL-3.0-or-later
/** What handlers.ts and its parts are made of: a handler, and its operands. */
import type { Instruction, Operand } from '../decode.ts';
import type { BlockEmitter } from './block.ts';

/**
 * False: this form is left to the interpreter after all. `needed`: flags to set; `live`: all that
 * live on.
 */
export type EmitHandler = (
  emitter: BlockEmitter,
  instruction: Instruction,
  needed: number,
  live: number,
) => boolean;

export function operand(instruction: Instruction, index: number): Operand {
  return instruction.operands[index] as Operand;
}

/** Read an operand and keep it in a new temporary; returns the temporary's local. */
export function keepOperand(emitter: BlockEmitter, from: Operand): number {
  emitter.read(from);
  return emitter.state.keep();
}
