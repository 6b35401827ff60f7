// SPDX-License-Identifier: GPL-3.0-or-later
/** The marks that contents get, beside those of a plain search that starts anew each time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Derivations } from '../src/derivations.ts';

const PROCESSES = 5;
const CONTENTS = 6;

interface Deed {
  readonly verb: 'read' | 'wrote';
  readonly process: number;
  readonly content: number;
}

const deeds = fc.array(
  fc.record({
    verb: fc.constantFrom('read' as const, 'wrote' as const),
    process: fc.nat(PROCESSES - 1),
    content: fc.nat(CONTENTS - 1),
  }),
  { maxLength: 25 },
);

/** Marks of each content. Content 0 is marked `a`, content 1 `b`. */
function searched(all: readonly Deed[]): Set<string>[] {
  const contents = Array.from({ length: CONTENTS }, () => new Set<string>());
  contents[0]?.add('a');
  contents[1]?.add('b');
  const processes = Array.from({ length: PROCESSES }, () => new Set<string>());
  for (let round = 0; round <= PROCESSES; round++) {
    for (const { verb, process, content } of all) {
      const [one, other] = [processes[process], contents[content]];
      const [from, to] = verb === 'read' ? [other, one] : [one, other];
      for (const mark of from ?? []) to?.add(mark);
    }
  }
  return contents;
}

function followed(all: readonly Deed[]): Set<string>[] {
  const derivations = new Derivations();
  const processes = Array.from({ length: PROCESSES }, () => ({}));
  const contents = Array.from({ length: CONTENTS }, () => ({}));
  derivations.mark(contents[0] as object, ['a']);
  derivations.mark(contents[1] as object, ['b']);
  for (const { verb, process, content } of all) {
    derivations[verb](processes[process] as object, contents[content] as object);
  }
  return contents.map((content) => new Set(derivations.of(content)));
}

describe('what derives from marked contents', () => {
  it('is the same as by a plain search, whatever the order', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        expect(followed(all)).toEqual(searched(all));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not what is exempt, once its writer has read something marked', () => {
    const [binary, text, other] = [{}, {}, {}];
    const derivations = new Derivations((_, content) => content === text);
    derivations.mark(binary, ['binary']);
    const [unpacker, reader] = [{}, {}];
    derivations.read(unpacker, binary);
    for (const content of [text, other]) derivations.wrote(unpacker, content);
    derivations.read(reader, text);
    expect([text, other].map((content) => [...derivations.of(content)])).toEqual([[], ['binary']]);
    const copy = {};
    derivations.wrote(reader, copy);
    expect([...derivations.of(copy)]).toEqual([]);
    derivations.read(reader, other);
    expect([...derivations.of(copy)]).toEqual(['binary']);
  });

  it('takes a time that grows with the deeds, not with their square', () => {
    const derivations = new Derivations();
    const header = {};
    derivations.wrote({}, header);
    const count = 100_000;
    let last: object = header;
    for (let at = 0; at < count; at++) {
      const [process, content] = [{}, {}];
      derivations.read(process, header);
      derivations.wrote(process, content);
      last = content;
    }
    expect(derivations.of(last).size).toBe(0);
  });
});
