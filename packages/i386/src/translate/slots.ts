// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Variables on the stack that a function with loops holds in locals: function → for each variable a local that
 * always has its value.
 *
 * Stores go to memory as ever, so memory stays what it is in the interpreter; loads disappear, and with them the
 * wait from a store in one turn of a loop to the load in the next. A store whose address is not known may hit a
 * variable: behind it stands a comparison, and the locals are loaded anew if it did. Invariant: at the end of
 * each instruction, a local equals the four bytes of memory at its place.
 */
import type { Instruction, Operand } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { addressOf, type FrameFacts, type Known, type MemoryAccess } from './frame.ts';
import type { BlockState } from './state.ts';
import { NEAR, type StackStores } from './stores.ts';
import { OP } from './wasm.ts';

/** Bytes of a variable. */
const SIZE = 4;
/** Variables that are held at most. */
const MOST = 6;

/** Variables at distances from the same register. */
interface Group {
  readonly root: 'frame' | 'caller';
  /** Distance of the lowest variable. */
  readonly lowest: number;
  /** Bytes from the lowest variable to behind the highest. */
  readonly span: number;
  /** Local with the offset of the lowest in memory. */
  readonly start: number;
  /** Distance → local with the value. */
  readonly locals: ReadonlyMap<number, number>;
}

export class HeldSlots {
  private readonly state: BlockState;
  private readonly frame: FrameFacts;
  private readonly stores: StackStores;
  private readonly groups: readonly Group[];

  /** Reserves locals of `state`. */
  constructor(
    state: BlockState,
    frame: FrameFacts,
    accesses: readonly MemoryAccess[],
    stores: StackStores,
  ) {
    this.state = state;
    this.frame = frame;
    this.stores = stores;
    this.groups = (['caller', 'frame'] as const).flatMap((root) => {
      const distances = distancesOf(root, accesses);
      const [lowest] = distances;
      if (lowest === undefined) return [];
      const span = (distances.at(-1) as number) + SIZE - lowest;
      const locals = new Map(distances.map((distance) => [distance, state.reserve()]));
      return [{ root, lowest, span, start: state.reserve(), locals }];
    });
  }

  get isEmpty(): boolean {
    return this.groups.length === 0;
  }

  /** At the entry, with all registers in locals. */
  emitStart(): void {
    const { state } = this;
    for (const group of this.groups) {
      state.get(group.root === 'frame' ? ESP : EBP);
      state.code.constant(group.lowest - state.memoryBase);
      state.code.op(OP.i32_add);
      state.code.indexed(OP.local_set, group.start);
      this.load(group);
    }
  }

  /** The local that equals the operand, if there is one. */
  localOf(instruction: Instruction, operand: Operand): number | undefined {
    if (operand.size !== SIZE) return undefined;
    const address = this.address(instruction, operand);
    return this.groups.find(({ root }) => root === address?.root)?.locals.get(address?.value ?? 0);
  }

  /**
   * `instruction` has stored to its memory operand; `offset` is a local with where, in WebAssembly's memory. A
   * local of {@link localOf} has been set.
   */
  stored(instruction: Instruction, operand: Operand, offset: number): void {
    const address = this.address(instruction, operand);
    for (const group of this.groups) {
      if (address === undefined) this.check(group, offset, operand.size);
      else if (address.root === group.root) this.storedNear(group, address.value, operand.size);
      else if (address.root !== 'number' || address.value < this.stores.imageStart) {
        this.check(group, offset, operand.size);
      }
    }
  }

  /** `instruction` has pushed the value of `local`. */
  pushed(instruction: Instruction, local: number): void {
    const esp = this.frame.get(instruction)?.[ESP]?.value ?? 0;
    const distance = esp - SIZE;
    for (const group of this.groups) {
      const held = group.root === 'frame' ? group.locals.get(distance) : undefined;
      if (held !== undefined) {
        this.state.get(local);
        this.state.code.indexed(OP.local_set, held);
      } else if (group.root === 'frame') this.storedNear(group, distance, SIZE);
      else if (esp > this.stores.floor) this.load(group);
    }
  }

  /** Memory may have changed in any way. */
  loadAll(): void {
    for (const group of this.groups) this.load(group);
  }

  private address(instruction: Instruction, operand: Operand): Known | undefined {
    return addressOf(operand, this.frame.get(instruction) ?? []);
  }

  /** A store at a distance from the group's own register: it hits one exactly, or none, or parts. */
  private storedNear(group: Group, distance: number, size: number): void {
    if (size === SIZE && group.locals.has(distance)) return;
    const hits = [...group.locals.keys()].some(
      (at) => at < distance + size && distance < at + SIZE,
    );
    if (hits) this.load(group);
  }

  /** Load the group anew if `size` bytes at the offset in the local `offset` overlap it. */
  private check(group: Group, offset: number, size: number): void {
    const { state } = this;
    const { code } = state;
    state.get(offset);
    state.get(group.start);
    code.op(OP.i32_sub);
    code.constant(size - 1);
    code.op(OP.i32_add);
    code.constant(group.span + size - 1);
    code.op(OP.i32_lt_u);
    code.open(OP.if);
    this.load(group);
    code.end();
  }

  private load({ root, lowest, start, locals }: Group): void {
    const { state } = this;
    for (const [distance, local] of locals) {
      state.get(start);
      state.code.memory(OP.i32_load, distance - lowest);
      state.code.indexed(OP.local_set, local);
      this.stores.readAt({ root, value: distance }, SIZE);
    }
  }
}

/** Where variables are: shortly below the register, aligned to each other, and not too many; ascending. */
function distancesOf(root: 'frame' | 'caller', accesses: readonly MemoryAccess[]): number[] {
  const found = new Set<number>();
  for (const { address, operand } of accesses) {
    if (address?.root !== root || address.value >= 0 || address.value < -NEAR) continue;
    if (operand.size !== SIZE || (address.value & 3) !== 0) continue;
    found.add(address.value);
  }
  return found.size > MOST ? [] : [...found].sort((a, b) => a - b);
}
