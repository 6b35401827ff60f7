// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What each x87 operation of the table does, for the interpreter: one handler for each operation.
 *
 * A handler fetches the operands, computes, stores what goes to memory, and only then changes the
 * unit. So a memory fault leaves everything as it was.
 */
import { type Instruction, type Operand, STACK } from '../decode.ts';
import { MachineError } from '../errors.ts';
import { ARITHMETIC, CARRY, PARITY, ZERO as ZERO_FLAG } from '../flags.ts';
import type { Interpreter } from '../interpreter.ts';
import {
  add,
  type Binary,
  compare,
  divide,
  multiply,
  type Order,
  squareRoot,
  subtract,
  type Unary,
  withoutNumber,
} from './arithmetic.ts';
import { fromDecimal, fromShort, toDecimal, toShort, toSized } from './convert.ts';
import { loadState, storeState } from './environment.ts';
import { extract, fromInteger, MORE, remainder, roundToInteger, scaleBy } from './exact.ts';
import { timesLogarithm } from './logarithm.ts';
import {
  type Extended,
  FIRST_BIT,
  INDEFINITE,
  type Kind,
  kindOf,
  negated,
  readExtended,
  writeExtended,
  ZERO,
} from './number.ts';
import { DENORMAL, DOWN, INVALID, modeOf, OVERFLOW, TRUNCATE, UNDERFLOW, UP } from './round.ts';
import { INEXACT_OPERATIONS, type InexactOperation, type X87Operation } from './table.ts';
import { BEFORE_RESULT, C0, C1, C2, C3, type Fpu } from './unit.ts';

type Handler = (cpu: Interpreter, instruction: Instruction) => void;
/** The body of an instruction that computes. */
type Work = (unit: Fpu, cpu: Interpreter, instruction: Instruction) => void;

/** If one of these is raised and not masked, nothing is stored in memory. */
const BEFORE_STORE = BEFORE_RESULT | OVERFLOW | UNDERFLOW;

function operand(instruction: Instruction, index: number): Operand {
  return instruction.operands[index] as Operand;
}

/** A handler that first checks for pending exceptions; it becomes the unit's last instruction. */
function computing(work: Work): Handler {
  return (cpu, instruction) => {
    const { fpu } = cpu;
    fpu.begin(instruction.address);
    work(fpu, cpu, instruction);
    const memory = instruction.operands.at(-1);
    if (memory !== undefined && memory.kind !== STACK) fpu.operand = cpu.address(memory);
  };
}

// Operands

/** The number that an operand names; undefined if its register is empty. */
function real(unit: Fpu, cpu: Interpreter, from: Operand): Extended | undefined {
  if (from.kind === STACK) return unit.get(from.register);
  const view = viewOf(cpu.loadBytes(cpu.address(from), from.size));
  if (from.size === 10) return readExtended(view);
  const isSingle = from.size === 4;
  const bits = isSingle ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  const { value, denormal } = fromShort(bits, isSingle ? 4 : 8);
  if (denormal) unit.fromDenormal = true;
  return value;
}

/** An integer in memory, as a number. */
function integer(_unit: Fpu, cpu: Interpreter, from: Operand): Extended {
  const address = cpu.address(from);
  if (from.size !== 8) return fromInteger(BigInt(cpu.load(address, from.size)));
  return fromInteger(viewOf(cpu.loadBytes(address, 8)).getBigInt64(0, true));
}

type Source = typeof real;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** `value` as `size` bytes, lowest first. */
function bytesOf(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, value);
  for (let at = 0; at < size; at++, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

// Arithmetic

interface SumOptions {
  readonly source?: Source;
  /** True if the operands are swapped. */
  readonly reversed?: boolean;
  readonly pops?: boolean;
}

/** destination = f(destination, source) */
function sum(
  f: Binary,
  { source = real, reversed = false, pops = false }: SumOptions = {},
): Handler {
  return computing((unit, cpu, i) => {
    const to = operand(i, 0).register;
    const a = unit.get(to);
    const b = source(unit, cpu, operand(i, 1));
    const result =
      a === undefined || b === undefined
        ? unit.underflow()
        : reversed
          ? f(unit, b, a)
          : f(unit, a, b);
    if (!unit.settle()) return;
    unit.put(to, result);
    if (pops) unit.pop();
  });
}

/** The four forms of an operation with two operands. */
function sums(f: Binary): Record<'plain' | 'reversed' | 'popped' | 'reversedPopped', Handler> {
  return {
    plain: sum(f),
    reversed: sum(f, { reversed: true }),
    popped: sum(f, { pops: true }),
    reversedPopped: sum(f, { reversed: true, pops: true }),
  };
}

/** st = f(st) */
function onTop(f: Unary): Handler {
  return computing((unit) => {
    const a = unit.get(0);
    const result = a === undefined ? unit.underflow() : f(unit, a);
    if (unit.settle()) unit.put(0, result);
  });
}

const scale: Handler = computing((unit) => {
  const [a, b] = [unit.get(0), unit.get(1)];
  const result = a === undefined || b === undefined ? unit.underflow() : scaleBy(unit, a, b);
  if (unit.settle()) unit.put(0, result);
});

const split: Handler = computing((unit) => {
  const a = unit.get(0);
  let parts = { exponent: INDEFINITE, significand: INDEFINITE };
  if (a === undefined) unit.underflow();
  else if (unit.get(7) !== undefined) unit.overflow();
  else parts = extract(unit, a);
  if (!unit.settle()) return;
  unit.put(0, parts.exponent);
  unit.push(parts.significand);
});

function remaining(nearest: boolean): Handler {
  return computing((unit) => {
    const [a, b] = [unit.get(0), unit.get(1)];
    const { value, quotient } =
      a === undefined || b === undefined
        ? { value: unit.underflow(), quotient: undefined }
        : remainder(unit, a, b, nearest);
    unit.setConditions(0, C2);
    if (!unit.settle()) return;
    unit.put(0, value);
    if (quotient === undefined) return;
    const bit = (number: number, condition: number): number =>
      ((quotient >> number) & 1) === 0 ? 0 : condition;
    const more = quotient === MORE ? C2 : 0;
    unit.setConditions(more | bit(2, C0) | bit(1, C3) | bit(0, C1), C0 | C1 | C2 | C3);
  });
}

// Comparisons

interface ComparisonOptions {
  readonly source?: Source;
  /** True if a quiet NaN is not an exception. */
  readonly quiet?: boolean;
  readonly pops?: number;
  /** True if the result goes to EFLAGS. */
  readonly flags?: boolean;
}

function comparison(options: ComparisonOptions = {}): Handler {
  const { source = real, quiet = false, pops = 0, flags = false } = options;
  return computing((unit, cpu, i) => {
    const a = unit.get(0);
    const b = i.operands.length === 0 ? unit.get(1) : source(unit, cpu, operand(i, 1));
    let order: Order;
    const isEmpty = a === undefined || b === undefined;
    if (isEmpty) unit.underflow();
    else order = compare(unit, a, b, quiet);
    const before = unit.statusWord & C1;
    const counts = unit.settle();
    // A comparison that sets EFLAGS changes only the exceptions in the status word.
    if (flags && !isEmpty) unit.setConditions(before, C1);
    if (!flags) unit.setConditions(conditionsOf(order));
    // A processor sets the flags even if an exception is not masked.
    else setFlags(cpu, order);
    if (!counts) return;
    for (let pop = 0; pop < pops; pop++) unit.pop();
  });
}

function conditionsOf(order: Order): number {
  if (order === undefined) return C0 | C2 | C3;
  return order < 0 ? C0 : order === 0 ? C3 : 0;
}

function setFlags(cpu: Interpreter, order: Order): void {
  const unordered = ZERO_FLAG | PARITY | CARRY;
  const bits = order === undefined ? unordered : order < 0 ? CARRY : order === 0 ? ZERO_FLAG : 0;
  cpu.flags.unpack((cpu.flags.pack() & ~ARITHMETIC) | bits);
}

const test: Handler = computing((unit) => {
  const a = unit.get(0);
  let order: Order;
  if (a === undefined) unit.underflow();
  else order = compare(unit, a, ZERO, false);
  unit.settle();
  unit.setConditions(conditionsOf(order));
});

const CLASSES: Readonly<Record<Kind, number>> = {
  unsupported: 0,
  quiet: C0,
  signalling: C0,
  normal: C2,
  infinity: C2 | C0,
  zero: C3,
  denormal: C3 | C2,
};

const examine: Handler = computing((unit) => {
  const a = unit.get(0);
  const kind = a === undefined ? C3 | C0 : CLASSES[kindOf(a)];
  const sign = unit.content(0).negative ? C1 : 0;
  unit.setConditions(kind | sign, C0 | C1 | C2 | C3);
});

// Moves

/** Push the number that `source` returns; `undefined` means an empty register. */
function pushing(source: Source): Handler {
  return computing((unit, cpu, i) => push(unit, source(unit, cpu, operand(i, 0))));
}

function push(unit: Fpu, x: Extended | undefined): void {
  const hasPlace = unit.get(7) === undefined;
  let value = x ?? INDEFINITE;
  if (x === undefined) unit.underflow();
  else if (!hasPlace) value = unit.overflow();
  // A denormal number is loaded even if its exception is not masked.
  if (unit.settle(INVALID)) unit.push(value);
}

/** fld: from a short format, a NaN becomes quiet and a denormal number raises its exception. */
function loaded(unit: Fpu, cpu: Interpreter, from: Operand): Extended | undefined {
  const x = real(unit, cpu, from);
  if (x === undefined || from.kind === STACK || from.size === 10) return x;
  if (unit.get(7) !== undefined) return x;
  if (unit.fromDenormal) unit.raised |= DENORMAL;
  return withoutNumber(unit, x, x) ?? x;
}

/** A store of the top of the stack; `bytes` computes what memory gets. */
function storing(
  bytes: (unit: Fpu, x: Extended, size: number) => Uint8Array,
  { pops = false, before = BEFORE_STORE } = {},
): Handler {
  return computing((unit, cpu, i) => {
    const to = operand(i, 0);
    const x = unit.get(0) ?? unit.underflow();
    if (to.kind === STACK) {
      if (!unit.settle()) return;
      unit.put(to.register, x);
    } else {
      const stored = bytes(unit, x, to.size);
      if (!unit.stops(before)) cpu.storeBytes(cpu.address(to), stored);
      if (!unit.settle(before)) return;
    }
    if (pops) unit.pop();
  });
}

function realBytes(unit: Fpu, x: Extended, size: number): Uint8Array {
  if (size !== 10) return bytesOf(toShort(unit, x, size === 4 ? 4 : 8), size);
  const bytes = new Uint8Array(10);
  writeExtended(x, viewOf(bytes));
  return bytes;
}

function integerBytes(unit: Fpu, x: Extended, size: number): Uint8Array {
  return bytesOf(toSized(unit, x, size === 2 ? 2 : size === 4 ? 4 : 8), size);
}

function decimalBytes(unit: Fpu, x: Extended): Uint8Array {
  return bytesOf(toDecimal(unit, x), 10);
}

const exchange: Handler = computing((unit, _cpu, i) => {
  const { register } = operand(i, 1);
  const [a, b] = [unit.get(0), unit.get(register)];
  if (a === undefined || b === undefined) unit.underflow();
  if (!unit.settle()) return;
  unit.put(0, b ?? INDEFINITE);
  unit.put(register, a ?? INDEFINITE);
});

const moveIf: Handler = computing((unit, cpu, i) => {
  const { register } = operand(i, 1);
  const [a, b] = [unit.get(0), unit.get(register)];
  if (a === undefined || b === undefined) {
    const value = unit.underflow();
    if (unit.settle()) unit.put(0, value);
  } else if (cpu.flags.holds(i.condition)) unit.put(0, b);
});

/**
 * A constant, rounded as the control word says.
 * @param significand that of the number nearest to the constant.
 * @param isAbove true if that number is above the constant; undefined if it is exact.
 */
function constant(exponent: number, significand: bigint, isAbove?: boolean): Handler {
  return computing((unit) => {
    const mode = modeOf(unit.control);
    let last = 0n;
    if (isAbove === true && (mode === DOWN || mode === TRUNCATE)) last = -1n;
    if (isAbove === false && mode === UP) last = 1n;
    push(unit, { negative: false, exponent, significand: significand + last });
  });
}

/** A handler that changes the unit without computing; it raises no exception. */
function plain(change: (unit: Fpu, i: Instruction) => void): Handler {
  return computing((unit, _cpu, i) => {
    unit.settle();
    change(unit, i);
  });
}

// Control

/** A control instruction: it does not become the unit's last instruction. */
function control(waits: boolean, work: Work): Handler {
  return (cpu, instruction) => {
    if (waits) cpu.fpu.wait();
    work(cpu.fpu, cpu, instruction);
  };
}

const storeEnvironment: Work = (unit, cpu, i) => {
  const to = operand(i, 0);
  cpu.storeBytes(cpu.address(to), storeState(unit, to.size));
};

const loadEnvironment: Work = (unit, cpu, i) => {
  const from = operand(i, 0);
  loadState(unit, cpu.loadBytes(cpu.address(from), from.size));
};

const ALL_MASKS = 0x3f;

const additions = sums(add);
const products = sums(multiply);
const differences = sums(subtract);
const quotients = sums(divide);
const OF_INTEGER = { source: integer } as const;
const POP = { pops: true } as const;

function refused(unit: Fpu, operation: InexactOperation): never {
  unit.wait();
  throw new MachineError(
    'not-exact',
    `${operation} is not supported: its result differs between processors`,
  );
}

const inexact = Object.fromEntries(
  INEXACT_OPERATIONS.map((operation) => [
    operation,
    (cpu: Interpreter) => refused(cpu.fpu, operation),
  ]),
) as unknown as Readonly<Record<InexactOperation, Handler>>;

const logarithm: Handler = computing((unit) => {
  if (!unit.roundFunctions) refused(unit, 'fyl2x');
  const [x, y] = [unit.get(0), unit.get(1)];
  const result = x === undefined || y === undefined ? unit.underflow() : timesLogarithm(unit, y, x);
  if (!unit.settle()) return;
  unit.put(1, result);
  unit.pop();
});

export const X87_HANDLERS: Readonly<Record<X87Operation, Handler>> = {
  ...inexact,
  fyl2x: logarithm,
  fadd: additions.plain,
  faddp: additions.popped,
  fiadd: sum(add, OF_INTEGER),
  fmul: products.plain,
  fmulp: products.popped,
  fimul: sum(multiply, OF_INTEGER),
  fsub: differences.plain,
  fsubr: differences.reversed,
  fsubp: differences.popped,
  fsubrp: differences.reversedPopped,
  fisub: sum(subtract, OF_INTEGER),
  fisubr: sum(subtract, { ...OF_INTEGER, reversed: true }),
  fdiv: quotients.plain,
  fdivr: quotients.reversed,
  fdivp: quotients.popped,
  fdivrp: quotients.reversedPopped,
  fidiv: sum(divide, OF_INTEGER),
  fidivr: sum(divide, { ...OF_INTEGER, reversed: true }),
  fsqrt: onTop(squareRoot),
  frndint: onTop(roundToInteger),
  fchs: onTop((_unit, a) => negated(a)),
  fabs: onTop((_unit, a) => ({ ...a, negative: false })),
  fscale: scale,
  fxtract: split,
  fprem: remaining(false),
  fprem1: remaining(true),
  fcom: comparison(),
  fcomp: comparison({ pops: 1 }),
  fcompp: comparison({ pops: 2 }),
  fucom: comparison({ quiet: true }),
  fucomp: comparison({ quiet: true, pops: 1 }),
  fucompp: comparison({ quiet: true, pops: 2 }),
  ficom: comparison(OF_INTEGER),
  ficomp: comparison({ ...OF_INTEGER, pops: 1 }),
  fcomi: comparison({ flags: true }),
  fcomip: comparison({ flags: true, pops: 1 }),
  fucomi: comparison({ quiet: true, flags: true }),
  fucomip: comparison({ quiet: true, flags: true, pops: 1 }),
  ftst: test,
  fxam: examine,
  fld: pushing(loaded),
  fild: pushing(integer),
  fbld: pushing((_unit, cpu, from) => {
    const view = viewOf(cpu.loadBytes(cpu.address(from), 10));
    return fromDecimal(view.getBigUint64(0, true) | (BigInt(view.getUint16(8, true)) << 64n));
  }),
  fst: storing(realBytes),
  fstp: storing(realBytes, POP),
  fist: storing(integerBytes),
  fistp: storing(integerBytes, POP),
  fbstp: storing(decimalBytes, POP),
  fxch: exchange,
  fcmov: moveIf,
  ffree: plain((unit, i) => unit.free(operand(i, 0).register)),
  ffreep: plain((unit, i) => {
    unit.free(operand(i, 0).register);
    unit.pop();
  }),
  fincstp: plain((unit) => unit.turn(1)),
  fdecstp: plain((unit) => unit.turn(-1)),
  fnop: computing(() => {}),
  fld1: constant(0x3fff, FIRST_BIT),
  fldl2t: constant(0x4000, 0xd49a784bcd1b8afen, false),
  fldl2e: constant(0x3fff, 0xb8aa3b295c17f0bcn, true),
  fldpi: constant(0x4000, 0xc90fdaa22168c235n, true),
  fldlg2: constant(0x3ffd, 0x9a209a84fbcff799n, true),
  fldln2: constant(0x3ffe, 0xb17217f7d1cf79acn, true),
  fldz: constant(0, 0n),
  fldcw: control(true, (unit, cpu, i) => {
    unit.control = cpu.load(cpu.address(operand(i, 0)), 2);
  }),
  fnstcw: control(false, (unit, cpu, i) => {
    cpu.store(cpu.address(operand(i, 0)), 2, unit.control);
  }),
  fnstsw: control(false, (unit, cpu, i) => cpu.write(operand(i, 0), unit.statusWord)),
  fnstenv: control(false, (unit, cpu, i) => {
    storeEnvironment(unit, cpu, i);
    unit.control |= ALL_MASKS;
  }),
  fldenv: control(true, loadEnvironment),
  fnsave: control(false, (unit, cpu, i) => {
    storeEnvironment(unit, cpu, i);
    unit.reset();
  }),
  frstor: control(true, loadEnvironment),
  fninit: control(false, (unit) => unit.reset()),
  fnclex: control(false, (unit) => unit.clearExceptions()),
  fwait: control(true, () => {}),
};
