// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An {@link Instruction} → what it does, as a sentence, and what it does to the flags.
 *
 * For people who do not know the processor: nothing reads the text again. Invariant: every
 * operation of the table has a sentence, and the flags are those that the machine itself uses.
 */
import { IMMEDIATE, type Instruction, MEMORY, type Operand, REGISTER } from './decode.ts';
import { CARRY, DIRECTION, OVERFLOW, SIGN, ZERO } from './flags.ts';
import { operandText } from './format.ts';
import type { OperationName } from './instructions.ts';
import { X87_SENTENCES, X87_SIZES } from './x87/sentences.ts';

export interface InstructionMeaning {
  /** What it does, without a full stop. */
  readonly does: string;
  /** Empty if the instruction neither reads nor sets a flag. */
  readonly flags: string;
}

/** The flags that the programs of the chain use. */
const FLAGS: readonly (readonly [name: string, mask: number])[] = [
  ['zero', ZERO],
  ['sign', SIGN],
  ['carry', CARRY],
  ['overflow', OVERFLOW],
  ['direction', DIRECTION],
];

/** Condition codes after a comparison of A with B, or after a result. */
const CONDITIONS: readonly string[] = [
  'there was a signed overflow',
  'there was no signed overflow',
  'there was a carry: the first is below the second, without sign',
  'there was no carry: the first is not below the second, without sign',
  'the result was zero: the two are equal',
  'the result was not zero: the two are not equal',
  'the first is not above the second, without sign',
  'the first is above the second, without sign',
  'the result was negative',
  'the result was not negative',
  'the low byte has an even number of ones',
  'the low byte has an odd number of ones',
  'the first is less than the second, or the result was negative',
  'the first is not less than the second, with sign',
  'the first is not greater than the second, with sign',
  'the first is greater than the second, with sign',
];

const SIZES: Readonly<Record<number, string>> = {
  1: 'byte',
  2: 'two bytes',
  4: 'four bytes',
  ...X87_SIZES,
};

/**
 * `A`, `B` and `C` are the operands; `X` is the accumulator of the operation's size, `T` the target
 * of a jump, `S` byte, two bytes or four bytes, `?` a condition.
 */
const SENTENCES: Readonly<Record<OperationName, string>> = {
  add: 'adds B to A',
  or: 'sets the bits of A that are set in B',
  adc: 'adds B and the carry to A',
  sbb: 'subtracts B and the carry from A',
  and: 'clears the bits of A that are not set in B',
  sub: 'subtracts B from A',
  xor: 'flips the bits of A that are set in B',
  cmp: 'compares A with B: subtracts, and keeps only the flags',
  test: 'sets the flags by the bits that A and B have in common, and changes nothing else',
  inc: 'adds 1 to A',
  dec: 'subtracts 1 from A',
  not: 'flips every bit of A',
  neg: 'negates A',
  mul: 'multiplies X by A, without sign; the upper half goes to the data register',
  imul: 'multiplies X by A, with sign; the upper half goes to the data register',
  imul2: 'multiplies A by B',
  imul3: 'puts B times C into A',
  div: 'divides the double number in the data register and X by A, without sign',
  idiv: 'divides the double number in the data register and X by A, with sign',
  rol: 'rotates the bits of A to the left by B places',
  ror: 'rotates the bits of A to the right by B places',
  rcl: 'rotates the bits of A and the carry to the left by B places',
  rcr: 'rotates the bits of A and the carry to the right by B places',
  shl: 'moves the bits of A to the left by B places: multiplies by a power of two',
  shr: 'moves the bits of A to the right by B places, filling with zeros',
  sar: 'moves the bits of A to the right by B places, filling with copies of the sign',
  shld: 'moves the bits of A to the left by C places, filling with bits of B',
  shrd: 'moves the bits of A to the right by C places, filling with bits of B',
  bt: 'copies bit B of A to the carry',
  bts: 'copies bit B of A to the carry, and sets it',
  btr: 'copies bit B of A to the carry, and clears it',
  btc: 'copies bit B of A to the carry, and flips it',
  bsf: 'puts the number of the lowest bit that is set in B into A',
  bsr: 'puts the number of the highest bit that is set in B into A',
  bswap: 'reverses the order of the bytes in A',
  cmpxchg: 'if A equals X, puts B into A; otherwise puts A into X',
  cmpxchg8b: 'compares and exchanges eight bytes',
  xadd: 'adds B to A, and puts what A was into B',
  mov: 'puts B into A',
  movzx: 'puts B into A, with zeros above it',
  movsx: 'puts B into A, with copies of its sign above it',
  lea: 'puts the address B into A, without reading memory there',
  xchg: 'exchanges A and B',
  cmov: 'puts B into A, if ?',
  set: 'puts 1 into A if ?, otherwise 0',
  push: 'puts A on top of the stack',
  pop: 'takes the S off the top of the stack, and puts them into A',
  pusha: 'puts all registers on the stack',
  popa: 'takes all registers off the stack',
  pushf: 'puts the flags on top of the stack',
  popf: 'takes the flags off the top of the stack',
  lahf: 'copies the flags to ah',
  sahf: 'copies ah to the flags',
  enter: 'begins a function: saves ebp, and makes room on the stack',
  leave: 'ends a function: frees its part of the stack, and restores ebp',
  cbw: 'makes the accumulator twice as long, with copies of its sign',
  cwd: 'fills the data register with copies of the sign of X',
  xlat: 'puts the byte at [ebx+al] into al',
  salc: 'fills al with the carry',
  clc: 'clears the carry',
  stc: 'sets the carry',
  cmc: 'flips the carry',
  cld: 'makes string instructions move upwards in memory',
  std: 'makes string instructions move downwards in memory',
  daa: 'turns al into two decimal digits after an addition',
  das: 'turns al into two decimal digits after a subtraction',
  aaa: 'turns al into one decimal digit after an addition',
  aas: 'turns al into one decimal digit after a subtraction',
  aam: 'divides al by A: the digits go to ah and al',
  aad: 'puts the number whose digits are in ah and al into al',
  movs: 'copies the S at [esi] to [edi], and advances both',
  stos: 'stores X at [edi], and advances edi',
  lods: 'loads X from [esi], and advances esi',
  cmps: 'compares the S at [esi] with the S at [edi], and advances both',
  scas: 'compares X with the S at [edi], and advances edi',
  jcc: 'goes to T, if ?',
  jmp: 'goes to T',
  jmpIndirect: 'goes to the address in A',
  call: 'calls T: pushes the address of the next instruction on the stack, and goes to T',
  callIndirect:
    'calls the address in A: pushes the address of the next instruction on the stack, ' +
    'and goes to the address in A',
  ret: 'returns: takes an address off the stack, and goes there',
  loop: 'subtracts 1 from ecx, and goes to T if the result is not zero',
  loope: 'subtracts 1 from ecx, and goes to T if the result is not zero and the zero flag is set',
  loopne:
    'subtracts 1 from ecx, and goes to T if the result is not zero and the zero flag is clear',
  jcxz: 'goes to T, if ecx is zero',
  int:
    'calls the kernel: eax says what to do, ebx, ecx and edx are the arguments, ' +
    'and eax gets the result',
  nop: 'does nothing',
  cpuid:
    'asks what processor this is: eax holds the question; eax, ebx, ecx and edx get the answer',
  rdtsc: 'puts the time stamp into edx and eax',
  fromSegment: 'puts the selector of segment register number B into A',
  toSegment: 'loads segment register number A with the selector B',
  ...X87_SENTENCES,
};

/** @param nameOf the name to show for the target of a jump or call; undefined if it has none. */
export function describeInstruction(
  instruction: Instruction,
  nameOf: (address: number) => string | undefined = () => undefined,
): InstructionMeaning {
  return { does: sentence(instruction, nameOf), flags: flagsOf(instruction) };
}

function sentence(
  instruction: Instruction,
  nameOf: (address: number) => string | undefined,
): string {
  const { operation, operands, size, condition, repeat } = instruction;
  const [first, second, third] = operands;
  if (operation === 'xor' && isSame(first, second)) return `sets ${words(first)} to 0`;
  if (operation === 'sub' && isSame(first, second)) return `sets ${words(first)} to 0`;
  if (operation === 'test' && isSame(first, second)) {
    return `tests ${words(first)}: is it zero, is it negative?`;
  }
  if (operation === 'int' && ((first?.value ?? 0) & 0xff) !== 0x80) return 'stops the program';
  const target = first?.value ?? 0;
  const filled: Readonly<Record<string, string>> = {
    A: words(first),
    B: operation === 'lea' ? address(second) : words(second),
    C: words(third),
    X: { 1: 'al', 2: 'ax', 4: 'eax' }[size],
    T: nameOf(target) ?? `0x${(target >>> 0).toString(16)}`,
    S: SIZES[size] as string,
    '?': CONDITIONS[condition] as string,
  };
  const text = SENTENCES[operation].replace(
    /\b[ABCXTS]\b|\?/g,
    (letter) => filled[letter] as string,
  );
  return repeat === 0 || operation === 'ret' ? text : `${text}; repeats this ecx times`;
}

function isSame(a: Operand | undefined, b: Operand | undefined): boolean {
  return a?.kind === REGISTER && b?.kind === REGISTER && a.register === b.register;
}

/** An operand in a sentence: `ebx`, `5`, `the byte at [ecx]`. */
function words(operand: Operand | undefined): string {
  if (operand === undefined) return '';
  if (operand.kind === IMMEDIATE) return number(operand);
  if (operand.kind !== MEMORY) return operandText(operand, false);
  return `the ${SIZES[operand.size]} at ${operandText(operand, false)}`;
}

function address(operand: Operand | undefined): string {
  return operand === undefined ? '' : operandText(operand, false).replace(/^\[|\]$/g, '');
}

/** A number, and the character with that code if it is a byte. */
function number(operand: Operand): string {
  const { value, size } = operand;
  const shown = size === 1 && value < 0 && value < -16 ? value & 0xff : value;
  const decimal = String(shown);
  const wide = shown > 9 || shown < -9;
  const letter = size === 1 && shown > 32 && shown < 127 ? `, '${String.fromCharCode(shown)}'` : '';
  const hexadecimal = wide && shown > 0 ? ` (0x${shown.toString(16)}${letter})` : '';
  return `${decimal}${hexadecimal}`;
}

function flagsOf({ reads, writes, undefinedFlags, operation }: Instruction): string {
  const names = (mask: number) =>
    FLAGS.flatMap(([name, bit]) => ((mask & bit) === 0 ? [] : [name]));
  const parts: string[] = [];
  const read = names(reads);
  const written = names(writes & ~undefinedFlags);
  if (read.length > 0) parts.push(`reads ${list(read)}`);
  if (written.length > 0) parts.push(`sets ${list(written)}`);
  if (parts.length === 0) return '';
  const kind = operation === 'inc' || operation === 'dec' ? '; carry stays' : '';
  return `${parts.join(', ')}${kind}`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
