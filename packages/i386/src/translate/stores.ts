// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which pushes need not be stored: what a function does with the memory below its first esp, in the order of
 * the emitted code → the stores whose bytes are written again before anybody can read them.
 *
 * Stack machines push every operand and pop it in the same block, where a temporary has it still; the next push
 * overwrites the four bytes. A backward analysis over blocks finds, for each point, which slots will be
 * overwritten whatever happens. Invariant: memory below esp is as in the interpreter whenever the function ends
 * or reads it.
 *
 * Reads through pointers that the analysis does not know count as reads of everything. Two kinds of reads are
 * known to stay away, if a condition holds at the entry, which the code has to check: of addresses in the image,
 * which is above the stack; and by ebp, by which M2-Planet's functions reach arguments and cc_x86's also local
 * variables, of what is above esp at the function's loops.
 */
import type { Instruction, Operand } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { type Block, type CodeFunction, successors } from './discover.ts';
import { addressOf, type FrameFacts, type Known, type MemoryAccess } from './frame.ts';
import { type Code, OP } from './wasm.ts';

type Access =
  /** Bytes [from, to) of the code store four bytes at this distance from the first esp. */
  | { readonly kind: 'push'; readonly distance: number; readonly from: number; readonly to: number }
  /** Bytes at distances from `start` up to but not including `end`. */
  | { readonly kind: 'read'; readonly start: number; readonly end: number };

/** Distances of slots that are overwritten before anybody reads them. */
type Overwritten = ReadonlySet<number>;

/** A range of bytes in emitted code. */
export type Range = readonly [from: number, to: number];

/** Bytes of a slot. */
const SLOT = 4;
const NOTHING: Overwritten = new Set();
/** Displacements below this do not lead out of the stack where the condition holds. */
export const NEAR: number = 1 << 14;

export class StackStores {
  /** The image's first address. */
  readonly imageStart: number;
  /** Distance of esp, from its first value, at the loops: what they push is below. */
  readonly floor: number;
  private readonly code: CodeFunction;
  private readonly frame: FrameFacts;
  /** The lowest displacement from the first ebp that is used; undefined for none. */
  private readonly lowestFromEbp: number | undefined;
  /** By the start of the block. */
  private readonly accesses = new Map<number, Access[]>();
  private current: Access[] = [];

  /** @param loopHeads addresses of blocks, at least one. */
  constructor(
    code: CodeFunction,
    frame: FrameFacts,
    memory: readonly MemoryAccess[],
    loopHeads: readonly number[],
    imageStart: number,
  ) {
    this.code = code;
    this.frame = frame;
    this.imageStart = imageStart;
    this.floor = Math.max(...loopHeads.map((head) => stackPointerAt(code.blocks.get(head), frame)));
    const fromEbp = memory.flatMap(({ address }) =>
      address?.root === 'caller' && Math.abs(address.value) < NEAR ? [address.value] : [],
    );
    this.lowestFromEbp = fromEbp.length === 0 ? undefined : Math.min(0, ...fromEbp);
  }

  /** What follows is emitted for the block at `start`. */
  begin(start: number): void {
    this.current = [];
    this.accesses.set(start, this.current);
  }

  /** Bytes [from, to) of the code are the store of `push`, which `instruction` does. */
  pushed(instruction: Instruction, from: number, to: number): void {
    const esp = this.frame.get(instruction)?.[ESP]?.value;
    if (esp !== undefined) this.current.push({ kind: 'push', distance: esp - SLOT, from, to });
  }

  /** `instruction` reads the memory operand. */
  read(instruction: Instruction, operand: Operand): void {
    this.readAt(addressOf(operand, this.frame.get(instruction) ?? []), operand.size);
  }

  /** `size` bytes are read at an address. */
  readAt(address: Known | undefined, size: number): void {
    const { floor, imageStart } = this;
    if (address?.root === 'number' && address.value >= imageStart) return;
    let [start, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (address?.root === 'frame') [start, end] = [address.value, address.value + size];
    if (address?.root === 'caller' && Math.abs(address.value) < NEAR) start = floor;
    this.current.push({ kind: 'read', start, end });
  }

  /**
   * Push 1 if {@link dead} may be relied on: esp and ebp are in the stack, and what is used by ebp is above the
   * loops' esp.
   *
   * @param stackStart the stack's first address.
   */
  emitCondition(code: Code, stackStart: number): void {
    const lowest = stackStart + NEAR;
    code.indexed(OP.local_get, ESP);
    code.constant(lowest);
    code.op(OP.i32_sub);
    code.constant(this.imageStart - lowest);
    code.op(OP.i32_le_u);
    if (this.lowestFromEbp === undefined) return;
    code.indexed(OP.local_get, EBP);
    code.constant(this.imageStart);
    code.op(OP.i32_le_u);
    code.op(OP.i32_and);
    code.indexed(OP.local_get, EBP);
    code.constant(this.lowestFromEbp - this.floor);
    code.op(OP.i32_add);
    code.indexed(OP.local_get, ESP);
    code.op(OP.i32_ge_u);
    code.op(OP.i32_and);
  }

  /** The stores that can go, in ascending order. */
  dead(): Range[] {
    const atStart = this.overwrittenAtStart();
    const ranges: Range[] = [];
    for (const block of this.code.blocks.values()) {
      this.beforeEach(block, atStart, (access, overwritten) => {
        if (access.kind !== 'push' || !overwritten.has(access.distance)) return;
        ranges.push([access.from, access.to]);
      });
    }
    return ranges.sort((a, b) => a[0] - b[0]);
  }

  /** The greatest fixed point: at first every slot counts as overwritten everywhere. */
  private overwrittenAtStart(): Map<number, Overwritten> {
    const blocks = [...this.code.blocks.values()].reverse();
    const slots = [...this.accesses.values()].flat().flatMap((access) => {
      return access.kind === 'push' && access.distance < 0 ? [access.distance] : [];
    });
    const atStart = new Map<number, Overwritten>(
      blocks.map(({ start }) => [start, new Set(slots)]),
    );
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of blocks) {
        const overwritten = this.beforeEach(block, atStart);
        changed ||= overwritten.size !== atStart.get(block.start)?.size;
        atStart.set(block.start, overwritten);
      }
    }
    return atStart;
  }

  /** Goes backwards through a block, tells of each access what is overwritten behind it, and returns what before. */
  private beforeEach(
    block: Block,
    atStart: ReadonlyMap<number, Overwritten>,
    tell?: (access: Access, behind: Overwritten) => void,
  ): Overwritten {
    const overwritten = new Set(this.atEnd(block, atStart));
    const accesses = this.accesses.get(block.start) ?? [];
    for (let at = accesses.length - 1; at >= 0; at--) {
      const access = accesses[at] as Access;
      tell?.(access, overwritten);
      apply(access, overwritten);
    }
    return overwritten;
  }

  private atEnd(block: Block, atStart: ReadonlyMap<number, Overwritten>): Overwritten {
    const [first, ...others] = successors(block.ending).map((next) => atStart.get(next));
    if (first === undefined) return NOTHING;
    return new Set([...first].filter((slot) => others.every((other) => other?.has(slot))));
  }
}

function stackPointerAt(block: Block | undefined, frame: FrameFacts): number {
  const [first] = block?.instructions ?? [];
  return (first === undefined ? undefined : frame.get(first)?.[ESP]?.value) ?? 0;
}

/** What is overwritten before `access`, when `overwritten` is behind it. */
function apply(access: Access, overwritten: Set<number>): void {
  if (access.kind === 'push') {
    if (access.distance < 0) overwritten.add(access.distance);
    return;
  }
  for (const slot of overwritten) {
    if (slot + SLOT > access.start && slot < access.end) overwritten.delete(slot);
  }
}
