// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which code there is: recursive descent from the entry point → functions of basic blocks.
 *
 * A function is what a call (or the entry) reaches by jumps; a block that two functions reach
 * belongs to both. What comes after an exit is data, and is not looked at. Bytes that are not an
 * instruction end a block: they are left to the interpreter, and so cost nothing when they are data
 * that only looks reachable. Invariant: blocks end before the next leader or with their terminator,
 * and every address in `edges` is the start of a block of the same function.
 */

import { CALL } from '../call-numbers.ts';
import { decode, IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { EAX, ESP } from '../registers.ts';
import { type Block, type CodeFunction, callees, type Ending, successors } from './blocks.ts';
import { analyseFlow } from './flow.ts';

/** Image bytes at their addresses. */
export interface CodeBytes {
  readonly start: number;
  readonly bytes: Uint8Array;
  /** They cannot be written. */
  readonly isConstant: boolean;
}

/** Entries of functions, perhaps with what is known of them. */
type Entries = Pick<ReadonlyMap<number, unknown>, 'has' | 'keys'>;

/** What was found. */
export interface Discovered {
  /** By entry. */
  readonly functions: Map<number, CodeFunction>;
  /** Where instructions with a constant address store to: [start, end). */
  readonly stores: readonly (readonly [number, number])[];
  /** Some of these are code. */
  readonly changesItself: boolean;
}

/**
 * All functions reachable from `entry`, and from `more`, by direct calls. A forked child starts in
 * the middle of a function; so that it does not stay in the interpreter, loops near a fork are
 * entries as well.
 */
export function discover(code: CodeBytes, entry: number, more: readonly number[] = []): Discovered {
  const all = discoverApartFrom(new Set(), code, [entry, ...more]);
  const stores = constantStores(all);
  const changing = storesTo(codeRanges(all.values()), stores);
  const found = { stores: stores.map(({ range }) => range), changesItself: changing.size > 0 };
  if (changing.size === 0) return { functions: all, ...found };
  return { functions: discoverApartFrom(changing, code, [entry, ...more]), ...found };
}

/** Functions that are reachable from `roots` and not among those at the entries `known`. */
export function discoverMore(
  code: CodeBytes,
  roots: readonly number[],
  known: Entries,
): Discovered {
  const functions = discoverApartFrom(new Set(), code, roots, known);
  const stores = constantStores(functions);
  const changing = storesTo(codeRanges(functions.values()), stores);
  return { functions, stores: stores.map(({ range }) => range), changesItself: changing.size > 0 };
}

/** What finds a function of the code by its entry. */
export function functionsOf(code: CodeBytes): (entry: number) => CodeFunction {
  const decoder = new CachingDecoder(code, new Set());
  return (entry) => discoverFunction(decoder, entry);
}

/**
 * The roots without those at which a block of an earlier one's function begins. A loop of many ways
 * has many heads, and the interpreter soon comes to the first again.
 */
export function rootsApart(code: CodeBytes, roots: readonly number[]): number[] {
  const decoder = new CachingDecoder(code, new Set());
  const inside = new Set<number>();
  return roots.filter((root) => {
    if (inside.has(root)) return false;
    for (const start of discoverFunction(decoder, root).blocks.keys()) inside.add(start);
    return true;
  });
}

/** The bytes of a program that were found to be code: [start, end), in order and apart. */
export function codeRanges(functions: Iterable<CodeFunction>): [number, number][] {
  const pieces: [number, number][] = [];
  for (const { blocks } of functions) {
    for (const { start, instructions } of blocks.values()) {
      const last = instructions.at(-1);
      if (last !== undefined) pieces.push([start, last.address + last.length]);
    }
  }
  return mergeRanges(pieces);
}

/** The same bytes in order and apart. */
export function mergeRanges(pieces: readonly (readonly [number, number])[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const [start, end] of [...pieces].sort((a, b) => a[0] - b[0])) {
    const last = ranges.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else ranges.push([start, end]);
  }
  return ranges;
}

/** Instructions that store to a constant address, and where. */
function constantStores(
  functions: ReadonlyMap<number, CodeFunction>,
): { address: number; range: readonly [number, number] }[] {
  const found: { address: number; range: readonly [number, number] }[] = [];
  for (const { blocks } of functions.values()) {
    for (const { instructions } of blocks.values()) {
      for (const { operation, operands, address } of instructions) {
        const [to] = operands;
        if (to?.kind !== MEMORY || to.base >= 0 || to.index >= 0) continue;
        if (operation === 'cmp' || operation === 'test' || operation === 'push') continue;
        const from = to.value >>> 0;
        found.push({ address, range: [from, from + to.size] });
      }
    }
  }
  return found;
}

/**
 * Addresses of the stores that hit one of the ranges. The interpreter takes over before such an
 * instruction, with all flags: what the code will have become may read any.
 */
function storesTo(
  ranges: readonly (readonly [number, number])[],
  stores: readonly { address: number; range: readonly [number, number] }[],
): Set<number> {
  return new Set(
    stores.filter(({ range }) => overlap([range], ranges)).map(({ address }) => address),
  );
}

/** Does one of `first` have a byte of one of `second`? */
export function overlap(
  first: readonly (readonly [number, number])[],
  second: readonly (readonly [number, number])[],
): boolean {
  return first.some(([from, to]) => second.some(([start, end]) => from < end && start < to));
}

/** All functions, where the interpreter takes over before the instructions at `left`. */
function discoverApartFrom(
  left: ReadonlySet<number>,
  code: CodeBytes,
  roots: readonly number[],
  known: Entries = new Map(),
): Map<number, CodeFunction> {
  const decoder = new CachingDecoder(code, left);
  const functions = new Map<number, CodeFunction>();
  discoverFrom([...roots], decoder, functions, known);
  for (let before = -1; before !== functions.size; ) {
    before = functions.size;
    discoverFrom(mentioned(code, functions), decoder, functions, known);
  }
  const forking = [...functions.values()].filter(({ blocks }) =>
    [...blocks.values()].some((block) => block.instructions.some((_, at) => forks(block, at))),
  );
  const callers = calling(functions, new Set(forking.map((found) => found.entry)));
  // What the child calls first may be entered before translated code takes over.
  const around = new Set(callers.flatMap((found) => [found, ...calledBy(found, functions)]));
  const loops = [...around].flatMap((found) => {
    const { loopHeads, order } = analyseFlow(found);
    return [...loopHeads].map((head) => order[head] as number);
  });
  discoverFrom(loops, decoder, functions, known);
  return withWholes(decoder, functions, known);
}

/** The nearest functions before a loop's head in which it is looked for. */
const NEAREST = 4;

/**
 * The functions, where those that no call leads to know of which other one they are a part: heads
 * of loops are found by the interpreter, or near a fork.
 */
function withWholes(
  decoder: CachingDecoder,
  functions: ReadonlyMap<number, CodeFunction>,
  known: Entries,
): Map<number, CodeFunction> {
  const called = new Set([...functions.values()].flatMap((found) => [...callees(found)]));
  const descending = [...known.keys(), ...functions.keys()].sort((one, other) => other - one);
  const place = new Map(descending.map((entry, at) => [entry, at + 1]));
  const wholeOf = (head: number): CodeFunction | undefined => {
    const from = place.get(head) as number;
    for (const at of descending.slice(from, from + NEAREST)) {
      const whole = functions.get(at) ?? discoverFunction(decoder, at);
      if (whole.blocks.has(head)) return whole;
    }
    return undefined;
  };
  return new Map(
    [...functions].map(([entry, found]) => {
      const whole = called.has(entry) ? undefined : wholeOf(entry);
      return [entry, whole === undefined ? found : { ...found, whole }];
    }),
  );
}

/**
 * Addresses that the functions mention and at which a function seems to begin: after a `ret`. A
 * libc starts main in this way, and an interpreter of a language all of its primitives.
 */
function mentioned(code: CodeBytes, functions: ReadonlyMap<number, CodeFunction>): number[] {
  const found = new Set<number>();
  for (const { blocks } of functions.values()) {
    for (const { instructions } of blocks.values()) {
      for (const { operation, operands } of instructions) {
        if (operation !== 'mov' && operation !== 'push') continue;
        for (const { kind, value } of operands) {
          const at = (value >>> 0) - code.start;
          if (kind !== IMMEDIATE || at <= 0 || at >= code.bytes.length) continue;
          if (code.bytes[at - 1] === 0xc3 && code.bytes[at] !== 0) found.add(value >>> 0);
        }
      }
    }
  }
  return [...found].filter((address) => !functions.has(address));
}

/** The functions with a call of one of `targets`. */
function calling(
  functions: ReadonlyMap<number, CodeFunction>,
  targets: ReadonlySet<number>,
): CodeFunction[] {
  return [...functions.values()].filter(({ blocks }) =>
    [...blocks.values()].some(({ ending }) => ending.kind === 'call' && targets.has(ending.target)),
  );
}

function calledBy(
  code: CodeFunction,
  functions: ReadonlyMap<number, CodeFunction>,
): CodeFunction[] {
  return [...callees(code)].flatMap((target) => functions.get(target) ?? []);
}

/** True for `int 0x80` with the number of fork. */
function forks({ instructions }: Block, at: number): boolean {
  const instruction = instructions[at] as Instruction;
  if (instruction.operation !== 'int') return false;
  return knownEax(instructions.slice(0, at)) === CALL.FORK;
}

const EXITS = new Set<number | undefined>([CALL.EXIT, CALL.EXIT_GROUP]);

function discoverFrom(
  pending: number[],
  decoder: CachingDecoder,
  functions: Map<number, CodeFunction>,
  known: Entries,
): void {
  for (let start = pending.pop(); start !== undefined; start = pending.pop()) {
    if (functions.has(start) || known.has(start)) continue;
    const found = discoverFunction(decoder, start);
    functions.set(start, found);
    for (const target of callees(found)) pending.push(target);
  }
}

function discoverFunction(decoder: CachingDecoder, entry: number): CodeFunction {
  // First the leaders: follow every path to its end.
  const leaders = new Set<number>();
  const pending = [entry];
  for (let start = pending.pop(); start !== undefined; start = pending.pop()) {
    if (leaders.has(start)) continue;
    leaders.add(start);
    pending.push(...successors(walk(decoder, start, leaders).ending));
  }
  // Then cut the paths at the leaders.
  const blocks = new Map<number, Block>();
  for (const start of leaders) blocks.set(start, walk(decoder, start, leaders));
  return { entry, blocks };
}

function walk(decoder: CachingDecoder, start: number, leaders: ReadonlySet<number>): Block {
  const instructions: Instruction[] = [];
  let at = start;
  for (;;) {
    const instruction = decoder.at(at);
    if (instruction === undefined) {
      return { start, instructions, ending: { kind: 'leave', at } };
    }
    const next = at + instruction.length;
    const ending = endingOf(instruction, next, instructions);
    if (ending?.kind !== 'leave') instructions.push(instruction);
    if (ending !== undefined) return { start, instructions, ending };
    at = next;
    if (leaders.has(at)) return { start, instructions, ending: { kind: 'next', to: at } };
  }
}

function endingOf(
  instruction: Instruction,
  next: number,
  before: readonly Instruction[],
): Ending | undefined {
  const target = instruction.operands[0]?.value ?? 0;
  switch (instruction.operation) {
    case 'jmp':
      return { kind: 'next', to: target };
    case 'jcc':
      return { kind: 'branch', taken: target, to: next };
    case 'call':
      return { kind: 'call', target, to: next };
    case 'callIndirect':
      return instruction.size === 4 && instruction.operands[0]?.segment === 0
        ? { kind: 'call-indirect', to: next }
        : { kind: 'leave', at: instruction.address };
    case 'ret':
      return instruction.size === 4 && !isPushed(before)
        ? { kind: 'return' }
        : { kind: 'leave', at: instruction.address };
    case 'int':
      return endsProcess(target, before) ? { kind: 'exit', at: instruction.address } : undefined;
    case 'jmpIndirect':
      return instruction.size === 4 && instruction.operands[0]?.segment === 0
        ? { kind: 'jump-indirect' }
        : { kind: 'leave', at: instruction.address };
    case 'loop':
    case 'loope':
    case 'loopne':
    case 'jcxz':
      return { kind: 'leave', at: instruction.address };
    default:
      return undefined;
  }
}

/**
 * Is what comes next on the stack a word that these instructions have pushed? Then a ret is a jump:
 * nobody knows which flags are read there.
 */
function isPushed(before: readonly Instruction[]): boolean {
  let depth = 0;
  for (const { operation, operands } of before) {
    const [to] = operands;
    if (operation === 'push') depth++;
    else if (operation === 'pop') depth = Math.max(0, depth - 1);
    else if (operation === 'leave' || isStackPointer(to)) depth = 0;
  }
  return depth > 0;
}

function isStackPointer(operand: Operand | undefined): boolean {
  return operand?.kind === REGISTER && operand.register === ESP && operand.size !== 1;
}

/** True for a known exit: what follows need not be code. */
function endsProcess(vector: number, before: readonly Instruction[]): boolean {
  return (vector & 0xff) === 0x80 && EXITS.has(knownEax(before));
}

/**
 * The value of eax after the instructions of a block, if it is known. A hint: nothing goes
 * wrong when it is not so.
 */
function knownEax(before: readonly Instruction[]): number | undefined {
  let eax: number | undefined;
  let pushed: number | undefined;
  for (const instruction of before) {
    if (instruction.operation === 'push') pushed = immediateOf(instruction.operands[0]);
    else if (mayWriteEax(instruction)) eax = eaxAfter(instruction, eax, pushed);
  }
  return eax;
}

/** What an instruction that writes eax leaves there, if it is known. */
function eaxAfter(
  { operation, operands: [to, from], size }: Instruction,
  eax: number | undefined,
  pushed: number | undefined,
): number | undefined {
  if (to?.kind !== REGISTER || to.register !== EAX || size !== 4) return undefined;
  if (operation === 'mov') return immediateOf(from);
  if (operation === 'pop') return pushed;
  if (operation === 'inc') return eax === undefined ? undefined : eax + 1;
  return operation === 'xor' && from?.kind === REGISTER && from.register === EAX ? 0 : undefined;
}

function mayWriteEax({ operation, operands: [to] }: Instruction): boolean {
  if (operation === 'cmp' || operation === 'test' || operation === 'nop') return false;
  if (to?.kind === MEMORY) return false;
  return to === undefined || to.register === EAX || operation === 'xchg';
}

function immediateOf(operand: Operand | undefined): number | undefined {
  return operand?.kind === IMMEDIATE ? operand.value : undefined;
}

class CachingDecoder {
  private readonly code: CodeBytes;
  private readonly known: Map<number, Instruction | undefined>;

  /** @param left addresses that are taken to have no instruction. */
  constructor(code: CodeBytes, left: ReadonlySet<number>) {
    this.code = code;
    this.known = new Map([...left].map((address) => [address, undefined]));
  }

  at(address: number): Instruction | undefined {
    if (this.known.has(address)) return this.known.get(address);
    const { start, bytes } = this.code;
    const instruction = decode((at) => bytes[at - start], address);
    this.known.set(address, instruction);
    return instruction;
  }
}
