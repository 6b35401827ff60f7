// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the emitter asks of a block before it begins: its instructions without the ending, the flags
 * that are live after each, and of registers at its start, which differ from their cells and which
 * have to be in their locals.
 */
import type { Instruction } from '../decode.ts';
import { EAX, EBP, ESP } from '../registers.ts';
import { type Block, successors } from './blocks.ts';
import { ALL_REGISTERS, type FunctionFacts, liveBefore, type ProgramFacts } from './facts.ts';
import type { Flow } from './flow.ts';
import { directForm, registersReplaced, registersTouched, registersWritten } from './forms.ts';
import type { Extents, Frame } from './frame.ts';
import { PASSED, RETURNED } from './layout.ts';

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
  if (ending.kind === 'call-indirect') return RETURNED;
  let dirty = before;
  for (const instruction of instructions) {
    const { operation } = instruction;
    if (directForm(instruction) === 'step') dirty = 0;
    else if (operation === 'int') dirty = 1 << EAX;
    else dirty |= registersWritten(instruction);
  }
  return ending.kind === 'call' ? dirtyAfterCall(dirty, facts.get(ending.target)) : dirty;
}

/**
 * What is not passed has been stored before the call, and the callee has stored what it changed,
 * but for what it returned.
 */
export function dirtyAfterCall(before: number, callee: FunctionFacts | undefined): number {
  const kept = before & PASSED & ~(callee?.changes ?? PASSED);
  return kept | RETURNED | (callee?.drop === undefined ? 0 : 1 << ESP);
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

/** esp is in its local everywhere. */
const ALWAYS_HELD = 1 << ESP;

/**
 * Registers whose locals have to be right at the start of each block, by address: somebody reads
 * them, or stores them as they may differ from their cells. Others stay in their cells.
 *
 * @param dirty registers that may differ, by position.
 */
export function neededAtStarts(
  { code }: FunctionFacts,
  { order }: Flow,
  { guards, whole }: Frame,
  dirty: readonly number[],
  facts: ProgramFacts,
): ReadonlyMap<number, number> {
  const needed = new Map<number, number>();
  order.forEach((address, at) => {
    const entry = at === 0 ? rootsOf(whole) : 0;
    needed.set(address, ALWAYS_HELD | (dirty[at] as number) | entry);
  });
  const blocks = order.flatMap((address) => code.blocks.get(address) ?? []).reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of blocks) {
      const before = needed.get(block.start) as number;
      const after = before | neededBefore(block, neededAtEnd(block, needed, facts), guards);
      changed ||= after !== before;
      needed.set(block.start, after);
    }
  }
  return needed;
}

function neededAtEnd(
  { ending }: Block,
  needed: ReadonlyMap<number, number>,
  facts: ProgramFacts,
): number {
  const after = successors(ending).reduce((all, to) => all | (needed.get(to) ?? 0), 0);
  if (ending.kind === 'call-indirect') return 0;
  if (ending.kind === 'return') return RETURNED;
  if (ending.kind !== 'call') return after;
  // What the callee changes is in its cell when it returns.
  return PASSED | (after & ~(facts.get(ending.target)?.changes ?? ALL_REGISTERS));
}

function neededBefore(block: Block, atEnd: number, guards: Frame['guards']): number {
  const own = guards.get(block);
  let needed = atEnd;
  for (let at = block.instructions.length - 1; at >= 0; at--) {
    const instruction = block.instructions[at] as Instruction;
    // The interpreter takes all from the cells, and leaves all there.
    if (directForm(instruction) === 'step') needed = 0;
    else {
      const replaced = registersReplaced(instruction);
      needed = (needed | registersTouched(instruction)) & ~replaced;
    }
    needed |= rootsOf(own?.get(at)) | ALWAYS_HELD;
  }
  return needed;
}

/** Registers that a guard reads. */
function rootsOf(extents: Extents | undefined): number {
  const frame = extents?.frameAt === undefined ? 0 : 1 << EBP;
  return [...(extents?.roots.keys() ?? [])].reduce((all, root) => all | (1 << root), frame);
}
