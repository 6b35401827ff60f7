// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Bytes → one {@link Instruction}, by the instruction table.
 *
 * The layout is that of the Intel SDM, volume 2, chapter 2: prefixes, opcode of one or two bytes,
 * ModRM, SIB, displacement, immediate; at most 15 bytes. A prefix that would turn the opcode into
 * another instruction (f2 and f3 with most of them, lock without a memory destination) makes it
 * unknown.
 */
import { CONDITION_READS, flagMask } from './flags.ts';
import {
  type Entry,
  ONE_BYTE_ROWS,
  OPERATIONS,
  type OperationName,
  operationFlags,
  TWO_BYTE_ROWS,
} from './instructions.ts';
import { ENVIRONMENT, STATE } from './x87/environment.ts';
import { X87_READS_ONLY } from './x87/table.ts';

export const REGISTER = 0;
export const IMMEDIATE = 1;
export const MEMORY = 2;
/** A register of the x87, counted from the top of its stack. */
export const STACK = 3;

/** Size of an operand in bytes; only the x87 has sizes above 4. */
export type OperandSize = 1 | 2 | 4 | 8 | 10 | 14 | 28 | 94 | 108;

/** An operand. All operands have the same fields, so that JavaScript engines see one shape. */
export interface Operand {
  readonly kind: typeof REGISTER | typeof IMMEDIATE | typeof MEMORY | typeof STACK;
  /** Size in bytes: 1, 2 or 4; other sizes only for memory operands of the x87. */
  readonly size: OperandSize;
  /** Register number. For a byte register, 4 to 7 mean ah, ch, dh, bh. */
  readonly register: number;
  /** Register that is the base of the address, or -1. */
  readonly base: number;
  /** Register that is added, shifted left by `shift`, or -1. */
  readonly index: number;
  readonly shift: number;
  /** −1, or 0xffff for 16-bit addresses. */
  readonly mask: number;
  /** 4 or 5 for memory in the segment of fs or gs; otherwise 0. */
  readonly segment: number;
  /** Immediate (sign-extended from `size`), target of a jump, or displacement of an address. */
  readonly value: number;
}

export interface Instruction {
  readonly address: number;
  readonly length: number;
  readonly operation: OperationName;
  /** 1, 2 or 4: size of the operation. */
  readonly size: 1 | 2 | 4;
  readonly operands: readonly Operand[];
  /** The condition of jcc, setcc, cmovcc and fcmovcc: the low four bits of jcc's opcode. */
  readonly condition: number;
  /** 0, or the repeat prefix: 0xf2 (repne) or 0xf3 (rep, repe). */
  readonly repeat: number;
  /** True if addresses have 16 bits (prefix 67). */
  readonly shortAddress: boolean;
  /** Flags read, written, and undefined afterwards. */
  readonly reads: number;
  readonly writes: number;
  readonly undefinedFlags: number;
  /** The count may be zero at run time. Then no flag is written. */
  readonly mayKeepFlags: boolean;
}

/** Reads the byte at a guest address; undefined if nothing is mapped there. */
export type FetchByte = (address: number) => number | undefined;

const STRING = new Set<OperationName>(['movs', 'stos', 'lods', 'cmps', 'scas']);
/**
 * Instructions that a prefix f2 or f3 does not change: pause, `rep ret`, and branches with the
 * bound prefix.
 */
const REPEAT_IGNORED = new Set<OperationName>([
  'nop',
  'ret',
  'jmp',
  'jmpIndirect',
  'call',
  'callIndirect',
  'jcc',
  'bsf', // with f3 it is tzcnt on later processors, which cpuid says this is not
]);
const LOCKABLE = new Set<OperationName>(
  'add adc and btc btr bts cmpxchg cmpxchg8b dec inc neg not or sbb sub xor xadd xchg'.split(
    ' ',
  ) as OperationName[],
);
/** Operations that do not change flags if their count is zero. */
const COUNTED = new Set<OperationName>(
  OPERATIONS.filter((operation) => operationFlags(operation).writes.startsWith('~')),
);
/** Operations that do not write their first operand if it is in memory. */
const ONLY_READ = new Set<OperationName>([
  ...('cmp test push bt mul imul div idiv jmpIndirect callIndirect nop'.split(
    ' ',
  ) as OperationName[]),
  ...X87_READS_ONLY,
]);
const CODE_SEGMENT = 0x2e;
const FS_PREFIX = 0x64;
const SEGMENTS = new Set([CODE_SEGMENT, 0x26, 0x36, 0x3e, FS_PREFIX, 0x65]);
/** fs is segment register 4, gs 5. */
const FS = 4;
/** The last segment register is gs. */
const LAST_SEGMENT = 5;
/**
 * Their memory operands are implied, so a segment prefix has no operand to apply to.
 */
const IMPLICIT = new Set<OperationName>([...STRING, 'xlat']);
const MAX_LENGTH = 15;
const NO_OPERAND: Operand = {
  kind: REGISTER,
  size: 4,
  register: 0,
  base: -1,
  index: -1,
  shift: 0,
  mask: -1,
  segment: 0,
  value: 0,
};
const SP = 4;
const BP = 5;

/** The flags of each operation, as masks. */
const MASKS: ReadonlyMap<OperationName, readonly [number, number, number]> = new Map(
  OPERATIONS.map((operation) => {
    const { reads, writes, undefined: unknown } = operationFlags(operation);
    return [operation, [flagMask(reads), flagMask(writes), flagMask(unknown)]];
  }),
);

/**
 * Decode the instruction at `address`. Undefined if its bytes are not in the table, or if one of
 * them cannot be fetched.
 */
export function decode(fetch: FetchByte, address: number): Instruction | undefined {
  try {
    return new Decoder(fetch, address).instruction();
  } catch (error) {
    if (error === NO_BYTE) return undefined;
    throw error;
  }
}

const NO_BYTE: unique symbol = Symbol('no byte to fetch');

class Decoder {
  private at: number;
  private readonly fetch: FetchByte;
  private readonly address: number;
  private operandSize: 2 | 4 = 4;
  private shortAddress = false;
  private repeat = 0;
  private lock = false;
  /** True if the last segment prefix is 2e (cs). */
  private codeSegment = false;
  /** 4 or 5 if the last segment prefix is that of fs or gs. */
  private segment = 0;
  private opcode = 0;
  private modRM = -1;

  constructor(fetch: FetchByte, address: number) {
    this.fetch = fetch;
    this.address = address;
    this.at = address;
  }

  instruction(): Instruction | undefined {
    this.opcode = this.prefixes();
    let rows = ONE_BYTE_ROWS;
    if (this.opcode === 0x0f) {
      this.opcode = this.byte();
      rows = TWO_BYTE_ROWS;
    }
    const row = rows[this.opcode];
    const entry = row === undefined || 'operation' in row ? row : this.memberOf(row);
    if (entry === undefined) return undefined;
    return this.build(entry);
  }

  /** The entry of the group that ModRM selects. */
  private memberOf(row: readonly (Entry | undefined)[]): Entry | undefined {
    const modRM = this.readModRM();
    return row[row.length === 8 ? (modRM >> 3) & 7 : modRM];
  }

  /** Reads the prefixes and the opcode byte after them. */
  private prefixes(): number {
    for (;;) {
      const byte = this.byte();
      if (byte === 0x66) this.operandSize = 2;
      else if (byte === 0x67) this.shortAddress = true;
      else if (byte === 0xf2 || byte === 0xf3) this.repeat = byte;
      else if (byte === 0xf0) this.lock = true;
      // The segments cs, ss, ds and es cover the whole memory, but cs cannot be written.
      else if (SEGMENTS.has(byte)) {
        this.codeSegment = byte === CODE_SEGMENT;
        this.segment = byte < FS_PREFIX ? 0 : byte - FS_PREFIX + FS;
      } else return byte;
    }
  }

  private build(entry: Entry): Instruction | undefined {
    const { operation } = entry;
    const operands: Operand[] = [];
    let size: 1 | 2 | 4 = this.operandSize;
    for (const letters of entry.operands) {
      if (letters === 'b') size = 1;
      if (letters === 'b' || letters === 'v') continue;
      const operand = this.operand(letters);
      if (operand === undefined) return undefined;
      const isFar = this.segment !== 0 && operand.kind === MEMORY && operation !== 'lea';
      operands.push(isFar ? { ...operand, segment: this.segment } : operand);
    }
    if (this.segment !== 0 && IMPLICIT.has(operation)) return undefined;
    const [first] = operands;
    if (first !== undefined && first.kind !== IMMEDIATE && first.size <= 4) {
      size = first.size as 1 | 2 | 4;
    }
    if (!this.prefixesFit(operation, first)) return undefined;
    if (this.codeSegment && first?.kind === MEMORY && !ONLY_READ.has(operation)) return undefined;
    const condition = this.condition(operation);
    const [reads, writes, undefinedFlags] = MASKS.get(operation) as readonly [
      number,
      number,
      number,
    ];
    return {
      address: this.address,
      length: this.at - this.address,
      operation,
      size,
      operands,
      condition: condition ?? 0,
      repeat: STRING.has(operation) ? this.repeat : 0,
      shortAddress: this.shortAddress,
      reads: condition === undefined ? reads : (CONDITION_READS[condition] as number),
      writes,
      undefinedFlags,
      mayKeepFlags: COUNTED.has(operation) && this.mayCountZero(operands.at(-1)),
    };
  }

  private condition(operation: OperationName): number | undefined {
    if (operation === 'fcmov') {
      // The conditions b, e, be and u, selected by `reg`; with the next opcode, their opposites.
      const reg = (this.readModRM() >> 3) & 7;
      return (FCMOV_CONDITIONS[reg] as number) | (this.opcode & 1);
    }
    const has = operation === 'jcc' || operation === 'set' || operation === 'cmov';
    return has ? this.opcode & 15 : undefined;
  }

  /** Shifts have an operand `count`. String operations have a count if they are repeated. */
  private mayCountZero(count: Operand | undefined): boolean {
    if (count === undefined) return this.repeat !== 0;
    return count.kind !== IMMEDIATE || (count.value & 31) === 0;
  }

  private prefixesFit(operation: OperationName, first: Operand | undefined): boolean {
    if (this.lock && !(LOCKABLE.has(operation) && first?.kind === MEMORY)) return false;
    if (this.repeat === 0) return true;
    return STRING.has(operation) || REPEAT_IGNORED.has(operation);
  }

  private operand(letters: string): Operand | undefined {
    const kind = letters[0];
    const size = letters[1] === 'b' ? 1 : letters[1] === 'w' ? 2 : this.operandSize;
    switch (kind) {
      case 'E':
      case 'M':
        return this.registerOrMemory(this.memorySize(letters) ?? size, kind === 'M');
      case 'F':
        return stack(letters === 'F0' ? 0 : this.readModRM() & 7);
      case 'G':
        return register((this.readModRM() >> 3) & 7, size);
      case 'Z':
        return register(this.opcode & 7, size);
      case 'I':
        return immediate(this.signed(size), size);
      case 'S':
        return immediate(this.signed(1), this.operandSize);
      case 'J':
        return this.target(letters === 'Jb' ? 1 : 4);
      case 'O':
        return this.shortAddress
          ? memory(-1, -1, 0, this.signed(2), size, 0xffff)
          : memory(-1, -1, 0, this.signed(4), size);
      case 'N':
        return ((this.readModRM() >> 3) & 7) > LAST_SEGMENT
          ? undefined
          : immediate((this.readModRM() >> 3) & 7, 1);
      case '1':
        return immediate(1, 1);
      case 'e':
        return register(0, this.operandSize);
      case 'a':
        return register(0, letters === 'ax' ? 2 : 1);
      default:
        return register(1, 1); // cl
    }
  }

  /**
   * The size of a memory operand, if the table states it. Only operands of the x87 have such a
   * size.
   */
  private memorySize(letters: string): OperandSize | undefined {
    if (letters === 'Me') return ENVIRONMENT[this.operandSize];
    if (letters === 'Ms') return STATE[this.operandSize];
    const digits = letters.slice(1);
    return /^\d/.test(digits) ? (Number(digits) as OperandSize) : undefined;
  }

  /** With the operand size prefix, a jump would cut eip to 16 bits, which no program wants. */
  private target(size: 1 | 4): Operand | undefined {
    if (this.operandSize === 2) return undefined;
    const distance = this.signed(size);
    return immediate((this.at + distance) | 0, 4);
  }

  private registerOrMemory(size: OperandSize, memoryOnly: boolean): Operand | undefined {
    const modRM = this.readModRM();
    const mode = modRM >> 6;
    const low = modRM & 7;
    if (mode === 3) return memoryOnly ? undefined : register(low, size);
    return this.shortAddress ? this.shortForm(mode, low, size) : this.longForm(mode, low, size);
  }

  private longForm(mode: number, low: number, size: OperandSize): Operand {
    let base = low;
    let index = -1;
    let shift = 0;
    if (low === SP) {
      const sib = this.byte();
      base = sib & 7;
      if (((sib >> 3) & 7) !== SP) index = (sib >> 3) & 7;
      shift = sib >> 6;
    }
    // With mode 0, the code of ebp as base has another meaning: no base, but a displacement of 32
    // bits.
    if (mode === 0 && base === BP) return memory(-1, index, shift, this.signed(4), size);
    const displacement = mode === 0 ? 0 : this.signed(mode === 1 ? 1 : 4);
    return memory(base, index, shift, displacement, size);
  }

  private shortForm(mode: number, low: number, size: OperandSize): Operand {
    if (mode === 0 && low === 6) {
      return memory(-1, -1, 0, this.signed(2), size, 0xffff);
    }
    const [base, index] = SHORT_FORMS[low] as readonly [number, number];
    const displacement = mode === 0 ? 0 : this.signed(mode === 1 ? 1 : 2);
    return memory(base, index, 0, displacement, size, 0xffff);
  }

  private readModRM(): number {
    if (this.modRM < 0) this.modRM = this.byte();
    return this.modRM;
  }

  private signed(size: 1 | 2 | 4): number {
    let value = 0;
    for (let shift = 0; shift < size * 8; shift += 8) value |= this.byte() << shift;
    return extend(value, size);
  }

  private byte(): number {
    if (this.at - this.address >= MAX_LENGTH) throw NO_BYTE;
    const byte = this.fetch(this.at);
    if (byte === undefined) throw NO_BYTE;
    this.at++;
    return byte;
  }
}

/** Conditions b, e, be and p of jcc. */
const FCMOV_CONDITIONS: readonly number[] = [2, 4, 6, 10];

/** bx+si, bx+di, bp+si, bp+di, si, di, bp, bx. */
const SHORT_FORMS: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, -1],
  [7, -1],
  [5, -1],
  [3, -1],
];

/** The low `size` bytes of `value`, sign-extended. */
export function extend(value: number, size: number): number {
  if (size === 4) return value | 0;
  return size === 2 ? (value << 16) >> 16 : (value << 24) >> 24;
}

function register(number: number, size: OperandSize): Operand {
  return { ...NO_OPERAND, kind: REGISTER, register: number, size };
}

function stack(number: number): Operand {
  return { ...NO_OPERAND, kind: STACK, size: 10, register: number };
}

function immediate(value: number, size: 1 | 2 | 4): Operand {
  return { ...NO_OPERAND, kind: IMMEDIATE, value, size };
}

function memory(
  base: number,
  index: number,
  shift: number,
  value: number,
  size: OperandSize,
  mask = -1,
): Operand {
  return { ...NO_OPERAND, kind: MEMORY, base, index, shift, value, size, mask };
}
