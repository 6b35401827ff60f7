// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvenanceMap, type SourceRange } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex1';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const piece = fc.constantFrom('4', 'a', ' ', '\n', '# 41 :a\n', ':a', ':b', '%a', '%b', '%c', '00');

it('maps each byte to its digits or its reference and label, and changes none', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const source = new Uint8Array(Buffer.from(pieces.join('')));
      const provenance = new ProvenanceMap();
      const image = assemble(source, { provenance });
      expect(image).toEqual(assemble(source));
      let covered = 0;
      for (const { outputStart, outputEnd, origin, definition } of provenance) {
        expect(outputStart).toBe(covered);
        covered = outputEnd;
        const { start, end } = origin as SourceRange;
        const token = source.subarray(start, end);
        if (token[0] !== 0x25) {
          expect(outputEnd - outputStart).toBe(1);
          // A reference or a label may come between the digits.
          const digits = Buffer.from(token).toString().replace(/[:%]./g, '');
          expect([...assemble(Buffer.from(digits))]).toEqual([image[outputStart]]);
          continue;
        }
        expect([token.length, outputEnd - outputStart]).toEqual([2, 4]);
        const name = String.fromCharCode(token[1] as number);
        const label = definition && Buffer.from(source.subarray(definition.start, definition.end));
        if (label !== undefined) expect(label.toString()).toBe(`:${name}`);
        else expect(Buffer.from(source).toString().replace(/[#].*/g, '')).not.toContain(`:${name}`);
      }
      expect(covered).toBe(image.length);
    }),
  );
});
