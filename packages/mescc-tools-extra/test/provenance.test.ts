// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeLatin1, type ProvenanceMap } from '@stage0-ts/bytes';
import type { Program, ProvenanceSink } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { catm, cp, replace } from '@stage0-ts/mescc-tools-extra';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/**
 * Run a program on files, with a map and without one. Returns the map and the output `out` of both
 * runs.
 */
function traced(program: Program, argv: readonly string[], files: readonly Uint8Array[]) {
  const run = (sink?: ProvenanceSink) => {
    const world = new MemoryFiles();
    for (const [index, bytes] of files.entries()) world.writeFile(`/${index}`, bytes, 0o644);
    const host = new MemoryHost({ files: world, ...(sink && { provenance: sink }) });
    expect(program(argv, host)).toBe(0);
    return host.readFile('/out');
  };
  const maps: ProvenanceMap[] = [];
  const output = run((name, provenance) => {
    expect(name).toBe('out');
    maps.push(provenance);
  });
  expect(output).toEqual(run());
  expect(maps.length).toBe(1);
  return { output, provenance: maps[0] as ProvenanceMap };
}

const contents = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 });

it('catm: each byte is the one that the provenance says', () => {
  fc.assert(
    fc.property(contents, (files) => {
      const names = files.map((_, index) => `${index}`);
      const { output, provenance } = traced(catm, ['catm', 'out', ...names], files);
      expect(provenance.sources).toEqual(names);
      for (const [at, byte] of output.entries()) {
        const { origin } = provenance.lookup(at);
        expect(files[origin?.source as number]?.[origin?.start as number]).toBe(byte);
      }
    }),
  );
});

it('cp: each byte is the one at the same place', () => {
  const { output, provenance } = traced(cp, ['cp', '0', 'out'], [encodeLatin1('abc')]);
  expect(output.length).toBe(3);
  expect(provenance.lookup(2).origin).toEqual({ source: 0, start: 2, end: 3 });
  expect(provenance.lookup(1, 5).origin).toEqual({ source: 0, start: 1, end: 3 });
});

it('replace: each byte is the one that the provenance says, or of a replacement', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'ab', '\0', 'c'), { minLength: 4 });
  fc.assert(
    fc.property(text, (parts) => {
      const input = parts.join('');
      const argv = ['replace', '-f', '0', '-o', 'out', '-m', 'ab', '-r', 'XY'];
      const { output, provenance } = traced(replace, argv, [encodeLatin1(input)]);
      for (const [at, byte] of output.entries()) {
        const { origin } = provenance.lookup(at);
        const letter = String.fromCharCode(byte);
        const found = input.slice(origin?.start, origin?.end);
        expect(found).toBe(letter === 'X' || letter === 'Y' ? 'ab' : letter);
      }
    }),
  );
});
