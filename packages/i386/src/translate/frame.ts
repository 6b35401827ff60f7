// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the stack pointer and what was copied from it are: function → what the registers hold
 * before each instruction, as far as that is known, and how far from them it reaches into the
 * stack.
 *
 * A forward analysis. A value is a number, or a distance from a root: what a register was at a
 * place where a guard is emitted (see guard.ts). The blocks are cut into regions, each with one
 * guard at its head, whose blocks are reached from the head alone and without a call between; where
 * esp is lost within a block another guard covers the block's rest. Invariant: what is said of a
 * register holds on every path from the root's place to the instruction; and whatever the function
 * pushes and pops is covered by a guard.
 */
import { IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { type Block, type CodeFunction, successors } from './blocks.ts';
import type { Flow } from './flow.ts';
import { directForm, registersWritten } from './forms.ts';
import { stringOperands } from './string-code.ts';

/** What a register holds: `value` more than its root. */
export interface Known {
  /** A register, as it was at the guard, or {@link NUMBER}, which is zero. */
  readonly root: number;
  readonly value: number;
}

/** The root of numbers. */
export const NUMBER = -1;

/** By register number. */
export type Registers = readonly (Known | undefined)[];

/**
 * Bytes of the stack that are used, as distances from a root: from the first up to, but not
 * including, the second.
 */
export type Extent = readonly [from: number, to: number];

/** What a guard has to make sure of. */
export interface Extents {
  /** Register → what is used from it on. */
  readonly roots: ReadonlyMap<number, Extent>;
  /**
   * Distance from esp up to which nothing that is reached from ebp lies; with extents of both. What
   * a function's loops push is below.
   */
  readonly floor?: number | undefined;
}

export interface Frame {
  /** Block → registers before each of its instructions. */
  readonly before: ReadonlyMap<Block, readonly Registers[]>;
  /** Block → the guard that covers each of its instructions. */
  readonly covers: ReadonlyMap<Block, readonly Extents[]>;
  /** Block → position of an instruction → the guard before it. */
  readonly guards: ReadonlyMap<Block, ReadonlyMap<number, Extents>>;
  /** The guard at the entry, if esp cannot be another each time. */
  readonly first: Extents | undefined;
  /** The one guard, at the entry, of a function that calls nothing. */
  readonly whole: Extents | undefined;
}

/** Distances below this are covered by guards. */
const NEAR = 1 << 15;
/** More than one instruction pushes or pops. */
const MARGIN = 64;

/** @param flow the function's. */
export function analyseFrame(code: CodeFunction, flow: Flow): Frame {
  const analysis = new FrameAnalysis(code, flow);
  analysis.run();
  const { before, covers, guards } = analysis;
  const entry = code.blocks.get(code.entry) as Block;
  const [[position, extents] = []] = guards.get(entry) ?? [];
  // Where a loop leads back to the entry, esp may be another each time.
  const once = !flow.loopHeads.has(0);
  const first = once && position === 0 ? extents : undefined;
  const isOne = once && guards.size === 1 && guards.get(entry)?.size === 1 && position === 0;
  if (!isOne || extents === undefined || !isLeaf(code)) {
    return { before, covers, guards, first, whole: undefined };
  }
  const heads = [...flow.loopHeads].flatMap((at) => {
    const head = flow.order[at] as number;
    return (flow.switches.targets.get(head) ?? [head]).map((one) => code.blocks.get(one) as Block);
  });
  const floor = floorOf(heads, before, extents);
  return { before, covers, guards: new Map(), first, whole: { ...extents, floor } };
}

/**
 * See {@link Extents.floor}. Compilers use one register for a function's variables. If that is esp,
 * or a copy, then what is reached from ebp is the caller's, above all of esp's; otherwise it may be
 * anything above what loops push.
 */
function floorOf(
  heads: readonly Block[],
  before: ReadonlyMap<Block, readonly Registers[]>,
  { roots }: Extents,
): number | undefined {
  if (heads.length === 0) return undefined;
  const pushed = Math.max(...heads.map((head) => before.get(head)?.[0]?.[ESP]?.value ?? 0));
  const isVariable = (instruction: Instruction, registers: Registers): boolean =>
    memoryOperands(instruction).some((operand) => {
      const address = addressOf(operand, registers);
      return address?.root === ESP && address.value >= pushed;
    });
  for (const [{ instructions }, registers] of before) {
    const uses = instructions.some((one, at) => isVariable(one, registers[at] as Registers));
    if (uses) return roots.get(ESP)?.[1] ?? pushed;
  }
  return pushed;
}

/** True for an address that guards cover. */
export function isGuarded(address: Known | undefined): boolean {
  return address !== undefined && address.root !== NUMBER && Math.abs(address.value) < NEAR;
}

/** True for a stack pointer by which a guard covers pushes and pops. */
function isFollowedStack(esp: Known | undefined): boolean {
  return isGuarded(esp) && Math.abs(esp?.value ?? NEAR) < NEAR - MARGIN;
}

/** Nothing but its own instructions looks at memory while the function runs. */
function isLeaf({ blocks }: CodeFunction): boolean {
  return [...blocks.values()].every(
    ({ instructions, ending }) =>
      LEAF_ENDINGS.has(ending.kind) &&
      instructions.every((one) => one.operation !== 'int' && directForm(one) !== 'step'),
  );
}

const LEAF_ENDINGS = new Set(['next', 'branch', 'return', 'leave']);

// Regions

/** Times that regions are cut again before every block becomes one. */
const MAX_ROUNDS = 10;

/** Block → what registers hold at its start. */
type Starts = ReadonlyMap<Block, Registers>;

class FrameAnalysis {
  readonly before = new Map<Block, Registers[]>();
  readonly covers = new Map<Block, Extents[]>();
  readonly guards = new Map<Block, Map<number, Extents>>();
  private readonly order: readonly Block[];
  private readonly predecessors = new Map<Block, Block[]>();
  private readonly heads = new Set<Block>();
  /** The last that was found out of each block: most begin with the roots each time. */
  private readonly followed = new Map<Block, Followed & { start: Registers }>();
  private readonly roots: Registers;
  private readonly code: CodeFunction;

  constructor(code: CodeFunction, flow: Flow) {
    this.code = code;
    this.roots = rootsOf(frameRegisters(code));
    this.order = flow.order.flatMap((start) => code.blocks.get(start) ?? []);
    for (const block of this.order) this.predecessors.set(block, []);
    for (const block of this.order) {
      for (const next of this.successors(block)) this.predecessors.get(next)?.push(block);
    }
  }

  run(): void {
    this.heads.add(this.order[0] as Block);
    for (const block of this.order) {
      const { breaks } = this.follow(block, this.roots);
      const ends = block.ending.kind.startsWith('call') || breaks.length > 0;
      if (ends) for (const next of this.successors(block)) this.heads.add(next);
    }
    let regions = this.tryRegions();
    for (let round = 1; regions === undefined; round++) {
      if (round === MAX_ROUNDS) for (const block of this.order) this.heads.add(block);
      regions = this.tryRegions();
    }
    for (const [head, starts] of regions) this.guardRegion(head, starts);
  }

  /**
   * Head → what registers hold at the start of each of its region's blocks. Undefined when some
   * blocks cannot be in regions of others: then they are heads now.
   */
  private tryRegions(): Map<Block, Starts> | undefined {
    const heads = this.heads.size;
    const found = new Map<Block, Starts>();
    for (const [head, members] of this.findRegions()) {
      found.set(head, this.followRegion(head, members));
    }
    return this.heads.size === heads ? found : undefined;
  }

  /** Head → the blocks that are reached from it alone. Makes more heads. */
  private findRegions(): Map<Block, Set<Block>> {
    const regionOf = new Map<Block, Block>();
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of this.order) {
        const from = new Set(
          (this.predecessors.get(block) as Block[]).flatMap((one) => regionOf.get(one) ?? []),
        );
        if (from.size > 1) this.heads.add(block);
        const [only = block] = from;
        const region = this.heads.has(block) ? block : only;
        changed ||= regionOf.get(block) !== region;
        regionOf.set(block, region);
      }
    }
    const regions = new Map<Block, Set<Block>>();
    for (const [block, head] of regionOf) {
      const members = regions.get(head) ?? new Set();
      regions.set(head, members.add(block));
    }
    return regions;
  }

  private followRegion(head: Block, members: ReadonlySet<Block>): Starts {
    const starts = new Map([[head, this.roots]]);
    for (const pending = [head]; ; ) {
      const block = pending.pop();
      if (block === undefined) break;
      const start = starts.get(block) as Registers;
      const { end, breaks } = this.follow(block, start);
      if (block !== head && (!isFollowedStack(start[ESP]) || breaks.length > 0)) {
        // With roots of its own it may go further; what comes after it is no longer this region's.
        this.heads.add(block);
      }
      if (breaks.length > 0) {
        for (const next of this.successors(block)) this.heads.add(next);
        continue;
      }
      for (const next of this.successors(block)) {
        if (next === head || !members.has(next)) continue;
        const known = starts.get(next);
        const joined = known === undefined ? end : join(known, end);
        if (known?.every((one, at) => one === joined[at])) continue;
        starts.set(next, joined);
        pending.push(next);
      }
    }
    return starts;
  }

  /**
   * One guard for all that the region does with its head's roots, and one for each rest of a block.
   */
  private guardRegion(head: Block, starts: Starts): void {
    const all = { roots: new Map<number, Extent>() };
    this.addGuard(head, 0, all);
    for (const [block, start] of starts) {
      const { before, breaks } = this.follow(block, start);
      this.before.set(block, before);
      const covers = before.map(() => all);
      this.covers.set(block, covers);
      const steps = block.instructions.map((one, at): Step => [one, before[at] as Registers]);
      extend(all.roots, steps.slice(0, breaks[0]));
      for (const [n, at] of breaks.entries()) {
        const own = { roots: new Map<number, Extent>() };
        extend(own.roots, steps.slice(at, breaks[n + 1]));
        covers.fill(own, at);
        this.addGuard(block, at, own);
      }
    }
  }

  private follow(block: Block, start: Registers): Followed {
    const known = this.followed.get(block);
    if (known?.start === start) return known;
    const followed = { start, ...follow(block, start, this.roots) };
    this.followed.set(block, followed);
    return followed;
  }

  private addGuard(block: Block, at: number, extents: Extents): void {
    const own = this.guards.get(block) ?? new Map<number, Extents>();
    this.guards.set(block, own.set(at, extents));
  }

  private successors(block: Block): Block[] {
    return successors(block.ending).map((start) => this.code.blocks.get(start) as Block);
  }
}

type Step = readonly [Instruction, Registers];

/** What registers hold where `registers` are roots. */
function rootsOf(registers: readonly number[]): Registers {
  return Array.from({ length: 8 }, (_, register) => {
    return registers.includes(register) ? { root: register, value: 0 } : undefined;
  });
}

/** Keeps the entries of `first` that are the same in `second`. */
function join(first: Registers, second: Registers): Registers {
  return first.map((known, at) => {
    const other = second[at];
    return known?.root === other?.root && known?.value === other?.value ? known : undefined;
  });
}

interface Followed {
  /** Before each instruction. */
  readonly before: Registers[];
  readonly end: Registers;
  /** Positions where esp is lost. */
  readonly breaks: number[];
}

/** Through a block, with new `roots` where esp is lost. */
function follow({ instructions }: Block, start: Registers, roots: Registers): Followed {
  const before: Registers[] = [];
  const breaks: number[] = [];
  let registers = start;
  let pushed: Pushed = new Map();
  for (const [at, instruction] of instructions.entries()) {
    if (!isFollowedStack(registers[ESP])) {
      registers = roots;
      pushed = new Map();
      breaks.push(at);
    }
    before.push(registers);
    registers = after(instruction, registers, pushed);
  }
  return { before, end: registers, breaks };
}

/**
 * esp, and the registers that are frame pointers all through the function, as far as one can see:
 * they get nothing but copies of each other, and what was saved. A hint: a guard that fails costs
 * time, no more.
 */
function frameRegisters({ blocks }: CodeFunction): number[] {
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

// How far it reaches

/** Let `roots` have all that the steps use. */
function extend(roots: Map<number, Extent>, steps: readonly Step[]): void {
  for (const [instruction, registers] of steps) {
    for (const { address, size } of stackUses(instruction, registers)) {
      const { root, value } = address;
      const [from, to] = roots.get(root) ?? [value, value];
      roots.set(root, [Math.min(from, value), Math.max(to, value + size)]);
    }
  }
}

/**
 * All that an instruction reads and writes by operands, pushes and pops, as far as guards cover it;
 * nothing when the interpreter does it.
 */
export function stackUses(
  instruction: Instruction,
  registers: Registers,
): { address: Known; size: number }[] {
  return accesses(instruction, registers).flatMap(({ address, size }) => {
    return address !== undefined && isGuarded(address) ? [{ address, size }] : [];
  });
}

function accesses(
  instruction: Instruction,
  registers: Registers,
): { address: Known | undefined; size: number }[] {
  if (directForm(instruction) === 'step') return [];
  const operands = memoryOperands(instruction).map((operand) => {
    return { address: addressOf(operand, registers), size: operand.size as number };
  });
  const esp = registers[ESP];
  switch (instruction.operation) {
    case 'push':
    case 'call':
    case 'callIndirect':
      return [...operands, { address: moved(esp, -4), size: 4 }];
    case 'pop':
    case 'ret':
      return [...operands, { address: esp, size: 4 }];
    case 'leave':
      return [...operands, { address: registers[EBP], size: 4 }];
    default:
      return operands;
  }
}

function memoryOperands(instruction: Instruction): Operand[] {
  const { operation, operands } = instruction;
  if (operation === 'movs' || operation === 'stos') return stringOperands(instruction);
  if (operation === 'lea' || operation === 'nop') return [];
  return operands.filter(({ kind }) => kind === MEMORY);
}

// What instructions do

/**
 * What instructions of this block pushed, by distance from the first esp, unless it may have
 * changed since.
 */
type Pushed = Map<number, Known | undefined>;

function after(instruction: Instruction, before: Registers, pushed: Pushed): Registers {
  const { operation, operands } = instruction;
  const written = registersWritten(instruction);
  let result = before as (Known | undefined)[];
  // Most instructions change nothing that is known: then the list is the same.
  const set = (register: number, known: Known | undefined): void => {
    if (result[register] === known) return;
    if (result === before) result = before.slice();
    result[register] = known;
  };
  for (let at = 0; at < 8; at++) if (((written >> at) & 1) !== 0) set(at, undefined);
  const [to, from] = operands;
  const esp = before[ESP]?.value ?? 0;
  if (storesOperand(instruction) || operation === 'int') pushed.clear();
  if (operation === 'push') {
    set(ESP, moved(before[ESP], -4));
    for (let at = esp - 7; at < esp; at++) pushed.delete(at);
    pushed.set(esp - 4, to && operandValue(to, before));
  }
  if (operation === 'pop' && (to?.kind !== REGISTER || to.register !== ESP)) {
    set(ESP, moved(before[ESP], 4));
    if (to?.kind === REGISTER) set(to.register, pushed.get(esp));
  }
  if (operation === 'leave') set(ESP, moved(before[EBP], 4));
  if (to?.kind === REGISTER && to.size === 4 && from !== undefined) {
    const known = computed(operation, to, from, before);
    if (known !== undefined) set(to.register, known);
  }
  // What was pushed is known by its distance from one root.
  if (result[ESP]?.root !== before[ESP]?.root) pushed.clear();
  return result;
}

/** True for stores to memory but those of push. */
function storesOperand({ operation, operands }: Instruction): boolean {
  if (operation === 'movs' || operation === 'stos') return true;
  if (operation === 'xchg') return operands.some(({ kind }) => kind === MEMORY);
  return operands[0]?.kind === MEMORY && !ONLY_READ.has(operation);
}

const ONLY_READ = new Set<Instruction['operation']>(['cmp', 'test', 'push']);

/** The result of an instruction with two operands, the first a full register. */
function computed(
  operation: Instruction['operation'],
  to: Operand,
  from: Operand,
  before: Registers,
): Known | undefined {
  const source = operandValue(from, before);
  switch (operation) {
    case 'mov':
      return source;
    case 'lea':
      return addressOf(from, before);
    case 'add':
      return source?.root === NUMBER ? moved(before[to.register], source.value) : undefined;
    case 'sub':
      return source?.root === NUMBER ? moved(before[to.register], -source.value) : undefined;
    case 'xor':
      return from.kind === REGISTER && from.register === to.register ? number(0) : undefined;
    default:
      return undefined;
  }
}

function operandValue(operand: Operand, registers: Registers): Known | undefined {
  if (operand.kind === IMMEDIATE) return number(operand.value);
  if (operand.kind === REGISTER && operand.size === 4) return registers[operand.register];
  return undefined;
}

/** The address that a memory operand means, where registers are `registers`. */
export function addressOf(operand: Operand, registers: Registers): Known | undefined {
  if (operand.kind !== MEMORY || operand.index >= 0 || operand.mask !== -1) return undefined;
  if (operand.segment !== 0) return undefined;
  if (operand.base < 0) return number(operand.value);
  return moved(registers[operand.base], operand.value);
}

function number(value: number): Known {
  return { root: NUMBER, value: value | 0 };
}

function moved(known: Known | undefined, by: number): Known | undefined {
  return known === undefined ? undefined : { root: known.root, value: (known.value + by) | 0 };
}
