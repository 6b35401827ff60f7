// SPDX-License-Identifier: GPL-3.0-or-later
/** The sentences about instructions and header fields. */
import {
  decode,
  describeInstruction,
  elfFields,
  OPERATIONS,
  reachableCode,
  readExecutable,
} from '@stage0-ts/i386';
import { GUEST_BASE, GUEST_CODE, guestImage } from '@stage0-ts/vectors/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const meaning = (hex: string) => {
  const bytes = hex.split(' ').map((digits) => Number.parseInt(digits, 16));
  const instruction = decode((address) => bytes[address], 0);
  return instruction && describeInstruction(instruction);
};

describe('describeInstruction', () => {
  it.each([
    ['5b', 'takes the four bytes off the top of the stack, and puts them into ebx', ''],
    ['31 c9', 'sets ecx to 0', 'sets zero, sign, carry and overflow'],
    ['31 c8', 'flips the bits of eax that are set in ecx', 'sets zero, sign, carry and overflow'],
    [
      '3c 23',
      "compares al with 35 (0x23, '#'): subtracts, and keeps only the flags",
      'sets zero, sign, carry and overflow',
    ],
    ['74 05', 'goes to 0x7, if the result was zero: the two are equal', 'reads zero'],
    ['42', 'adds 1 to edx', 'sets zero, sign and overflow; carry stays'],
    ['8a 01', 'puts the byte at [ecx] into al', ''],
    ['8d 44 24 04', 'puts the address esp+4 into eax, without reading memory there', ''],
    [
      '24 df',
      'clears the bits of al that are not set in 223 (0xdf)',
      'sets zero, sign, carry and overflow',
    ],
    ['cd 03', 'stops the program', ''],
    [
      'f3 a4',
      'copies the byte at [esi] to [edi], and advances both; repeats this ecx times',
      'reads direction',
    ],
    [
      'f7 e3',
      'multiplies eax by ebx, without sign; the upper half goes to the data register',
      'sets carry and overflow',
    ],
    [
      'd3 e8',
      'moves the bits of eax to the right by cl places, filling with zeros',
      'sets zero, sign and carry',
    ],
    ['dc 45 f8', 'adds the eight bytes at [ebp-8] to st', ''],
    ['de c9', 'multiplies st(1) by st, and pops st off the stack', ''],
    [
      'da d1',
      'puts st(1) into st, if the first is not above the second, without sign',
      'reads zero and carry',
    ],
    [
      'd9 fe',
      'puts the sine of st into st: its result differs between processors, so the machine does not support it',
      '',
    ],
  ])('%s %s', (hex, does, flags) => expect(meaning(hex)).toEqual({ does, flags }));

  const check = (bytes: ArrayLike<number>): string | undefined => {
    const instruction = decode((address) => bytes[address], 0);
    if (instruction === undefined) return undefined;
    const { does, flags } = describeInstruction(instruction);
    expect(`${does} ${flags}`.replace(/'.'/, '')).not.toMatch(
      /undefined|\b[ABCXTS]\b| \?|(?<!quiet )NaN/,
    );
    return instruction.operation;
  };

  it('has a sentence for whatever can be decoded, with nothing left to fill in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (bytes) => {
        check(bytes);
      }),
      { numRuns: 10_000, seed: 1 },
    );
  });

  it('has one for every operation of the table', () => {
    const seen = new Set<string | undefined>();
    for (const page of [[], [0x0f]]) {
      for (let opcode = 0; opcode < 256; opcode++) {
        for (let modRM = 5; modRM < 256; modRM += modRM < 0xc0 ? 8 : 1) {
          seen.add(check([...page, opcode, modRM, 1, 2, 3, 4, 5, 6, 7, 8]));
        }
      }
    }
    seen.delete(undefined);
    expect([...seen].sort()).toEqual([...OPERATIONS].sort());
  });
});

describe('elfFields', () => {
  it('covers both headers of a program, with what they say', () => {
    const fields = elfFields(guestImage([0xc3]));
    for (const header of ['ELF header', 'program header']) {
      const own = fields.filter((field) => field.header === header);
      for (const [at, field] of own.entries()) {
        if (at > 0) expect(field.start).toBe(own[at - 1]?.end);
      }
    }
    expect(fields.at(-1)?.end).toBe(0x54);
    expect(fields.find(({ name }) => name === 'e_entry')).toMatchObject({
      value: GUEST_CODE,
      meaning: `the first instruction is at 0x${GUEST_CODE.toString(16)}`,
    });
  });

  it('has none for files that are not programs for the i386, or that end too early', () => {
    expect(elfFields(new Uint8Array())).toEqual([]);
    expect(elfFields(guestImage([0xc3]).subarray(0, 51))).toEqual([]);
    expect(elfFields(guestImage([0xc3]).subarray(0, 60)).length).toBe(20);
  });
});

it('code is what can be reached, without the bytes after a jump that no path reaches', () => {
  // jmp over two bytes; call f; ret; f: ret
  const image = guestImage([0xeb, 2, 0xff, 0xff, 0xe8, 1, 0, 0, 0, 0xc3, 0xc3]);
  const { entry } = readExecutable(image, 'test');
  const code = reachableCode((address) => image[address - GUEST_BASE], entry);
  const offsets = [...code.keys()].map((address) => address - GUEST_CODE).sort((a, b) => a - b);
  expect(offsets).toEqual([0, 4, 9, 10]);
});
