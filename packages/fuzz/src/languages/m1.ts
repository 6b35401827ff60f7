// SPDX-License-Identifier: GPL-3.0-or-later
/** Programs of M0 and M1, the macro assemblers. */
import { ARCHITECTURES } from '@stage0-ts/m1';
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { anyByte, nearly, printable, several, withNewline } from '../pieces.ts';

/** Names that are usually defined somewhere. */
const macro = fc.constantFrom('nop', 'ret', 'mov_eax,', '%x', ':l', '<4', '&q');
const label = fc.constantFrom('main', 'FUNCTION_f', 'x>y', 'l', '_', 'a"b');
const space = fc.constantFrom(' ', '\n', '\t', '\n\n', '  ');

/** Values that every sigil accepts, and values around the limits of each. */
const small = fc.integer({ min: -100, max: 100 });
const limits = fc.constantFrom(
  ...[-129, -128, 255, 256, 257, -32770, -32769, -32768, 32767, 32768, 65535, 65536, 65537],
  ...[-8388609, 8388608, 0, 0x800, 0xfff, 2147483647, -2147483648, 4294967295],
);

/** A number, in one of the forms that M1 reads. */
const written = (value: fc.Arbitrary<number>) =>
  fc.tuple(value, fc.constantFrom('10', '16', '0X', '2', '8', '_')).map(([n, form]) => {
    const [minus, size] = [n < 0 ? '-' : '', Math.abs(n)];
    if (form === '16') return `0x${minus}${size.toString(16).toUpperCase()}`;
    if (form === '0X') return `0x${size.toString(16)}`;
    if (form === '2') return `0b${minus}${size.toString(2)}`;
    if (form === '8') return `0${minus}${size.toString(8)}`;
    return form === '_' ? `${minus}${size}`.replace(/(\d)(?=\d{3})/g, '$1_') : `${n}`;
  });

const string = fc.oneof(
  printable('"', 12).map((text) => `"${text}"`),
  printable("'", 12).map((text) => `'${text}'`),
  fc.constantFrom("'9090'", '""', "''", '"a\nb"', "'41\n42'", '"\t"'),
);
const comment = fc
  .tuple(fc.constantFrom('#', ';'), printable('', 12))
  .map(([sigil, text]) => `${sigil}${text}\n`);
const reference = fc.tuple(fc.constantFrom(...'%&@!$~:^'), label).map((parts) => parts.join(''));
const immediate = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constantFrom(...'%&@!$~'), written(small)) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom('%', '&'), written(fc.oneof(limits, fc.integer()))),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...'@!$~'), written(limits)) },
);
const number = immediate.map((parts) => parts.join(''));

const definition = (values: fc.Arbitrary<string>) =>
  fc
    .tuple(macro, space, values, space)
    .map(([name, gap, text, end]) => `DEFINE ${name}${gap}${text}${end}`);
const expansion = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('90', 'C3', 'B8', '0F84', '.13050500', 'nop', '%5', '<4'),
  },
  { weight: 1, arbitrary: fc.oneof(string, number, reference) },
);

const shared: readonly fc.MaybeWeightedArbitrary<string>[] = [
  { weight: 3, arbitrary: fc.constantFrom('nop', 'ret', 'mov_eax,') },
  { weight: 2, arbitrary: reference },
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: string },
];
const tokenLine = (token: fc.Arbitrary<string>) =>
  fc.tuple(token, space).map((parts) => parts.join(''));

const HEAD = 'DEFINE nop 90\nDEFINE ret C3\nDEFINE mov_eax, B8\n';

const m1Token = fc.oneof(
  ...shared,
  { weight: 1, arbitrary: macro },
  { weight: 1, arbitrary: fc.constantFrom('<1', '<4', '<0', '<', '<abc', '<0x10', '^', '^~l') },
);
const m1Piece = fc.oneof(
  { weight: 16, arbitrary: tokenLine(m1Token) },
  { weight: 2, arbitrary: definition(expansion) },
  { weight: 2, arbitrary: comment },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\n', 'nop # "x\n', '%08 ', '%0foo ', '%-0\n', '\n\n\n'),
  },
);
const m0Token = fc.oneof(
  ...shared,
  { weight: 1, arbitrary: written(limits) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('90', 'E8', '58', 'B0', '80CD', '%0label', ':12', '&5', 'unknown'),
  },
);
const m0Piece = fc.oneof(
  { weight: 8, arbitrary: tokenLine(m0Token) },
  { weight: 1, arbitrary: definition(expansion) },
  { weight: 1, arbitrary: comment },
);
const head = mostly(HEAD, 'DEFINE nop 90\n');
const foreign = fc.oneof(
  anyByte,
  fc.constantFrom('"', "'", '#', ';\n', 'DEFINE x\n', '\r', '%', ':', '0', '-', '<-1\n', '!300\n'),
);

const headed = (piece: fc.Arbitrary<string>) =>
  fc.tuple(head, several(piece, 30)).map(([start, pieces]) => [start, ...pieces]);

const m0Cases = fc
  .tuple(withNewline(nearly(headed(m0Piece), foreign)), existingOutput)
  .map(([text, { files, modes }]) =>
    // A token is put after every program: M0 crashes on a program that ends in a DEFINE, and most
    // would.
    programCase('M0', { in: `${text} 90\n`, ...files }, { arguments: ['in', 'out'], modes }),
  );

const m1Settings = fc.record({
  architecture: fc.constantFrom(...ARCHITECTURES),
  order: fc.constantFrom([], ['--little-endian'], ['--big-endian']),
  base: fc.constantFrom([], [], [], ['--octal'], ['-b']),
  output: mostly(['-o', 'out'], [], ['--output', 'out']),
});
const m1Cases = fc
  .tuple(
    m1Settings,
    withNewline(nearly(headed(m1Piece), foreign)),
    fc.array(withNewline(nearly(several(m1Piece, 10), foreign)), { maxLength: 1 }),
    existingOutput,
  )
  .map(([{ architecture, order, base, output }, first, rest, { files, modes }]) => {
    const sources = Object.fromEntries([first, ...rest].map((text, index) => [`in${index}`, text]));
    const inputs = Object.keys(sources).flatMap((file) => ['-f', file]);
    const words = ['-A', architecture, ...order, ...base, ...inputs, ...output];
    return programCase('M1', { ...sources, ...files }, { arguments: words, modes });
  });

export const M0: Language = { name: 'M0', cases: m0Cases, failuresLeaveOutput: false };
export const M1: Language = { name: 'M1', cases: m1Cases, failuresLeaveOutput: false };
