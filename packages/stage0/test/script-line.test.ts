// SPDX-License-Identifier: GPL-3.0-or-later
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: kaem's variables look like that
import { encodeUtf8 } from '@stage0-ts/bytes';
import { describe, expect, it } from 'vitest';
import { findCommand } from '../src/script-line.ts';

/** The text of the command that was found. */
function found(script: string, ...argv: string[]): string | undefined {
  const place = findCommand(encodeUtf8(script), argv);
  return place && script.slice(place.start, place.end);
}

describe('the command of a script', () => {
  it.each<[string, string[], string | undefined]>([
    ['./a b\n./a c\n', ['./a', 'c'], './a c'],
    ['./a b\n', ['./a', 'c'], undefined],
    ['# ./a b\n\t./a "b" # why\n', ['./a', 'b'], './a "b" # why'],
    ['./a b \\\n\tc\nx\n', ['./a', 'b', 'c'], './a b \\\n\tc'],
    ['a "b c"\n', ['/bin/a', 'b c'], 'a "b c"'],
    ['a b\n', ['/bin/ba', 'c'], undefined],
    ['a ${X}-${Y}.o z\n', ['a', 'one-two.o', 'z'], 'a ${X}-${Y}.o z'],
    ['a ${X} z\n', ['a', 'z'], 'a ${X} z'],
    ['a ${X} ${Y} z\n', ['a', 'z'], 'a ${X} ${Y} z'],
    ['a ${X}\n', ['a'], 'a ${X}'],
    ['a $@ z\n', ['a', 'b', 'c', 'z'], 'a $@ z'],
    ['a ${X}b\n', ['ab'], undefined],
    ['a ${X\n', ['a', '${X'], 'a ${X'],
    ['a $X\n', ['a', '$X'], 'a $X'],
    ['CC -c x.c\n', ['/bin/M2-Mesoplanet', '--fast', '-c', 'x.c'], 'CC -c x.c'],
    ['a ${X}b${Y}b\n', ['a', 'bb'], 'a ${X}b${Y}b'],
    ['a ${X}b${Y}b\n', ['a', 'b'], undefined],
    ['a b', ['a', 'b'], 'a b'],
    ['', ['a'], undefined],
  ])('%j of %j is %j', (script, argv, expected) => {
    expect(found(script, ...argv)).toBe(expected);
  });

  it.each([
    ['variables', `a ${'${A}'.repeat(2000)}!\n`, 'x'.repeat(50_000)],
    ['variables and letters', `a ${'${A}x'.repeat(2000)}!\n`, 'x'.repeat(50_000)],
    ['variables without end', `a ${'${'.repeat(30_000)}\n`, 'x'.repeat(50_000)],
    ['blanks', `a${' '.repeat(60_000)}b${'\t'.repeat(4000)}\n`, ' '.repeat(60_000)],
    ['comments', `a ${' #'.repeat(30_000)}\\\n x\n`, 'x'],
    ['line ends', `${'\\\n'.repeat(100_000)}a\n`, 'x'],
    ['commands', '${A} z\n'.repeat(20_000), 'x'.repeat(5000)],
    ['a long command', `a ${'x'.repeat(1_000_000)}\n`, 'x'.repeat(1_000_000)],
  ])('is looked for in linear time: %s', { timeout: 10_000 }, (_, script, argument) => {
    expect(found(script, 'a', argument)).toBeUndefined();
  });
});
