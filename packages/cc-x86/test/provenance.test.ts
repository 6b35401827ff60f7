// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { compile } from '@stage0-ts/cc-x86';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const statement = fc.constantFrom(
  'a = a + 1;',
  'if (a == 2) return a;',
  'while (a < 3) { a = a * 2; }',
  'do { a = 1; } while (a == 2);',
  'int c = f(a, 7);',
  's = "text";',
  'return f(a, 1) - 1;',
  'asm("ret");',
  'goto end;',
  'end:',
);
const program = fc
  .array(fc.array(statement, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
  .map((bodies) => {
    const functions = bodies.map(
      (body, index) => `int f${index}(int a)\n{\n${body.join('\n')}\n}\n`,
    );
    return `int g;\nchar* s;\nint f(int a, int b);\n${functions.join('')}`;
  });

it('every byte has its token, in the function whose label is above it', () => {
  fc.assert(
    fc.property(program, (text) => {
      const provenance = new ProvenanceMap();
      const image = compile(encodeUtf8(text), { name: 'a.c', provenance });
      expect(image).toEqual(compile(encodeUtf8(text)));
      expect(provenance.sources).toEqual(['a.c']);
      const output = Buffer.from(image).toString();
      let covered = 0;
      let label: string | undefined;
      for (const { outputStart, outputEnd, origin, definition } of provenance) {
        expect(outputStart).toBe(covered);
        covered = outputEnd;
        const piece = output.slice(outputStart, outputEnd);
        if (origin === undefined) {
          expect(piece).toMatch(/^\n(# (Core program|Program .*)|:ELF_end)\n$/);
          label = undefined;
          continue;
        }
        const token = text.slice(origin.start, origin.end);
        expect(token).toMatch(/^(\w+:?|"[^"]*"|[^\w\s]+)$/);
        label = /:FUNCTION_(\w+)\n/.exec(piece)?.[1] ?? label;
        if (label !== undefined) {
          expect(text.slice(definition?.start, definition?.end)).toBe(label);
        }
        if (piece.includes(':STRING_')) expect(token).toBe('"text"');
        if (/^call %FUNCTION_/m.test(piece)) expect(token).toBe('f');
        if (/^je %ELSE/m.test(piece)) expect(token).toBe('if');
        if (/^add_eax,ebx/m.test(piece)) expect(token).toBe('+');
        if (piece.includes(':GLOBAL_g\n')) expect(token).toBe('g');
      }
      expect(covered).toBe(image.length);
    }),
  );
});
