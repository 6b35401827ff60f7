// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A climb in small, of our own: a driver that makes a pipe, forks twice, redirects, and executes
 * two programs; one calls its functions by pointers. Each is interpreted and translated.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { CODE, DATA, elf, exit, load, place, system, word } from './guest.ts';
import { MODES } from './run.ts';

const OUT = DATA + 1024;
const ARGV = DATA + 512;

/** Runs `child` in a fork, and waits for it. */
function forked(child: readonly number[]): number[] {
  const fork = [...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(child.length)];
  return [...fork, ...child, ...system(7, -1, 0, 0)];
}

/** execve of the program at `path`, whose name is its only argument. */
function execute(path: string): number[] {
  const name = DATA + 256;
  return [
    ...[...place(name, path), 0xc7, 0x05, ...word(ARGV), ...word(name)],
    ...[0xc7, 0x05, ...word(ARGV + 4), ...word(0), ...system(11, name, ARGV, 0), ...exit(99)],
  ];
}

/** pipe; (maker > pipe) ; (counter < pipe > /result). */
const DRIVER = [
  ...system(42, OUT),
  ...forked([...system(63, 4, 1), ...system(6, 3), ...system(6, 4), ...execute('/maker')]),
  ...system(6, 4),
  ...forked([
    ...[...system(63, 3, 0), ...place(DATA, '/result'), ...system(5, DATA, 0o1101, 0o640)],
    ...[...system(63, 4, 1), ...execute('/counter')],
  ]),
  ...exit(7),
];

/** Writes the letters a to j, each 400 times, by a function that it calls by a pointer. */
function maker(): number[] {
  // mov esi, 4000; loop: mov eax, next; call eax; dec esi; jne loop; write; exit
  const head = [...load(6, 4000), ...load(0, 0), 0xff, 0xd0, 0x4e, 0x75, 0xf6];
  const end = [...system(4, 1, DATA + 2048, 4000), ...exit(0)];
  head.splice(6, 4, ...word(CODE + head.length + end.length));
  // next: mov eax, 4000; sub eax, esi; mov edi, eax; cdq; mov ecx, 400; div ecx; add eax, 'a';
  // mov [edi + DATA + 2048], al; ret
  const next = [
    ...[...load(0, 4000), 0x29, 0xf0, 0x89, 0xc7, 0x99, ...load(1, 400), 0xf7, 0xf1],
    ...[0x83, 0xc0, 0x61, 0x88, 0x87, ...word(DATA + 2048), 0xc3],
  ];
  return [...head, ...end, ...next];
}

/** Copies every 400th byte that it reads, until there is none. */
function counter(): number[] {
  const read = system(3, 0, DATA, 400);
  const write = system(4, 1, DATA, 1);
  const body = [...read, 0x85, 0xc0, 0x74, write.length + 2, ...write];
  return [...body, 0xeb, -(body.length + 2) & 0xff, ...exit(0)];
}

describe.each(MODES)('%s', (mode) => {
  it('a driver, two programs, a pipe and a redirection', () => {
    const files = new MemoryFiles();
    files.writeFile('/driver', elf(DRIVER), 0o755);
    files.writeFile('/maker', elf(maker(), 8192), 0o755);
    files.writeFile('/counter', elf(counter()), 0o755);
    const host = new MemoryHost({ files, engine: i386Engine({ mode }) });
    expect(host.run('/driver', ['driver'], [])).toEqual({ kind: 'exited', status: 7 });
    const result = files.get('/result');
    expect(result).toMatchObject({ mode: 0o640, bytes: new TextEncoder().encode('abcdefghij') });
  });
});
