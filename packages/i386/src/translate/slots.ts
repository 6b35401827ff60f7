// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a function with loops, and without calls, keeps on the stack, held in locals: function → for
 * each word that it pushes, or uses as a variable, a local. So is the count of metering.ts.
 *
 * Stack machines push every operand and pop it again; as stores and loads that would be most of a
 * loop's time. Here the local is the truth and memory is written only when somebody may look: when
 * the function ends, before anything goes to the stack by an address that is not known, and before
 * the interpreter takes over. Invariant: at the end of each instruction a local equals what the
 * interpreter would have in the four bytes at its place; after {@link HeldSlots.flush} memory has
 * it too.
 *
 * Places are distances from esp or from ebp at the entry. Two of one register are apart or equal,
 * which can be seen. For two of different registers the guard makes sure that what is reached from
 * ebp is not below esp + floor: of esp's only those below that are held, and what the function does
 * above it goes to memory, with ebp's written before and read again after.
 */
import { EBP, ESP } from '../registers.ts';
import { FUEL_CELL, pushCell, setCell } from './cells.ts';
import type { Extents } from './frame.ts';
import type { Known } from './known.ts';
import type { BlockState } from './state.ts';
import { OP } from './wasm.ts';

/** Bytes of a word that is held. */
const WORD = 4;
/** Words of one register that are held at most. */
const MAX_HELD_WORDS = 16;

/** Something in the stack that the function reads or writes. */
export interface StackUse {
  readonly address: Known;
  readonly size: number;
}

/** Words at distances from the same register. */
interface Group {
  readonly root: number;
  /** Distance of the root's place (see guard.ts). */
  readonly from: number;
  /** Distance → local with the value. */
  readonly locals: ReadonlyMap<number, number>;
}

export class HeldSlots {
  private readonly state: BlockState;
  private readonly groups: readonly Group[];
  /** See {@link Extents.floor}. */
  private readonly floor: number;
  /** What the fuel cell is held in, where the function counts. */
  readonly fuel: number | undefined;

  /**
   * Reserves locals of `state`.
   *
   * @param uses all that guards cover in the function.
   */
  constructor(
    state: BlockState,
    uses: readonly StackUse[],
    { roots, floor = 0 }: Extents,
    counts: boolean,
  ) {
    this.state = state;
    this.fuel = counts ? state.reserve() : undefined;
    this.floor = roots.has(EBP) ? floor : Number.POSITIVE_INFINITY;
    const limits = new Map([[EBP, Number.POSITIVE_INFINITY]]).set(ESP, this.floor);
    this.groups = [...limits].flatMap(([root, end]) => {
      const distances = distancesOf(root, uses).filter((distance) => distance + WORD <= end);
      const [from] = roots.get(root) ?? [];
      if (from === undefined || distances.length === 0 || distances.length > MAX_HELD_WORDS)
        return [];
      const locals = new Map(distances.map((distance) => [distance, state.reserve()]));
      return [{ root, from, locals }];
    });
  }

  /** The local that is the `size` bytes at the address, if there is one. */
  localOf(address: Known | undefined, size: number): number | undefined {
    if (size !== WORD || address === undefined) return undefined;
    return this.groups.find(({ root }) => root === address.root)?.locals.get(address.value);
  }

  /**
   * Memory is about to be read or written at an address that a guard covers and that is not held.
   */
  beforeUse(address: Known, size: number): void {
    for (const group of this.groups) if (this.mayTouch(group, address, size)) this.store(group);
  }

  /** It has been written. */
  afterWrite(address: Known, size: number): void {
    for (const group of this.groups) if (this.mayTouch(group, address, size)) this.load(group);
  }

  /** Let memory have everything. */
  flush(): void {
    const { state, fuel } = this;
    for (const group of this.groups) this.store(group);
    if (fuel !== undefined) setCell(state.code, state.layout, FUEL_CELL, () => state.get(fuel));
  }

  /** Memory has everything, and may have changed. */
  loadAll(): void {
    const { state, fuel } = this;
    for (const group of this.groups) this.load(group);
    if (fuel === undefined) return;
    pushCell(state.code, state.layout, FUEL_CELL);
    state.code.indexed(OP.local_set, fuel);
  }

  private mayTouch({ root }: Group, address: Known, size: number): boolean {
    return root === EBP && address.root === ESP && address.value + size > this.floor;
  }

  private load({ root, from, locals }: Group): void {
    const { state } = this;
    for (const [distance, local] of locals) {
      state.get(state.placeOf(root));
      state.code.memory(OP.i32_load, distance - from);
      state.code.indexed(OP.local_set, local);
    }
  }

  private store({ root, from, locals }: Group): void {
    const { state } = this;
    for (const [distance, local] of locals) {
      state.get(state.placeOf(root));
      state.get(local);
      state.code.memory(OP.i32_store, distance - from);
    }
  }
}

/**
 * Distances of words that are always used as a whole, and never a part of one of them; ascending.
 */
function distancesOf(root: number, uses: readonly StackUse[]): number[] {
  const own = uses.filter(({ address }) => address.root === root);
  const words = new Set(
    own.filter(({ size }) => size === WORD).map(({ address }) => address.value),
  );
  const isWhole = (distance: number): boolean =>
    own.every(({ address: { value }, size }) => {
      if (value === distance && size === WORD) return true;
      return value + size <= distance || distance + WORD <= value;
    });
  return [...words].filter(isWhole).sort((a, b) => a - b);
}
