// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvenanceMap, type SourceRange } from '@stage0-ts/bytes';
import { expand, expandMinimal } from '@stage0-ts/m1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

const atom = fc.constantFrom('one', 'two', '%5', '!0x12', '"text"', "'41 42'", ':label', '&label');
const define = fc.constantFrom(
  'DEFINE one 01',
  'DEFINE two 02',
  'DEFINE one 11',
  "DEFINE two '22'",
);
const separator = fc.constantFrom(' ', '\n', '\t', ' # a comment\n', '\n\n');
const definitions = 'DEFINE one 01\nDEFINE two 02\n';
const program = fc
  .array(fc.tuple(fc.oneof(atom, define), separator))
  .map((parts) => `${definitions}${parts.flat().join('')}\n%7\n`);

/**
 * The rows must cover the text. Each token, alone after the definition that it names, must give its
 * piece of the text.
 */
function check(
  provenance: ProvenanceMap,
  output: string,
  sources: readonly string[],
  alone: (text: string) => string,
): void {
  const text = (range: SourceRange) =>
    (sources[range.source] as string).slice(range.start, range.end);
  let covered = 0;
  for (const { outputStart, outputEnd, origin, definition } of provenance) {
    expect(outputStart).toBe(covered);
    covered = outputEnd;
    const token = text(origin as SourceRange);
    const piece = output.slice(outputStart, outputEnd);
    if (/^\s*$/.test(piece)) continue; // a line end, perhaps in place of a DEFINE
    expect(definition === undefined).toBe(!['one', 'two'].includes(token));
    const head = definition === undefined ? '' : `DEFINE ${text(definition)}\n`;
    expect(alone(`${head}${token}\n`).trim()).toBe(piece.trim());
  }
  expect(covered).toBe(output.length);
}

describe('M0', () => {
  it('maps each line to its token and the definition that holds there, and changes none', () => {
    fc.assert(
      fc.property(program, (source) => {
        const provenance = new ProvenanceMap();
        const output = expandMinimal(bytesOf(source), { provenance });
        expect(output).toEqual(expandMinimal(bytesOf(source)));
        check(provenance, textOf(output), [source], (text) => textOf(expandMinimal(bytesOf(text))));
      }),
    );
  });
});

describe('M1', () => {
  it('maps each piece to its token and definition, over several sources', () => {
    const options = { architecture: 'x86', bigEndian: false } as const;
    const one = (text: string) => textOf(expand([{ name: 't', bytes: bytesOf(text) }], options));
    fc.assert(
      fc.property(fc.array(program, { minLength: 1, maxLength: 3 }), (texts) => {
        const sources = texts.map((text, index) => ({ name: `${index}`, bytes: bytesOf(text) }));
        const provenance = new ProvenanceMap();
        const output = expand(sources, { ...options, provenance });
        expect(output).toEqual(expand(sources, options));
        check(provenance, textOf(output), texts, one);
      }),
    );
  });
});
