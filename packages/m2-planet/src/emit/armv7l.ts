// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * armv7l: division is a call, a call saves the link register after the arguments.
 *
 * Quirk kept: offsets lose their sign and are always subtracted, and the note of a short one is on
 * a line of its own.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import { BaseEmitter, both, type LinePair, type LineTable } from './base.ts';
import type { CodeSink, CompoundOperator, Emitter, EmitterSettings, Register } from './emitter.ts';

const compare = (unsigned: string, signed: string = unsigned): LinePair => {
  const lines = (condition: string) =>
    `'0' R0 CMP R1 AUX_ALWAYS\n!0 R0 LOADI8_ALWAYS\n!1 R0 LOADI8_${condition}\n`;
  return [lines(unsigned), lines(signed)];
};

const library = (unsigned: string, signed: string): LinePair => {
  const lines = (name: string) => `{LR} PUSH_ALWAYS\n^~${name} CALL_ALWAYS\n{LR} POP_ALWAYS\n`;
  return [lines(unsigned), lines(signed)];
};

const ARMV7L: LineTable = {
  wordSize: 4,
  registers: {
    value: 'R0',
    operand: 'R1',
    temp: 'R11',
    base: 'BP',
    return: 'LR',
    stack: 'SP',
    locals: 'R8',
    scratch: 'R9',
    callee: 'R10',
  },
  loads: {
    1: ['!0 R0 LOAD R0 MEMORY\n', 'LOADS8 R0 LOAD R0 HALF_MEMORY\n'],
    2: ['NO_OFFSET R0 LOAD R0 HALF_MEMORY\n', 'LOADS16 R0 LOAD R0 HALF_MEMORY\n'],
    4: both('!0 R0 LOAD32 R0 MEMORY\n'),
  },
  stores: {
    1: '!0 R0 STORE8 R1 MEMORY\n',
    2: 'NO_OFFSET R0 STORE16 R1 HALF_MEMORY\n',
    4: '!0 R0 STORE32 R1 MEMORY\n',
  },
  loadTarget: ['!0 R1 LOAD32 R1 MEMORY\n', 'LOADU8 R1 LOAD R1 MEMORY\n'],
  operations: {
    '*': ["'9' R0 '0' R1 MUL R0 ARITH2_ALWAYS\n", "'9' R0 '0' R1 MULS R0 ARITH2_ALWAYS\n"],
    '/': library('divide', 'divides'),
    '%': library('modulus', 'moduluss'),
    '+': both("'0' R0 R0 ADD R1 ARITH2_ALWAYS\n"),
    '-': both("'0' R0 R0 SUB R1 ARITH2_ALWAYS\n"),
    '<<': both('LEFT R1 R0 R0 SHIFT AUX_ALWAYS\n'),
    '>>': ['RIGHT R1 R0 R0 SHIFT AUX_ALWAYS\n', 'ARITH_RIGHT R1 R0 R0 SHIFT AUX_ALWAYS\n'],
    '<': compare('LO', 'L'),
    '<=': compare('LS', 'LE'),
    '>=': compare('HS', 'GE'),
    '>': compare('HI', 'G'),
    '==': compare('EQUAL'),
    '!=': compare('NE'),
    '&': both('NO_SHIFT R0 R0 AND R1 ARITH2_ALWAYS\n'),
    '&&': both('NO_SHIFT R0 R0 AND R1 ARITH2_ALWAYS\n'),
    '|': both('NO_SHIFT R0 R0 OR R1 AUX_ALWAYS\n'),
    '||': both('NO_SHIFT R0 R0 OR R1 AUX_ALWAYS\n'),
    '^': both("'0' R0 R0 XOR R1 ARITH2_ALWAYS\n"),
  },
  complement: "'0' R0 R0 MVN_ALWAYS\n",
  ret: "'1' LR RETURN\n",
};

/** The emitter for armv7l. */
export function armv7l(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new Armv7lEmitter(sink, ARMV7L, settings);
}

class Armv7lEmitter extends BaseEmitter {
  override argumentOffset(previous: number | undefined): number {
    return (previous ?? 0) + this.wordSize;
  }

  jump(prefix: string, name: string, note: string): void {
    this.branch('', prefix, name, 'ALWAYS', note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    this.branch('!0 CMPI8 R0 IMM_ALWAYS\n', prefix, name, 'EQUAL', note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    this.branch('!0 CMPI8 R0 IMM_ALWAYS\n', prefix, name, 'NE', note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    this.branch("'0' R0 CMP R1 AUX_ALWAYS\n", prefix, name, 'EQUAL', note);
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    this.text(`!0 ${this.names[register]} LOAD32 R15 MEMORY\n~0 JUMP_ALWAYS\n&`);
    this.target(prefix, name, note);
  }

  loadImmediate(register: Register, value: number, note: string): void {
    const name = this.names[register];
    if (value >= 0 && value <= 127) this.line(`!${value} ${name} LOADI8_ALWAYS`, note);
    else this.line(`!0 ${name} LOAD32 R15 MEMORY\n~0 JUMP_ALWAYS\n%${value}`, note);
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    const distance = Math.abs(offset) | 0;
    if (distance >= 0 && distance <= 127) {
      this.text(`!${distance} ${this.names[register]} SUB ${this.names[base]} ARITH_ALWAYS\n`);
    } else {
      this.move(register, base, note);
      this.subtractImmediate(register, distance, note);
    }
    this.line('', note);
  }

  move(destination: Register, source: Register, note: string): void {
    const { names } = this;
    this.line(`'0' ${names[source]} ${names[destination]} NO_SHIFT MOVE_ALWAYS`, note);
  }

  push(register: Register, note: string): void {
    this.line(`{${this.names[register]}} PUSH_ALWAYS`, note);
  }

  pop(register: Register, note: string): void {
    this.line(`{${this.names[register]}} POP_ALWAYS`, note);
  }

  add(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`'0' ${name} ${name} ADD ${this.names[source]} ARITH2_ALWAYS`, note);
  }

  dereference(register: Register, note: string): void {
    const name = this.names[register];
    this.line(`!0 ${name} LOAD32 ${name} MEMORY`, note);
  }

  /** Quirk kept: `*=` is a signed multiplication, whatever the types are. */
  override compound(operator: CompoundOperator, isSigned: boolean): void {
    super.compound(operator, isSigned || operator === '*');
  }

  override endArguments(): void {
    this.push('return', 'Protect the old link register');
    super.endArguments();
  }

  callFunction(name: string): void {
    this.text(`^~FUNCTION_${name} CALL_ALWAYS\n`);
    this.pop('return', 'Restore the old link register');
  }

  protected callValue(): void {
    this.text("'3' R0 CALL_REG_ALWAYS\n");
    this.pop('return', 'Prevent overwrite');
  }

  protected subtract(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`'0' ${this.names[source]} ${name} SUB ${name} ARITH2_ALWAYS`, note);
  }

  protected multiply(register: Register, note: string): void {
    this.line(`'9' R0 '0' ${this.names[register]} MUL R0 ARITH2_ALWAYS`, note);
  }

  private branch(
    test: string,
    prefix: string,
    name: string,
    condition: string,
    note: string,
  ): void {
    this.text(`${test}^~`);
    this.target(prefix, `${name} JUMP_${condition}`, note);
  }
}
