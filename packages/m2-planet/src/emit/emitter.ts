// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The interface between the parser and an architecture.
 *
 * The parser compiles for a machine with two working registers: `value` has the result so far,
 * `operand` the left operand of an operator, or the address to store at. It calls for operations;
 * an emitter writes the lines that carry them out. Everything that differs between architectures,
 * word size and direction of the stack included, is hidden by this interface.
 *
 * The `note` of an operation becomes the comment after its line, which is part of the output
 * format.
 * Behaviour defined by cc_emit.c and cc_core.c of M2-Planet 1.13.1.
 */
import type { Dialect } from '../dialects.ts';

/** The registers for which code is written. Each architecture has its own names for them. */
export type Register =
  | 'value'
  | 'operand'
  | 'temp'
  | 'base'
  | 'return'
  | 'stack'
  | 'locals'
  | 'scratch'
  | 'callee';

/** Operators with two operands, spelled as in C. */
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '<='
  | '>='
  | '>'
  | '=='
  | '!='
  | '&'
  | '&&'
  | '|'
  | '||'
  | '^';

/** Operators of assignments like `+=`, without the equals sign. */
export type CompoundOperator = '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '^' | '|';

/** What an emitter needs to know about the compilation. */
export interface EmitterSettings {
  readonly dialect: Dialect;
  /** See the option of the same name. */
  readonly logicalShiftRight: boolean;
}

/** Receives text for the function that is being compiled. */
export interface CodeSink {
  /** Append text whose characters are below U+0100. */
  text(text: string): void;
}

/** The lines around a function's body that make room for its locals. */
export interface Frame {
  /** Right after the function's label. */
  readonly enter: string;
  /** Before each return. */
  readonly leave: string;
}

export interface Emitter {
  /** Bytes of a register, an int and a pointer. */
  readonly wordSize: number;
  /** True if `main` must not have parameters. */
  readonly mainHasNoParameters: boolean;
  /** True for the bare machine, whose output ends with the label STACK. */
  readonly endsWithStack: boolean;

  /**
   * Where an argument is, relative to `base`: the one after the argument at `previous`, or the
   * first one.
   */
  argumentOffset(previous: number | undefined): number;
  /**
   * Where a local of `size` bytes (whole words) is, relative to `locals`, if the one before it is
   * at `previous`.
   */
  localOffset(previous: number, size: number): number;
  /** Turn `value`, the address of an argument, into the address of the next one. */
  nextArgument(size: number): void;
  /** The lines that reserve and free `size` bytes of locals. */
  frame(size: number): Frame;

  jump(prefix: string, name: string, note: string): void;
  jumpIfZero(prefix: string, name: string, note: string): void;
  jumpIfNotZero(prefix: string, name: string, note: string): void;
  /** Jump if `value` equals `operand`. */
  jumpIfEqual(prefix: string, name: string, note: string): void;
  /** False if upstream crashes when it writes a return. */
  readonly canReturn: boolean;
  ret(): void;

  loadAddress(register: Register, prefix: string, name: string, note: string): void;
  loadImmediate(register: Register, value: number, note: string): void;
  /** register := base register + offset. */
  loadRelative(register: Register, base: Register, offset: number, note: string): void;
  move(destination: Register, source: Register, note: string): void;
  push(register: Register, note: string): void;
  pop(register: Register, note: string): void;
  addImmediate(register: Register, value: number, note: string): void;
  subtractImmediate(register: Register, value: number, note: string): void;
  /** value := value * factor. */
  scale(factor: number, note: string): void;
  add(destination: Register, source: Register, note: string): void;

  /** register := the word at register. */
  dereference(register: Register, note: string): void;
  /** True if a value of `size` bytes can be loaded and stored. */
  hasSize(size: number): boolean;
  /** value := the `size` bytes at value. */
  load(size: number, isSigned: boolean): void;
  /** Store the low `size` bytes of `value` at `operand`. */
  store(size: number): void;
  /** operand := the word (or the char) at operand, for a compound assignment. */
  loadTarget(isChar: boolean): void;

  /** value := operand operator value. */
  binary(operator: BinaryOperator, isSigned: boolean): void;
  /** value := operand operator value, in a compound assignment. */
  compound(operator: CompoundOperator, isSigned: boolean): void;
  /**
   * Called before the operand of a unary minus is computed, and after that (value has moved to
   * operand).
   */
  beginNegate(): void;
  endNegate(): void;
  beginNot(): void;
  endNot(): void;
  complement(): void;

  /**
   * Save the caller's registers, and also `value` if it points to the function that is called; note
   * the stack for a new base.
   */
  beginCall(throughPointer: boolean): void;
  /** Called between the arguments and the call. */
  endArguments(): void;
  callFunction(name: string): void;
  /** Call the function that `value` pointed to before the arguments. */
  callPointer(): void;
  /** Undo beginCall. */
  endCall(hasArguments: boolean, throughPointer: boolean): void;

  /** What follows `&GLOBAL_STORAGE_x` and similar addresses, to fill a word. */
  readonly addressPadding: string;
  /** What overwrites the register that holds a function pointer during its call. */
  readonly pointerTakers: 'nothing' | 'calls' | 'calls and products';
  /** The prefix of a negative two-byte number in data. */
  readonly negativeShortPrefix: string;
}
