// SPDX-License-Identifier: GPL-3.0-or-later
/** What vectors do not reach: other machines, wrap, and the command that holds all tools. */
import { decodeLatin1 as decode, encodeLatin1 as encode } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import {
  getMachine,
  mesccToolsExtra,
  parseMode,
  replaceBytes,
  wrap,
} from '@stage0-ts/mescc-tools-extra';
import fc from 'fast-check';
import { expect, it } from 'vitest';

it('get_machine knows the machines', () => {
  const ask = (machine: string, ...options: string[]) => {
    let answer = '';
    const host = new MemoryHost({
      files: new MemoryFiles(),
      stdout: (bytes) => {
        answer += decode(bytes);
      },
      stderr: () => {},
      systemName: { sysname: 'Linux', nodename: '', release: '', version: '', machine },
    });
    expect(getMachine(['get_machine', ...options], host)).toBe(0);
    return answer.trimEnd();
  };
  const rows = [
    'i386',
    'i686',
    'i686-pae',
    'x86_64',
    'amd64',
    'aarch64',
    'armv7l',
    'riscv64',
    'riscv32',
    'ppc64le',
  ].map((machine) =>
    [[], ['--exact'], ['--blood'], ['--endian'], ['--hex2']]
      .map((options) => ask(machine, ...options))
      .join(' '),
  );
  expect(rows).toEqual([
    'x86 i386  --little-endian 0x08048000',
    'x86 i686  --little-endian 0x08048000',
    'x86 i686-pae  --little-endian 0x08048000',
    'amd64 x86_64 --64 --little-endian 0x600000',
    'amd64 amd64 --64 --little-endian 0x600000',
    'aarch64 aarch64 --64 --little-endian 0x400000',
    'armv7l armv7l  --big-endian 0x10000',
    'riscv64 riscv64 --64 --little-endian 0x600000',
    'riscv32 riscv32  --big-endian 0x0',
    'ppc64le ppc64le --64 --little-endian 0x10000',
  ]);
});

/** Run wrap with a program /w/p that ends in this way. */
function runWrapped(
  currentDirectory: string,
  program: string,
  end: { status: number } | { signal: number },
) {
  const files = new MemoryFiles();
  files.createDirectories('/w');
  files.writeFile('/w/p', encode('program'), 0o755);
  const seen: unknown[] = [];
  const host = new MemoryHost({
    files,
    currentDirectory,
    environment: ['HOME=/root', 'TMPDIR=/tmp', 'ARCH=x86', 'ARCH_DIR=x86', 'PATH=/bin'],
    stdout: () => {},
    stderr: () => {},
    engine: (image, argv, child) => {
      seen.push(image.path, argv, child.environment, child.currentDirectory());
      return 'status' in end ? { kind: 'exited', ...end } : { kind: 'killed', ...end };
    },
  });
  return { status: wrap(['wrap', program, 'a', 'b'], host), seen };
}

it('wrap changes the root and keeps eleven variables', () => {
  expect(runWrapped('/w', '/p', { status: 3 })).toEqual({
    status: 3,
    seen: ['/p', ['/p', 'a', 'b'], ['ARCH=x86', 'ARCH_DIR=x86', 'TMPDIR=/tmp', 'WRAPPED=yes'], '/'],
  });
  expect(runWrapped('/', '/w/p', { signal: 11 })).toMatchObject({
    status: 139,
    seen: ['/w/p', {}, {}, '/'],
  });
  expect(runWrapped('/', '/missing', { status: 0 })).toEqual({ status: 254, seen: [] });
  expect(runWrapped('/', '/w', { status: 0 })).toEqual({ status: 243, seen: [] });
});

it('one command runs every tool', () => {
  const run = (...argv: string[]) => {
    let text = '';
    const collect = (bytes: Uint8Array) => {
      text += decode(bytes);
    };
    const host = new MemoryHost({ files: new MemoryFiles(), stdout: collect, stderr: collect });
    return [mesccToolsExtra(['mescc-tools-extra', ...argv], host), text.split('\n')[0]];
  };
  expect(run('match', 'a', 'b')).toEqual([1, '']);
  expect(run('chmod', '-h')).toEqual([
    0,
    'Usage: chmod [-h | --help] [-V | --version] [-v | --verbose]',
  ]);
  expect(run('--help')).toEqual([0, 'Usage: mescc-tools-extra TOOL ARGUMENT...']);
  expect(run('toString')[0]).toBe(2);
  expect(run()[0]).toBe(2);
});

it('parseMode is C after a zero', () => {
  const modes = ['755', '0755', 'x1ff', 'xF', 'b11', '8', '', '-1', '1_2', 'é', 'b', 'x', 'B1'];
  expect(modes.map(parseMode)).toEqual([493, 493, 511, 15, 3, 0, 0, 4095, 10, 0, 0, 0, 0]);
});

it('replaceBytes is a replacement of substrings, without NULs', () => {
  const letters = (characters: string) =>
    fc.array(fc.constantFrom(...characters), { maxLength: 60 }).map((list) => list.join(''));
  fc.assert(
    fc.property(
      letters('ab\0'),
      letters('ab').map((p) => `${p.slice(0, 4)}a`),
      letters('xa'),
      (input, pattern, to) => {
        fc.pre(input.length > pattern.length);
        const result = replaceBytes(encode(input), {
          pattern: encode(pattern),
          replacement: encode(to),
        });
        expect(decode(result)).toBe(
          input
            .split(pattern)
            .map((part) => part.replaceAll('\0', ''))
            .join(to),
        );
      },
    ),
  );
});
