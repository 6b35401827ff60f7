// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1 as latin1 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { ARCHITECTURES, type LinkOptions, link, linkMinimal } from '@stage0-ts/hex2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const NAMES = ['a', 'start', 'x#y', '', 'FUNCTION_main'];
const DEFINITIONS = NAMES.map((name) => `:${name}\n`).join('');

/** Whole lines: a file of them can be cut between any two. */
const name = fc.constantFrom(...NAMES);
const line = fc.oneof(
  fc.nat(255).map((byte) => `${byte.toString(16).padStart(2, '0')}\n`),
  name.map((label) => `:${label}\n`),
  fc.tuple(fc.constantFrom('%', '&'), name).map(([sigil, label]) => `${sigil}${label}\n`),
  fc.tuple(fc.constantFrom('%', '&'), name, name).map(([sigil, a, b]) => `${sigil}${a}>${b}\n`),
  fc.constantFrom('# :a\n', ';\r\n', '<\n', '^\n', '\n'),
);
const lines = fc.array(line, { maxLength: 40 });

const options: fc.Arbitrary<LinkOptions> = fc.record({
  architecture: fc.constantFrom(...ARCHITECTURES).filter((arch) => arch !== 'armv7l'),
  bigEndian: fc.boolean(),
  baseAddress: fc.constantFrom(0, 0x8048000, 0x600000, -16),
});

describe('hex2 properties', () => {
  it('does not depend on where the text is cut into files', () => {
    fc.assert(
      fc.property(lines, fc.nat(40), options, (text, cut, settings) => {
        const all = [DEFINITIONS, ...text];
        const whole = link([{ name: 'all', bytes: latin1(all.join('')) }], settings);
        const parts = [all.slice(0, cut), all.slice(cut)].map((part, index) => ({
          name: `part ${index}`,
          bytes: latin1(part.join('')),
        }));
        expect(link(parts, settings).image).toEqual(whole.image);
      }),
    );
  });

  it('agrees with hex2-0 where both know the language', () => {
    const known = lines.map((text) => text.filter((part) => part !== '^\n').join(''));
    fc.assert(
      fc.property(known, (text) => {
        const bytes = latin1(DEFINITIONS + text);
        const settings = { architecture: 'x86', bigEndian: false, baseAddress: 0x8048000 } as const;
        const image = link([{ name: 'in', bytes }], settings).image;
        expect(linkMinimal(bytes).image).toEqual(image);
      }),
    );
  });

  it('moves labels with the base address, and nothing but absolute pointers in the image', () => {
    const relative = lines.map((text) => text.filter((part) => !part.startsWith('&')).join(''));
    fc.assert(
      fc.property(relative, fc.nat(0xffff), (text, page) => {
        const source = { name: 'in', bytes: latin1(DEFINITIONS + text) };
        const settings = { architecture: 'riscv64', bigEndian: false } as const;
        const low = link([source], settings);
        const high = link([source], { ...settings, baseAddress: page * 0x1000 });
        expect(high.image).toEqual(low.image);
        expect(high.symbols.map((symbol) => symbol.address - page * 0x1000)).toEqual(
          low.symbols.map((symbol) => symbol.address),
        );
      }),
    );
  });

  it('gives the same bytes in hexadecimal, octal and binary', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        for (const [byteMode, radix, digits] of [
          ['hex', 16, 2],
          ['octal', 8, 3],
          ['binary', 2, 8],
        ] as const) {
          const text = [...bytes].map((byte) => byte.toString(radix).padStart(digits, '0'));
          const source = { name: 'in', bytes: latin1(text.join(' ')) };
          expect([...link([source], { byteMode }).image]).toEqual([...bytes]);
        }
      }),
    );
  });

  it('either links any bytes or says where they are wrong', () => {
    const any = fc.array(fc.constantFrom(...':%&@!$~^<.># \n\0a0F1'), { maxLength: 80 });
    fc.assert(
      fc.property(any, options, (characters, settings) => {
        const bytes = latin1(characters.join(''));
        for (const run of [
          () => link([{ name: 'in', bytes }], settings),
          () => linkMinimal(bytes),
        ]) {
          try {
            expect(run()).toEqual(run());
          } catch (error) {
            expect(error).toBeInstanceOf(ToolError);
            expect((error as ToolError).offset).toBeLessThan(bytes.length);
          }
        }
      }),
    );
  });
});
