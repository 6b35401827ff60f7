// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the page does with a program: every example translates, runs, and leads back to its text.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Machine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../src/program/disassembly.ts';
import { LANGUAGES } from '../src/program/examples.ts';
import { errorsOf } from '../src/program/result.ts';
import { Twins, trail } from '../src/program/trail.ts';
import {
  decode,
  encode,
  type LanguageName,
  type Translation,
  translate,
} from '../src/program/translate.ts';
import type { ByteRange } from '../src/shared/bytes-view.tsx';

const OUTPUTS: Readonly<Record<string, [output: string, status: number]>> = {
  'hex0: hello': ['Hello, stage0!\n', 0],
  'hex0: an assembler of hex0': ['', 1], // there is no file for it to read
  'hex1: hello': ['Hello, stage0!\n', 0],
  'hex1: a loop': ['9\n8\n7\n6\n5\n4\n3\n2\n1\n0\n', 0],
  'hex2: input in capitals': ['', 0],
  'hex2: hello': ['Hello, stage0!\n', 0],
  'M0: hello': ['Hello, stage0!\n', 0],
  'M0: echo its argument': ['stage0\n', 0],
  'cc_x86: hello': ['Hello, stage0!\n', 0],
  'cc_x86: squares': ['1\n4\n9\n16\n25\n', 0],
  'M1: hello': ['Hello, stage0!\n', 0],
  'M1: echo its argument': ['stage0\n', 0],
  'C: hello': ['Hello, stage0!\n', 0],
  'C: count with a struct': ['10\n8\n6\n4\n2\nsum 30\n', 30],
};

function run({ image }: Translation): [string, number] {
  let output = '';
  const stdout = (bytes: Uint8Array) => {
    output += decode(bytes);
  };
  const host = new MemoryHost({ files: new MemoryFiles(), stdout });
  const machine = new Machine({
    image: { path: 'program', bytes: image },
    argv: ['program', 'stage0'],
    host,
    instructionLimit: 1e6,
  });
  const end = machine.run();
  return [output, end?.kind === 'exited' ? end.status : -1];
}

const allOf = ({ start, end }: ByteRange) =>
  Array.from({ length: end - start }, (_, at) => start + at);

const examples = LANGUAGES.flatMap(({ name, examples }) =>
  name === 'kaem'
    ? []
    : examples.map(({ title, text }) => ({ name, title: `${name}: ${title}`, text })),
);

describe.each(examples)('$title', ({ name, title, text }) => {
  const source = { name: 'program', bytes: encode(text) };
  const translation = translate(name, source);

  it('runs', () => expect(run(translation)).toEqual(OUTPUTS[title]));

  it('leads from each byte to a text', () => {
    for (let offset = 0; offset < translation.image.length; offset++) {
      const hops = trail(translation, offset);
      expect(hops.length).toBeGreaterThan(0);
      for (const { origin } of hops.slice(0, -1)) expect(origin).toBeDefined();
    }
  });

  it('leads from its own tokens to their bytes and back', () => {
    const twins = new Twins(translation, source);
    const seen = new Set<number>();
    for (let place = 0; place < source.bytes.length; place++) {
      for (const offset of twins.bytesAt(place).flatMap(allOf)) {
        const origin = trail(translation, offset).at(-1)?.origin;
        expect(origin?.source.name).toBe('program');
        expect(place).toBeGreaterThanOrEqual(origin?.start ?? Number.NaN);
        expect(place).toBeLessThan(origin?.end ?? Number.NaN);
        seen.add(offset);
      }
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it('is disassembled without a gap', () => {
    let next = 0;
    const lines = disassemble(translation.image, translation.labels);
    for (const line of lines) {
      expect(line.offset).toBe(next);
      next += line.length;
    }
    expect(next).toBe(translation.image.length);
    expect(lines.some(({ text }) => text === 'int 0x80')).toBe(true);
  });
});

it('tells text from code after a call', () => {
  const [hex0] = LANGUAGES;
  const source = { name: 'program', bytes: encode(hex0?.examples[0]?.text ?? '') };
  const lines = disassemble(translate('hex0', source).image, []);
  const texts = lines.map(({ text }) => text);
  expect(texts).toContain('Hello, s');
  expect(texts).toContain('tage0!··');
});

describe('what is suspicious in C', () => {
  it('is reported with its place in the text, and the program is made', () => {
    const text = 'int g;\nint main()\n{\n\tg++;\n\treturn g;\n}\n';
    const { warnings, image } = translate('C', { name: 'program', bytes: encode(text) });
    expect(image.length).toBeGreaterThan(84);
    expect(errorsOf(text, undefined, warnings)).toEqual([
      {
        from: text.indexOf('++'),
        to: text.indexOf('++') + 3,
        severity: 'warning',
        message: '++ of the global g changes what its value points to',
      },
    ]);
  });
});

describe('what is suspicious elsewhere', () => {
  it.each<[LanguageName, string, number]>([
    ['hex0', '# a\n48 6\n', 7],
    ['hex1', '48 %x\n', 3],
    ['hex2', ':_start\nC3 4\n:ELF_end\n', 13],
    ['M0', ':_start\nret retrun\n:ELF_end\n', 12],
    ['M1', ':_start\n%5 %0x\n:ELF_end\n', 11],
  ])('%s %j', (language, text, from) => {
    const { warnings, image } = translate(language, { name: 'program', bytes: encode(text) });
    expect(image.length).toBeGreaterThan(0);
    expect(errorsOf(text, undefined, warnings)[0]).toMatchObject({ from, severity: 'warning' });
  });

  it.each<[LanguageName, string, readonly string[]]>([
    ['hex0', '48 6 x\n48 y 4\n', ['x', 'y']],
    ['hex1', ':a :a 48 %x %y 4 \n', [':a', '%x', '%y', '4']],
    ['hex2', ':_start\nC3 hi 4\n:ELF_end\n', ['hi', '4', ':ELF_end']],
    ['M0', ':_start\nretrun mov retrun\n:ELF_end\n', ['retrun', 'mov', 'retrun']],
    ['M1', ':_start\n%5 %0x %08 %0x\n:ELF_end\n', ['%0x', '%08', '%0x']],
    ['C', 'int g;\nint h;\nint main()\n{\n\tg++;\n\th++;\n\treturn g;\n}\n', ['++;', '++;']],
  ])('%s: all of it, %j', (language, text, words) => {
    const { warnings } = translate(language, { name: 'program', bytes: encode(text) });
    const found = errorsOf(text, undefined, warnings).sort((a, b) => a.from - b.from);
    expect(found.map(({ from, to }) => text.slice(from, to))).toEqual(words);
  });
});
