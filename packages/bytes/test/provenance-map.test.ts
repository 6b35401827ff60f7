// SPDX-License-Identifier: GPL-3.0-or-later
import { ProvenanceMap } from '@stage0-ts/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/**
 * Pieces of an output: length, source, start, length of the source range; `copied` for one that is
 * a copy.
 */
const pieces = fc.array(
  fc.record({
    length: fc.integer({ min: 0, max: 5 }),
    source: fc.nat(3),
    start: fc.nat(1000),
    size: fc.nat(9),
    definition: fc.integer({ min: -1, max: 40 }),
    kind: fc.constantFrom('token', 'copy', 'own'),
  }),
);

type Piece = typeof pieces extends fc.Arbitrary<(infer One)[]> ? One : never;

function mapOf(list: readonly Piece[]): ProvenanceMap {
  const provenance = new ProvenanceMap();
  for (const name of 'abcd') provenance.addSource(name);
  let at = 0;
  for (const { length, source, start, size, definition, kind } of list) {
    if (kind === 'token') provenance.add(at, source, start, start + size, definition);
    else if (kind === 'copy') provenance.addCopy(at, source, start);
    else provenance.addOwn(at);
    at += length;
  }
  provenance.finish(at);
  return provenance;
}

describe('a provenance map', () => {
  it('covers every byte once, in order, and finds the piece of each', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const provenance = mapOf(list);
        let end = 0;
        for (const row of provenance) {
          expect(row.outputStart).toBe(end);
          expect(row.outputEnd).toBeGreaterThan(row.outputStart);
          end = row.outputEnd;
        }
        expect(end).toBe(provenance.outputLength);
        let at = 0;
        for (const { length, source, start, size, kind } of list) {
          for (let index = 0; index < length; index++, at++) {
            const { origin } = provenance.lookup(at);
            if (kind === 'own') expect(origin).toBeUndefined();
            else if (kind === 'token') expect(origin).toEqual({ source, start, end: start + size });
            else expect(origin).toEqual({ source, start: start + index, end: start + index + 1 });
          }
        }
      }),
    );
  });

  it('takes parts of another map, which say the same about their bytes', () => {
    fc.assert(
      fc.property(pieces, fc.nat(50), fc.nat(50), fc.nat(9), (list, a, b, front) => {
        const part = mapOf(list);
        const [from, to] = [Math.min(a, b), Math.max(a, b)].map((cut) =>
          Math.min(cut, part.outputLength),
        ) as [number, number];
        const whole = new ProvenanceMap();
        whole.addOwn(0);
        whole.addPart(front, part, from, to);
        whole.finish(front + to - from);
        for (let at = from; at < to; at++) {
          expect(whole.lookup(front + at - from).origin).toEqual(part.lookup(at).origin);
        }
      }),
    );
  });

  it('has definitions, also those that come later', () => {
    const provenance = new ProvenanceMap();
    provenance.add(0, provenance.addSource('a'), 0, 2, 900);
    provenance.add(1, 0, 3, 4, 7);
    provenance.finish(2);
    expect(provenance.lookup(0).definition).toBeUndefined();
    provenance.define(900, 0, 10, 12);
    expect(provenance.lookup(0).definition).toEqual({ source: 0, start: 10, end: 12 });
    expect(provenance.lookup(1).definition).toBeUndefined();
  });

  it('refuses what is outside of the output', () => {
    const provenance = mapOf([]);
    expect(() => provenance.lookup(0)).toThrow(RangeError);
    expect(() => provenance.lookup(-1)).toThrow(RangeError);
    expect(() => provenance.finish(1)).toThrow(RangeError);
  });
});
