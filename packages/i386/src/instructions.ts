// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The instruction table: opcode → operation and operands, and for each operation the flags that it
 * reads, writes and leaves undefined. Decoder, interpreter, translator and tests all start from
 * here.
 *
 * Contents: the integer user-mode set of the 80486, and cmov of the Pentium Pro (Intel SDM volume
 * 2, appendix A), with moves of segment registers; cpuid and rdtsc always give the same answers.
 * The table of the x87, x87/table.ts, becomes part of this one. Left out, and so unknown opcodes:
 * vector instructions, far transfers, ports.
 *
 * Operands use the manual's letters, destination first:
 *   E register or memory (ModRM)   G register (ModRM)   M memory (ModRM)   Z register (opcode)
 *   I immediate   S immediate of one byte, sign-extended   J target, relative
 *   O memory at an offset          N number of a segment register (ModRM)
 * followed by the size: b 1, w 2, v 2 or 4 (by the operand size prefix), z an immediate of that
 * size. `al`, `cl`, `eAX` and `1` are themselves.
 */
import { X87_FLAGS, X87_ROWS, type X87Operation } from './x87/table.ts';

/** Operation → flags read / written / undefined afterwards (a part of the written ones). */
const INTEGER_FLAGS = {
  add: '/oszapc/',
  or: '/oszapc/a',
  adc: 'c/oszapc/',
  sbb: 'c/oszapc/',
  and: '/oszapc/a',
  sub: '/oszapc/',
  xor: '/oszapc/a',
  cmp: '/oszapc/',
  test: '/oszapc/a',
  inc: '/oszap/',
  dec: '/oszap/',
  not: '//',
  neg: '/oszapc/',
  mul: '/oszapc/szap',
  imul: '/oszapc/szap',
  imul2: '/oszapc/szap',
  imul3: '/oszapc/szap',
  div: '/oszapc/oszapc',
  idiv: '/oszapc/oszapc',
  // A tilde means that a count of zero does not change the flags.
  rol: '/~oc/o',
  ror: '/~oc/o',
  rcl: 'c/~oc/o',
  rcr: 'c/~oc/o',
  shl: '/~oszapc/oa',
  shr: '/~oszapc/oa',
  sar: '/~oszapc/oa',
  shld: '/~oszapc/oa',
  shrd: '/~oszapc/oa',
  bt: '/c/',
  bts: '/c/',
  btr: '/c/',
  btc: '/c/',
  bsf: '/oszapc/osapc',
  bsr: '/oszapc/osapc',
  bswap: '//',
  cmpxchg: '/oszapc/',
  cmpxchg8b: '/z/',
  xadd: '/oszapc/',
  mov: '//',
  movzx: '//',
  movsx: '//',
  lea: '//',
  xchg: '//',
  cmov: '?//',
  set: '?//',
  push: '//',
  pop: '//',
  pusha: '//',
  popa: '//',
  pushf: 'oszapcd//',
  popf: '/oszapcd/',
  lahf: 'szapc//',
  sahf: '/szapc/',
  enter: '//',
  leave: '//',
  cbw: '//',
  cwd: '//',
  xlat: '//',
  salc: 'c//',
  clc: '/c/',
  stc: '/c/',
  cmc: 'c/c/',
  cld: '/d/',
  std: '/d/',
  daa: 'ac/oszapc/o',
  das: 'ac/oszapc/o',
  aaa: 'a/oszapc/oszp',
  aas: 'a/oszapc/oszp',
  aam: '/oszapc/oac',
  aad: '/oszapc/oac',
  movs: 'd//',
  stos: 'd//',
  lods: 'd//',
  cmps: 'd/~oszapc/',
  scas: 'd/~oszapc/',
  jcc: '?//',
  jmp: '//',
  jmpIndirect: '//',
  call: '//',
  callIndirect: '//',
  ret: '//',
  loop: '//',
  loope: 'z//',
  loopne: 'z//',
  jcxz: '//',
  int: '//',
  nop: '//',
  cpuid: '//',
  rdtsc: '//',
  fromSegment: '//',
  toSegment: '//',
} as const;

export type OperationName = keyof typeof INTEGER_FLAGS | X87Operation;

const OPERATION_FLAGS: Readonly<Record<OperationName, string>> = { ...INTEGER_FLAGS, ...X87_FLAGS };

/** The flags of `operation`, in the table's letters; `?` means those of a condition code. */
export function operationFlags(operation: OperationName): {
  reads: string;
  writes: string;
  undefined: string;
} {
  const [reads = '', writes = '', unknown = ''] = OPERATION_FLAGS[operation].split('/');
  return { reads, writes, undefined: unknown };
}

/** Every operation of the table. */
export const OPERATIONS: readonly OperationName[] = Object.keys(OPERATION_FLAGS) as OperationName[];

/** The operation of an opcode, and its operands. */
export interface Entry {
  readonly operation: OperationName;
  /** Operand letters, destination first. */
  readonly operands: readonly string[];
}

/**
 * Opcodes whose operation depends on the `reg` field of ModRM. A dash means that there is no
 * instruction.
 */
const GROUPS: Readonly<Record<string, string>> = {
  arithmetic: 'add or adc sbb and sub xor cmp',
  shift: 'rol ror rcl rcr shl shr shl sar',
  unary: 'test test not neg mul imul div idiv',
  increment: 'inc dec - - - - - -',
  indirect: 'inc dec callIndirect - jmpIndirect - push -',
  bits: '- - - - bt bts btr btc',
  pop: 'pop - - - - - - -',
  move: 'mov - - - - - - -',
  exchange8: '- cmpxchg8b - - - - - -',
};

/** `opcode` or `first-last`, then the operation or `@group`, then the operands. */
const ONE_BYTE = `
00 add Eb Gb | 01 add Ev Gv | 02 add Gb Eb | 03 add Gv Ev | 04 add al Ib | 05 add eAX Iz
08 or Eb Gb  | 09 or Ev Gv  | 0a or Gb Eb  | 0b or Gv Ev  | 0c or al Ib  | 0d or eAX Iz
10 adc Eb Gb | 11 adc Ev Gv | 12 adc Gb Eb | 13 adc Gv Ev | 14 adc al Ib | 15 adc eAX Iz
18 sbb Eb Gb | 19 sbb Ev Gv | 1a sbb Gb Eb | 1b sbb Gv Ev | 1c sbb al Ib | 1d sbb eAX Iz
20 and Eb Gb | 21 and Ev Gv | 22 and Gb Eb | 23 and Gv Ev | 24 and al Ib | 25 and eAX Iz | 27 daa
28 sub Eb Gb | 29 sub Ev Gv | 2a sub Gb Eb | 2b sub Gv Ev | 2c sub al Ib | 2d sub eAX Iz | 2f das
30 xor Eb Gb | 31 xor Ev Gv | 32 xor Gb Eb | 33 xor Gv Ev | 34 xor al Ib | 35 xor eAX Iz | 37 aaa
38 cmp Eb Gb | 39 cmp Ev Gv | 3a cmp Gb Eb | 3b cmp Gv Ev | 3c cmp al Ib | 3d cmp eAX Iz | 3f aas
40-47 inc Zv | 48-4f dec Zv | 50-57 push Zv | 58-5f pop Zv | 60 pusha | 61 popa
68 push Iz | 69 imul3 Gv Ev Iz | 6a push S | 6b imul3 Gv Ev S | 70-7f jcc Jb
80 @arithmetic Eb Ib | 81 @arithmetic Ev Iz | 82 @arithmetic Eb Ib | 83 @arithmetic Ev S
84 test Eb Gb | 85 test Ev Gv | 86 xchg Eb Gb | 87 xchg Ev Gv
88 mov Eb Gb | 89 mov Ev Gv | 8a mov Gb Eb | 8b mov Gv Ev
8c fromSegment Ev N | 8d lea Gv M | 8e toSegment N Ew | 8f @pop Ev
90 nop | 91-97 xchg eAX Zv | 98 cbw | 99 cwd | 9b fwait | 9c pushf | 9d popf | 9e sahf | 9f lahf
a0 mov al Ob | a1 mov eAX Ov | a2 mov Ob al | a3 mov Ov eAX
a4 movs b | a5 movs v | a6 cmps b | a7 cmps v
a8 test al Ib | a9 test eAX Iz | aa stos b | ab stos v
ac lods b | ad lods v | ae scas b | af scas v
b0-b7 mov Zb Ib | b8-bf mov Zv Iz | c0 @shift Eb Ib | c1 @shift Ev Ib | c2 ret Iw | c3 ret
c6 @move Eb Ib | c7 @move Ev Iz | c8 enter Iw Ib | c9 leave | cd int Ib
d0 @shift Eb 1 | d1 @shift Ev 1 | d2 @shift Eb cl | d3 @shift Ev cl
d4 aam Ib | d5 aad Ib | d6 salc | d7 xlat
e0 loopne Jb | e1 loope Jb | e2 loop Jb | e3 jcxz Jb | e8 call Jz | e9 jmp Jz | eb jmp Jb
f5 cmc | f6 @unary Eb | f7 @unary Ev | f8 clc | f9 stc | fc cld | fd std
fe @increment Eb | ff @indirect Ev`;

/** The same, after the byte 0f. */
const TWO_BYTE = `
1e-1f nop Ev | 31 rdtsc | 40-4f cmov Gv Ev | 80-8f jcc Jz | 90-9f set Eb
a2 cpuid | a3 bt Ev Gv | a4 shld Ev Gv Ib | a5 shld Ev Gv cl
ab bts Ev Gv | ac shrd Ev Gv Ib | ad shrd Ev Gv cl
af imul2 Gv Ev | b0 cmpxchg Eb Gb | b1 cmpxchg Ev Gv | b3 btr Ev Gv
b6 movzx Gv Eb | b7 movzx Gv Ew
ba @bits Ev Ib | bb btc Ev Gv | bc bsf Gv Ev | bd bsr Gv Ev | be movsx Gv Eb | bf movsx Gv Ew
c0 xadd Eb Gb | c1 xadd Ev Gv | c7 @exchange8 M | c8-cf bswap Zv`;

/**
 * What an opcode selects: one entry; or eight, of which the `reg` field of ModRM selects one; or
 * 256, of which ModRM selects one. Undefined for other opcodes.
 */
export type OpcodeRow = Entry | readonly (Entry | undefined)[] | undefined;

/** Rows of opcodes of one byte. */
export const ONE_BYTE_ROWS: readonly OpcodeRow[] = parseRows(ONE_BYTE).map(
  (row, opcode) => X87_ROWS.get(opcode) ?? row,
);
/** Rows of opcodes that follow 0f. */
export const TWO_BYTE_ROWS: readonly OpcodeRow[] = parseRows(TWO_BYTE);

function parseRows(text: string): OpcodeRow[] {
  const rows: OpcodeRow[] = Array.from({ length: 256 }, () => undefined);
  for (const cell of text.trim().split(/\||\n/)) {
    const [opcodes = '', name = '', ...operands] = cell.trim().split(/\s+/);
    const [first = 0, last = first] = opcodes.split('-').map((code) => Number.parseInt(code, 16));
    for (let opcode = first; opcode <= last; opcode++) rows[opcode] = parseRow(name, operands);
  }
  return rows;
}

function parseRow(name: string, operands: readonly string[]): OpcodeRow {
  if (!name.startsWith('@')) return { operation: name as OperationName, operands };
  return (GROUPS[name.slice(1)] as string).split(' ').map((member) => {
    if (member === '-') return undefined;
    // In its group, only test has an immediate operand.
    const own = member === 'test' ? [...operands, operands[0] === 'Eb' ? 'Ib' : 'Iz'] : operands;
    return { operation: member as OperationName, operands: own };
  });
}
