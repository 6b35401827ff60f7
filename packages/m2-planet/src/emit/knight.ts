// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * knight-posix and knight-native: the stack grows up, arguments and locals lie above their
 * pointers.
 *
 * knight-native is the bare machine: `main` has no parameters and the output ends with the label
 * STACK.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import { BaseEmitter, both, type LinePair, type LineTable } from './base.ts';
import type { CodeSink, CompoundOperator, Emitter, EmitterSettings, Register } from './emitter.ts';

/** An instruction that has an unsigned and a signed form. */
const pair = (unsigned: string, signed: string): LinePair => [
  `${unsigned} R0 R1 R0\n`,
  `${signed} R0 R1 R0\n`,
];

const compare = (condition: string): LinePair => [
  `CMPU R0 R1 R0\nSET.${condition} R0 R0 1\n`,
  `CMP R0 R1 R0\nSET.${condition} R0 R0 1\n`,
];

const KNIGHT: LineTable = {
  wordSize: 4,
  registers: {
    value: 'R0',
    operand: 'R1',
    temp: 'R13',
    base: 'R14',
    return: '',
    stack: 'R15',
    locals: 'R12',
    scratch: 'R10',
    callee: 'R11',
  },
  loads: {
    1: ['LOADU8 R0 R0 0\n', 'LOAD8 R0 R0 0\n'],
    2: ['LOADU16 R0 R0 0\n', 'LOAD16 R0 R0 0\n'],
    4: both('LOAD R0 R0 0\n'),
  },
  stores: { 1: 'STORE8 R0 R1 0\n', 2: 'STORE16 R0 R1 0\n', 4: 'STORE R0 R1 0\n' },
  loadTarget: ['LOAD R1 R1 0\n', 'LOAD8 R1 R1 0\n'],
  operations: {
    '*': pair('MULU', 'MUL'),
    '/': pair('DIVU', 'DIV'),
    '%': pair('MODU', 'MOD'),
    '+': pair('ADDU', 'ADD'),
    '-': pair('SUBU', 'SUB'),
    '<<': pair('SL0', 'SAL'),
    '>>': pair('SR0', 'SAR'),
    '<': compare('L'),
    '<=': compare('LE'),
    '>=': compare('GE'),
    '>': compare('G'),
    '==': compare('E'),
    '!=': compare('NE'),
    '&': both('AND R0 R0 R1\n'),
    '&&': both('AND R0 R0 R1\n'),
    '|': both('OR R0 R0 R1\n'),
    '||': both('OR R0 R0 R1\n'),
    '^': both('XOR R0 R0 R1\n'),
  },
  complement: 'NOT R0 R0\n',
  ret: 'RET R15\n',
};

/** The emitter of single instructions adds the other way round. */
const KNIGHT_SUMS: LineTable = {
  ...KNIGHT,
  operations: { ...KNIGHT.operations, '+': ['ADDU R0 R0 R1\n', 'ADD R0 R0 R1\n'] },
};

/** The emitter for knight-posix. */
export function knightPosix(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new KnightEmitter(sink, settings, false);
}

/** The emitter for knight-native. */
export function knightNative(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new KnightEmitter(sink, settings, true);
}

class KnightEmitter extends BaseEmitter {
  override readonly mainHasNoParameters: boolean;
  override readonly endsWithStack: boolean;

  constructor(sink: CodeSink, settings: EmitterSettings, isNative: boolean) {
    super(sink, settings.dialect.emitsSums ? KNIGHT_SUMS : KNIGHT, settings);
    this.mainHasNoParameters = isNative;
    this.endsWithStack = isNative;
  }

  override argumentOffset(previous: number | undefined): number {
    return previous === undefined ? 0 : previous + this.wordSize;
  }

  override localOffset(previous: number, size: number): number {
    return (previous + size) | 0;
  }

  override nextArgument(size: number): void {
    this.addImmediate('value', size, 'Add size of variable');
  }

  jump(prefix: string, name: string, note: string): void {
    this.text('JUMP @');
    this.target(prefix, name, note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    this.text('JUMP.Z R0 @');
    this.target(prefix, name, note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    this.text('JUMP.NZ R0 @');
    this.target(prefix, name, note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    this.text('CMPU R0 R0 R1\nJUMP.E R0 @');
    this.target(prefix, name, note);
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    this.text(`LOADR ${this.names[register]} 4\nJUMP 4\n&`);
    this.target(prefix, name, note);
  }

  loadImmediate(register: Register, value: number, note: string): void {
    const name = this.names[register];
    const isShort = value < 32767 && value > -32768;
    this.line(isShort ? `LOADI ${name} ${value}` : `LOADR ${name} 4\nJUMP 4\n%${value}`, note);
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    this.line(`ADDI ${this.names[register]} ${this.names[base]} ${offset}`, note);
  }

  move(destination: Register, source: Register, note: string): void {
    this.line(`COPY ${this.names[destination]} ${this.names[source]}`, note);
  }

  push(register: Register, note: string): void {
    this.line(`PUSHR ${this.names[register]} R15`, note);
  }

  pop(register: Register, note: string): void {
    this.line(`POPR ${this.names[register]} R15`, note);
  }

  add(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`ADD ${name} ${name} ${this.names[source]}`, note);
  }

  dereference(register: Register, note: string): void {
    const name = this.names[register];
    this.line(`LOAD ${name} ${name} 0`, note);
  }

  override compound(operator: CompoundOperator, isSigned: boolean): void {
    if (this.dialect.emitsSums) super.compound(operator, isSigned);
    else this.binary(operator, isSigned);
  }

  override beginNegate(): void {}

  override endNegate(): void {
    this.text('NEG R0 R0\n');
  }

  callFunction(name: string): void {
    this.loadAddress('value', 'FUNCTION_', name, 'function call');
    this.callValue();
  }

  protected callValue(): void {
    this.text('CALL R0 R15\n');
  }

  protected override reserve(size: number, note: string): void {
    this.addImmediate('stack', size, note);
  }

  protected subtract(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`SUB ${name} ${name} ${this.names[source]}`, note);
  }

  protected multiply(register: Register, note: string): void {
    this.line(`MULU R0 ${this.names[register]} R0`, note);
  }
}
