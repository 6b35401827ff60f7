// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvenanceMap } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const piece = fc.constantFrom('4', 'a', 'G', ' ', '\n', '# 41\n', ';', 'x', '00');

it('maps each byte to the digits that give it, and changes none', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const source = new Uint8Array(Buffer.from(pieces.join('')));
      const provenance = new ProvenanceMap();
      const image = assemble(source, { name: 'a.hex0', provenance });
      expect(image).toEqual(assemble(source));
      expect(provenance.sources).toEqual(['a.hex0']);
      const rows = [...provenance];
      expect(rows.map(({ outputStart }) => outputStart)).toEqual([...image.keys()]);
      let before = 0;
      for (const { outputStart, outputEnd, origin } of rows) {
        const { start, end } = origin as { start: number; end: number };
        expect(start).toBeGreaterThanOrEqual(before);
        expect(assemble(source.subarray(start, end))).toEqual(image.slice(outputStart, outputEnd));
        before = end;
      }
    }),
  );
});
