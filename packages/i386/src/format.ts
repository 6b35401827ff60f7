// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An {@link Instruction} → its text in Intel syntax, as `objdump -M intel` writes it, with numbers
 * in hexadecimal.
 *
 * For people only: nothing reads the text again. Invariant: every instruction that {@link decode}
 * knows has a text.
 */
import { IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER, STACK } from './decode.ts';
import type { OperationName } from './instructions.ts';
import { REGISTER_NAMES } from './registers.ts';

const BYTE_REGISTERS: readonly string[] = 'al cl dl bl ah ch dh bh'.split(' ');
const CONDITIONS: readonly string[] = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');
/** The size of an x87 environment is not shown. */
const SIZES: Readonly<Record<number, string>> = {
  1: 'byte ',
  2: 'word ',
  4: 'dword ',
  8: 'qword ',
  10: 'tbyte ',
};
const SUFFIXES: Readonly<Record<number, string>> = { 1: 'b', 2: 'w', 4: 'd' };

/** The conditions that fcmov has, by their numbers in jcc. */
const FCMOV_CONDITIONS: Readonly<Record<number, string>> = {
  2: 'b',
  3: 'nb',
  4: 'e',
  5: 'ne',
  6: 'be',
  7: 'nbe',
  10: 'u',
  11: 'nu',
};

const SEGMENTS: readonly string[] = 'es cs ss ds fs gs'.split(' ');

/** Operations whose name in the manual differs from the table's. */
const MNEMONICS: Readonly<Partial<Record<OperationName, string>>> = {
  imul2: 'imul',
  imul3: 'imul',
  jmpIndirect: 'jmp',
  callIndirect: 'call',
  fromSegment: 'mov',
  toSegment: 'mov',
};
const WITHOUT_TOP = new Set<OperationName>(['fcom', 'fcomp', 'fucom', 'fucomp', 'fxch']);
const CONDITIONAL: Readonly<Partial<Record<OperationName, string>>> = {
  jcc: 'j',
  set: 'set',
  cmov: 'cmov',
};
const STRING = new Set<OperationName>(['movs', 'stos', 'lods', 'cmps', 'scas']);
/** Operations whose immediate is the address of an instruction. */
const BRANCHES = new Set<OperationName>(['jcc', 'jmp', 'call', 'loop', 'loope', 'loopne', 'jcxz']);

/**
 * The text of an instruction.
 *
 * @param nameOf the name to show for the target of a jump or call; undefined if it has none.
 */
export function formatInstruction(
  instruction: Instruction,
  nameOf: (address: number) => string | undefined = () => undefined,
): string {
  const { operation, operands } = instruction;
  const mnemonic = mnemonicOf(instruction);
  if (BRANCHES.has(operation)) {
    const target = (operands[0] as Operand).value;
    return `${mnemonic} ${nameOf(target) ?? hexadecimal(target >>> 0)}`;
  }
  if (operation === 'int') return `int ${hexadecimal((operands[0] as Operand).value & 0xff)}`;
  if (operation === 'fromSegment' || operation === 'toSegment') return segmentMove(instruction);
  // A register shows the size of the other operand; without one, the memory operand must show it.
  const sized = operands.some(({ kind }) => kind === REGISTER) && !/^mov[sz]x/.test(mnemonic);
  const shown = isTopImplied(instruction) ? operands.slice(1) : operands;
  const texts = shown.map((operand) => operandText(operand, !sized && operation !== 'lea'));
  return texts.length === 0 ? mnemonic : `${mnemonic} ${texts.join(', ')}`;
}

/**
 * Comparisons, exchanges, and arithmetic with a memory operand do not name the top of the stack.
 */
function isTopImplied({ operation, operands }: Instruction): boolean {
  const [first, second] = operands;
  if (first?.kind !== STACK || second === undefined) return false;
  return second.kind === MEMORY || WITHOUT_TOP.has(operation);
}

function segmentMove({ operands: [to, from] }: Instruction): string {
  const text = (operand: Operand | undefined): string =>
    operand?.kind === IMMEDIATE
      ? (SEGMENTS[operand.value] ?? '?')
      : operandText(operand as Operand, operand?.kind === MEMORY);
  return `mov ${text(to)}, ${text(from)}`;
}

function mnemonicOf({ operation, condition, repeat, size }: Instruction): string {
  const conditional = CONDITIONAL[operation];
  if (conditional !== undefined) return `${conditional}${CONDITIONS[condition]}`;
  if (operation === 'fcmov') return `fcmov${FCMOV_CONDITIONS[condition]}`;
  if (operation === 'cbw') return size === 2 ? 'cbw' : 'cwde';
  if (operation === 'cwd') return size === 2 ? 'cwd' : 'cdq';
  if (!STRING.has(operation)) return MNEMONICS[operation] ?? operation;
  const compares = operation === 'cmps' || operation === 'scas';
  const prefix = repeat === 0 ? '' : repeat === 0xf2 ? 'repne ' : compares ? 'repe ' : 'rep ';
  return `${prefix}${operation}${SUFFIXES[size]}`;
}

export function operandText(operand: Operand, showSize: boolean): string {
  const { kind, size, value } = operand;
  if (kind === REGISTER) return registerName(operand.register, size);
  if (kind === IMMEDIATE) return signed(value);
  if (kind === STACK) return operand.register === 0 ? 'st' : `st(${operand.register})`;
  const segment = operand.segment === 0 ? '' : `${SEGMENTS[operand.segment]}:`;
  return `${showSize ? (SIZES[size] ?? '') : ''}${segment}[${addressText(operand)}]`;
}

function registerName(number: number, size: number): string {
  if (size === 1) return BYTE_REGISTERS[number] as string;
  const name = REGISTER_NAMES[number] as string;
  return size === 2 ? name.slice(1) : name;
}

/** `base + index*scale + displacement`, without the parts that the operand does not have. */
function addressText({ base, index, shift, mask, value }: Operand): string {
  const size = mask === -1 ? 4 : 2;
  const parts: string[] = [];
  if (base >= 0) parts.push(registerName(base, size));
  if (index >= 0) parts.push(`${registerName(index, size)}${shift === 0 ? '' : `*${1 << shift}`}`);
  if (parts.length === 0) return hexadecimal((value & mask) >>> 0);
  if (value === 0) return parts.join('+');
  return `${parts.join('+')}${value < 0 ? '-' : '+'}${hexadecimal(Math.abs(value))}`;
}

function signed(value: number): string {
  return value < 0 && value >= -0x1000 ? `-${hexadecimal(-value)}` : hexadecimal(value >>> 0);
}

function hexadecimal(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`;
}
