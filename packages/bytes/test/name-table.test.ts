// SPDX-License-Identifier: GPL-3.0-or-later
import { NameTable } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('NameTable', () => {
  it('numbers names as a Map of their text does', () => {
    const name = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 300 }), fc.nat(3), (names, offset) => {
        const table = new NameTable();
        const model = new Map<string, number>();
        for (const bytes of names) {
          const text = Buffer.from(bytes).toString('latin1');
          const source = new Uint8Array([...new Array(offset).fill(0), ...bytes, 1]);
          const end = offset + bytes.length;
          expect(table.find(source, offset, end)).toBe(model.get(text) ?? -1);
          if (!model.has(text)) model.set(text, model.size);
          expect(table.intern(source, offset, end)).toBe(model.get(text));
        }
        expect(table.size).toBe(model.size);
        for (const [text, number] of model) expect(table.text(number)).toBe(text);
      }),
    );
  });

  it('keeps every name while it grows', () => {
    const table = new NameTable();
    const name = (i: number) => new Uint8Array(Buffer.from(`label_${i}`));
    for (let i = 0; i < 10_000; i++) expect(table.intern(name(i), 0, name(i).length)).toBe(i);
    for (let i = 0; i < 10_000; i++) expect(table.find(name(i), 0, name(i).length)).toBe(i);
  });

  it('quotes names as they are, and shortens them', () => {
    const table = new NameTable();
    const show = (text: string) => {
      const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
      return table.shown(table.intern(bytes, 0, bytes.length));
    };
    expect(show('main')).toBe("'main'");
    expect(show('a\r\n\xe4')).toBe("'a\r\n\udce4'");
    expect(show('\xc3\xa9'.repeat(64))).toBe(`'${'é'.repeat(64)}'`);
    expect(show('x'.repeat(65))).toBe(`'${'x'.repeat(64)}…'`);
  });
});
