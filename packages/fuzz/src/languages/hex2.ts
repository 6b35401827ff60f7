// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Programs of hex2, the linker of mescc-tools: every architecture, byte order, base of digits and
 * address.
 */
import { ARCHITECTURES } from '@stage0-ts/hex2';
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { anyByte, nearly, printable, several, withNewline } from '../pieces.ts';

/** How a byte is written, with the option for that. */
const BYTE_MODES: readonly {
  readonly option: readonly string[];
  readonly radix: number;
  readonly digits: number;
}[] = [
  { option: [], radix: 16, digits: 2 },
  { option: ['--octal'], radix: 8, digits: 3 },
  { option: ['-b'], radix: 2, digits: 8 },
];

const name = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('a', 'b', 'start', 'FUNCTION_main', 'end') },
  { weight: 1, arbitrary: fc.constantFrom('x#y', '', 'a\r', 'undefined', ';z') },
);
const space = fc.constantFrom(' ', '\n', '\t');
const comment = fc
  .tuple(fc.constantFrom('#', ';'), printable('', 12), fc.constantFrom('\n', '\r'))
  .map((parts) => parts.join(''));

function bytes(radix: number, digits: number): fc.Arbitrary<string> {
  const one = fc.nat(255).map((value) => {
    const text = value.toString(radix).padStart(digits, '0');
    return value % 2 === 0 ? text : text.toUpperCase();
  });
  return fc.tuple(one, fc.constantFrom(' ', '\n', '')).map((parts) => parts.join(''));
}

/** Displacements of one byte usually fit, so `!` may be anywhere. */
const reference = fc
  .tuple(fc.constantFrom(...'%%%%%&&&@@!~~$'), name, mostly('', '>a', '>start', '>b'), space)
  .map((parts) => parts.join(''));
const riscvWord = fc
  .array(fc.nat(255), { minLength: 4, maxLength: 4 })
  .map((list) => `.${list.map((value) => value.toString(16).padStart(2, '0')).join('')} `);

function piece(riscv: boolean, radix: number, digits: number): fc.Arbitrary<string> {
  const byte = bytes(radix, digits);
  const word = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join(''));
  const shifted = fc
    .tuple(fc.constantFrom('!', '@', '$', '~', ''), name, riscvWord, word)
    .map(
      ([sigil, label, bits, rest]) => `${sigil === '' ? '' : `${sigil}${label} `}${bits}${rest}\n`,
    );
  return fc.oneof(
    { weight: 5, arbitrary: byte },
    { weight: 2, arbitrary: reference },
    { weight: 2, arbitrary: fc.tuple(name, space).map(([label, end]) => `:${label}${end}`) },
    { weight: 1, arbitrary: comment },
    { weight: 1, arbitrary: fc.constantFrom('<', '<\n', '^', '^ ', '\n', '{', 'xyz ') },
    { weight: riscv ? 3 : 0, arbitrary: shifted },
  );
}

const HEAD = ':a\n:b\n:start\n:FUNCTION_main\n:end\n';
const head = mostly(HEAD, `${HEAD}:x#y\n: :a\r\n`, ':a :b ');
const foreign = fc.oneof(
  anyByte,
  fc.constantFrom(...':%&@!$~^<>.;'),
  fc.constantFrom('#\n', '.1', ':a', '%a>', '!undefined ', '~a', '0', '@end '),
);

const settings = fc.record({
  architecture: mostly('', 'unknown').chain((unknown) =>
    unknown === '' ? fc.constantFrom(...ARCHITECTURES) : fc.constant(unknown),
  ),
  order: fc.constantFrom([], ['--little-endian'], ['--little-endian'], ['--big-endian']),
  base: fc.constantFrom(
    ...[[], [], ['-B', '0x08048000'], ['--base-address', '0x600000'], ['-B', '-16'], ['-B', '3']],
    ...[
      ['-B', '0b101'],
      ['-B', '0177'],
      ['-B', 'zzz'],
      ['-B', '0xFFFFFFF0'],
      ['-B', '4096'],
    ],
  ),
  mode: fc.constantFrom(...BYTE_MODES),
  executable: mostly<string[]>([], ['--non-executable']),
  output: mostly(['-o', 'out'], [], ['--output', 'out']),
});

const cases = settings.chain(({ architecture, order, base, mode, executable, output }) => {
  const riscv = architecture.startsWith('riscv');
  const pieces = several(piece(riscv, mode.radix, mode.digits), 30);
  const first = fc.tuple(head, pieces).map(([start, rest]) => [start, ...rest]);
  const others = fc.array(withNewline(nearly(pieces, foreign)), { maxLength: 2 });
  return fc
    .tuple(withNewline(nearly(first, foreign)), others, existingOutput)
    .map(([source, rest, { files, modes }]) => {
      const sources = Object.fromEntries(rest.map((text, index) => [`in${index + 1}`, text]));
      const names = ['in', ...Object.keys(sources)];
      const inputs = names.flatMap((file) => ['-f', file]);
      const option = architecture === 'knight-native' ? [] : ['-A', architecture];
      return programCase(
        'hex2',
        { in: source, ...sources, ...files },
        {
          arguments: [
            ...option,
            ...order,
            ...base,
            ...mode.option,
            ...executable,
            ...inputs,
            ...output,
          ],
          modes,
        },
      );
    });
});

export const hex2: Language = { name: 'hex2', cases, failuresLeaveOutput: false };
