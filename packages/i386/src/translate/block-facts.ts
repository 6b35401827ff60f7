// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the emitter asks of a block before it begins: its instructions without the ending, the flags
 * that are live after each, and the registers that differ from their cells at its start.
 */
import type { Instruction } from '../decode.ts';
import { EAX, EDX, ESP } from '../registers.ts';
import type { Block } from './blocks.ts';
import { type FunctionFacts, liveBefore, type ProgramFacts } from './facts.ts';
import type { Flow } from './flow.ts';
import { directForm, registersTouched, registersWritten } from './forms.ts';
import { PASSED } from './layout.ts';

/** Instructions that do not transfer control. */
export function bodyOf(block: Block): readonly Instruction[] {
  const { instructions, ending } = block;
  const last = instructions.at(-1)?.operation;
  const ends =
    ending.kind === 'next' || ending.kind === 'leave' ? last === 'jmp' : instructions.length > 0;
  return ends ? instructions.slice(0, -1) : instructions;
}

/** Flags live before each instruction of `body`, and after the last. */
export function liveAfterEach(block: Block, body: readonly Instruction[], atEnd: number): number[] {
  const live: number[] = [];
  live[body.length] =
    block.instructions.length > body.length
      ? liveBefore(block.instructions.at(-1) as Instruction, atEnd)
      : atEnd;
  for (let at = body.length - 1; at >= 0; at--) {
    live[at] = liveBefore(body[at] as Instruction, live[at + 1] as number);
  }
  return live;
}

/** Registers that differ from their cells after the block. */
function dirtyAfter({ instructions, ending }: Block, before: number, facts: ProgramFacts): number {
  if (ending.kind === 'call-indirect') return 0;
  let dirty = before;
  for (const instruction of instructions) {
    const { operation } = instruction;
    if (directForm(instruction) === 'step') dirty = 0;
    else if (operation === 'int') dirty = 1 << EAX;
    else if (operation === 'div' || operation === 'idiv') dirty = (1 << EAX) | (1 << EDX);
    else dirty |= registersWritten(instruction);
  }
  return ending.kind === 'call' ? dirtyAfterCall(dirty, facts.get(ending.target)) : dirty;
}

/**
 * What is not passed has been stored before the call, and the callee has stored what it changed.
 */
export function dirtyAfterCall(before: number, callee: FunctionFacts | undefined): number {
  const kept = before & PASSED & ~(callee?.changes ?? PASSED);
  return callee?.drop === undefined ? kept : kept | (1 << ESP);
}

export function registersOf(fact: FunctionFacts): number {
  let all = PASSED;
  for (const { instructions } of fact.code.blocks.values()) {
    for (const instruction of instructions) all |= registersTouched(instruction);
  }
  return all;
}

/** Registers that may differ from their cells at the start of each block, by position. */
export function dirtyAtStarts(
  { code }: FunctionFacts,
  { order, edges }: Flow,
  facts: ProgramFacts,
): number[] {
  const dirty = order.map((_, at) => (at === 0 ? PASSED : 0));
  for (let changed = true; changed; ) {
    changed = false;
    order.forEach((address, at) => {
      const block = code.blocks.get(address);
      const start = dirty[at] as number;
      const out = block === undefined ? start : dirtyAfter(block, start, facts);
      for (const to of edges[at] as readonly number[]) {
        const before = dirty[to] as number;
        dirty[to] = before | out;
        changed ||= dirty[to] !== before;
      }
    });
  }
  return dirty;
}
