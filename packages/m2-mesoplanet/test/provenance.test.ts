// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1, ProvenanceMap, type SourceRange } from '@stage0-ts/bytes';
import { preprocess } from '@stage0-ts/m2-mesoplanet';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const FILES: Readonly<Record<string, string>> = {
  'a.h': '#define TWICE(x) x + x\nint included;\n',
  './M2libc/b.h': '#define LIMIT 42\n',
};
const line = fc.constantFrom(
  'int x;',
  'x = LIMIT;',
  'x = TWICE(x + 1);',
  '// a comment\n', // the comment includes its line end
  '#define MORE LIMIT /* no */',
  'x = MORE;',
  '#ifdef MORE\nint more;\n#endif',
  'char* s = "LIMIT";',
);
const program = fc
  .array(line)
  .map((lines) => `#include "a.h"\n#include <b.h>\n${lines.join('\n')}\nint end;\n`);

it('each token is where the provenance says, or in the macro that it comes from', () => {
  fc.assert(
    fc.property(program, (text) => {
      const sources = [{ name: 'm.c', bytes: encodeLatin1(text) }];
      const options = {
        readFile: (path: string) =>
          FILES[path] === undefined ? undefined : encodeLatin1(FILES[path] as string),
        defines: [['MODE', 'fast']] as const,
      };
      const provenance = new ProvenanceMap();
      const { bytes } = preprocess(sources, { ...options, provenance });
      expect(bytes).toEqual(preprocess(sources, options).bytes);
      const output = Buffer.from(bytes).toString('latin1');
      const named = ({ source, start, end }: SourceRange) => {
        const name = provenance.sources[source] as string;
        return (name === 'm.c' ? text : (FILES[name] as string)).slice(start, end);
      };
      let covered = 0;
      for (const { outputStart, outputEnd, origin, definition } of provenance) {
        expect(outputStart).toBe(covered);
        covered = outputEnd;
        const piece = output.slice(outputStart, outputEnd);
        if (origin === undefined) expect(piece).toMatch(/^(\/\/ #FILENAME .*|\n)$/);
        else if (definition === undefined) {
          if (piece !== '\n') expect(named(origin)).toBe(piece);
        } else {
          expect(named(definition)).toBe(piece);
          expect(['LIMIT', 'TWICE', 'MORE']).toContain(named(origin));
        }
      }
      expect(covered).toBe(bytes.length);
    }),
  );
});
