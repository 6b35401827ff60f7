// SPDX-License-Identifier: GPL-3.0-or-later
import { findLabels, footer, type Label } from '@stage0-ts/blood-elf';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
const source = (text: string) => ({ name: 'a.M1', bytes: encodeUtf8(text) });

it('finds every label, in order, whatever is between them', () => {
  const filler = fc.constantFrom(' ', '\n', '# :no\n', '; :no\r', '":no" ', "'00' ", 'CALL %x\t');
  fc.assert(
    fc.property(fc.array(fc.tuple(filler, name)), (parts) => {
      const labels: Label[] = [];
      findLabels(source(parts.map(([before, label]) => `${before}:${label}\n`).join('')), labels);
      expect(labels.map((label) => decodeUtf8(label.name))).toEqual(
        parts.map(([, label]) => label),
      );
    }),
  );
});

it('gives the same footer for one file as for its lines in several', () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), fc.boolean(), (names, bigEndian) => {
      const lines = names.map((label) => `:${label}\n`);
      const together = footer([source(lines.join(''))], { bigEndian });
      expect(footer(lines.map(source), { bigEndian })).toEqual(together);
    }),
  );
});
