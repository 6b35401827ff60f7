// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * How the translator treats each instruction: in WebAssembly, or one step of the interpreter.
 *
 * Directly translated are the forms that compilers make; everything else of the table runs in the
 * interpreter with all registers handed over, so that the translator knows every instruction and
 * needs code for few.
 */
import { type Instruction, MEMORY, type Operand, REGISTER } from '../decode.ts';
import type { OperationName } from '../instructions.ts';
import { EAX, EBP, ECX, EDI, EDX, ESI, ESP } from '../registers.ts';
import { GS } from '../segments.ts';

/** In WebAssembly, or one step of the interpreter. */
export type Form = 'direct' | 'step';

const ANY_SIZE = new Set<OperationName>(
  'add or and sub xor cmp test inc dec neg not mov movzx movsx lea set lahf sahf'.split(
    ' ',
  ) as OperationName[],
);
const FULL_SIZE = new Set<OperationName>(
  'adc sbb push pop xchg mul imul imul2 imul3 div idiv cbw cwd leave cmov shld shrd bsf bsr'.split(
    ' ',
  ) as OperationName[],
);
const SHIFTS = new Set<OperationName>(['shl', 'shr', 'sar']);
const STRINGS = new Set<OperationName>(['movs', 'stos']);
const CONTROL = new Set<OperationName>([
  'jmp',
  'jmpIndirect',
  'jcc',
  'call',
  'callIndirect',
  'ret',
  'int',
  'nop',
]);

/** Which way an instruction goes. */
export function directForm(instruction: Instruction): Form {
  const { operation, operands, size } = instruction;
  if (operands.some(({ mask, segment }) => mask !== -1 || !isPlain(segment))) return 'step';
  // What it pops may not be lost when the store is left to the interpreter.
  if (operation === 'pop' && operands[0]?.kind === MEMORY) return 'step';
  if (ANY_SIZE.has(operation) || CONTROL.has(operation)) return 'direct';
  if (STRINGS.has(operation)) return instruction.shortAddress || size === 2 ? 'step' : 'direct';
  if (size !== 4) return 'step';
  if (SHIFTS.has(operation)) {
    const count = operands[1] as Operand;
    if (count.kind === REGISTER) return 'direct';
    return (count.value & 31) !== 0 ? 'direct' : 'step';
  }
  return FULL_SIZE.has(operation) ? 'direct' : 'step';
}

/** gs is what programs keep a thread's own data by. */
function isPlain(segment: number): boolean {
  return segment === 0 || segment === GS;
}

/** Registers that an instruction may change, as bits. A step may change all. */
export function registersWritten(instruction: Instruction): number {
  if (directForm(instruction) === 'step') return 0xff;
  const { operation, operands } = instruction;
  const [first, second] = operands;
  switch (operation) {
    case 'cmp':
    case 'test':
    case 'jmp':
    case 'jmpIndirect':
    case 'jcc':
    case 'nop':
    case 'sahf':
      return 0;
    case 'int':
    case 'lahf':
      return bit(EAX);
    case 'push':
    case 'call':
    case 'callIndirect':
    case 'ret':
      return bit(ESP);
    case 'pop':
      return bit(ESP) | changed(first);
    case 'movs':
      return bit(EDI) | bit(ESI) | bit(ECX);
    case 'stos':
      return bit(EDI) | bit(ECX);
    case 'leave':
      return bit(ESP) | bit(EBP);
    case 'xchg':
      return changed(first) | changed(second);
    case 'mul':
    case 'imul':
    case 'div':
    case 'idiv':
      return bit(EAX) | bit(EDX);
    case 'cbw':
      return bit(EAX);
    case 'cwd':
      return bit(EDX);
    default:
      return changed(first);
  }
}

/** Registers that an instruction reads or writes, as bits. */
export function registersTouched(instruction: Instruction): number {
  if (directForm(instruction) === 'step') return 0xff;
  let touched = registersWritten(instruction);
  for (const operand of instruction.operands) {
    if (operand.kind === REGISTER) touched |= changed(operand);
    if (operand.kind === MEMORY) {
      if (operand.base >= 0) touched |= bit(operand.base);
      if (operand.index >= 0) touched |= bit(operand.index);
    }
  }
  switch (instruction.operation) {
    case 'int':
      return touched | 0x0f; // number and arguments in eax, ebx, ecx, edx
    case 'cwd':
    case 'cbw':
    case 'lahf':
    case 'sahf':
    case 'stos':
      return touched | bit(EAX);
    default:
      return touched;
  }
}

/** Registers that a direct instruction sets whatever they were, as bits. */
export function registersReplaced({ operation, operands }: Instruction): number {
  const [to, ...from] = operands;
  if (to?.kind !== REGISTER || to.size !== 4 || !REPLACING.has(operation)) return 0;
  const isRead = from.some(({ kind, register, size, base, index }) => {
    if (kind === REGISTER) return (size === 1 ? register & 3 : register) === to.register;
    return kind === MEMORY && (base === to.register || index === to.register);
  });
  return isRead ? 0 : bit(to.register);
}

const REPLACING = new Set<OperationName>(['mov', 'lea', 'pop', 'movzx', 'movsx', 'imul3']);

function bit(register: number): number {
  return 1 << register;
}

function changed(operand: Operand | undefined): number {
  if (operand === undefined || operand.kind !== REGISTER) return 0;
  return bit(operand.size === 1 ? operand.register & 3 : operand.register);
}
