// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { encodeLatin1 as bytes } from '@stage0-ts/bytes';
import type { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { type Architecture, expand, expandMinimal, M1 } from '@stage0-ts/m1';
import { describe, expect, it } from 'vitest';

const M1_ =
  (text: string, strict: boolean, architecture: Architecture = 'x86') =>
  () =>
    expand([{ name: 'in', bytes: bytes(text) }], { architecture, bigEndian: false, strict });
const M0_ = (text: string, strict: boolean) => () =>
  expandMinimal(bytes(text), { name: 'in', strict });
const at = (line: number, column: number) => expect.objectContaining({ line, column });

describe('strict', () => {
  it.each([
    ['!256', '256 does not fit 8 bits'],
    ['!-129', '-129 does not fit 8 bits'],
    ['@-32769', '-32769 does not fit 16 bits'],
    ['$65536', '65536 does not fit 16 bits'],
    ['~-8388609', '-8388609 does not fit 24 bits'],
    ['%4294967296', '4294967296 does not fit 4 bytes'],
    ['%08', '08 is not a number'],
    ['%0foo', '0foo is not a number'],
    ['&12ab', '12ab is not a number'],
    ['<abc', '<abc is not a count of bytes'],
    ['<0', '<0 is not a count of bytes'],
  ])('M1 refuses %s', (token, message) => {
    expect(M1_(`:a\n ${token}\n`, true)).toThrow(at(2, 2));
    expect(M1_(`:a\n ${token}\n`, true)).toThrow(message);
    expect(M1_(`:a\n ${token}\n`, false)).not.toThrow();
  });

  it.each([
    ['DEFINE a 1\nDEFINE b 2\nDEFINE a 3\n', 3, 8],
    ['DEFINE "a" 1\n', 1, 8],
    ['DEFINE a\n1 :b\n', 1, 1],
  ])('M1 refuses %j', (text, line, column) => {
    expect(M1_(text, true)).toThrow(at(line, column));
    expect(M1_(text.replace('\n1 :b', '\n:b'), false)).not.toThrow();
  });

  it('M1 checks the immediates of RISC-V', () => {
    for (const token of ['!2048', '@-2049', '$65536']) {
      expect(M1_(`${token}\n`, true, 'riscv64')).toThrow(at(1, 1));
      expect(M1_(`${token}\n`, false, 'riscv64')).not.toThrow();
    }
    expect(M1_('!2047 @-2048 ~4294967295 %-1\n', true, 'riscv64')).not.toThrow();
  });

  it.each([
    ['58', 'number without a sigil'],
    ['nop', 'not a macro, number or reference'],
    ['!256', 'does not fit 8 bits'],
    ['@70000', 'does not fit 16 bits'],
    ['%0xff', 'not a number'],
    ['&5', 'number without a sigil'],
  ])('M0 refuses %s', (token, message) => {
    expect(M0_(`:a\n ${token}\n`, true)).toThrow(at(2, 2));
    expect(M0_(`:a\n ${token}\n`, true)).toThrow(message);
    expect(M0_(`:a\n ${token}\n`, false)).not.toThrow();
  });

  it('warns of every token, and the output is the same', () => {
    const sourceText = 'DEFINE "a" 1\nDEFINE b 2\n:a !256 b !256\n&12ab <0 :c\nDEFINE b 3\n';
    const places: string[] = [];
    const warnings = ({ line, column, code }: ToolError) =>
      places.push(`${line}:${column} ${code}`);
    const options = { architecture: 'x86', bigEndian: false } as const;
    const sources = [{ name: 'in', bytes: bytes(sourceText) }];
    expect(expand(sources, { ...options, warnings })).toEqual(expand(sources, options));
    expect(places).toEqual([
      '1:8 quoted-name',
      '5:8 duplicate-define',
      '3:4 bad-number',
      '3:11 bad-number',
      '4:1 bad-number',
      '4:7 bad-number',
    ]);
    places.length = 0;
    const minimal = bytes('DEFINE "a" 1\n:a nop !256 nop\n&5 %a\n');
    expect(expandMinimal(minimal, { warnings })).toEqual(expandMinimal(minimal));
    expect(places).toEqual([
      '1:8 quoted-name',
      '2:4 bad-token',
      '2:8 bad-token',
      '2:13 bad-token',
      '3:1 bad-token',
    ]);
  });

  it('gives the same bytes otherwise', () => {
    const text =
      'DEFINE nop 90\nDEFINE nop 90\n:a nop \'41 42\' !255 !-128 @-1 %0xFF &a %a>b "hi"\n';
    expect(M1_(text, true)()).toEqual(M1_(text, false)());
    expect(M0_(text, true)()).toEqual(M0_(text, false)());
  });

  it('is an option of M1', () => {
    const files = new MemoryFiles();
    files.writeFile('/in', bytes('!256\n'), 0o644);
    const host = new MemoryHost({ files, stderr: () => undefined });
    const words = ['M1', '-A', 'x86', '-f', 'in', '-o', 'out'];
    expect(M1([...words, '--strict'], host)).toBe(1);
    expect(host.stat('/out')).toBeUndefined();
    expect(M1(words, host)).toBe(0);
  });
});
