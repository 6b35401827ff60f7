// SPDX-License-Identifier: GPL-3.0-or-later

import { footer } from '@stage0-ts/blood-elf';
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const line = fc.constantFrom(':main', ':_hidden', ':main', 'ret', '# :no', '"text :no"', ':x y');
const program = fc.array(line).map((lines) => `${lines.join('\n')}\n`);

it('each entry comes from its label, and the rest from none', () => {
  fc.assert(
    fc.property(fc.array(program), fc.boolean(), fc.boolean(), (texts, wide, entry) => {
      const sources = texts.map((text, index) => ({ name: `${index}`, bytes: encodeUtf8(text) }));
      const provenance = new ProvenanceMap();
      const options = { bigEndian: false, wide, entries: entry ? ['_start'] : [] };
      const image = footer(sources, { ...options, provenance });
      expect(image).toEqual(footer(sources, options));
      expect(provenance.sources).toEqual(sources.map(({ name }) => name));
      const output = Buffer.from(image).toString();
      const labels: string[] = [];
      let covered = 0;
      for (const { outputStart, outputEnd, origin } of provenance) {
        expect(outputStart).toBe(covered);
        covered = outputEnd;
        const piece = output.slice(outputStart, outputEnd);
        const entryOf = /^[:%]ELF_str_(\S+?)(?:\t|>ELF_str\t)/.exec(piece)?.[1];
        if (entryOf === '_start') expect(origin).toBeUndefined();
        else if (entryOf === undefined) expect(origin).toBeUndefined();
        else {
          const label = texts[origin?.source ?? -1]?.slice(origin?.start, origin?.end);
          expect(label).toBe(`:${entryOf}`);
          labels.push(`${origin?.source}@${origin?.start}`);
        }
      }
      expect(covered).toBe(image.length);
      const half = labels.length / 2;
      expect(labels.slice(0, half)).toEqual(labels.slice(half)); // strings, then symbols
    }),
  );
});
