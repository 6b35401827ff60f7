// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What all architectures have in common: operations that are composed of simpler ones, and the ends
 * of lines.
 *
 * A subclass supplies the single instructions and tables of lines. Invariant: every operation with
 * a note ends in ` # note` and a line feed.
 *
 * Quirk kept: adding and subtracting a constant always goes through the scratch register, because
 * the tests for the short forms, written with `&&`, are bitwise in the shipped compiler and never
 * hold.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1, as the shipped binary computes
 * it.
 */
import type { Dialect } from '../dialects.ts';
import type {
  BinaryOperator,
  CodeSink,
  CompoundOperator,
  Emitter,
  EmitterSettings,
  Frame,
  Register,
} from './emitter.ts';

/** The lines for unsigned and for signed operands. */
export type LinePair = readonly [unsigned: string, signed: string];

/** The fixed lines of an architecture; each string is whole lines. */
export interface LineTable {
  readonly wordSize: 4 | 8;
  readonly registers: Readonly<Record<Register, string>>;
  /** Loads by size. */
  readonly loads: Readonly<Record<number, LinePair>>;
  /** Stores by size: the same sizes as the loads. */
  readonly stores: Readonly<Record<number, string>>;
  /** operand := the word, or the char, at operand. */
  readonly loadTarget: readonly [word: string, char: string];
  readonly operations: Readonly<Record<BinaryOperator, LinePair>>;
  readonly complement: string;
  readonly ret: string;
}

/** The same line for unsigned and signed operands. */
export function both(line: string): LinePair {
  return [line, line];
}

const COMPOUND = 'compound operation';

export abstract class BaseEmitter implements Emitter {
  readonly wordSize: number;
  readonly mainHasNoParameters: boolean = false;
  readonly endsWithStack: boolean = false;
  readonly addressPadding: string;
  readonly negativeShortPrefix: string = '@';
  protected readonly names: Readonly<Record<Register, string>>;
  protected readonly table: LineTable;
  protected readonly dialect: Dialect;
  /**
   * True if a call overwrites the caller's return address, which must then be saved around the
   * call.
   */
  protected readonly savesReturn: boolean = false;
  private sink: CodeSink;

  constructor(sink: CodeSink, table: LineTable, { dialect }: EmitterSettings) {
    this.sink = sink;
    this.dialect = dialect;
    this.table = table;
    this.names = table.registers;
    this.wordSize = table.wordSize;
    this.addressPadding = table.wordSize === 8 ? '%0 ' : '';
  }

  get canReturn(): boolean {
    return true;
  }

  get pointerTakers(): Emitter['pointerTakers'] {
    return this.dialect.keepsPointerOnStack ? 'nothing' : 'calls';
  }

  abstract jump(prefix: string, name: string, note: string): void;
  abstract jumpIfZero(prefix: string, name: string, note: string): void;
  abstract jumpIfNotZero(prefix: string, name: string, note: string): void;
  abstract jumpIfEqual(prefix: string, name: string, note: string): void;
  abstract loadAddress(register: Register, prefix: string, name: string, note: string): void;
  abstract loadImmediate(register: Register, value: number, note: string): void;
  abstract loadRelative(register: Register, base: Register, offset: number, note: string): void;
  abstract move(destination: Register, source: Register, note: string): void;
  abstract push(register: Register, note: string): void;
  abstract pop(register: Register, note: string): void;
  abstract add(destination: Register, source: Register, note: string): void;
  abstract dereference(register: Register, note: string): void;
  abstract callFunction(name: string): void;
  /** Call the function that `value` points to. */
  protected abstract callValue(): void;
  /** destination := destination - source. */
  protected abstract subtract(destination: Register, source: Register, note: string): void;
  /** value := value * register. */
  protected abstract multiply(register: Register, note: string): void;

  argumentOffset(previous: number | undefined): number {
    return (previous ?? 0) - this.wordSize;
  }

  localOffset(previous: number, size: number): number {
    return (previous - size) | 0;
  }

  nextArgument(size: number): void {
    this.subtractImmediate('value', size, 'Subtract size of variable');
  }

  frame(size: number): Frame {
    return {
      enter: this.recorded(() => {
        this.move('locals', 'stack', 'Set locals pointer');
        this.reserve(size, 'Reserve stack');
      }),
      leave: this.recorded(() => this.move('stack', 'locals', 'Undo local variables')),
    };
  }

  ret(): void {
    this.text(this.table.ret);
  }

  addImmediate(register: Register, value: number, note: string): void {
    this.loadImmediate('scratch', value, note);
    this.add(register, 'scratch', note);
  }

  subtractImmediate(register: Register, value: number, note: string): void {
    this.loadImmediate('scratch', value, note);
    this.subtract(register, 'scratch', note);
  }

  scale(factor: number, note: string): void {
    this.loadImmediate('scratch', factor, note);
    this.multiply('scratch', note);
  }

  hasSize(size: number): boolean {
    return this.table.stores[size] !== undefined;
  }

  load(size: number, isSigned: boolean): void {
    this.text(this.table.loads[size]?.[isSigned ? 1 : 0] as string);
  }

  store(size: number): void {
    this.text(this.table.stores[size] as string);
  }

  loadTarget(isChar: boolean): void {
    this.text(this.table.loadTarget[isChar ? 1 : 0]);
  }

  binary(operator: BinaryOperator, isSigned: boolean): void {
    this.text(this.table.operations[operator][isSigned ? 1 : 0]);
  }

  compound(operator: CompoundOperator, isSigned: boolean): void {
    const isSum = operator === '+' || (operator === '-' && this.dialect.emitsSums);
    if (!isSum) this.binary(operator, isSigned);
    else this.line(this.table.operations[operator][isSigned ? 1 : 0].trimEnd(), COMPOUND);
  }

  beginNegate(): void {
    this.loadImmediate('value', 0, 'primary expr');
  }

  endNegate(): void {
    this.binary('-', true);
  }

  /** !x is 1 > x, unsigned. */
  beginNot(): void {
    this.loadImmediate('value', 1, 'primary expr');
  }

  endNot(): void {
    this.binary('>', false);
  }

  complement(): void {
    this.text(this.table.complement);
  }

  beginCall(throughPointer: boolean): void {
    this.push('temp', 'Protect temp register we are going to use');
    if (this.savesReturn) this.push('return', 'Protect the old return pointer (link)');
    this.push('base', 'Protect the old base pointer');
    this.push('locals', 'Protect the old locals pointer');
    const { keepsPointerOnStack } = this.dialect;
    if (throughPointer && keepsPointerOnStack) this.push('value', 'Save function pointer on stack');
    this.move('temp', 'stack', 'Copy new base pointer');
    if (throughPointer && !keepsPointerOnStack) {
      this.move('callee', 'value', 'Save function pointer address');
    }
  }

  callPointer(): void {
    if (this.dialect.keepsPointerOnStack) {
      this.loadRelative('value', 'temp', 0, 'Address of saved function pointer');
      this.dereference('value', 'Restore function pointer from stack');
    } else this.move('value', 'callee', 'Restore function pointer');
    this.callValue();
  }

  endArguments(): void {
    this.move('base', 'temp', 'Set new base pointer');
  }

  endCall(hasArguments: boolean, throughPointer: boolean): void {
    if (hasArguments) this.move('stack', 'base', 'Clean up function arguments');
    if (throughPointer && this.dialect.keepsPointerOnStack) {
      this.pop('operand', 'Discard saved function pointer slot');
    }
    this.pop('locals', 'Restore old locals pointer');
    this.pop('base', 'Restore old base pointer');
    if (this.savesReturn) this.pop('return', 'Restore old return pointer (link)');
    this.pop('temp', 'Restore temp register');
  }

  /** Make room for `size` bytes on the stack. */
  protected reserve(size: number, note: string): void {
    this.subtractImmediate('stack', size, note);
  }

  protected text(text: string): void {
    this.sink.text(text);
  }

  /** A line of the prefix and the name. */
  protected target(prefix: string, name: string, note: string): void {
    this.sink.text(prefix);
    this.line(name, note);
  }

  /** A line of text. */
  protected line(text: string, note: string): void {
    const { sink } = this;
    sink.text(text);
    sink.text(' # ');
    sink.text(note);
    sink.text('\n');
  }

  /** The output of `body`, as text. */
  private recorded(body: () => void): string {
    const { sink } = this;
    const parts: string[] = [];
    this.sink = { text: (text) => parts.push(text) };
    body();
    this.sink = sink;
    return parts.join('');
  }
}
