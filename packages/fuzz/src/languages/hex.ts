// SPDX-License-Identifier: GPL-3.0-or-later
/** Programs of the three hand-written assemblers: hex0, hex1, hex2-0. */
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { anyByte, nearly, printable, several, withNewline } from '../pieces.ts';

const digit = fc.constantFrom(...'0123456789abcdefABCDEF');
const byte = fc.tuple(digit, digit).map((pair) => pair.join(''));
const comment = fc
  .tuple(fc.constantFrom('#', ';'), printable('', 12))
  .map(([sigil, text]) => `${sigil}${text}\n`);
const gap = fc.constantFrom(' ', '\n', '\t', '  ', '\r\n', '');
const spacedByte = fc.tuple(byte, gap).map((pair) => pair.join(''));
/** A byte whose two digits are separated. */
const splitByte = fc.tuple(digit, fc.oneof(gap, comment), digit).map((parts) => parts.join(''));

const hex0Piece = fc.oneof(
  { weight: 8, arbitrary: spacedByte },
  { weight: 1, arbitrary: splitByte },
  {
    weight: 1,
    arbitrary: fc.constantFrom('G', 'g', 'G0', '0g', 'fG ', '0x', '41,', '\ufeff'.slice(1)),
  },
  { weight: 1, arbitrary: comment },
  { weight: 1, arbitrary: anyByte },
);

const hex1Label = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...'abcXY0_') },
  { weight: 1, arbitrary: anyByte },
);
const hex1Piece = fc.oneof(
  { weight: 5, arbitrary: spacedByte },
  { weight: 1, arbitrary: splitByte },
  { weight: 1, arbitrary: comment },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(':', '%'), hex1Label, gap).map((p) => p.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(digit, fc.constantFrom(':', '%'), hex1Label).map((p) => p.join('')),
  },
);

const hex2Name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'start', 'FUNCTION_main') },
  { weight: 1, arbitrary: fc.constantFrom('x#y', '', 'a\r', ';', ':', 'undefined', 'a\0b') },
);
const space = fc.constantFrom(' ', '\n', '\t');
const hex2Reference = fc
  .tuple(fc.constantFrom(...'%%&@!$~^<'), hex2Name, mostly('', '>a', '>start', '>b'), space)
  .map((parts) => parts.join(''));
const hex2Piece = fc.oneof(
  { weight: 5, arbitrary: spacedByte },
  { weight: 1, arbitrary: splitByte },
  { weight: 1, arbitrary: comment },
  { weight: 2, arbitrary: hex2Reference },
  { weight: 2, arbitrary: fc.tuple(hex2Name, space).map(([name, end]) => `:${name}${end}`) },
);
/** Usually the labels that are used are defined, so that not every program fails. */
const hex2Head = mostly(':a\n:b\n:start\n:FUNCTION_main\n', ':a 90 ', '');

/** `TOOL in out`, sometimes with one argument too many. */
function assembler(name: string, text: fc.Arbitrary<string>): Language {
  const cases = fc
    .tuple(withNewline(text), existingOutput, mostly<string[]>([], ['extra']))
    .map(([source, { files, modes }, extra]) =>
      programCase(name, { in: source, ...files }, { arguments: ['in', 'out', ...extra], modes }),
    );
  return { name, cases, failuresLeaveOutput: false };
}

const sigil = fc.constantFrom(':', '%', '&', '@', '!', '$', '~', '^', '<', '>', '.', '#\n', ';\r');
const foreign = fc.oneof(anyByte, sigil, fc.constantFrom(':a', '%a', '%', ':', 'G'));

export const hex0: Language = assembler('hex0', nearly(several(hex0Piece, 40), foreign));
export const hex1: Language = assembler('hex1', nearly(several(hex1Piece, 40), foreign));
export const hex2_0: Language = assembler(
  'hex2-0',
  nearly(
    fc.tuple(hex2Head, several(hex2Piece, 40)).map(([head, pieces]) => [head, ...pieces]),
    foreign,
  ),
);
