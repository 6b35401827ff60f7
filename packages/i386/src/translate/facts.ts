// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the translator knows of a whole program: which flags are live where, which registers a
 * function can change, and which calls can recurse.
 *
 * All are fixed points over blocks and calls, and all err on the safe side: a flag that might be
 * read is live, a register that might change is changed. Control that leaves the known paths goes
 * to the interpreter, with a list of the flags that it may trust.
 */
import { decode, type FetchByte, type Instruction } from '../decode.ts';
import { ARITHMETIC } from '../flags.ts';
import { type Block, type CodeFunction, callees, type Ending } from './blocks.ts';
import { components } from './components.ts';
import { registersWritten } from './forms.ts';

/** Every register. */
export const ALL_REGISTERS = 0xff;

/** What remains of a function's facts; see {@link FunctionFacts}. */
export interface TranslatedFunction {
  /** Flags live at its entry. */
  readonly liveIn: number;
  readonly liveOut: number;
  readonly changes: number;
  readonly recursive: boolean;
  readonly drop: number | undefined;
  readonly weight: number;
}

export interface FunctionFacts {
  readonly code: CodeFunction;
  /** It has been translated before: its facts are what they are. */
  readonly isFixed: boolean;
  /** Flags live before the first instruction of each block. */
  readonly liveIn: Map<number, number>;
  /** Flags that some caller may read after the return. */
  liveOut: number;
  /** Registers that a call of the function may change, as bits. */
  changes: number;
  /** Functions in the same group call each other, directly or not. */
  group: number;
  /** The function can be entered again before it returns. */
  recursive: boolean;
  /**
   * Bytes that a return takes from the stack besides its address; undefined when that differs. If
   * it is known, esp is right whenever the translated function returns.
   */
  readonly drop: number | undefined;
  /** What callers count for it, if it has been translated before: see metering.ts. */
  readonly weight: number;
}

export type ProgramFacts = ReadonlyMap<number, FunctionFacts>;

/** Flags live before `instruction` when `after` are live after it. */
export function liveBefore(instruction: Instruction, after: number): number {
  const written = instruction.mayKeepFlags ? 0 : instruction.writes;
  return ((after & ~written) | instruction.reads) & ARITHMETIC;
}

/** Instructions that {@link flagsRead} looks at. */
const MAX_INSTRUCTIONS_READ = 100;
const FLOW = new Set(['jmpIndirect', 'call', 'callIndirect', 'ret']);

/** Flags that code at `address` reads before it writes them, as far as jumps can be followed. */
export function flagsRead(fetch: FetchByte, address: number): number {
  const pending = [{ at: address, kept: ARITHMETIC }];
  let read = 0;
  for (let steps = 0; steps < MAX_INSTRUCTIONS_READ; steps++) {
    const next = pending.pop();
    if (next === undefined) break;
    const instruction = decode(fetch, next.at);
    if (instruction === undefined) continue;
    read |= instruction.reads & next.kept;
    const kept = instruction.mayKeepFlags ? next.kept : next.kept & ~instruction.writes;
    if (kept === 0 || FLOW.has(instruction.operation)) continue;
    const target = instruction.operands[0]?.value ?? 0;
    if (BRANCHES.has(instruction.operation)) pending.push({ at: target, kept });
    if (instruction.operation !== 'jmp') {
      pending.push({ at: (next.at + instruction.length) | 0, kept });
    }
  }
  return read;
}

const BRANCHES = new Set(['jmp', 'jcc', 'loop', 'loope', 'loopne', 'jcxz']);

/**
 * Undefined when what `functions` need of those that are fixed is more than these give.
 *
 * @param fixed functions that have been translated before, by entry.
 */
export function analyseProgram(
  functions: ReadonlyMap<number, CodeFunction>,
  fixed: ReadonlyMap<number, TranslatedFunction> = new Map(),
): ProgramFacts | undefined {
  const facts = new Map<number, FunctionFacts>();
  for (const [entry, { liveIn, ...rest }] of fixed) {
    const code = { entry, blocks: new Map() };
    facts.set(entry, {
      ...rest,
      code,
      isFixed: true,
      group: 0,
      liveIn: new Map([[entry, liveIn]]),
    });
  }
  for (const [entry, code] of functions) {
    facts.set(entry, {
      code,
      isFixed: false,
      liveIn: new Map(),
      liveOut: 0,
      changes: 0,
      group: 0,
      recursive: false,
      drop: dropOf(code),
      weight: 0,
    });
  }
  findGroups(facts);
  findChanges(facts);
  return findLiveFlags(facts) ? facts : undefined;
}

function dropOf({ blocks }: CodeFunction): number | undefined {
  const drops = [...blocks.values()].flatMap(({ ending, instructions }) =>
    ending.kind === 'return' ? [droppedBy(instructions.at(-1) as Instruction)] : [],
  );
  const [first = 0] = drops;
  return drops.every((one) => one === first) ? first : undefined;
}

/** Bytes that `ret` takes from the stack after the address. */
export function droppedBy({ operands }: Instruction): number {
  return (operands[0]?.value ?? 0) & 0xffff;
}

/** Endings after which any function may run. */
const UNKNOWN = new Set<Ending['kind']>(['call-indirect', 'jump-indirect']);

function callsUnknown(code: CodeFunction): boolean {
  return [...code.blocks.values()].some(({ ending }) => UNKNOWN.has(ending.kind));
}

/** Groups are the strongly connected components of the call graph. */
function findGroups(facts: ProgramFacts): void {
  const next = (entry: number): Set<number> => callees((facts.get(entry) as FunctionFacts).code);
  for (const [at, members] of components(facts.keys(), next).entries()) {
    for (const member of members) {
      const fact = facts.get(member) as FunctionFacts;
      if (fact.isFixed) continue;
      fact.group = at + 1;
      fact.recursive = members.length > 1 || next(member).has(member) || callsUnknown(fact.code);
    }
  }
}

function findChanges(facts: ProgramFacts): void {
  for (const fact of facts.values()) {
    for (const block of fact.code.blocks.values()) {
      for (const instruction of block.instructions) fact.changes |= registersWritten(instruction);
      if (UNKNOWN.has(block.ending.kind)) fact.changes = ALL_REGISTERS;
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const fact of facts.values()) {
      let all = fact.changes;
      for (const callee of callees(fact.code)) all |= facts.get(callee)?.changes ?? ALL_REGISTERS;
      changed ||= all !== fact.changes;
      fact.changes = all;
    }
  }
}

/** False when a flag is needed after the return of a function that is fixed and gives it not. */
function findLiveFlags(facts: ProgramFacts): boolean {
  let isGiven = true;
  for (let changed = true; changed; ) {
    changed = false;
    let afterUnknown = 0;
    for (const fact of facts.values()) {
      if (updateBlocks(fact, facts)) changed = true;
      for (const { ending } of fact.code.blocks.values()) {
        if (ending.kind === 'call-indirect') afterUnknown |= fact.liveIn.get(ending.to) ?? 0;
      }
    }
    const raise = (callee: FunctionFacts | undefined, live: number): void => {
      if (callee === undefined || (live & ~callee.liveOut) === 0) return;
      if (callee.isFixed) {
        isGiven = false;
        return;
      }
      callee.liveOut |= live;
      changed = true;
    };
    for (const fact of facts.values()) {
      raise(fact, afterUnknown);
      // It returns to where the function returns that it is a part of.
      const { whole } = fact.code;
      if (whole !== undefined) raise(fact, facts.get(whole.entry)?.liveOut ?? 0);
      for (const { ending } of fact.code.blocks.values()) {
        // What leaves a copy may come to the function that it is a copy of.
        if (ending.kind === 'call' || ending.kind === 'come-back')
          raise(facts.get(ending.target), fact.liveIn.get(ending.to) ?? 0);
      }
    }
  }
  return isGiven;
}

function updateBlocks(fact: FunctionFacts, facts: ProgramFacts): boolean {
  let changed = false;
  const blocks = [...fact.code.blocks.values()].reverse();
  for (let again = true; again; ) {
    again = false;
    for (const block of blocks) {
      let live = liveAtEnd(block, fact, facts);
      for (let at = block.instructions.length - 1; at >= 0; at--) {
        live = liveBefore(block.instructions[at] as Instruction, live);
      }
      if (fact.liveIn.get(block.start) !== live) {
        fact.liveIn.set(block.start, live);
        again = true;
        changed = true;
      }
    }
  }
  return changed;
}

/** Flags live after the last instruction of a block. */
export function liveAtEnd(block: Block, fact: FunctionFacts, facts: ProgramFacts): number {
  const { ending } = block;
  const at = (address: number): number => fact.liveIn.get(address) ?? 0;
  switch (ending.kind) {
    case 'next':
      return at(ending.to);
    case 'branch':
      return at(ending.taken) | at(ending.to);
    case 'call': {
      const callee = facts.get(ending.target);
      return callee === undefined ? ARITHMETIC : (callee.liveIn.get(ending.target) ?? 0);
    }
    case 'enter':
      return at(ending.to);
    case 'come-back':
      // What it pops may be another address.
      return at(ending.to) | (facts.get(ending.target)?.liveOut ?? ARITHMETIC);
    case 'return':
      return fact.liveOut;
    default:
      return ARITHMETIC;
  }
}
