// SPDX-License-Identifier: GPL-3.0-or-later
/** Texts of instructions, each against what `objdump -d -M intel` writes for the same bytes. */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decode, formatInstruction } from '@stage0-ts/i386';
import { runsIf } from '@stage0-ts/vectors/test-support';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

const text = (hex: string, nameOf?: (address: number) => string | undefined) => {
  const bytes = hex.split(' ').map((digits) => Number.parseInt(digits, 16));
  const instruction = decode((address) => bytes[address], 0);
  return instruction && formatInstruction(instruction, nameOf);
};

describe('formatInstruction', () => {
  it.each([
    ['bb 2a 00 00 00', 'mov ebx, 0x2a'],
    ['cd 80', 'int 0x80'],
    ['8b 44 24 fc', 'mov eax, [esp-4]'],
    ['c7 00 01 00 00 00', 'mov dword [eax], 1'],
    ['8d 04 8d 10 00 00 00', 'lea eax, [ecx*4+0x10]'],
    ['0f b6 06', 'movzx eax, byte [esi]'],
    ['0f 94 c0', 'sete al'],
    ['f3 a4', 'rep movsb'],
    ['f2 ae', 'repne scasb'],
    ['66 b8 34 12', 'mov ax, 0x1234'],
    ['6a ff', 'push -1'],
    ['99', 'cdq'],
    ['67 8b 07', 'mov eax, [bx]'],
    ['eb fe', 'jmp 0'],
    ['65 8b 00', 'mov eax, gs:[eax]'],
    ['8e e8', 'mov gs, ax'],
    ['66 8c d8', 'mov ax, ds'],
    ['d9 45 fc', 'fld dword [ebp-4]'],
    ['dc 45 f8', 'fadd qword [ebp-8]'],
    ['db 6d f0', 'fld tbyte [ebp-0x10]'],
    ['d8 c1', 'fadd st, st(1)'],
    ['de c9', 'fmulp st(1), st'],
    ['d9 c9', 'fxch st(1)'],
    ['df e9', 'fucomip st, st(1)'],
    ['db d1', 'fcmovnbe st, st(1)'],
    ['df e0', 'fnstsw ax'],
    ['d9 30', 'fnstenv [eax]'],
    ['9b', 'fwait'],
  ])('%s is %s', (hex, expected) => expect(text(hex)).toBe(expected));

  it('has none for segment registers that do not exist', () => {
    expect(text('8c 30')).toBeUndefined();
    expect(text('8e f8')).toBeUndefined();
  });

  it('shows the names that targets have', () => {
    expect(text('e8 10 00 00 00', (address) => (address === 0x15 ? 'print' : undefined))).toBe(
      'call print',
    );
  });

  it('has a text for everything that can be decoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (bytes) => {
        const instruction = decode((address) => bytes[address], 0);
        if (instruction === undefined) return;
        expect(formatInstruction(instruction)).toMatch(/^[a-z0-9]+( [-a-z0-9+*[\]():, ]+)?$/);
      }),
    );
  });
});

const hasObjdump = (process.env['PATH'] ?? '')
  .split(':')
  .some((folder) => fs.existsSync(path.join(folder, 'objdump')));
runsIf(hasObjdump, 'the comparison with objdump', 'It is not installed');

/**
 * Bytes that a case has: one instruction, and one-byte ones after it, so that objdump is in step at
 * each case.
 */
const SLOT = 16;
const NOP = 0x90;
/** Opcode bytes and ModRM: every opcode with memory, memory with displacement, and registers. */
const CASES = [[], [0x0f]].flatMap((page) =>
  Array.from({ length: 256 }, (_, opcode) => opcode).flatMap((opcode) =>
    [0x00, 0x6a, 0x34, 0xd1, 0xf8].map((modRM) => [...page, opcode, modRM]),
  ),
);

describe.skipIf(!hasObjdump)('beside objdump', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-objdump-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('has the same lengths and mnemonics', () => {
    const bytes = new Uint8Array(CASES.length * SLOT).fill(NOP);
    for (const [index, start] of CASES.entries()) bytes.set(start, index * SLOT);
    const theirs = objdump(folder, bytes);
    let compared = 0;
    for (const index of CASES.keys()) {
      const instruction = decode((address) => bytes[address], index * SLOT);
      if (instruction === undefined || PREFIXES.has(bytes[index * SLOT] as number)) continue;
      const [mnemonic = ''] = formatInstruction(instruction).split(' ');
      const ours = [instruction.length, plain(mnemonic)];
      expect([index, ...ours]).toEqual([index, ...(theirs.get(index * SLOT) ?? [])]);
      compared++;
    }
    expect(compared).toBeGreaterThan(1000);
  });
});

/** Address → length and mnemonic, of whatever objdump sees in `bytes`. */
function objdump(folder: string, bytes: Uint8Array): Map<number, [number, string]> {
  const file = path.join(folder, 'code');
  fs.writeFileSync(file, bytes);
  const args = ['-D', '-b', 'binary', '-m', 'i386', '-M', 'intel', '--insn-width=16', file];
  const lines = execFileSync('objdump', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return new Map(
    [...lines.matchAll(/^ *([0-9a-f]+):\t([0-9a-f ]+)\t(\S+)/gm)].map(
      ([, address = '', digits = '', mnemonic = '']) => [
        Number.parseInt(address, 16),
        [digits.trim().split(' ').length, plain(mnemonic)],
      ],
    ),
  );
}

/** They change what follows; salc is in no manual. */
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xd6, 0xf0, 0xf2, 0xf3]);

/** objdump writes the size of string operations as an operand, and some names in another way. */
function plain(mnemonic: string): string {
  const same: Readonly<Record<string, string>> = {
    pusha: 'pushad',
    popa: 'popad',
    pushf: 'pushfd',
    popf: 'popfd',
    jcxz: 'jecxz',
    xlat: 'xlatb',
  };
  return (same[mnemonic] ?? mnemonic).replace(/^(movs|stos|lods|cmps|scas)[bwd]$/, '$1');
}
