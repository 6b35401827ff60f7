// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * riscv32 and riscv64: comparisons are made of slt and xor, large constants of pieces.
 *
 * Quirks kept: the upper part of a far local's offset is loaded and lost; the note of a jump if not
 * zero is on a line of its own.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import { BaseEmitter, both, type LinePair, type LineTable } from './base.ts';
import type { CodeSink, Emitter, EmitterSettings, Register } from './emitter.ts';

/** "rd_a0 rs1_a1 rs2_a0 instruction". */
const three = (instruction: string): string => `rd_a0 rs1_a1 rs2_a0 ${instruction}\n`;

const less = (operands: string, negated: boolean): LinePair => {
  const rest = negated ? 'rd_a0 rs1_a0 !1 xori\n' : '';
  return [`rd_a0 ${operands} sltu\n${rest}`, `rd_a0 ${operands} slt\n${rest}`];
};

const ONE_ZERO = 'rs1_a1 rs2_a0';
const ZERO_ONE = 'rs1_a0 rs2_a1';

/** The lines of an architecture whose words have `wordSize` bytes. */
function table(wordSize: 4 | 8): LineTable {
  const word = wordSize === 4 ? 'w' : 'd';
  const shared = {
    1: ['rd_a0 rs1_a0 lbu\n', 'rd_a0 rs1_a0 lb\n'],
    2: ['rd_a0 rs1_a0 lhu\n', 'rd_a0 rs1_a0 lh\n'],
    4: [`rd_a0 rs1_a0 ${wordSize === 4 ? 'lw' : 'lwu'}\n`, 'rd_a0 rs1_a0 lw\n'],
  } as const;
  const stores = {
    1: 'rs1_a1 rs2_a0 sb\n',
    2: 'rs1_a1 rs2_a0 sh\n',
    4: 'rs1_a1 rs2_a0 sw\n',
  };
  return {
    wordSize,
    registers: {
      value: 'a0',
      operand: 'a1',
      temp: 'tp',
      base: 'fp',
      return: 'ra',
      stack: 'sp',
      locals: 't3',
      scratch: 't4',
      callee: 't5',
    },
    loads: wordSize === 4 ? shared : { ...shared, 8: both('rd_a0 rs1_a0 ld\n') },
    stores: wordSize === 4 ? stores : { ...stores, 8: 'rs1_a1 rs2_a0 sd\n' },
    loadTarget: [`rd_a1 rs1_a1 l${word}\n`, 'rd_a1 rs1_a1 lbu\n'],
    operations: {
      '*': both(three('mul')),
      '/': [three('divu'), three('div')],
      '%': [three('remu'), three('rem')],
      '+': both(three('add')),
      '-': both(three('sub')),
      '<<': both(three('sll')),
      '>>': [three('srl'), three('sra')],
      '<': less(ONE_ZERO, false),
      '<=': less(ZERO_ONE, true),
      '>=': less(ONE_ZERO, true),
      '>': less(ZERO_ONE, false),
      '==': both(`rd_a0 ${ZERO_ONE} sub\nrd_a0 rs1_a0 !1 sltiu\n`),
      '!=': both(`rd_a0 ${ZERO_ONE} sub\nrd_a0 rs2_a0 sltu\n`),
      '&': both(three('and')),
      '&&': both(three('and')),
      '|': both(three('or')),
      '||': both(three('or')),
      '^': both(three('xor')),
    },
    complement: 'rd_a0 rs1_a0 not\n',
    ret: 'ret\n',
  };
}

const RISCV32: LineTable = table(4);
const RISCV64: LineTable = table(8);

/** The emitter for riscv32. */
export function riscv32(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new RiscvEmitter(sink, RISCV32, settings);
}

/** The emitter for riscv64. */
export function riscv64(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new RiscvEmitter(sink, RISCV64, settings);
}

class RiscvEmitter extends BaseEmitter {
  override readonly negativeShortPrefix = '$';
  protected override readonly savesReturn = true;
  /** The last letter of the instructions that load and store a word. */
  private readonly word: string;
  private readonly logicalShiftRight: boolean;

  constructor(sink: CodeSink, lines: LineTable, settings: EmitterSettings) {
    super(sink, lines, settings);
    this.logicalShiftRight = settings.logicalShiftRight;
    this.word = lines.wordSize === 4 ? 'w' : 'd';
  }

  jump(prefix: string, name: string, note: string): void {
    this.text('$');
    this.target(prefix, `${name} jal`, note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    this.text('rs1_a0 @8 bnez\n');
    this.jump(prefix, name, note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    this.text('rs1_a0 @8 beqz\n$');
    this.target(prefix, `${name} jal\n`, note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    this.text('rd_a0 rs1_a0 rs2_a1 sub\nrs1_a0 @8 bnez\n');
    this.jump(prefix, name, note);
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    const register_ = this.names[register];
    this.text(`rd_${register_} ~${prefix}${name} auipc\nrd_${register_} rs1_${register_} !`);
    this.target(prefix, `${name} addi`, note);
  }

  loadImmediate(register: Register, value: number, note: string): void {
    const name = this.names[register];
    if (isShort(value)) this.line(`rd_${name} !${value} addi`, note);
    else if (value >> 30 === 0) this.line(pieces(name, value), note);
    else {
      const high = this.logicalShiftRight ? value >>> 30 : value >> 30;
      const low = (high << 30) ^ value;
      this.text(`${pieces(name, high)}\nrd_${name} rs1_${name} rs2_x30 slli\n`);
      this.line(`${pieces('t1', low)}\nrd_${name} rs1_${name} rs2_t1 or`, note);
    }
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    const name = this.names[register];
    if (isShort(offset)) this.line(`rd_${name} rs1_${this.names[base]} !${offset} addi`, note);
    else {
      this.text(`rd_${name} ~${offset} lui\n`);
      this.line(`rd_${name} rs1_${this.names[base]} !${offset} addi`, note);
    }
  }

  move(destination: Register, source: Register, note: string): void {
    this.line(`rd_${this.names[destination]} rs1_${this.names[source]} mv`, note);
  }

  push(register: Register, note: string): void {
    const { wordSize, word } = this;
    const name = this.names[register];
    this.line(`rd_sp rs1_sp !-${wordSize} addi\nrs1_sp rs2_${name} s${word}`, note);
  }

  pop(register: Register, note: string): void {
    const { wordSize, word } = this;
    this.line(`rd_${this.names[register]} rs1_sp l${word}\nrd_sp rs1_sp !${wordSize} addi`, note);
  }

  add(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`rd_${name} rs1_${this.names[source]} rs2_${name} add`, note);
  }

  dereference(register: Register, note: string): void {
    const name = this.names[register];
    this.line(`rd_${name} rs1_${name} l${this.word}`, note);
  }

  override beginNot(): void {}

  override endNot(): void {
    this.text('rd_a0 rs1_a0 !1 sltiu\n');
  }

  callFunction(name: string): void {
    this.text(`rd_ra $FUNCTION_${name} jal\n`);
  }

  protected callValue(): void {
    this.text('rd_ra rs1_a0 jalr\n');
  }

  protected subtract(destination: Register, source: Register, note: string): void {
    const name = this.names[destination];
    this.line(`rd_${name} rs1_${name} rs2_${this.names[source]} sub`, note);
  }

  protected multiply(register: Register, note: string): void {
    this.line(`rd_a0 rs1_${this.names[register]} rs2_a0 mul`, note);
  }
}

/** True for a number that fits into the immediate of addi. */
function isShort(value: number): boolean {
  return value >= -2048 && value <= 2047;
}

/** The upper and lower part of a constant, without the end of the last line. */
function pieces(name: string, value: number): string {
  return `rd_${name} ~${value} lui\nrd_${name} rs1_${name} !${value} addi`;
}
