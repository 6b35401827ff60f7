// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Random instruction sequences, made from the instruction table itself: a stream of numbers →
 * machine code that does not fault and does not depend on flags that the manual leaves undefined.
 *
 * esi always points into the data page and esp to the stack; the other registers hold anything.
 */
import { decode, type Instruction } from '@stage0-ts/i386';
import {
  type Entry,
  ONE_BYTE_ROWS,
  type OpcodeRow,
  type OperationName,
  TWO_BYTE_ROWS,
} from '../src/instructions.ts';
import { X87_FLAGS } from '../src/x87/table.ts';
import { DATA, load, word } from './guest.ts';

/** Gives the next random number below `below`. */
export type Dice = (below: number) => number;

/** Instructions that need others around them, or that cannot be part of straight-line code. */
const NOT_ALONE = new Set<OperationName>(
  [
    'div idiv push pop pusha popa pushf popf enter leave movs stos lods cmps scas xlat jcc jmp',
    'jmpIndirect call callIndirect ret loop loope loopne jcxz int aam std cld cpuid rdtsc',
    'fromSegment toSegment',
  ].flatMap((line) => line.split(' ') as OperationName[]),
);
const SAFE_REGISTERS = [0, 1, 2, 3, 5, 7];
const MIDDLE = DATA + 2048;
const ARITHMETIC_FLAGS = 0x8d5;

interface Candidate {
  readonly opcode: readonly number[];
  readonly reg: number | undefined;
  readonly entry: Entry;
}

/** Every straight-line instruction of the table. */
export const CANDIDATES: readonly Candidate[] = [
  ...candidates(ONE_BYTE_ROWS, []),
  ...candidates(TWO_BYTE_ROWS, [0x0f]),
];

function candidates(rows: readonly OpcodeRow[], prefix: readonly number[]): Candidate[] {
  const result: Candidate[] = [];
  rows.forEach((row, opcode) => {
    const members = row === undefined || 'operation' in row ? [row] : row;
    members.forEach((entry, reg) => {
      if (entry === undefined || NOT_ALONE.has(entry.operation)) return;
      if (entry.operation in X87_FLAGS) return;
      // xchg, inc and such of esp or esi by opcode would move the two fixed registers.
      if (entry.operands.some((o) => o[0] === 'Z') && [4, 6].includes(opcode & 7)) {
        if (!entry.operands.includes('Zb')) return;
      }
      result.push({ opcode: [...prefix, opcode], reg: row === entry ? undefined : reg, entry });
    });
  });
  return result;
}

/**
 * `count` instructions, each with the others that it needs, and some conditional jumps over one of
 * them.
 */
export function randomCode(dice: Dice, count: number): number[] {
  const code: number[] = [];
  let unknown = 0;
  const append = (bytes: readonly number[], skipped = false): void => {
    const instruction = decodeBytes(bytes);
    if (!skipped && (instruction.reads & unknown) !== 0) {
      code.push(0x83, 0xc0, 0x00); // add eax, 0: all flags known again
      unknown = 0;
    }
    const known = skipped || instruction.mayKeepFlags ? 0 : instruction.writes;
    unknown = (unknown & ~known) | unknownAfter(instruction);
    code.push(...bytes);
  };
  for (let n = 0; n < count; n++) {
    if (dice(6) === 0) {
      for (const bytes of special(dice)) append(bytes);
    } else if (dice(4) === 0) {
      const bytes = plain(dice);
      const jump = 0x70 + dice(16);
      if (unknown !== 0) append([0x83, 0xc0, 0x00]);
      append([jump, bytes.length]);
      append(bytes, true);
    } else append(plain(dice));
  }
  if (unknown !== 0) code.push(0x83, 0xc0, 0x00);
  return code;
}

/** A count above the operand's size also leaves the carry undefined. */
function unknownAfter(instruction: Instruction): number {
  const shifts = ['shl', 'shr', 'sar', 'shld', 'shrd'].includes(instruction.operation);
  return instruction.undefinedFlags | (shifts && instruction.size < 4 ? 1 : 0);
}

function decodeBytes(bytes: readonly number[]): Instruction {
  const instruction = decode((at) => bytes[at], 0);
  if (instruction === undefined || instruction.length !== bytes.length) {
    throw new Error(`not one instruction: ${bytes.map((b) => b.toString(16)).join(' ')}`);
  }
  return instruction;
}

function plain(dice: Dice): number[] {
  const { opcode, reg, entry } = CANDIDATES[dice(CANDIDATES.length)] as Candidate;
  const short = dice(5) === 0 && !['bswap', 'shld', 'shrd'].includes(entry.operation);
  const bytes = short ? [0x66, ...opcode] : [...opcode];
  const letters = entry.operands;
  if (letters.some((o) => 'EGM'.includes(o[0] as string)) || reg !== undefined) {
    bytes.push(...modRM(dice, letters, reg, entry.operation));
  }
  for (const letter of letters) bytes.push(...trailing(dice, letter, short));
  return bytes;
}

function modRM(
  dice: Dice,
  letters: readonly string[],
  reg: number | undefined,
  operation: OperationName,
): number[] {
  const byteReg = letters.includes('Gb');
  const byteRm = letters.includes('Eb');
  const middle = reg ?? (byteReg ? dice(8) : (SAFE_REGISTERS[dice(6)] as number));
  // A bit number in a register reaches far beyond a memory operand: use only register operands.
  const far = ['bt', 'bts', 'btr', 'btc'].includes(operation) && letters[1] === 'Gv';
  const form = letters.includes('M') ? 1 + dice(4) : far ? 0 : dice(5);
  const put = (mode: number, rm: number) => (mode << 6) | (middle << 3) | rm;
  if (form <= 0) return [put(3, byteRm ? dice(8) : (SAFE_REGISTERS[dice(6)] as number))];
  if (form === 1) return [put(0, 5), ...word(DATA + 64 + dice(3900))];
  if (form === 2) return [put(1, 6), dice(256)];
  if (form === 3) return [put(2, 6), ...word(dice(512) - 256)];
  return [put(1, 4), 0x26, dice(256)]; // [esi + displacement] by way of a SIB byte
}

function trailing(dice: Dice, letter: string, short: boolean): number[] {
  const bytes = (count: number) => Array.from({ length: count }, () => dice(256));
  if (letter === 'Ib' || letter === 'S') return bytes(1);
  if (letter === 'Iw') return bytes(2);
  if (letter === 'Iz') return bytes(short ? 2 : 4);
  if (letter[0] === 'O') return word(DATA + 64 + dice(3900));
  return [];
}

/** Instructions, each with others that make it safe. */
function special(dice: Dice): number[][] {
  const value = () => [dice(256), dice(256), dice(256), dice(256)];
  const choices: (() => number[][])[] = [
    // push and pop in several forms
    () => [
      [0x50 + (SAFE_REGISTERS[dice(6)] as number)],
      [0x58 + (SAFE_REGISTERS[dice(6)] as number)],
    ],
    () => [
      [0x68, ...value()],
      [0x8f, 0x05, ...word(DATA + 64 + dice(3900))],
    ],
    () => [[0x6a, dice(256)], [0xff, 0x36], [0x59], [0x5a]],
    () => [[0x60], [0x8d, 0x64, 0x24, 32]],
    () => [[0x9c], [0x58], [0x25, ...word(0xcd5)]], // pushf; pop eax; and eax, defined bits
    () => [[0x68, ...word((dice(0x1000) & ARITHMETIC_FLAGS) | 2)], [0x9d]],
    () => [[0xc8, dice(64) & ~3, 0, dice(2)], [0xc9]], // enter; leave
    // a division that fits
    () => [
      [0x31, 0xd2],
      [0x83, 0xc9, 0x01],
      [0xf7, 0xf1],
    ], // xor edx,edx; or ecx,1; div ecx
    () => [[0x25, ...word(0x7fffffff)], [0x99], [0x83, 0xc9, 0x01], [0xf7, 0xf9]],
    () => [
      [0x0f, 0xb6, 0xc0],
      [0x80, 0xc9, 0x01],
      [0xf6, 0xf1],
    ], // movzx eax,al; or cl,1; div cl
    () => [[0xd4, 1 + dice(255)]],
    // strings, upwards and downwards; esi is restored
    () => string(dice, 0xa4 + dice(2), [0xf3]),
    () => string(dice, 0xa6 + dice(2), [0xf2 + dice(2)]),
    () => string(dice, 0xaa + dice(2), [0xf3]),
    () => string(dice, 0xac + dice(2), []),
    () => string(dice, 0xae + dice(2), [0xf2 + dice(2)]),
  ];
  return (choices[dice(choices.length)] as () => number[][])();
}

function string(dice: Dice, opcode: number, repeat: readonly number[]): number[][] {
  return [
    load(7, DATA + 1000 + dice(2000)),
    load(1, dice(40)),
    [0xfc + dice(2)],
    [...repeat, opcode],
    [0xfc],
    load(6, MIDDLE),
  ];
}

/**
 * Code that gives all registers random values and all flags known values; esi points to the middle
 * of the data.
 */
export function randomStart(dice: Dice): number[] {
  const interesting = [0, 1, -1, 0x7fffffff, 0x80000000, 0x80, 0x8000];
  const value = () =>
    dice(4) !== 0
      ? (interesting[dice(interesting.length)] as number)
      : dice(0x10000) | (dice(0x10000) << 16);
  return [
    ...SAFE_REGISTERS.flatMap((register) => load(register, value())),
    ...load(6, MIDDLE),
    ...[0x68, ...word((dice(0x1000) & ARITHMETIC_FLAGS) | 2), 0x9d],
  ];
}

/** Code that writes flags and registers (36 bytes) and then the data page to standard output. */
export function dump(withData: boolean): number[] {
  const write = (size: number): number[] => [
    ...load(0, 4),
    ...load(3, 1),
    ...load(2, size),
    0xcd,
    0x80,
  ];
  return [
    ...[0x9c, 0x60], // pushf, pusha
    ...[0x89, 0xe1], // mov ecx, esp
    ...write(36),
    ...[0x83, 0xc4, 36],
    ...(withData ? [...load(1, DATA), ...write(4096)] : []),
  ];
}

/** A small generator of our own, so that a failure names its seed. */
export function diceFrom(seed: number): Dice {
  let state = seed | 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 0x100000000) * below);
  };
}
