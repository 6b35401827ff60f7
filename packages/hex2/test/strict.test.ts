// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { encodeLatin1 as bytes } from '@stage0-ts/bytes';
import { hex2, link, linkMinimal } from '@stage0-ts/hex2';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it } from 'vitest';

const minimal = (text: string, strict: boolean) => () =>
  linkMinimal(bytes(text), { name: 'in', strict });
const linked = (text: string, strict: boolean) => () =>
  link([{ name: 'in', bytes: bytes(text) }], { architecture: 'x86', strict });

const BOTH: [string, number, number, string][] = [
  ['41 x 42', 1, 4, 'stray-character'],
  [':a 90\n%a , 91', 2, 4, 'stray-character'],
  [':a 4%a 1', 1, 5, 'split-byte'],
  ['4:a 1', 1, 2, 'split-byte'],
  [':a 90\n:b :a ', 2, 4, 'duplicate-label'],
  ['90 4', 1, 4, 'odd-digits'],
  [':a $a>a ', 1, 4, 'useless-base'],
];

describe('strict', () => {
  it.each(BOTH)('hex2-0 refuses %j', (text, line, column, code) => {
    const readable = code === 'useless-base' ? text.replace('$', '&') : text;
    expect(minimal(readable, true)).toThrow(expect.objectContaining({ line, column, code }));
    expect(minimal(readable, false)).not.toThrow();
  });

  it.each([
    ['!a', 300],
    ['@a', 70_000],
    ['$a', 0],
  ])('hex2-0 refuses %j when its value is cut', (reference, distance) => {
    const text = `${reference} ${'90'.repeat(distance)} :a `;
    expect(minimal(text, true)).toThrow(
      expect.objectContaining({ code: 'out-of-range', column: 1 }),
    );
    expect(minimal(text, false)).not.toThrow();
  });

  it.each(BOTH)('hex2 refuses %j', (text, line, column, code) => {
    const readable = code === 'useless-base' ? text.replace('$', '&') : text;
    expect(linked(readable, true)).toThrow(expect.objectContaining({ line, column, code }));
    expect(linked(readable, false)).not.toThrow();
  });

  it('gives the same bytes otherwise', () => {
    const text = ':a 90 # x\n:b %a &b !a>b 4 1 ; y\n%a>b ';
    expect(minimal(text, true)().image).toEqual(minimal(text, false)().image);
    expect(linked(text, true)().image).toEqual(linked(text, false)().image);
  });

  it('is an option of hex2, and an architecture that there is not an error then', () => {
    const files = new MemoryFiles();
    files.writeFile('/in', bytes('41 4'), 0o644);
    let stderr = '';
    const host = new MemoryHost({
      files,
      stderr: (text) => {
        stderr += Buffer.from(text).toString();
      },
    });
    expect(hex2(['hex2', '-f', 'in', '-o', 'out', '--strict'], host)).toBe(1);
    expect(stderr).toMatch(/^in:1:4: error: a byte that lacks digits\n/);
    expect(hex2(['hex2', '-A', 'z80', '-f', 'in', '-o', 'out', '--strict'], host)).toBe(1);
    expect(stderr).toMatch(/error: unknown architecture z80\n$/);
    expect(host.stat('/out')).toBeUndefined();
  });
});
