// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * x86 and amd64: instructions with two operands, the stack grows down.
 *
 * Quirk kept: the note of a subtraction is on a line of its own.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import { BaseEmitter, both, type LinePair, type LineTable } from './base.ts';
import type { CodeSink, Emitter, EmitterSettings, Register } from './emitter.ts';

/** What distinguishes x86 and amd64. */
interface Variant extends LineTable {
  readonly callPointer: string;
  /** How an address is loaded: the instruction, and the text between the register and the label. */
  readonly address: readonly [instruction: string, separator: string];
}

/**
 * The lines for the operators, from the names of the four general registers and of the instruction
 * that widens the first.
 */
function operations(
  a: string,
  b: string,
  c: string,
  d: string,
  widen: string,
): LineTable['operations'] {
  const compare = (unsigned: string, signed: string = unsigned): LinePair => {
    const lines = (condition: string) => `cmp_${b},${a}\nset${condition}_al\nmovzx_${a},al\n`;
    return [lines(unsigned), lines(signed)];
  };
  const divide = (rest: string): LinePair => [
    `xchg_${b},${a}\nxor_edx,edx\ndiv_${b}\n${rest}`,
    `xchg_${b},${a}\n${widen}\nidiv_${b}\n${rest}`,
  ];
  const shift = (name: string) => `mov_${c},${a}\nmov_${a},${b}\n${name}_${a},cl\n`;
  return {
    '*': [`mul_${b}\n`, `imul_${b}\n`],
    '/': divide(''),
    '%': divide(`mov_${a},${d}\n`),
    '+': both(`add_${a},${b}\n`),
    '-': both(`sub_${b},${a}\nmov_${a},${b}\n`),
    '<<': [shift('shl'), shift('sal')],
    '>>': [shift('shr'), shift('sar')],
    '<': compare('b', 'l'),
    '<=': compare('be', 'le'),
    '>=': compare('ae', 'ge'),
    '>': compare('a', 'g'),
    '==': compare('e'),
    '!=': compare('ne'),
    '&': both(`and_${a},${b}\n`),
    '&&': both(`and_${a},${b}\n`),
    '|': both(`or_${a},${b}\n`),
    '||': both(`or_${a},${b}\n`),
    '^': both(`xor_${a},${b}\n`),
  };
}

const X86: Variant = {
  wordSize: 4,
  registers: {
    value: 'eax',
    operand: 'ebx',
    temp: 'edi',
    base: 'ebp',
    return: '',
    stack: 'esp',
    locals: 'esi',
    scratch: 'ecx',
    callee: 'edx',
  },
  loads: {
    1: ['movzx_eax,BYTE_PTR_[eax]\n', 'movsx_eax,BYTE_PTR_[eax]\n'],
    2: ['movzx_eax,WORD_PTR_[eax]\n', 'movsx_eax,WORD_PTR_[eax]\n'],
    4: both('mov_eax,[eax]\n'),
  },
  stores: { 1: 'mov_[ebx],al\n', 2: 'mov_[ebx],ax\n', 4: 'mov_[ebx],eax\n' },
  loadTarget: ['mov_ebx,[ebx]\n', 'movsx_ebx,BYTE_PTR_[ebx]\n'],
  operations: operations('eax', 'ebx', 'ecx', 'edx', 'cdq'),
  complement: 'not_eax\n',
  ret: 'ret\n',
  callPointer: 'call_eax\n',
  address: ['mov_', ', &'],
};

const AMD64: Variant = {
  wordSize: 8,
  registers: {
    value: 'rax',
    operand: 'rbx',
    temp: 'rdi',
    base: 'rbp',
    return: '',
    stack: 'rsp',
    locals: 'r13',
    scratch: 'r14',
    callee: 'r15',
  },
  loads: {
    1: ['movzx_rax,BYTE_PTR_[rax]\n', 'movsx_rax,BYTE_PTR_[rax]\n'],
    2: ['movzx_rax,WORD_PTR_[rax]\n', 'movsx_rax,WORD_PTR_[rax]\n'],
    4: ['mov_eax,[rax]\n', 'movsx_rax,DWORD_PTR_[rax]\n'],
    8: both('mov_rax,[rax]\n'),
  },
  stores: {
    1: 'mov_[rbx],al\n',
    2: 'mov_[rbx],ax\n',
    4: 'mov_[rbx],eax\n',
    8: 'mov_[rbx],rax\n',
  },
  loadTarget: ['mov_rbx,[rbx]\n', 'movsx_rbx,BYTE_PTR_[rbx]\n'],
  operations: operations('rax', 'rbx', 'rcx', 'rdx', 'cqo'),
  complement: 'not_rax\n',
  ret: 'ret\n',
  callPointer: 'call_rax\n',
  address: ['lea_', ',[rip+DWORD] %'],
};

/** The emitter for x86. */
export function x86(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new X86Emitter(sink, X86, settings);
}

/** The emitter for amd64. */
export function amd64(sink: CodeSink, settings: EmitterSettings): Emitter {
  return new X86Emitter(sink, AMD64, settings);
}

class X86Emitter extends BaseEmitter {
  private readonly variant: Variant;

  constructor(sink: CodeSink, variant: Variant, settings: EmitterSettings) {
    super(sink, variant, settings);
    this.variant = variant;
  }

  /**
   * On x86 the pointer is in edx, which also gets the upper half of each product and the remainder
   * of each division.
   */
  override get pointerTakers(): Emitter['pointerTakers'] {
    const takers = super.pointerTakers;
    return takers === 'calls' && this.names.callee === 'edx' ? 'calls and products' : takers;
  }

  jump(prefix: string, name: string, note: string): void {
    this.text('jmp %');
    this.target(prefix, name, note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    const { value } = this.names;
    this.text(`test_${value},${value}\nje %`);
    this.target(prefix, name, note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    const { value } = this.names;
    this.text(`test_${value},${value}\njne %`);
    this.target(prefix, name, note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    const { value, operand } = this.names;
    this.text(`cmp_${operand},${value}\nje %`);
    this.target(prefix, name, note);
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    const [instruction, separator] = this.variant.address;
    this.text(instruction);
    this.text(this.names[register]);
    this.text(separator);
    this.target(prefix, name, note);
  }

  /**
   * Zero is loaded by clearing the 32-bit half of the register, which is shorter and clears all of
   * it.
   */
  loadImmediate(register: Register, value: number, note: string): void {
    const name = this.names[register];
    if (value === 0) {
      const half = `e${name.slice(1)}`;
      this.line(`xor_${half},${half}`, note);
    } else {
      this.text('mov_');
      this.text(name);
      this.text(', %');
      this.line(String(value), note);
    }
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    this.text('lea_');
    this.text(this.names[register]);
    this.text(',[');
    this.text(this.names[base]);
    this.text('+DWORD] %');
    this.line(String(offset), note);
  }

  move(destination: Register, source: Register, note: string): void {
    this.two('mov_', destination, source, note);
  }

  push(register: Register, note: string): void {
    this.text('push_');
    this.line(this.names[register], note);
  }

  pop(register: Register, note: string): void {
    this.text('pop_');
    this.line(this.names[register], note);
  }

  add(destination: Register, source: Register, note: string): void {
    this.two('add_', destination, source, note);
  }

  dereference(register: Register, note: string): void {
    const name = this.names[register];
    this.text('mov_');
    this.text(name);
    this.text(',[');
    this.text(name);
    this.line(']', note);
  }

  callFunction(name: string): void {
    this.text('call %FUNCTION_');
    this.text(name);
    this.text('\n');
  }

  protected callValue(): void {
    this.text(this.variant.callPointer);
  }

  protected subtract(destination: Register, source: Register, note: string): void {
    this.text('sub_');
    this.text(this.names[destination]);
    this.text(',');
    this.text(this.names[source]);
    this.line('\n', note);
  }

  protected multiply(register: Register, note: string): void {
    this.text('mul_');
    this.line(this.names[register], note);
  }

  private two(instruction: string, destination: Register, source: Register, note: string): void {
    this.text(instruction);
    this.text(this.names[destination]);
    this.text(',');
    this.line(this.names[source], note);
  }
}
