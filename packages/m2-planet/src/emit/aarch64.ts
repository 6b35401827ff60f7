// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * aarch64: constants and addresses are loaded from the code after the load, jumps go through X16.
 *
 * Quirk kept: offsets lose their sign and are always subtracted, and their note is repeated on a
 * line of its own.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import { BaseEmitter, both, type LinePair, type LineTable } from './base.ts';
import type { CodeSink, Emitter, EmitterSettings, Register } from './emitter.ts';

const compare = (unsigned: string, signed: string = unsigned): LinePair => {
  const lines = (condition: string) =>
    `CMP_X1_X0\nSET_X0_TO_1\nSKIP_INST_${condition}\nSET_X0_TO_0\n`;
  return [lines(unsigned), lines(signed)];
};

const AARCH64: LineTable = {
  wordSize: 8,
  registers: {
    value: 'X0',
    operand: 'X1',
    temp: 'X16',
    base: 'BP',
    return: 'LR',
    stack: 'SP',
    locals: 'X13',
    scratch: 'X14',
    callee: 'X15',
  },
  loads: {
    1: ['DEREF_X0_BYTE\n', 'LDRSB_X0_[X0]\n'],
    2: ['LDRH_W0_[X0]\n', 'LDRSH_X0_[X0]\n'],
    4: both('LDR_W0_[X0]\n'),
    8: both('DEREF_X0\n'),
  },
  stores: {
    1: 'STR_BYTE_W0_[X1]\n',
    2: 'STRH_W0_[X1]\n',
    4: 'STR_W0_[X1]\n',
    8: 'STR_X0_[X1]\n',
  },
  loadTarget: ['DEREF_X1\n', 'DEREF_X1_BYTE\n'],
  operations: {
    '*': both('MUL_X0_X1_X0\n'),
    '/': ['UDIV_X0_X1_X0\n', 'SDIV_X0_X1_X0\n'],
    '%': ['UDIV_X2_X1_X0\nMSUB_X0_X0_X2_X1\n', 'SDIV_X2_X1_X0\nMSUB_X0_X0_X2_X1\n'],
    '+': both('ADD_X0_X1_X0\n'),
    '-': both('SUB_X0_X1_X0\n'),
    '<<': both('LSHIFT_X0_X1_X0\n'),
    '>>': ['LOGICAL_RSHIFT_X0_X1_X0\n', 'ARITH_RSHIFT_X0_X1_X0\n'],
    '<': compare('LO', 'LT'),
    '<=': compare('LS', 'LE'),
    '>=': compare('HS', 'GE'),
    '>': compare('HI', 'GT'),
    '==': compare('EQ'),
    '!=': compare('NE'),
    '&': both('AND_X0_X1_X0\n'),
    '&&': both('AND_X0_X1_X0\n'),
    '|': both('OR_X0_X1_X0\n'),
    '||': both('OR_X0_X1_X0\n'),
    '^': both('XOR_X0_X1_X0\n'),
  },
  complement: 'MVN_X0\n',
  ret: 'RETURN\n',
};

/** The emitter for aarch64. */
export function aarch64(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new Aarch64Emitter(sink, AARCH64, settings);
}

class Aarch64Emitter extends BaseEmitter {
  protected override readonly savesReturn = true;

  override get canReturn(): boolean {
    return this.dialect.returnsOnAarch64;
  }

  override argumentOffset(previous: number | undefined): number {
    return (previous ?? 0) + this.wordSize;
  }

  jump(prefix: string, name: string, note: string): void {
    this.loadAddress('temp', prefix, name, note);
    this.line('BR_X16', note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    this.text('CBNZ_X0_PAST_BR\n');
    this.jump(prefix, name, note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    this.text('CBZ_X0_PAST_BR\n');
    this.jump(prefix, name, note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    this.text('CMP_X1_X0\n');
    this.loadAddress('temp', prefix, name, note);
    this.line('SKIP_INST_NE\nBR_X16', note);
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    this.text(`LOAD_W${this.names[register].slice(1)}_AHEAD\nSKIP_32_DATA\n&`);
    this.target(prefix, name, note);
  }

  loadImmediate(register: Register, value: number, note: string): void {
    const name = this.names[register];
    const isZero = value === 0 && (register === 'value' || register === 'operand');
    if (isZero || (value === 1 && register === 'value')) {
      this.line(`SET_${name}_TO_${value}`, note);
    } else this.line(`LOAD_W${name.slice(1)}_AHEAD\nSKIP_32_DATA\n%${value}`, note);
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    this.move(register, base, note);
    this.subtractImmediate(register, Math.abs(offset) | 0, note);
    this.line('', note);
  }

  move(destination: Register, source: Register, note: string): void {
    this.line(`SET_${this.names[destination]}_FROM_${this.names[source]}`, note);
  }

  push(register: Register, note: string): void {
    this.line(`PUSH_${this.names[register]}`, note);
  }

  pop(register: Register, note: string): void {
    this.line(`POP_${this.names[register]}`, note);
  }

  add(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`ADD_${name}_${this.names[source]}_${name}`, note);
  }

  dereference(register: Register, note: string): void {
    this.line(`DEREF_${this.names[register]}`, note);
  }

  callFunction(name: string): void {
    this.loadAddress('temp', 'FUNCTION_', name, 'function call');
    this.text('BLR_X16\n');
  }

  protected callValue(): void {
    this.move('temp', 'value', 'function pointer call');
    this.text('BLR_X16\n');
  }

  protected subtract(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`SUB_${name}_${name}_${this.names[source]}`, note);
  }

  protected multiply(register: Register, note: string): void {
    this.line(`MUL_X0_${this.names[register]}_X0`, note);
  }
}
