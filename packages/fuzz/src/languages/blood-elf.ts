// SPDX-License-Identifier: GPL-3.0-or-later
/** Programs of blood-elf, which takes the labels out of M1 source. */
import * as fc from 'fast-check';
import { existingOutput, type Language, mostly, programCase } from '../language.ts';
import { anyByte, nearly, printable, several } from '../pieces.ts';

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('main', 'FUNCTION_f', '_start', '_', 'a', 'ELF_end') },
  { weight: 1, arbitrary: printable(' >', 10) },
);
const end = fc.constantFrom(' ', '\n', '\t', '>', '\n\n');
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, end).map(([label, gap]) => `:${label}${gap}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('nop ', '&main\n', '90 90\n', '%x>y ', 'DEFINE a :b\n', 'a:b '),
  },
  { weight: 1, arbitrary: printable('"', 10).map((text) => `"${text}"\n`) },
  { weight: 1, arbitrary: printable('', 10).map((text) => `# ${text}\n`) },
  { weight: 1, arbitrary: printable("'", 10).map((text) => `'${text}' `) },
);
const foreign = fc.oneof(
  anyByte,
  fc.constantFrom('"', ':', '::', "'", '#', ';\r', ':"x" ', 'x#:y\n'),
);
const text = nearly(several(piece, 25), foreign);

const settings = fc.record({
  order: mostly(['--little-endian'], ['--big-endian'], []),
  wide: fc.constantFrom([], ['--64']),
  base: fc.constantFrom([], [], ['-X'], ['--octal'], ['-b']),
  entries: fc.array(fc.constantFrom('_start', 'main', '_', ''), { maxLength: 2 }),
  output: mostly(['-o', 'out'], []),
});
const cases = fc
  .tuple(settings, fc.array(text, { minLength: 1, maxLength: 2 }), existingOutput)
  .map(([{ order, wide, base, entries, output }, sources, { files, modes }]) => {
    const inputs = Object.fromEntries(sources.map((source, index) => [`in${index}`, source]));
    const words = [
      ...order,
      ...wide,
      ...base,
      ...entries.flatMap((entry) => ['--entry', entry]),
      ...Object.keys(inputs).flatMap((file) => ['-f', file]),
      ...output,
    ];
    return programCase('blood-elf', { ...inputs, ...files }, { arguments: words, modes });
  });

export const bloodElf: Language = { name: 'blood-elf', cases, failuresLeaveOutput: false };
