// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * x86 and amd64: two-operand instructions, the stack grows down.
 *
 * Quirk kept: adding and subtracting a constant always goes through the scratch register, because the
 * tests for the short forms, written with `&&`, are bitwise in the shipped compiler and never hold.
 * Quirk kept: the note of a subtraction stands on a line of its own.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1, as the shipped binary computes it.
 */
import type {
  BinaryOperator,
  CodeSink,
  CompoundOperator,
  Emitter,
  Frame,
  Register,
} from './emitter.ts';

/** What tells the members of the family apart. */
interface Variant {
  readonly wordSize: 4 | 8;
  readonly registers: Readonly<Record<Register, string>>;
  /** Instruction lines by size and signedness. */
  readonly loads: Readonly<Record<number, readonly [unsigned: string, signed: string]>>;
  readonly stores: Readonly<Record<number, string>>;
  readonly charTarget: string;
  readonly operations: Readonly<
    Record<BinaryOperator, readonly [unsigned: string, signed: string]>
  >;
  readonly not: string;
  readonly complement: string;
  readonly callPointer: string;
  readonly addressPadding: string;
  /** Between a register and a label, where an address is loaded; and the instruction. */
  readonly loadAddress: readonly [instruction: string, separator: string];
}

/** The lines of the operators, which both members spell alike but for register names. */
function operations(
  a: string,
  b: string,
  c: string,
  d: string,
  widen: string,
): Variant['operations'] {
  const both = (line: string) => [line, line] as const;
  const compare = (unsigned: string, signed: string = unsigned) => {
    const lines = (condition: string) => `cmp_${b},${a}\nset${condition}_al\nmovzx_${a},al\n`;
    return [lines(unsigned), lines(signed)] as const;
  };
  const divide = (rest: string) =>
    [
      `xchg_${b},${a}\nxor_edx,edx\ndiv_${b}\n${rest}`,
      `xchg_${b},${a}\n${widen}\nidiv_${b}\n${rest}`,
    ] as const;
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
    zero: 'eax',
    one: 'ebx',
    temp: 'edi',
    base: 'ebp',
    return: '',
    stack: 'esp',
    locals: 'esi',
    emitTemp: 'ecx',
    temp2: 'edx',
  },
  loads: {
    1: ['movzx_eax,BYTE_PTR_[eax]\n', 'movsx_eax,BYTE_PTR_[eax]\n'],
    2: ['movzx_eax,WORD_PTR_[eax]\n', 'movsx_eax,WORD_PTR_[eax]\n'],
    4: ['mov_eax,[eax]\n', 'mov_eax,[eax]\n'],
  },
  stores: { 1: 'mov_[ebx],al\n', 2: 'mov_[ebx],ax\n', 4: 'mov_[ebx],eax\n' },
  charTarget: 'movsx_ebx,BYTE_PTR_[ebx]\n',
  operations: operations('eax', 'ebx', 'ecx', 'edx', 'cdq'),
  not: 'cmp_ebx,eax\nseta_al\nmovzx_eax,al\n',
  complement: 'not_eax\n',
  callPointer: 'call_eax\n',
  addressPadding: '',
  loadAddress: ['mov_', ', &'],
};

/** The emitter for x86. */
export function x86(sink: CodeSink): Emitter {
  return new X86Emitter(sink, X86);
}

class X86Emitter implements Emitter {
  readonly wordSize: number;
  readonly mainHasNoParameters = false;
  readonly endsWithStack = false;
  readonly addressPadding: string;
  readonly negativeShortPrefix = '@';
  private readonly sink: CodeSink;
  private readonly variant: Variant;
  private readonly names: Readonly<Record<Register, string>>;

  constructor(sink: CodeSink, variant: Variant) {
    this.sink = sink;
    this.variant = variant;
    this.names = variant.registers;
    this.wordSize = variant.wordSize;
    this.addressPadding = variant.addressPadding;
  }

  argumentOffset(previous: number | undefined): number {
    return (previous ?? 0) - this.wordSize;
  }

  localOffset(previous: number, size: number): number {
    return (previous - size) | 0;
  }

  nextArgument(size: number): void {
    this.subtractImmediate('zero', size, 'Subtract size of variable');
  }

  frame(size: number): Frame {
    const { stack, locals, emitTemp } = this.names;
    const reserve = `${this.immediate('emitTemp', size)} # Reserve stack\nsub_${stack},${emitTemp}\n # Reserve stack\n`;
    return {
      enter: `mov_${locals},${stack} # Set locals pointer\n${reserve}`,
      leave: `mov_${stack},${locals} # Undo local variables\n`,
    };
  }

  jump(prefix: string, name: string, note: string): void {
    this.sink.text('jmp %');
    this.target(prefix, name, note);
  }

  jumpIfZero(prefix: string, name: string, note: string): void {
    const { zero } = this.names;
    this.sink.text(`test_${zero},${zero}\nje %`);
    this.target(prefix, name, note);
  }

  jumpIfNotZero(prefix: string, name: string, note: string): void {
    const { zero } = this.names;
    this.sink.text(`test_${zero},${zero}\njne %`);
    this.target(prefix, name, note);
  }

  jumpIfEqual(prefix: string, name: string, note: string): void {
    const { zero, one } = this.names;
    this.sink.text(`cmp_${one},${zero}\nje %`);
    this.target(prefix, name, note);
  }

  ret(): void {
    this.sink.text('ret\n');
  }

  loadAddress(register: Register, prefix: string, name: string, note: string): void {
    const [instruction, separator] = this.variant.loadAddress;
    const { sink } = this;
    sink.text(instruction);
    sink.text(this.names[register]);
    sink.text(separator);
    this.target(prefix, name, note);
  }

  loadImmediate(register: Register, value: number, note: string): void {
    this.line(this.immediate(register, value), note);
  }

  loadRelative(register: Register, base: Register, offset: number, note: string): void {
    const { sink } = this;
    sink.text('lea_');
    sink.text(this.names[register]);
    sink.text(',[');
    sink.text(this.names[base]);
    sink.text('+DWORD] %');
    this.line(String(offset), note);
  }

  move(destination: Register, source: Register, note: string): void {
    this.two('mov_', destination, source, note);
  }

  push(register: Register, note: string): void {
    this.sink.text('push_');
    this.line(this.names[register], note);
  }

  pop(register: Register, note: string): void {
    this.sink.text('pop_');
    this.line(this.names[register], note);
  }

  addImmediate(register: Register, value: number, note: string): void {
    this.loadImmediate('emitTemp', value, note);
    this.add(register, 'emitTemp', note);
  }

  subtractImmediate(register: Register, value: number, note: string): void {
    this.loadImmediate('emitTemp', value, note);
    const { sink, names } = this;
    sink.text('sub_');
    sink.text(names[register]);
    sink.text(',');
    sink.text(names.emitTemp);
    this.line('\n', note);
  }

  scale(value: number, note: string): void {
    this.loadImmediate('emitTemp', value, note);
    this.sink.text('mul_');
    this.line(this.names.emitTemp, note);
  }

  add(destination: Register, source: Register, note: string): void {
    this.two('add_', destination, source, note);
  }

  dereference(register: Register, note: string): void {
    const name = this.names[register];
    const { sink } = this;
    sink.text('mov_');
    sink.text(name);
    sink.text(',[');
    sink.text(name);
    this.line(']', note);
  }

  hasSize(size: number): boolean {
    return this.variant.stores[size] !== undefined;
  }

  load(size: number, isSigned: boolean): void {
    this.sink.text(this.variant.loads[size]?.[isSigned ? 1 : 0] as string);
  }

  store(size: number): void {
    this.sink.text(this.variant.stores[size] as string);
  }

  loadTarget(isChar: boolean): void {
    const { one } = this.names;
    this.sink.text(isChar ? this.variant.charTarget : `mov_${one},[${one}]\n`);
  }

  binary(operator: BinaryOperator, isSigned: boolean): void {
    this.sink.text(this.variant.operations[operator][isSigned ? 1 : 0]);
  }

  compound(operator: CompoundOperator, isSigned: boolean): void {
    if (operator === '+') this.add('zero', 'one', 'compound operation');
    else this.binary(operator, isSigned);
  }

  beginNegate(): void {
    this.loadImmediate('zero', 0, 'primary expr');
  }

  endNegate(): void {
    this.binary('-', true);
  }

  beginNot(): void {
    this.loadImmediate('zero', 1, 'primary expr');
  }

  endNot(): void {
    this.sink.text(this.variant.not);
  }

  complement(): void {
    this.sink.text(this.variant.complement);
  }

  beginCall(): void {
    this.push('temp', 'Protect temp register we are going to use');
    this.push('base', 'Protect the old base pointer');
    this.push('locals', 'Protect the old locals pointer');
    this.move('temp', 'stack', 'Copy new base pointer');
  }

  endArguments(): void {
    this.move('base', 'temp', 'Set new base pointer');
  }

  callFunction(name: string): void {
    const { sink } = this;
    sink.text('call %FUNCTION_');
    sink.text(name);
    sink.text('\n');
  }

  callPointer(): void {
    this.sink.text(this.variant.callPointer);
  }

  endCall(hasArguments: boolean): void {
    if (hasArguments) this.move('stack', 'base', 'Clean up function arguments');
    this.pop('locals', 'Restore old locals pointer');
    this.pop('base', 'Restore old base pointer');
    this.pop('temp', 'Restore temp register');
  }

  /** Zeroing clears the 32-bit half of a register, which is shorter and clears all of it. */
  private immediate(register: Register, value: number): string {
    const name = this.names[register];
    const half = `e${name.slice(1)}`;
    return value === 0 ? `xor_${half},${half}` : `mov_${name}, %${value}`;
  }

  private two(instruction: string, destination: Register, source: Register, note: string): void {
    const { sink, names } = this;
    sink.text(instruction);
    sink.text(names[destination]);
    sink.text(',');
    this.line(names[source], note);
  }

  private target(prefix: string, name: string, note: string): void {
    this.sink.text(prefix);
    this.line(name, note);
  }

  private line(text: string, note: string): void {
    const { sink } = this;
    sink.text(text);
    sink.text(' # ');
    sink.text(note);
    sink.text('\n');
  }
}
