// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * C source → the exit status of the program that M2-Planet, M1 and hex2 make of it, in the i386
 * machine. The definitions of the instructions are made here, from Intel's opcode map.
 */
import { readFileSync } from 'node:fs';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { link } from '@stage0-ts/hex2';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { expand } from '@stage0-ts/m1';
import { compile, type DialectName } from '@stage0-ts/m2-planet';

const HEADER = new URL('../../../test-vectors/ladder/lib/x86/ELF-x86.hex2', import.meta.url);
const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const CONDITIONS = { b: 2, ae: 3, e: 4, ne: 5, be: 6, a: 7, l: 12, ge: 13, le: 14, g: 15 };

const hex = (...bytes: number[]) =>
  bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
const modrm = (mode: number, register: number, memory: number) =>
  (mode << 6) | (register << 3) | memory;

/** DEFINE lines for the instructions that M2-Planet writes. */
function definitions(): string {
  const found = new Map<string, string>([
    ['ret', 'C3'],
    ['cdq', '99'],
    ['jmp', 'E9'],
    ['je', '0F84'],
    ['jne', '0F85'],
    ['call', 'E8'],
    ['call_eax', 'FFD0'],
    ['int', 'CD'],
    ['NULL', '00000000'],
    ['movzx_eax,al', '0FB6C0'],
    ['mov_[ebx],al', hex(0x88, modrm(0, 0, 3))],
    ['mov_[ebx],ax', hex(0x66, 0x89, modrm(0, 0, 3))],
    ['mov_[ebx],eax', hex(0x89, modrm(0, 0, 3))],
  ]);
  for (const [name, code] of Object.entries(CONDITIONS)) {
    found.set(`set${name}_al`, hex(0x0f, 0x90 + code, 0xc0));
  }
  const pairs = { add: 0x01, or: 0x09, and: 0x21, sub: 0x29, xor: 0x31, cmp: 0x39, mov: 0x89 };
  const singles = { not: 2, mul: 4, imul: 5, div: 6, idiv: 7 };
  const narrow = { movzx: [0xb6, 0xb7], movsx: [0xbe, 0xbf] } as const;
  REGISTERS.forEach((a, i) => {
    found.set(`mov_${a},`, hex(0xb8 + i));
    found.set(`push_${a}`, hex(0x50 + i));
    found.set(`pop_${a}`, hex(0x58 + i));
    for (const [name, code] of Object.entries(singles)) {
      found.set(`${name}_${a}`, hex(0xf7, modrm(3, code, i)));
    }
    for (const [name, code] of Object.entries({ shl: 4, sal: 4, shr: 5, sar: 7 })) {
      found.set(`${name}_${a},cl`, hex(0xd3, modrm(3, code, i)));
    }
    REGISTERS.forEach((b, j) => {
      for (const [name, code] of Object.entries({ ...pairs, test: 0x85, xchg: 0x87 })) {
        found.set(`${name}_${a},${b}`, hex(code, modrm(3, j, i)));
      }
      found.set(`mov_${a},[${b}]`, hex(0x8b, modrm(0, i, j)));
      found.set(`lea_${a},[${b}+DWORD]`, hex(0x8d, modrm(2, i, j)));
      for (const [name, [byte, word]] of Object.entries(narrow)) {
        found.set(`${name}_${a},BYTE_PTR_[${b}]`, hex(0x0f, byte, modrm(0, i, j)));
        found.set(`${name}_${a},WORD_PTR_[${b}]`, hex(0x0f, word, modrm(0, i, j)));
      }
    });
  });
  return [...found].map(([name, code]) => `DEFINE ${name} ${code}\n`).join('');
}

/** Call main and exit with what it returns. */
const START = ':_start\ncall %FUNCTION_main\nmov_ebx,eax\nmov_eax, %1\nint !0x80\n';

/** The exit status; or `crash` for a program that a signal ends, or that never ends. */
export function runC(text: string, dialect?: DialectName): number | 'crash' {
  const sources_ = [{ name: 'in.c', bytes: encodeUtf8(text) }];
  const code = compile(sources_, { architecture: 'x86', dialect });
  const sources = [definitions(), START].map((source) => encodeUtf8(source));
  const architecture = 'x86';
  const assembled = expand(
    [...sources, code].map((bytes, index) => ({ name: `${index}.M1`, bytes })),
    { architecture, bigEndian: false },
  );
  const header = { name: 'ELF', bytes: new Uint8Array(readFileSync(HEADER)) };
  const { image } = link([header, { name: 'code', bytes: assembled }], {
    architecture,
    bigEndian: false,
    baseAddress: 0x8048000,
  });
  const files = new MemoryFiles();
  files.writeFile('/a', image, 0o755);
  const host = new MemoryHost({ files, engine: i386Engine({ instructionLimit: 1e6 }) });
  const end = host.run('/a', ['a'], []);
  return end.kind === 'exited' && end.status < 128 ? end.status : 'crash';
}
