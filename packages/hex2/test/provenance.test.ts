// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvenanceMap, type SourceRange } from '@stage0-ts/bytes';
import { ARCHITECTURES, link, linkMinimal } from '@stage0-ts/hex2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

/** Lines of a program in which all labels are defined, at the latest at its end. */
const line = fc.constantFrom(
  '41',
  '4',
  'c0 de',
  '&a ',
  '%b ',
  '&c>a ',
  '%b>c ',
  ':a ',
  ':c ',
  '# :x',
  '; 00',
);
const program = fc.array(line).map((lines) => [...lines, '0f', ':a', ':b', ':c', ''].join('\n'));

/**
 * The rows must cover the image. A reference's row must name the last label of its name; digits
 * must give their byte.
 */
function check(
  provenance: ProvenanceMap,
  image: Uint8Array,
  sources: readonly string[],
  alone: (text: string) => Uint8Array,
) {
  const text = (range: SourceRange) =>
    (sources[range.source] as string).slice(range.start, range.end);
  let covered = 0;
  for (const { outputStart, outputEnd, origin, definition } of provenance) {
    expect(outputStart).toBe(covered);
    covered = outputEnd;
    const token = text(origin as SourceRange);
    const reference = /^[&%](\w+)/.exec(token);
    if (reference === null) {
      const digits = token.replace(/[&%:]\S*/g, ' ');
      expect([...alone(digits)]).toEqual([...image.subarray(outputStart, outputEnd)]);
    } else {
      expect(outputEnd - outputStart).toBe(4);
      const label = `:${reference[1]}`;
      expect(text(definition as SourceRange)).toBe(label);
      const defining = sources.map(
        (source) =>
          source
            .replace(/[#;].*/g, '')
            .split(/\s/)
            .includes(label) || source.includes(`>${label}`),
      );
      expect(definition?.source).toBe(defining.lastIndexOf(true));
    }
  }
  expect(covered).toBe(image.length);
}

describe('hex2-0', () => {
  it('maps each byte to its digits or its reference and label, and changes none', () => {
    fc.assert(
      fc.property(program, (source) => {
        const provenance = new ProvenanceMap();
        const { image } = linkMinimal(bytesOf(source), { provenance });
        expect(image).toEqual(linkMinimal(bytesOf(source)).image);
        check(provenance, image, [source], (text) => linkMinimal(bytesOf(text)).image);
      }),
    );
  });
});

describe('hex2', () => {
  it('maps each byte to its digits or its reference and label, over several sources', () => {
    fc.assert(
      fc.property(fc.array(program, { minLength: 1, maxLength: 3 }), (texts) => {
        const sources = texts.map((text, index) => ({ name: `${index}`, bytes: bytesOf(text) }));
        const provenance = new ProvenanceMap();
        const options = { architecture: 'x86', bigEndian: false } as const;
        const { image } = link(sources, { ...options, provenance });
        expect(image).toEqual(link(sources, options).image);
        expect(provenance.sources).toEqual(sources.map(({ name }) => name));
        check(
          provenance,
          image,
          texts,
          (text) => link([{ name: 't', bytes: bytesOf(text) }], options).image,
        );
      }),
    );
  });

  it.each(ARCHITECTURES)('covers the image on %s, padding and words too', (architecture) => {
    const text = ':start 01 < .00112233 11223344 %start &start !start 44556677 88 < 99\n';
    const sources = [{ name: 'a', bytes: bytesOf(text) }];
    const provenance = new ProvenanceMap();
    const { image } = link(sources, { architecture, provenance });
    expect(image).toEqual(link(sources, { architecture }).image);
    let covered = 0;
    for (const { outputStart, outputEnd, origin } of provenance) {
      expect(outputStart).toBe(covered);
      expect(text.slice(origin?.start, origin?.end)).toMatch(/^([0-9a-f]{2}|[%&!]start|<)$/);
      covered = outputEnd;
    }
    expect(covered).toBe(image.length);
  });

  it('names the label whose immediate is put into the bytes of a RISC-V instruction', () => {
    const text = ':start .13000000 00000000 %start !start 13050500 00\n';
    const provenance = new ProvenanceMap();
    const options = { architecture: 'riscv64', bigEndian: false } as const;
    link([{ name: 'a', bytes: bytesOf(text) }], { ...options, provenance });
    const named = [...provenance].map(({ definition }) => definition?.start);
    const none = undefined;
    expect(named).toEqual([none, none, none, none, 0, 0, 0, 0, 0, none]);
  });
});
