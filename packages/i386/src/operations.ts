// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What each operation of the instruction table does, for the interpreter: one handler for each.
 *
 * Handlers follow the pseudo-code of the Intel SDM, volume 2. Operands are read before anything is
 * written, so that a fault leaves the state as it was. Flags that the manual leaves undefined get
 * some value; instructions.ts lists them.
 */
import {
  add,
  compare,
  logical,
  negate,
  rotate,
  shift,
  shiftDouble,
  subtract,
  unsigned,
} from './arithmetic.ts';
import { IMMEDIATE, type Instruction, MEMORY, type Operand, extend as signed } from './decode.ts';
import { hex, MachineError } from './errors.ts';
import { ADJUST, ALIGNMENT, CARRY, PARITY, SIGN, TRAP, ZERO } from './flags.ts';
import type { OperationName } from './instructions.ts';
import type { Interpreter } from './interpreter.ts';
import { PROCESSOR_HANDLERS } from './processor.ts';
import { EAX, EBP, EBX, ECX, EDX, ESP } from './registers.ts';
import { compareString, loadString, moveString, scanString, storeString } from './strings.ts';
import { X87_HANDLERS } from './x87/operations.ts';

export type Handler = (cpu: Interpreter, instruction: Instruction) => void;

const LAHF = CARRY | PARITY | ADJUST | ZERO | SIGN;

function operand(instruction: Instruction, index: number): Operand {
  return instruction.operands[index] as Operand;
}

/** destination = f(destination, source). */
function binary(
  f: (flags: Interpreter['flags'], a: number, b: number, size: number) => number,
): Handler {
  return (cpu, i) => {
    const to = operand(i, 0);
    cpu.write(to, f(cpu.flags, cpu.read(to), cpu.read(operand(i, 1)), i.size));
  };
}

/** inc and dec: like add and sub with 1, but the carry does not change. */
function step(f: typeof add): Handler {
  return (cpu, i) => {
    const to = operand(i, 0);
    const { carry } = cpu.flags;
    const before = cpu.read(to);
    const result = f(cpu.flags, before, 1, i.size);
    cpu.flags.carry = carry;
    cpu.write(to, result);
  };
}

/** A count of zero changes nothing, flags included. */
function shiftBy(f: typeof shift): (name: string) => Handler {
  return (name) => (cpu, i) => {
    const to = operand(i, 0);
    const count = cpu.read(operand(i, 1)) & 31;
    const value = cpu.read(to);
    cpu.write(to, count === 0 ? value : f(cpu.flags, name, value, count, i.size));
  };
}
const shifted = shiftBy(shift);
const rotated = shiftBy(rotate);

function doubleShift(left: boolean): Handler {
  return (cpu, i) => {
    const to = operand(i, 0);
    const count = cpu.read(operand(i, 2)) & 31;
    const value = cpu.read(to);
    const filler = cpu.read(operand(i, 1));
    cpu.write(to, count === 0 ? value : shiftDouble(cpu.flags, left, value, filler, count, i.size));
  };
}

/**
 * bt and similar operations. If the bit number is in a register, they reach beyond the memory
 * operand.
 */
function bit(change: (word: number, mask: number) => number): Handler {
  return (cpu, i) => {
    const to = operand(i, 0);
    const from = operand(i, 1);
    const width = i.size * 8;
    const number = cpu.read(from);
    const mask = 1 << (number & (width - 1));
    if (to.kind === MEMORY && from.kind !== IMMEDIATE) {
      const address = cpu.address(to) + Math.floor(number / width) * i.size;
      const word = cpu.load(address, i.size);
      if (change !== KEEP) cpu.store(address, i.size, change(word, mask));
      cpu.flags.carry = (word & mask) !== 0;
      return;
    }
    const word = cpu.read(to);
    if (change !== KEEP) cpu.write(to, change(word, mask));
    cpu.flags.carry = (word & mask) !== 0;
  };
}
const KEEP = (word: number): number => word;

function scan(upwards: boolean): Handler {
  return (cpu, i) => {
    const value = unsigned(cpu.read(operand(i, 1)), i.size);
    cpu.flags.setLogical(value === 0 ? 0 : 1);
    if (value === 0) return; // the destination does not change
    const lowest = 31 - Math.clz32(value & -value);
    cpu.write(operand(i, 0), upwards ? lowest : 31 - Math.clz32(value));
  };
}

function multiply(isSigned: boolean): Handler {
  return (cpu, i) => {
    const { size, operands } = i;
    const widen = isSigned ? signed : unsigned;
    const a = widen(cpu.readRegister(EAX, size), size);
    const b = widen(cpu.read(operands[0] as Operand), size);
    const product = BigInt(a) * BigInt(b);
    const low = signed(Number(BigInt.asIntN(32, product)), size);
    const high = signed(Number(BigInt.asIntN(32, product >> BigInt(size * 8))), size);
    if (size === 1) cpu.writeRegister(EAX, 2, Number(product));
    else {
      cpu.writeRegister(EAX, size, low);
      cpu.writeRegister(EDX, size, high);
    }
    cpu.flags.setLogical(low);
    const fits = isSigned ? high === low >> 31 : high === 0;
    cpu.flags.carry = !fits;
    cpu.flags.overflow = !fits;
  };
}

/** imul with two or three operands: the low half only. */
function multiplyInto(cpu: Interpreter, i: Instruction): void {
  const [to, ...factors] = i.operands as [Operand, Operand, Operand?];
  const a = cpu.read(factors[1] === undefined ? to : factors[1]);
  const b = cpu.read(factors[0]);
  const low = signed(Math.imul(a, b), i.size);
  cpu.flags.setLogical(low);
  const fits = BigInt(a) * BigInt(b) === BigInt(low);
  cpu.flags.carry = !fits;
  cpu.flags.overflow = !fits;
  cpu.write(to, low);
}

function divide(isSigned: boolean): Handler {
  return (cpu, i) => {
    const { size } = i;
    const bits = size * 8;
    const high = BigInt(size === 1 ? cpu.readRegister(4, 1) : cpu.readRegister(EDX, size));
    const low = BigInt(unsigned(cpu.readRegister(EAX, size), size));
    const both = (high << BigInt(bits)) | low;
    const dividend = isSigned ? both : BigInt.asUintN(bits * 2, both);
    const by = cpu.read(operand(i, 0));
    const divisor = BigInt(isSigned ? by : unsigned(by, size));
    if (divisor === 0n) throw cpu.divideError();
    const quotient = dividend / divisor;
    const cut = isSigned ? BigInt.asIntN(bits, quotient) : BigInt.asUintN(bits, quotient);
    if (cut !== quotient) throw cpu.divideError();
    cpu.writeRegister(EAX, size, Number(BigInt.asIntN(32, quotient)));
    const rest = Number(BigInt.asIntN(32, dividend % divisor));
    if (size === 1) cpu.writeRegister(4, 1, rest);
    else cpu.writeRegister(EDX, size, rest);
  };
}

function jumpTo(cpu: Interpreter, target: number): void {
  cpu.eip = target | 0;
}

function loopWhile(condition: (cpu: Interpreter) => boolean): Handler {
  return (cpu, i) => {
    const size = i.shortAddress ? 2 : 4;
    const count = signed(cpu.readRegister(ECX, size) - 1, size);
    cpu.writeRegister(ECX, size, count);
    if (count !== 0 && condition(cpu)) jumpTo(cpu, operand(i, 0).value);
  };
}

function call(cpu: Interpreter, target: number): void {
  cpu.push(cpu.eip);
  jumpTo(cpu, target);
}

/** pushf and popf, of the flags that a user program may see and set. */
function popFlags(cpu: Interpreter, i: Instruction): void {
  const esp = cpu.registers[ESP] as number;
  const bits = cpu.load(esp, i.size);
  if ((bits & TRAP) !== 0 || (i.size === 4 && (bits & ALIGNMENT) !== 0)) {
    throw new MachineError(
      'unknown-opcode',
      'sets the trap or alignment flag, which is not supported',
    );
  }
  cpu.flags.unpack(i.size === 2 ? (cpu.flags.pack() & ~0xffff) | (bits & 0xffff) : bits);
  cpu.registers[ESP] = esp + i.size;
}

function enter(cpu: Interpreter, i: Instruction): void {
  const size = i.size;
  const room = operand(i, 0).value & 0xffff;
  const level = operand(i, 1).value & 31;
  let esp = ((cpu.registers[ESP] as number) - size) | 0;
  cpu.store(esp, size, cpu.registers[EBP] as number);
  const frame = esp;
  for (let n = 1; n < level; n++) {
    esp = (esp - size) | 0;
    cpu.store(esp, size, cpu.load((cpu.registers[EBP] as number) - n * size, size));
  }
  if (level > 0) {
    esp = (esp - size) | 0;
    cpu.store(esp, size, frame);
  }
  cpu.writeRegister(EBP, size, frame);
  cpu.registers[ESP] = esp - room;
}

function pushAll(cpu: Interpreter, i: Instruction): void {
  const esp = cpu.registers[ESP] as number;
  // The lowest word is written first. If that faults, no register and no word in use has changed.
  for (let number = 7; number >= 0; number--) {
    const value = number === ESP ? esp : (cpu.registers[number] as number);
    cpu.store((esp - (number + 1) * i.size) | 0, i.size, value);
  }
  cpu.registers[ESP] = esp - 8 * i.size;
}

function popAll(cpu: Interpreter, i: Instruction): void {
  const esp = cpu.registers[ESP] as number;
  const values = Array.from({ length: 8 }, (_, at) => cpu.load((esp + at * i.size) | 0, i.size));
  for (let at = 0; at < 8; at++) {
    if (7 - at !== ESP) cpu.writeRegister(7 - at, i.size, values[at] as number);
  }
  cpu.registers[ESP] = esp + 8 * i.size;
}

/** pop m computes its address with the new value of esp. */
function pop(cpu: Interpreter, i: Instruction): void {
  const esp = cpu.registers[ESP] as number;
  const value = cpu.load(esp, i.size);
  cpu.registers[ESP] = esp + i.size;
  try {
    cpu.write(operand(i, 0), value);
  } catch (error) {
    cpu.registers[ESP] = esp;
    throw error;
  }
}

function compareExchange(cpu: Interpreter, i: Instruction): void {
  const to = operand(i, 0);
  const found = cpu.read(to);
  compare(cpu.flags, cpu.readRegister(EAX, i.size), found, i.size);
  if (cpu.flags.zeroOf === 0) cpu.write(to, cpu.read(operand(i, 1)));
  else cpu.writeRegister(EAX, i.size, found);
}

function compareExchange8(cpu: Interpreter, i: Instruction): void {
  const address = cpu.address(operand(i, 0));
  const low = cpu.load(address, 4);
  const high = cpu.load(address + 4, 4);
  const equal = low === cpu.registers[EAX] && high === cpu.registers[EDX];
  const others = cpu.flags.pack() & ~ZERO;
  if (equal) {
    cpu.store(address, 4, cpu.registers[EBX] as number);
    cpu.store(address + 4, 4, cpu.registers[ECX] as number);
  } else {
    cpu.registers[EAX] = low;
    cpu.registers[EDX] = high;
  }
  cpu.flags.unpack(others | (equal ? ZERO : 0));
}

/** daa and das: correct al after an addition or subtraction of packed decimal digits. */
function decimalAdjust(sign: 1 | -1): Handler {
  return (cpu) => {
    const { flags } = cpu;
    const al = cpu.readRegister(EAX, 1) & 0xff;
    const hadCarry = flags.carry;
    let result = al;
    let carry = false;
    let adjust = false;
    if ((al & 15) > 9 || flags.adjust) {
      result += 6 * sign;
      carry = hadCarry || result > 0xff || result < 0;
      adjust = true;
    }
    if (al > 0x99 || hadCarry) {
      result += 0x60 * sign;
      carry = true;
    }
    cpu.writeRegister(EAX, 1, result);
    flags.setLogical(signed(result, 1));
    flags.carry = carry;
    flags.adjust = adjust;
  };
}

/** aaa and aas: the same for a single unpacked digit. */
function asciiAdjust(sign: 1 | -1): Handler {
  return (cpu) => {
    const { flags } = cpu;
    const ax = cpu.readRegister(EAX, 2);
    const apply = (ax & 15) > 9 || flags.adjust;
    const result = apply ? ax + 0x106 * sign : ax;
    cpu.writeRegister(EAX, 2, (result & 0xff00) | (result & 15));
    flags.setLogical(result & 15);
    flags.carry = apply;
    flags.adjust = apply;
  };
}

function interrupt(cpu: Interpreter, i: Instruction): void {
  const vector = operand(i, 0).value & 0xff;
  if (vector === 3) throw new MachineError('breakpoint', 'a breakpoint');
  if (vector !== 0x80) throw new MachineError('unknown-interrupt', `interrupt ${hex(vector)}`);
  cpu.systemCall();
}

export const HANDLERS: Readonly<Record<OperationName, Handler>> = {
  add: binary((flags, a, b, size) => add(flags, a, b, size)),
  adc: binary((flags, a, b, size) => add(flags, a, b, size, flags.carry ? 1 : 0)),
  sub: binary((flags, a, b, size) => subtract(flags, a, b, size)),
  sbb: binary((flags, a, b, size) => subtract(flags, a, b, size, flags.carry ? 1 : 0)),
  and: binary((flags, a, b) => logical(flags, a & b)),
  or: binary((flags, a, b) => logical(flags, a | b)),
  xor: binary((flags, a, b) => logical(flags, a ^ b)),
  cmp: (cpu, i) => compare(cpu.flags, cpu.read(operand(i, 0)), cpu.read(operand(i, 1)), i.size),
  test: (cpu, i) => {
    logical(cpu.flags, cpu.read(operand(i, 0)) & cpu.read(operand(i, 1)));
  },
  inc: step(add),
  dec: step(subtract),
  not: (cpu, i) => cpu.write(operand(i, 0), ~cpu.read(operand(i, 0))),
  neg: (cpu, i) => {
    cpu.write(operand(i, 0), negate(cpu.flags, cpu.read(operand(i, 0)), i.size));
  },
  mul: multiply(false),
  imul: multiply(true),
  imul2: multiplyInto,
  imul3: multiplyInto,
  div: divide(false),
  idiv: divide(true),
  rol: rotated('rol'),
  ror: rotated('ror'),
  rcl: rotated('rcl'),
  rcr: rotated('rcr'),
  shl: shifted('shl'),
  shr: shifted('shr'),
  sar: shifted('sar'),
  shld: doubleShift(true),
  shrd: doubleShift(false),
  bt: bit(KEEP),
  bts: bit((word, mask) => word | mask),
  btr: bit((word, mask) => word & ~mask),
  btc: bit((word, mask) => word ^ mask),
  bsf: scan(true),
  bsr: scan(false),
  bswap: (cpu, i) => {
    const to = operand(i, 0);
    const value = cpu.read(to);
    const swapped =
      (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
    cpu.write(to, i.size === 2 ? 0 : swapped); // undefined for 16 bits; zero on real processors
  },
  cmpxchg: compareExchange,
  cmpxchg8b: compareExchange8,
  xadd: (cpu, i) => {
    const a = cpu.read(operand(i, 0));
    const b = cpu.read(operand(i, 1));
    const sum = add(cpu.flags, a, b, i.size);
    if (operand(i, 0).kind === MEMORY) cpu.write(operand(i, 0), sum);
    cpu.write(operand(i, 1), a);
    if (operand(i, 0).kind !== MEMORY) cpu.write(operand(i, 0), sum);
  },
  mov: (cpu, i) => cpu.write(operand(i, 0), cpu.read(operand(i, 1))),
  movsx: (cpu, i) => cpu.write(operand(i, 0), cpu.read(operand(i, 1))),
  movzx: (cpu, i) => {
    const from = operand(i, 1);
    cpu.write(operand(i, 0), unsigned(cpu.read(from), from.size));
  },
  lea: (cpu, i) => cpu.write(operand(i, 0), cpu.address(operand(i, 1))),
  xchg: (cpu, i) => {
    const a = cpu.read(operand(i, 0));
    const b = cpu.read(operand(i, 1));
    cpu.write(operand(i, 0), b);
    cpu.write(operand(i, 1), a);
  },
  cmov: (cpu, i) => {
    const value = cpu.read(operand(i, 1));
    if (cpu.flags.holds(i.condition)) cpu.write(operand(i, 0), value);
  },
  set: (cpu, i) => cpu.write(operand(i, 0), cpu.flags.holds(i.condition) ? 1 : 0),
  push: (cpu, i) => cpu.push(cpu.read(operand(i, 0)), i.size),
  pop,
  pusha: pushAll,
  popa: popAll,
  pushf: (cpu, i) => cpu.push(cpu.flags.pack(), i.size),
  popf: popFlags,
  lahf: (cpu) => cpu.writeRegister(4, 1, cpu.flags.pack() & 0xff),
  sahf: (cpu) => {
    const { flags } = cpu;
    flags.unpack((flags.pack() & ~LAHF) | (cpu.readRegister(4, 1) & LAHF));
  },
  enter,
  leave: (cpu, i) => {
    const frame = cpu.registers[EBP] as number;
    cpu.writeRegister(EBP, i.size, cpu.load(frame, i.size));
    cpu.registers[ESP] = frame + i.size;
  },
  cbw: (cpu, i) => cpu.writeRegister(EAX, i.size, cpu.readRegister(EAX, i.size / 2)),
  cwd: (cpu, i) => cpu.writeRegister(EDX, i.size, cpu.readRegister(EAX, i.size) >> 31),
  xlat: (cpu, i) => {
    const address = (cpu.registers[EBX] as number) + ((cpu.registers[EAX] as number) & 0xff);
    cpu.writeRegister(EAX, 1, cpu.load(i.shortAddress ? address & 0xffff : address | 0, 1));
  },
  salc: (cpu) => cpu.writeRegister(EAX, 1, cpu.flags.carry ? -1 : 0),
  clc: (cpu) => {
    cpu.flags.carry = false;
  },
  stc: (cpu) => {
    cpu.flags.carry = true;
  },
  cmc: (cpu) => {
    cpu.flags.carry = !cpu.flags.carry;
  },
  cld: (cpu) => {
    cpu.flags.direction = false;
  },
  std: (cpu) => {
    cpu.flags.direction = true;
  },
  daa: decimalAdjust(1),
  das: decimalAdjust(-1),
  aaa: asciiAdjust(1),
  aas: asciiAdjust(-1),
  aam: (cpu, i) => {
    const base = operand(i, 0).value & 0xff;
    if (base === 0) throw cpu.divideError();
    const al = cpu.readRegister(EAX, 1) & 0xff;
    cpu.writeRegister(EAX, 2, (Math.floor(al / base) << 8) | (al % base));
    cpu.flags.setLogical(signed(al % base, 1));
  },
  aad: (cpu, i) => {
    const ax = cpu.readRegister(EAX, 2);
    const al = ((ax & 0xff) + ((ax >> 8) & 0xff) * (operand(i, 0).value & 0xff)) & 0xff;
    cpu.writeRegister(EAX, 2, al);
    cpu.flags.setLogical(signed(al, 1));
  },
  movs: moveString,
  stos: storeString,
  lods: loadString,
  cmps: compareString,
  scas: scanString,
  jcc: (cpu, i) => {
    if (cpu.flags.holds(i.condition)) jumpTo(cpu, operand(i, 0).value);
  },
  jmp: (cpu, i) => jumpTo(cpu, operand(i, 0).value),
  jmpIndirect: (cpu, i) => jumpTo(cpu, cpu.read(operand(i, 0))),
  call: (cpu, i) => call(cpu, operand(i, 0).value),
  callIndirect: (cpu, i) => call(cpu, cpu.read(operand(i, 0))),
  ret: (cpu, i) => {
    jumpTo(cpu, cpu.pop());
    const dropped = i.operands[0]?.value ?? 0;
    cpu.registers[ESP] = (cpu.registers[ESP] as number) + (dropped & 0xffff);
  },
  loop: loopWhile(() => true),
  loope: loopWhile((cpu) => cpu.flags.zeroOf === 0),
  loopne: loopWhile((cpu) => cpu.flags.zeroOf !== 0),
  jcxz: (cpu, i) => {
    if (cpu.readRegister(ECX, i.shortAddress ? 2 : 4) === 0) jumpTo(cpu, operand(i, 0).value);
  },
  int: interrupt,
  nop: () => {},
  ...PROCESSOR_HANDLERS,
  ...X87_HANDLERS,
};
