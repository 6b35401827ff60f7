// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What compilers do with frame pointers: code → the registers that are such, and what of them is
 * still there after a call or a pop.
 *
 * All are hints. Invariant: where something is taken to be so that need not be, it is listed, and
 * the code compares it.
 */
import { type Instruction, MEMORY, REGISTER } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import type { Block, CodeFunction } from './blocks.ts';
import { ALL_REGISTERS, type FunctionFacts } from './facts.ts';
import { directForm, registersWritten } from './forms.ts';
import {
  isGuarded,
  type Known,
  moved,
  NUMBER,
  operandValue,
  type Pushed,
  type Registers,
} from './known.ts';

/** What a register is taken to be. */
export interface Kept {
  readonly register: number;
  readonly known: Known;
}

/**
 * esp, and the registers that are frame pointers all through the function, as far as one can see:
 * they get nothing but copies of each other, and what was saved. A part of a function has those of
 * the whole, which sets them at its entry. A hint: a guard that fails costs time, no more.
 */
export function frameRegisters(code: CodeFunction): number[] {
  const { blocks } = code.whole ?? code;
  let candidates = (1 << ESP) | (1 << EBP);
  for (const { instructions } of blocks.values()) {
    for (const { operation, operands } of instructions) {
      const [to, from] = operands;
      if (operation !== 'mov' || to?.kind !== REGISTER || from?.kind !== REGISTER) continue;
      if (to.size === 4 && from.register === ESP) candidates |= 1 << to.register;
    }
  }
  for (const { instructions } of blocks.values()) {
    for (const instruction of instructions) candidates &= ~spoils(instruction, candidates);
  }
  return [...Array(8).keys()].filter((register) => (candidates & (1 << register)) !== 0);
}

/** Is something reached from ebp, or another register a copy of it? */
export function usesFrame({ blocks }: CodeFunction): boolean {
  return [...blocks.values()].some(({ instructions }) =>
    instructions.some(({ operation, operands }) => {
      const [to, from] = operands;
      if (operands.some(({ kind, base }) => kind === MEMORY && base === EBP)) return true;
      if (operation !== 'mov' || to?.kind !== REGISTER || from?.kind !== REGISTER) return false;
      return from.register === EBP && from.size === 4;
    }),
  );
}

/** Candidates, as bits, that get something else than a copy of one, or what was saved. */
function spoils(instruction: Instruction, candidates: number): number {
  const { operation, operands } = instruction;
  if (KEEPS_FRAMES.has(operation)) return 0;
  const written = registersWritten(instruction) & candidates & ~(1 << ESP);
  if (written === 0 || directForm(instruction) === 'step') return 0;
  const [, from] = operands;
  const copies =
    operation === 'mov' && from?.kind === REGISTER && (candidates & (1 << from.register)) !== 0;
  return copies ? 0 : written;
}

const KEEPS_FRAMES = new Set<Instruction['operation']>(['pop', 'leave']);

// Calls

/** What a call does. */
export type Callee = Pick<FunctionFacts, 'changes' | 'drop'>;

/** What is called by a pointer is taken to leave the stack as it was. */
export const POINTED: Callee = { changes: ALL_REGISTERS, drop: 0 };

/**
 * What a call leaves of registers that are `atCall` before it, and what of that is to be compared.
 *
 * @param callee with a known `drop`: it leaves esp where it was.
 * @param keepsFrame whether ebp is a frame pointer.
 */
export function afterCall(
  atCall: Registers,
  callee: Callee,
  keepsFrame: boolean,
): { registers: Registers; kept: readonly Kept[] } {
  const kept = keptOver(atCall, callee, keepsFrame);
  const registers = atCall.map((known, at) => {
    if (at === ESP) return moved(known, callee.drop ?? 0);
    const isKept = kept.some(({ register }) => register === at);
    return isKept || !isChanged(callee, at) ? known : undefined;
  });
  return { registers, kept };
}

function keptOver(atCall: Registers, callee: Callee, keepsFrame: boolean): Kept[] {
  const registers = [
    ...(callee === POINTED ? [ESP] : []),
    ...(keepsFrame && isChanged(callee, EBP) ? [EBP] : []),
  ];
  return registers.flatMap((register) => {
    const known = atCall[register];
    return known !== undefined && isGuarded(known) ? [{ register, known }] : [];
  });
}

function isChanged({ changes }: Callee, register: number): boolean {
  return ((changes >> register) & 1) === 1;
}

// Pushes and pops

/** The frame pointer that a pop takes back into a register, unless that is certain. */
export function poppedFrame(
  { operation, operands }: Instruction,
  registers: Registers,
  pushed: Pushed,
  saved: ReadonlyMap<number, Known>,
): { register: number; known: Known } | undefined {
  const [to] = operands;
  const esp = registers[ESP];
  if (operation !== 'pop' || to?.kind !== REGISTER || esp?.root !== ESP) return undefined;
  const known = saved.get(esp.value);
  if (known === undefined || pushed.get(esp.value) !== undefined) return undefined;
  return { register: to.register, known };
}

/** Notes the frame pointer that a push saves. */
export function save(
  { operation, operands }: Instruction,
  registers: Registers,
  saved: Map<number, Known>,
): void {
  const [from] = operands;
  const esp = registers[ESP];
  if (operation !== 'push' || from === undefined || esp?.root !== ESP) return;
  const known = operandValue(from, registers);
  if (known === undefined || known.root === NUMBER) saved.delete(esp.value - 4);
  else saved.set(esp.value - 4, known);
}

/** May an address be made from the register after the instruction? */
export function isUsedAfter(
  { instructions, ending }: Block,
  at: number,
  register: number,
): boolean {
  if (ending.kind !== 'return') return true;
  return instructions
    .slice(at + 1)
    .some(({ operands }) =>
      operands.some(({ kind, base }) => kind === MEMORY && base === register),
    );
}
