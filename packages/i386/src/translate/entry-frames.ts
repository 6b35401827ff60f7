// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the frame pointer is when a function is entered: a program's functions → how far ebp is
 * from esp at their entries, as far as the callers tell.
 *
 * In code of M2-Planet it is the caller that sets ebp, to where esp was before the arguments. Then
 * a function's variables, which it reaches from ebp, and what it pushes are one stack for the
 * translator. A hint: the guard at the entry compares, and what fails is left to the interpreter.
 */
import { type Instruction, type Operand, REGISTER } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import type { Block } from './blocks.ts';
import type { ProgramFacts } from './facts.ts';
import { after, type Pushed, type Registers } from './known.ts';

/** Bytes that a call pushes. */
const RETURN_ADDRESS = 4;

/** Entry → ebp less esp there, in bytes. */
export type EntryFrames = ReadonlyMap<number, number>;

export function entryFrames(facts: ProgramFacts): EntryFrames {
  const found = new Map<number, number>();
  const disputed = new Set<number>();
  for (const { code } of facts.values()) {
    for (const block of code.blocks.values()) {
      if (block.ending.kind !== 'call') continue;
      const { target } = block.ending;
      const distance = distanceAtCall(block);
      if (distance === undefined) continue;
      if ((found.get(target) ?? distance) !== distance) disputed.add(target);
      found.set(target, distance);
    }
  }
  for (const target of disputed) found.delete(target);
  return found;
}

/** ebp less esp at the entry of what the block calls at its end, if the block sets ebp. */
function distanceAtCall({ instructions }: Block): number | undefined {
  const body = instructions.slice(0, -1);
  if (!body.some(takesFrame)) return undefined;
  const pushed: Pushed = new Map();
  let registers: Registers = Array.from({ length: 8 }, (_, register) => {
    return register === ESP ? { root: ESP, value: 0 } : undefined;
  });
  for (const instruction of body) registers = after(instruction, registers, pushed);
  const [esp, ebp] = [registers[ESP], registers[EBP]];
  if (esp?.root !== ESP || ebp?.root !== ESP) return undefined;
  return ebp.value - (esp.value - RETURN_ADDRESS);
}

/**
 * True for `mov ebp, edi` and the like. With esp it would be a frame of the caller's own, as most
 * compilers make them, and say nothing of what is called.
 */
function takesFrame({ operation, operands }: Instruction): boolean {
  const [to, from] = operands;
  return operation === 'mov' && isFull(to, EBP) && from?.kind === REGISTER && !isFull(from, ESP);
}

function isFull(operand: Operand | undefined, register: number): boolean {
  return operand?.kind === REGISTER && operand.size === 4 && operand.register === register;
}
