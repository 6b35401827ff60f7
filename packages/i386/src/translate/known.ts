// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What registers hold, as far as it is known: an instruction and what they hold before it → what
 * they hold after it, and what it uses of the stack.
 *
 * A value is a number, or a distance from a root: what a register was at a place where a guard is
 * emitted (see guard.ts). Invariant: what is known is so on every path, or the code checks it.
 */
import { IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import { EBP, ESP } from '../registers.ts';
import { droppedBy } from './facts.ts';
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

/** Distances below this are covered by guards. */
const NEAR = 1 << 15;
/** More than one instruction pushes or pops. */
const MARGIN = 64;

/** True for an address that guards cover. */
export function isGuarded(address: Known | undefined): boolean {
  return address !== undefined && address.root !== NUMBER && Math.abs(address.value) < NEAR;
}

/** True for a stack pointer by which a guard covers pushes and pops. */
export function isFollowedStack(esp: Known | undefined): boolean {
  return isGuarded(esp) && Math.abs(esp?.value ?? NEAR) < NEAR - MARGIN;
}

/**
 * What instructions of this block pushed, by distance from the first esp, unless it may have
 * changed since.
 */
export type Pushed = Map<number, Known | undefined>;

export function after(instruction: Instruction, before: Registers, pushed: Pushed): Registers {
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
  if (operation === 'call') set(ESP, moved(before[ESP], -4));
  if (operation === 'ret') set(ESP, moved(before[ESP], 4 + droppedBy(instruction)));
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

export function operandValue(operand: Operand, registers: Registers): Known | undefined {
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

export function moved(known: Known | undefined, by: number): Known | undefined {
  return known === undefined ? undefined : { root: known.root, value: (known.value + by) | 0 };
}

// What is used of the stack

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

/** Those of them that it reads. */
export function stackReads(
  instruction: Instruction,
  registers: Registers,
): { address: Known; size: number }[] {
  const { operation, operands } = instruction;
  if (!POPPING.has(operation) && !operands.some(({ kind }) => kind === MEMORY)) return [];
  const [to] = operands;
  const stored =
    storesOnly(operation) && to?.kind === MEMORY ? addressOf(to, registers) : undefined;
  const pushed = PUSHING.has(operation) ? moved(registers[ESP], -4) : undefined;
  return stackUses(instruction, registers).filter(
    ({ address }) => !isSame(address, stored) && !isSame(address, pushed),
  );
}

function storesOnly(operation: Instruction['operation']): boolean {
  return operation === 'mov' || operation === 'set' || operation === 'stos';
}

const POPPING = new Set<Instruction['operation']>(['pop', 'ret', 'leave', 'movs']);
const PUSHING = new Set<Instruction['operation']>(['push', 'call', 'callIndirect']);

export function isSame(one: Known | undefined, other: Known | undefined): boolean {
  return one?.root === other?.root && one?.value === other?.value;
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

export function memoryOperands(instruction: Instruction): Operand[] {
  const { operation, operands } = instruction;
  if (operation === 'movs' || operation === 'stos') return stringOperands(instruction);
  if (operation === 'lea' || operation === 'nop') return [];
  return operands.filter(({ kind }) => kind === MEMORY);
}
