// SPDX-License-Identifier: GPL-3.0-or-later
/** --strict: what upstream accepts silently is an error with its place, and nothing else is. */
import { assemble, hex0 } from '@stage0-ts/hex0';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it } from 'vitest';

const attempt = (text: string) => () =>
  assemble(Buffer.from(text, 'latin1'), { name: 'in', strict: true });

describe('strict', () => {
  it.each([
    ['41 G0', 1, 4, 'stray-character'],
    ['41\n42, 43', 2, 3, 'stray-character'],
    ['0x41', 1, 2, 'stray-character'],
    ['41 \0', 1, 4, 'stray-character'],
    ['\xef\xbb\xbf41', 1, 1, 'stray-character'],
    ['41 4', 1, 4, 'odd-digits'],
    ['41 # 4\n 5 # 6', 2, 2, 'odd-digits'],
  ])('refuses %j', (text, line, column, code) => {
    expect(attempt(text)).toThrow(expect.objectContaining({ line, column, code }));
    expect(() => assemble(Buffer.from(text, 'latin1'))).not.toThrow();
  });

  it('takes bytes, white space and comments', () => {
    expect([...attempt('41 4\t2\r\n43 # G, 4\n44 ; no end')()]).toEqual([0x41, 0x42, 0x43, 0x44]);
  });

  it('is an argument after the operands', () => {
    const files = new MemoryFiles();
    files.writeFile('/in', Buffer.from('4 1 2'), 0o644);
    let stderr = '';
    const host = new MemoryHost({
      files,
      stderr: (bytes) => {
        stderr += Buffer.from(bytes).toString();
      },
    });
    expect(hex0(['hex0', 'in', 'out', '--strict'], host)).toBe(1);
    expect(stderr).toBe('in:1:5: error: a byte with one digit\n  4 1 2\n      ^\n');
    expect(host.stat('/out')).toBeUndefined();
    expect(hex0(['hex0', 'in', 'out'], host)).toBe(0);
  });
});
