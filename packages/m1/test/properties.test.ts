// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1 as latin1, decodeLatin1 as text } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { ARCHITECTURES, type ExpandOptions, expand, expandMinimal } from '@stage0-ts/m1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const source = (content: string, name = 'in') => ({ name, bytes: latin1(content) });

const x86: ExpandOptions = { architecture: 'x86', bigEndian: false };
const options: fc.Arbitrary<ExpandOptions> = fc.record({
  architecture: fc.constantFrom(...ARCHITECTURES),
  bigEndian: fc.boolean(),
  byteMode: fc.constantFrom('hex' as const, 'octal' as const, 'binary' as const),
});

/** Lines that are valid for every architecture. */
const line = fc.oneof(
  fc.constantFrom(':main\n', '&main %main\n', "'41 42'\n", '# "x\n', '\n', 'nop ret\n', '<3\n'),
  fc.integer({ min: -100, max: 100 }).map((value) => `%${value}\n`),
  fc.stringMatching(/^[ !#-~]{0,20}$/).map((content) => `"${content}"\n`),
  fc.constantFrom('DEFINE nop 90\n', 'DEFINE ret C3\n', 'DEFINE ret "C2 C1"\n'),
);
const DEFINITIONS = 'DEFINE nop 91\nDEFINE ret C4\n';
const lines = fc.array(line, { maxLength: 30 });

describe('M1 properties', () => {
  it('does not depend on where the text is cut into files', () => {
    fc.assert(
      fc.property(lines, fc.nat(30), options, (content, cut, settings) => {
        const all = [DEFINITIONS, ...content];
        const whole = expand([source(all.join(''))], settings);
        const parts = [all.slice(0, cut + 1), all.slice(cut + 1)].map((part) =>
          source(part.join('')),
        );
        expect(text(expand(parts, settings))).toBe(text(whole));
      }),
    );
  });

  it('gives text that a second run does not change if each token is a reference or a string', () => {
    const plain = fc.constantFrom(':main\n', '&main ', '%main>base\n', '~x ', '^ ', '!y\n');
    fc.assert(
      fc.property(
        fc.array(plain, { minLength: 1, maxLength: 30 }),
        options,
        (content, settings) => {
          const once = expand([source(content.join(''))], settings);
          expect(text(expand([source(text(once))], settings))).toBe(text(once));
        },
      ),
    );
  });

  it('writes the low byte first by reversing the bytes', () => {
    const value = fc.integer({ min: -0x80000000, max: 0x7fffffff }).filter((n) => n !== 0);
    fc.assert(
      fc.property(value, fc.constantFrom('hex' as const, 'binary' as const), (number, byteMode) => {
        const run = (bigEndian: boolean) =>
          text(expand([source(`%${number}`)], { architecture: 'x86', byteMode, bigEndian })).trim();
        const width = byteMode === 'hex' ? 2 : 8;
        const groups = run(true).match(new RegExp(`.{${width}}`, 'g')) ?? [];
        expect([...groups].reverse().join('')).toBe(run(false));
        const radix = byteMode === 'hex' ? 16 : 2;
        expect(Number.parseInt(run(true), radix) | 0).toBe(number);
      }),
    );
  });

  it('gives the same hexadecimal digits as M0 where both know the language', () => {
    fc.assert(
      fc.property(lines, (content) => {
        const shared = content.filter((part) => !/DEFINE|^<|^%(0|-0)?\n/.test(part)).join('');
        const all = `${DEFINITIONS}:start\n${shared}:end\n`;
        const digits = (bytes: Uint8Array) => text(bytes).replace(/\s+/g, '');
        expect(digits(expandMinimal(latin1(all)))).toBe(digits(expand([source(all)], x86)));
      }),
    );
  });

  it('either expands any bytes or says where they are wrong', () => {
    const any = fc.array(fc.constantFrom('DEFINE ', ...'%&@!$~:<"\'#; \n\0\xe4ax0-18'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(any, options, (pieces, settings) => {
        const bytes = latin1(pieces.join(''));
        const runs = [() => expand([{ name: 'in', bytes }], settings), () => expandMinimal(bytes)];
        for (const run of runs) {
          try {
            expect(run()).toEqual(run());
          } catch (error) {
            expect(error).toBeInstanceOf(ToolError);
            expect((error as ToolError).offset ?? 0).toBeLessThanOrEqual(bytes.length);
          }
        }
      }),
    );
  });
});
