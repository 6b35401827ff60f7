// SPDX-License-Identifier: GPL-3.0-or-later
/** --limit of the unpackers: below and above the content's size, in all its spellings. */
import { gzipSync } from 'node:zlib';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { unbz2, ungz, untar, unxz, unxzBytes } from '@stage0-ts/mescc-tools-extra';
import { describe, expect, it } from 'vitest';
import { BZIP2_TWO_STREAMS, TEXT, XZ_CRC32, XZ_PADDING } from './fixtures.ts';

const PROGRAMS = { unxz, unbz2, ungz, untar };

function run(tool: keyof typeof PROGRAMS, input: Uint8Array, ...options: string[]) {
  const files = new MemoryFiles();
  files.writeFile('/in', input, 0o644);
  let stderr = '';
  const host = new MemoryHost({
    files,
    stdout: () => {},
    stderr: (bytes) => {
      stderr += Buffer.from(bytes).toString();
    },
  });
  const output = tool === 'untar' ? [] : ['--output', 'out'];
  const status = PROGRAMS[tool]([tool, '--file', 'in', ...output, ...options], host);
  return { status, stderr, files };
}

const ARCHIVES = {
  unxz: [XZ_CRC32, TEXT.length],
  unbz2: [BZIP2_TWO_STREAMS, undefined],
  ungz: [gzipSync(Buffer.from(TEXT)), TEXT.length],
} as const;

describe.each(Object.entries(ARCHIVES))('%s', (name, [archive, known]) => {
  const tool = name as keyof typeof ARCHIVES;
  const whole = run(tool, archive);
  const out = whole.files.get('/out');
  const size = out.kind === 'file' ? out.bytes.length : 0;

  it('accepts content exactly at the limit', () => {
    expect(whole.status).toBe(0);
    expect(known ?? size).toBe(size);
    expect(run(tool, archive, '--limit', `${size}`).status).toBe(0);
    expect(run(tool, archive, '--limit', '1k').status).toBe(0);
    expect(run(tool, archive, '--limit', '3G').status).toBe(0);
  });

  it('refuses one more byte, and names the option', () => {
    const { status, stderr, files } = run(tool, archive, '--limit', `${size - 1}`);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `in: error: the content is larger than the limit of ${size - 1} bytes\n` +
        '  hint: if the archive is trusted, raise it with --limit, e.g. --limit 3G\n',
    );
    expect(files.find('/out')).toBeUndefined();
  });

  it.each(['', 'x', '-1', '1K', '1.5M', '0x10', '1GB'])('refuses --limit %j', (limit) => {
    expect(run(tool, archive, '--limit', limit).stderr).toMatch(
      /error: --limit .*: expected a number of bytes, or one followed by k, M or G\n$/,
    );
  });
});

describe('untar', () => {
  const header = (name: string, size: number, kind: string, target: string) => {
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write('0000644\0', 100);
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    block.write(' '.repeat(8), 148);
    block.write(kind, 156);
    block.write(target, 157);
    block.write('ustar\x0000', 257, 'latin1');
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return block;
  };
  const archive = Buffer.concat([
    header('a', 512, '0', ''),
    Buffer.alloc(512, 'x'),
    header('b', 0, '1', 'a'),
    header('c', 0, '1', 'a'),
    Buffer.alloc(1024),
  ]);

  it('bounds the copies that replace hard links', () => {
    expect(run('untar', archive, '--limit', '1k').status).toBe(0);
    const { status, stderr, files } = run('untar', archive, '--limit', '1023');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'in: error: c: the copies of hard links exceed the limit of 1023 bytes\n' +
        '  hint: if the archive is trusted, raise it with --limit, e.g. --limit 3G\n',
    );
    expect(files.find('/a')).toBeUndefined();
  });
});

describe('what follows an .xz stream', () => {
  it.each(['text', 'x', 'a longer text than a header'])('is named: %j', (text) => {
    const bytes = Buffer.concat([XZ_CRC32, Buffer.from(text)]);
    expect(() => unxzBytes(bytes)).toThrow(
      `something follows the .xz stream that is not one (at byte ${XZ_CRC32.length})`,
    );
  });

  it('may be another stream, or the beginning of one that is cut', () => {
    expect(unxzBytes(XZ_PADDING).length).toBeGreaterThan(0);
    const cut = Buffer.concat([XZ_CRC32, XZ_CRC32.subarray(0, 8)]);
    expect(() => unxzBytes(cut)).toThrow('the .xz file ends too early');
  });
});
