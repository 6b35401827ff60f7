// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the stack pointer and what was copied from it are: function → what the registers hold
 * before each instruction, as far as that is known, and how far from them it reaches into the
 * stack.
 *
 * A forward analysis; what single instructions do is in known.ts. The blocks are cut into regions,
 * each with one guard at its head, whose blocks are reached from the head alone; a call ends a
 * region unless the function that is called leaves esp where it was. Where esp is lost within a
 * block another guard covers the block's rest. What is taken for known is in frame-pointers.ts and
 * entry-frames.ts; the code compares it. Invariant: what is said of a register holds on every path
 * from the root's place to the instruction; and whatever the function pushes and pops is covered by
 * a guard.
 */
import type { Instruction } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { type Block, type CodeFunction, calledAt, type Ending, successors } from './blocks.ts';
import type { ProgramFacts } from './facts.ts';
import type { Flow } from './flow.ts';
import { directForm } from './forms.ts';
import {
  afterCall,
  type Callee,
  frameRegisters,
  isUsedAfter,
  type Kept,
  POINTED,
  poppedFrame,
  save,
  usesFrame,
} from './frame-pointers.ts';
import {
  addressOf,
  after,
  isFollowedStack,
  isSame,
  type Known,
  memoryOperands,
  type Pushed,
  type Registers,
  stackUses,
} from './known.ts';

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
  /** Where ebp is, as a distance from esp, if that was taken for known. */
  readonly frameAt?: number | undefined;
}

export interface Frame {
  /** Block → registers before each of its instructions. */
  readonly before: ReadonlyMap<Block, readonly Registers[]>;
  /** Block → the guard that covers each of its instructions. */
  readonly covers: ReadonlyMap<Block, readonly Extents[]>;
  /** Block → position of an instruction → the guard before it. */
  readonly guards: ReadonlyMap<Block, ReadonlyMap<number, Extents>>;
  /** Block → position of a pop → what it is taken to pop, which has to be compared. */
  readonly expected: ReadonlyMap<Block, ReadonlyMap<number, Known>>;
  /** Block that ends in a call → what registers are taken to be after it; to be compared. */
  readonly kept: ReadonlyMap<Block, readonly Kept[]>;
  /** The guard at the entry, if esp cannot be another each time. */
  readonly first: Extents | undefined;
  /** The one guard, at the entry, of a function that calls nothing. */
  readonly whole: Extents | undefined;
}

/** Before the block's last instruction, a return: is esp what it was at the function's entry? */
export function isBalanced({ before, covers, first }: Frame, block: Block): boolean {
  const last = block.instructions.length - 1;
  const esp = before.get(block)?.[last]?.[ESP];
  return covers.get(block)?.[last] === first && esp?.root === ESP && esp.value === 0;
}

/**
 * @param flow the function's.
 * @param frameAt how far ebp is from esp at the entry, if that is known: see entry-frames.ts.
 */
export function analyseFrame(
  code: CodeFunction,
  flow: Flow,
  facts: ProgramFacts,
  frameAt?: number,
): Frame {
  const analysis = new FrameAnalysis(code, flow, facts, frameAt);
  analysis.run();
  const { before, covers, guards, expected, kept } = analysis;
  const entry = code.blocks.get(code.entry) as Block;
  const [[position, extents] = []] = guards.get(entry) ?? [];
  // Where a loop leads back to the entry, esp may be another each time.
  const once = !flow.loopHeads.has(0);
  const first = once && position === 0 ? extents : undefined;
  const isOne = once && guards.size === 1 && guards.get(entry)?.size === 1 && position === 0;
  if (!isOne || extents === undefined || !isLeaf(code)) {
    return { before, covers, guards, expected, kept, first, whole: undefined };
  }
  const heads = [...flow.loopHeads].flatMap((at) => {
    const head = flow.order[at] as number;
    return (flow.switches.targets.get(head) ?? [head]).map((one) => code.blocks.get(one) as Block);
  });
  const floor = floorOf(heads, before, extents);
  const whole = { ...extents, floor };
  return { before, covers, guards: new Map(), expected, kept, first, whole };
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

/** Nothing but its own instructions looks at memory while the function runs. */
function isLeaf({ blocks }: CodeFunction): boolean {
  return [...blocks.values()].every(
    ({ instructions, ending }) =>
      LEAF_ENDINGS.has(ending.kind) &&
      instructions.every((one) => one.operation !== 'int' && directForm(one) !== 'step'),
  );
}

const LEAF_ENDINGS = new Set(['next', 'branch', 'enter', 'come-back', 'return', 'leave']);

// Regions

/** Times that regions are cut again before every block becomes one. */
const MAX_ROUNDS = 10;

/** What is known at the start of a block. */
interface State {
  readonly registers: Registers;
  /** Distance from the root of esp → the frame pointer that was pushed there. */
  readonly saved: ReadonlyMap<number, Known>;
}

type Starts = ReadonlyMap<Block, State>;

class FrameAnalysis {
  readonly before = new Map<Block, Registers[]>();
  readonly covers = new Map<Block, Extents[]>();
  readonly guards = new Map<Block, Map<number, Extents>>();
  readonly expected = new Map<Block, ReadonlyMap<number, Known>>();
  readonly kept = new Map<Block, readonly Kept[]>();
  private readonly order: readonly Block[];
  private readonly predecessors = new Map<Block, Block[]>();
  private readonly heads = new Set<Block>();
  /** The last that was found out of each block: most begin with the roots each time. */
  private readonly followed = new Map<Block, Followed & { start: State }>();
  /** What is known where a guard is. */
  private readonly roots: State;
  /** What is known at the entry. */
  private readonly atEntry: State;
  private readonly frameAt: number | undefined;
  /** Is ebp a frame pointer, which functions that are called leave as it was? */
  private readonly keepsFrame: boolean;
  private readonly code: CodeFunction;
  private readonly facts: ProgramFacts;

  constructor(code: CodeFunction, flow: Flow, facts: ProgramFacts, frameAt: number | undefined) {
    this.code = code;
    this.facts = facts;
    const roots = rootsOf(frameRegisters(code));
    this.roots = { registers: roots, saved: new Map() };
    // Where a loop leads back to the entry, esp may be another each time.
    const isFollowed = roots[EBP] !== undefined && !flow.loopHeads.has(0);
    this.frameAt = isFollowed ? frameAt : undefined;
    this.keepsFrame = roots[EBP] !== undefined && usesFrame(code);
    this.atEntry = { registers: withFrame(roots, this.frameAt), saved: new Map() };
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
      const ends = this.losesStack(block.ending) || breaks.length > 0;
      if (ends) for (const next of this.successors(block)) this.heads.add(next);
    }
    let regions = this.tryRegions();
    for (let round = 1; regions === undefined; round++) {
      if (round === MAX_ROUNDS) for (const block of this.order) this.heads.add(block);
      regions = this.tryRegions();
    }
    for (const [head, starts] of regions) this.guardRegion(head, starts);
  }

  /** Is it not known where esp is after the call that ends a block? */
  private losesStack(ending: Ending): boolean {
    return ending.kind === 'call' && this.facts.get(ending.target)?.drop === undefined;
  }

  /**
   * Head → what is known at the start of each of its region's blocks. Undefined when some
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
    const starts = new Map([[head, head === this.order[0] ? this.atEntry : this.roots]]);
    for (const pending = [head]; ; ) {
      const block = pending.pop();
      if (block === undefined) break;
      const start = starts.get(block) as State;
      const { end, breaks } = this.follow(block, start);
      if (block !== head && (!isFollowedStack(start.registers[ESP]) || breaks.length > 0)) {
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
        if (known === joined) continue;
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
    const frameAt = head === this.order[0] ? this.frameAt : undefined;
    const roots = new Map<number, Extent>();
    const all: Extents = { roots, frameAt };
    this.addGuard(head, 0, all);
    for (const [block, start] of starts) {
      const { before, breaks, expected, kept } = this.follow(block, start);
      this.kept.set(block, kept);
      this.before.set(block, before);
      this.expected.set(block, expected);
      const covers = before.map(() => all);
      this.covers.set(block, covers);
      const steps = block.instructions.map((one, at): Step => [one, before[at] as Registers]);
      extend(roots, steps.slice(0, breaks[0]));
      for (const [n, at] of breaks.entries()) {
        const own = { roots: new Map<number, Extent>() };
        extend(own.roots, steps.slice(at, breaks[n + 1]));
        covers.fill(own, at);
        this.addGuard(block, at, own);
      }
    }
  }

  private follow(block: Block, start: State): Followed {
    const known = this.followed.get(block);
    if (known?.start === start) return known;
    const { ending } = block;
    const callee =
      ending.kind === 'call-indirect' ? POINTED : this.facts.get(calledAt(ending) ?? -1);
    const followed = { start, ...follow(block, start, this.roots, callee, this.keepsFrame) };
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

/** The same where ebp is a known distance from esp. */
function withFrame(roots: Registers, frameAt: number | undefined): Registers {
  if (frameAt === undefined) return roots;
  const frame = { root: ESP, value: frameAt };
  return roots.map((known, register) => (register === EBP ? frame : known));
}

/** Keeps what `first` and `second` agree in: `first` itself if that is all. */
function join(first: State, second: State): State {
  const registers = first.registers.map((known, at) => {
    return isSame(known, second.registers[at]) ? known : undefined;
  });
  const saved = [...first.saved].filter(([at, known]) => isSame(known, second.saved.get(at)));
  const isAll =
    saved.length === first.saved.size && registers.every((one, at) => one === first.registers[at]);
  return isAll ? first : { registers, saved: new Map(saved) };
}

interface Followed {
  /** Before each instruction. */
  readonly before: Registers[];
  /** See {@link Frame.expected}. */
  readonly expected: ReadonlyMap<number, Known>;
  /** See {@link Frame.kept}. */
  readonly kept: readonly Kept[];
  readonly end: State;
  /** Positions where esp is lost. */
  readonly breaks: number[];
}

/** Through a block, with new `roots` where esp is lost, and through the call at its end. */
function follow(
  block: Block,
  start: State,
  roots: State,
  callee: Callee | undefined,
  keepsFrame: boolean,
): Followed {
  const { instructions } = block;
  const before: Registers[] = [];
  const breaks: number[] = [];
  const expected = new Map<number, Known>();
  let { registers } = start;
  let pushed: Pushed = new Map();
  let saved = new Map(start.saved);
  for (const [at, instruction] of instructions.entries()) {
    if (!isFollowedStack(registers[ESP])) {
      registers = roots.registers;
      pushed = new Map();
      saved = new Map();
      breaks.push(at);
    }
    before.push(registers);
    const popped = poppedFrame(instruction, registers, pushed, saved);
    const next = after(instruction, registers, pushed);
    save(instruction, registers, saved);
    registers = next;
    if (popped === undefined || !isUsedAfter(block, at, popped.register)) continue;
    if (roots.registers[popped.register] === undefined) continue;
    expected.set(at, popped.known);
    registers = next.map((known, n) => (n === popped.register ? popped.known : known));
  }
  if (callee?.drop === undefined) {
    return { before, expected, kept: [], end: { registers, saved }, breaks };
  }
  const called = afterCall(before.at(-1) as Registers, callee, keepsFrame);
  const end = { registers: called.registers, saved };
  return { before, expected, kept: called.kept, end, breaks };
}

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
