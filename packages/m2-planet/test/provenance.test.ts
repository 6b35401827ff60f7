// SPDX-License-Identifier: GPL-3.0-or-later
/** Where M2-Planet's output comes from: tokens and functions, on every architecture. */
import { encodeUtf8, type Provenance, ProvenanceMap, type SourceRange } from '@stage0-ts/bytes';
import { ARCHITECTURES, type CompileOptions, compile } from '@stage0-ts/m2-planet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A compiled program with its map, and the rows of the map as text. */
function traced(texts: readonly string[], options: CompileOptions) {
  const files = texts.map((text, index) => ({ name: `${index}.c`, bytes: encodeUtf8(text) }));
  const provenance = new ProvenanceMap();
  const image = compile(files, { ...options, provenance });
  expect(image).toEqual(compile(files, options));
  const output = Buffer.from(image).toString('latin1');
  const named = (range: SourceRange | undefined) => {
    const file = range && files.find(({ name }) => name === provenance.sources[range.source]);
    return range && Buffer.from(file?.bytes ?? []).toString('latin1', range.start, range.end);
  };
  const rows = [...provenance].map((row: Provenance) => ({
    text: output.slice(row.outputStart, row.outputEnd),
    token: named(row.origin),
    function: named(row.definition),
  }));
  expect(rows.map(({ text }) => text).join('')).toBe(output);
  return rows;
}

const statement = fc.constantFrom(
  'a = a + 1;',
  'if (a == 2) return a;',
  'while (a < 3) { a = a * 2; }',
  'for (a = 0; a < 9; a = a + 1) { f(a); }',
  'int c; c = f(a);',
  's = "text";',
  'return f(a) - 1;',
  'asm("ret");',
);
const program = fc
  .array(fc.array(statement, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
  .map((bodies) => {
    const functions = bodies.map(
      (body, index) => `int f${index}(int a)\n{\n${body.join('\n')}\n}\n`,
    );
    return `int g;\nchar* s;\nint f(int a);\n${functions.join('')}`;
  });

describe.each(ARCHITECTURES)('on %s', (architecture) => {
  it('every byte has its token, in the function whose label is above it', () => {
    fc.assert(
      fc.property(
        fc.array(program, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        (texts, debug) => {
          const rows = traced(texts, { architecture, debug });
          let label: string | undefined;
          for (const row of rows) {
            if (row.token === undefined) {
              expect(row.text).toMatch(/^\n?(# Program|# Core|:ELF_|:STACK|\n)/);
              label = undefined;
              continue;
            }
            expect(row.token).toMatch(/^(\w+|"[^"]*"|[^\w\s]+)$/);
            label = /:FUNCTION_(\w+)\n/.exec(row.text)?.[1] ?? label;
            if (label !== undefined) expect(row.function).toBe(label);
            if (row.text.includes(':STRING_')) expect(row.token).toBe('"text"');
            if (/Jump to else/.test(row.text)) expect(row.token).toBe('if');
            if (/Repeat loop/.test(row.text)) expect(row.token).toBe('while');
            if (/Repeat iteration/.test(row.text)) expect(row.token).toBe('for');
            if (/:GLOBAL_g\n/.test(row.text)) expect(row.token).toBe('g');
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

it('has tokens of included files and macros', () => {
  const provenance = new ProvenanceMap();
  const text = '#include "h.h"\n#define SEVEN 7\nint main() { return SEVEN + EIGHT; }\n';
  const header = '#define EIGHT 8\n';
  const files = [{ name: 'dir/m.c', bytes: encodeUtf8(text) }];
  const output = compile(files, {
    architecture: 'x86',
    expandIncludes: true,
    readInclude: (path) => (path === 'dir/h.h' ? encodeUtf8(header) : undefined),
    provenance,
  });
  const at = (line: string) => provenance.lookup(Buffer.from(output).indexOf(line)).origin;
  expect(provenance.sources).toEqual(['dir/m.c', 'dir/h.h']);
  expect(at('mov_eax, %7')).toEqual({
    source: 0,
    start: text.indexOf('7'),
    end: text.indexOf('7') + 1,
  });
  expect(at('mov_eax, %8')).toEqual({ source: 1, start: 14, end: 15 });
});

it('maps the preprocessed tokens with preprocessOnly', () => {
  const rows = traced(['int x;\nint y;\n'], { architecture: 'x86', preprocessOnly: true });
  const words = rows.filter(({ token }) => token !== undefined);
  expect(words.map(({ token }) => token?.trim())).toEqual(words.map(({ text }) => text.trim()));
  expect(words.length).toBe(8);
});
