// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where the stack pointer and what was copied from it are, throughout a function that calls nothing: function →
 * each instruction with what the registers hold before it, as far as that can be told.
 *
 * A forward analysis over blocks. A value is a number, or a distance from esp or ebp at the function's entry;
 * everything else is unknown. Invariant: what is said of a register holds on every path to the instruction.
 */
import { IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { type CodeFunction, successors } from './discover.ts';
import { directForm, registersWritten } from './forms.ts';

/** What a register holds: `value` more than its root. */
export interface Known {
  /** `frame` and `caller` are esp and ebp at the entry, `number` is zero. */
  readonly root: 'frame' | 'caller' | 'number';
  readonly value: number;
}

/** By register number. */
type Registers = readonly (Known | undefined)[];

/** Registers before each instruction. */
export type FrameFacts = ReadonlyMap<Instruction, Registers>;

/** A memory operand that an instruction reads or writes, and its address as far as that can be told. */
export interface MemoryAccess {
  readonly operand: Operand;
  readonly address: Known | undefined;
}

/** All uses of memory operands. */
export function memoryAccesses(frame: FrameFacts): MemoryAccess[] {
  const accesses: MemoryAccess[] = [];
  for (const [{ operation, operands }, registers] of frame) {
    if (operation === 'lea') continue;
    for (const operand of operands) {
      if (operand.kind !== MEMORY) continue;
      accesses.push({ operand, address: addressOf(operand, registers) });
    }
  }
  return accesses;
}

/** Undefined where the function calls something, esp cannot be followed, or blocks overlap. */
export function analyseFrame({ entry, blocks }: CodeFunction): FrameFacts | undefined {
  const all = [...blocks.values()].flatMap(({ instructions }) => instructions);
  if (new Set(all).size !== all.length) return undefined;
  const starts = new Map<number, Registers>([[entry, AT_ENTRY]]);
  const facts = new Map<Instruction, Registers>();
  for (const pending = [entry]; ; ) {
    const start = pending.pop();
    if (start === undefined) return facts;
    const block = blocks.get(start);
    if (block === undefined || !LEAF_ENDINGS.has(block.ending.kind)) return undefined;
    let registers = starts.get(start) as Registers;
    const pushed: Pushed = new Map();
    for (const instruction of block.instructions) {
      if (registers[ESP]?.root !== 'frame' || !isFollowed(instruction)) return undefined;
      facts.set(instruction, registers);
      registers = after(instruction, registers, pushed);
    }
    for (const next of successors(block.ending)) {
      const before = starts.get(next);
      const joined = before === undefined ? registers : join(before, registers);
      if (before !== undefined && joined.every((known, at) => known === before[at])) continue;
      starts.set(next, joined);
      pending.push(next);
    }
  }
}

const LEAF_ENDINGS = new Set(['next', 'branch', 'return', 'leave']);

const AT_ENTRY: Registers = Array.from({ length: 8 }, (_, register): Known | undefined => {
  if (register === ESP) return { root: 'frame', value: 0 };
  return register === EBP ? { root: 'caller', value: 0 } : undefined;
});

/** System calls and steps of the interpreter look at memory in ways of their own. */
function isFollowed(instruction: Instruction): boolean {
  return instruction.operation !== 'int' && directForm(instruction) !== 'step';
}

/** Keeps the entries of `first` that are the same in `second`. */
function join(first: Registers, second: Registers): Registers {
  return first.map((known, at) => {
    const other = second[at];
    return known?.root === other?.root && known?.value === other?.value ? known : undefined;
  });
}

/** What instructions of this block pushed, by distance from the first esp, unless it may have changed since. */
type Pushed = Map<number, Known | undefined>;

function after(instruction: Instruction, before: Registers, pushed: Pushed): Registers {
  const { operation, operands } = instruction;
  const written = registersWritten(instruction);
  const result = before.map((known, at) => (((written >> at) & 1) === 0 ? known : undefined));
  const [to, from] = operands;
  const esp = before[ESP]?.value ?? 0;
  if (storesOperand(instruction)) pushed.clear();
  if (operation === 'push') {
    result[ESP] = moved(before[ESP], -4);
    for (let at = esp - 7; at < esp; at++) pushed.delete(at);
    pushed.set(esp - 4, to && operandValue(to, before));
  }
  if (operation === 'pop' && (to?.kind !== REGISTER || to.register !== ESP)) {
    result[ESP] = moved(before[ESP], 4);
    if (to?.kind === REGISTER) result[to.register] = pushed.get(esp);
  }
  if (to?.kind === REGISTER && to.size === 4 && from !== undefined) {
    const known = computed(operation, to, from, before);
    if (known !== undefined) result[to.register] = known;
  }
  return result;
}

/** True for stores to memory but those of push. */
function storesOperand({ operation, operands }: Instruction): boolean {
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
      return source?.root === 'number' ? moved(before[to.register], source.value) : undefined;
    case 'sub':
      return source?.root === 'number' ? moved(before[to.register], -source.value) : undefined;
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
  if (operand.base < 0) return number(operand.value);
  return moved(registers[operand.base], operand.value);
}

function number(value: number): Known {
  return { root: 'number', value: value | 0 };
}

function moved(known: Known | undefined, by: number): Known | undefined {
  return known === undefined ? undefined : { root: known.root, value: (known.value + by) | 0 };
}
