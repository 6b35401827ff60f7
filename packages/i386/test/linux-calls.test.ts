// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls beside this computer's kernel: each guest ends alike natively, interpreted and
 * translated, and as is written here.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { afterAll, describe, expect, it } from 'vitest';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import { NativeGuests } from './linux.ts';
import { MODES } from './run.ts';

const guests = new NativeGuests();
afterAll(() => guests.remove());
const { works } = guests;
if (!works)
  console.warn('NOT RUN: this kernel runs no i386 programs; nothing was compared with it');

const EXIT_EBX = [...load(0, 1), 0xcd, 0x80];
/** Ends with the low byte of the result. */
const RESULT = [0x89, 0xc3, ...EXIT_EBX];
/** Ends with the byte at `address`. */
const byteAt = (address: number) => [0x0f, 0xb6, 0x1d, ...word(address), ...EXIT_EBX];
/** mov [address], eax. */
const keep = (address: number) => [0xa3, ...word(address)];
/** mov dword [address], value. */
const poke = (address: number, value: number) => [0xc7, 0x05, ...word(address), ...word(value)];
/** A call with six arguments, of which those that are undefined stay. */
const six = (number: number, a: number, b: number, c: number, d: number, e: number, f = 0) => [
  ...[...load(3, a), ...load(1, b), ...load(2, c), ...load(6, d), ...load(7, e), ...load(5, f)],
  ...[...load(0, number), 0xcd, 0x80],
];
/** setcc of a comparison of eax with [address]; exit. */
const compare = (condition: number, address: number) => [
  ...[0x3b, 0x05, ...word(address), 0x0f, 0x90 + condition, 0xc3, 0x0f, 0xb6, 0xdb, ...EXIT_EBX],
];
const [EQUAL, ABOVE_OR_EQUAL] = [4, 3];
const exited = (status: number) => ({ kind: 'exited', status });
const killed = (signal: number) => ({ kind: 'killed', signal });
const failed = (errno: number) => exited(-errno & 0xff);

const A = DATA;
const B = DATA + 32;
const OUT = DATA + 1024;
const CREATE = 0o102;
/** New files need new names, as all guests share a folder of the kernel. */
let names = 0;
const named = (address: number) => {
  const name = `n${names++}`;
  return { name, code: place(address, name) };
};
/** Makes a file with five bytes, named at `address`, and closes it. */
const made = (address: number) => [
  ...named(address).code,
  ...[...system(5, address, CREATE, 0o600), ...system(4, 3, address, 5), ...system(6, 3)],
];
const folder = (address: number) => [...named(address).code, ...system(39, address, 0o755)];

const PROBES: readonly [name: string, code: number[], end: object][] = [
  [
    'time does not go back',
    [...system(13, 0), ...keep(OUT), ...system(13, 0), ...compare(ABOVE_OR_EQUAL, OUT)],
    exited(1),
  ],
  ['gettimeofday', [...system(78, OUT, 0), ...RESULT], exited(0)],
  ['clock_gettime', [...system(265, 1, OUT), ...RESULT], exited(0)],
  ['clock_gettime of no clock', [...system(265, 77, OUT), ...RESULT], failed(22)],
  ['clock_gettime to nowhere', [...system(265, 0, 16), ...RESULT], failed(14)],
  ['times and getrusage', [...system(77, 0, OUT), ...RESULT], exited(0)],
  [
    'stat64 of a folder: its type',
    [...place(A, '.'), ...system(195, A, OUT), ...byteAt(OUT + 17)],
    exited(0x41),
  ],
  [
    'stat of a folder: its type',
    [...place(A, '.'), ...system(106, A, OUT), ...byteAt(OUT + 9)],
    exited(0x41),
  ],
  ['stat64 of nothing', [...place(A, 'none'), ...system(195, A, OUT), ...RESULT], failed(2)],
  ['stat64: the size', [...made(A), ...system(195, A, OUT), ...byteAt(OUT + 44)], exited(5)],
  ['stat: the size', [...made(A), ...system(106, A, OUT), ...byteAt(OUT + 20)], exited(5)],
  [
    'fstat64 of a file that is being written: the size',
    [
      ...[...named(A).code, ...system(5, A, CREATE, 0o600), ...system(4, 3, A, 7)],
      ...[...system(197, 3, OUT), ...byteAt(OUT + 44)],
    ],
    exited(7),
  ],
  ['fstat64 of nothing', [...system(197, 77, OUT), ...RESULT], failed(9)],
  [
    'lstat64 of a link: the size',
    [
      ...place(A, 'far/away'),
      ...named(B).code,
      ...system(83, A, B),
      ...system(196, B, OUT),
      ...byteAt(OUT + 44),
    ],
    exited(8),
  ],
  [
    'two names of a file: one inode',
    [
      ...[...made(A), ...named(B).code, ...system(9, A, B), ...system(195, A, OUT)],
      ...[...system(195, B, OUT + 96), 0xa1, ...word(OUT + 96 + 88), ...compare(EQUAL, OUT + 88)],
    ],
    exited(1),
  ],
  [
    'two names of a file: the number of links',
    [...made(A), ...named(B).code, ...system(9, A, B), ...system(195, B, OUT), ...byteAt(OUT + 20)],
    exited(2),
  ],
  ['link over a file', [...made(A), ...made(B), ...system(9, A, B), ...RESULT], failed(17)],
  ['link of a folder', [...folder(A), ...named(B).code, ...system(9, A, B), ...RESULT], failed(1)],
  [
    'a file is not older than one that was written before',
    [
      ...[...made(A), ...made(B), ...system(195, A, OUT), ...system(195, B, OUT + 96)],
      ...[0xa1, ...word(OUT + 96 + 72), ...compare(ABOVE_OR_EQUAL, OUT + 72)],
    ],
    exited(1),
  ],
  [
    'utime sets the time',
    [
      ...made(A),
      ...poke(OUT + 4, 77),
      ...system(30, A, OUT),
      ...system(195, A, OUT),
      ...byteAt(OUT + 72),
    ],
    exited(77),
  ],
  [
    'rename: the old name',
    [...made(A), ...named(B).code, ...system(38, A, B), ...system(5, A), ...RESULT],
    failed(2),
  ],
  [
    'rename: the new name',
    [...made(A), ...made(B), ...system(38, A, B), ...system(5, B), ...RESULT],
    exited(3),
  ],
  [
    'rename of nothing',
    [...place(A, 'none'), ...place(B, 'x'), ...system(38, A, B), ...RESULT],
    failed(2),
  ],
  ['rename over a folder', [...made(A), ...folder(B), ...system(38, A, B), ...RESULT], failed(21)],
  [
    'rename of a folder over a file',
    [...folder(A), ...made(B), ...system(38, A, B), ...RESULT],
    failed(20),
  ],
  [
    'an open file follows its name',
    [
      ...[
        ...made(A),
        ...system(5, A, 2),
        ...named(B).code,
        ...system(38, A, B),
        ...system(4, 3, A, 1),
      ],
      ...[...system(6, 3), ...system(195, B, OUT), ...byteAt(OUT + 44)],
    ],
    exited(5),
  ],
  [
    'ftruncate',
    [
      ...made(A),
      ...system(5, A, 2),
      ...system(93, 3, 2),
      ...system(197, 3, OUT),
      ...byteAt(OUT + 44),
    ],
    exited(2),
  ],
  ['rmdir', [...folder(A), ...system(40, A), ...RESULT], exited(0)],
  [
    'the names in a folder, old form',
    [...folder(A), ...system(5, A, 0o200000), ...system(141, 3, OUT, 400), ...RESULT],
    exited(32),
  ],
  [
    'the names in a folder',
    [...folder(A), ...system(5, A, 0o200000), ...system(220, 3, OUT, 400), ...RESULT],
    exited(48),
  ],
  [
    'the names in a folder, twice',
    [
      ...folder(A),
      ...system(5, A),
      ...system(220, 3, OUT, 400),
      ...system(220, 3, OUT, 400),
      ...RESULT,
    ],
    exited(0),
  ],
  [
    'names without room',
    [...folder(A), ...system(5, A), ...system(220, 3, OUT, 9), ...RESULT],
    failed(22),
  ],
  [
    'names in a file',
    [...made(A), ...system(5, A), ...system(220, 3, OUT, 400), ...RESULT],
    failed(20),
  ],
  [
    'a pipe',
    [...system(42, OUT), ...system(4, 4, DATA, 3), ...system(3, 3, OUT, 9), ...RESULT],
    exited(3),
  ],
  [
    'a pipe that nobody can write',
    [...system(42, OUT), ...system(6, 4), ...system(3, 3, OUT, 9), ...RESULT],
    exited(0),
  ],
  [
    'an empty pipe that does not wait',
    [...system(331, OUT, 0o4000), ...system(3, 3, OUT, 9), ...RESULT],
    failed(11),
  ],
  [
    'a pipe that nobody reads',
    [...system(42, OUT), ...system(6, 3), ...system(4, 4, DATA, 3), ...RESULT],
    killed(13),
  ],
  [
    'the same with the signal ignored',
    [
      ...system(48, 13, 1),
      ...system(42, OUT),
      ...system(6, 3),
      ...system(4, 4, DATA, 3),
      ...RESULT,
    ],
    failed(32),
  ],
  ['a seek in a pipe', [...system(42, OUT), ...system(19, 3, 0, 0), ...RESULT], failed(29)],
  [
    'a pipe from a child',
    [
      ...[...system(42, OUT), ...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(22 + 12)],
      ...[...system(4, 4, DATA, 6), ...exit(0).slice(0, 5), 0xbb, ...word(0), 0xcd, 0x80],
      ...[...system(6, 4), ...system(3, 3, OUT, 9), ...RESULT],
    ],
    exited(6),
  ],
  ['F_DUPFD', [...place(A, '.'), ...system(5, A), ...system(55, 3, 0, 10), ...RESULT], exited(10)],
  [
    'F_GETFD',
    [...place(A, '.'), ...system(5, A, 0o2000000), ...system(55, 3, 1), ...RESULT],
    exited(1),
  ],
  [
    'F_SETFD',
    [...place(A, '.'), ...system(5, A), ...system(55, 3, 2, 1), ...system(55, 3, 1), ...RESULT],
    exited(1),
  ],
  [
    'a copy does not close',
    [
      ...place(A, '.'),
      ...system(5, A, 0o2000000),
      ...system(41, 3),
      ...system(55, 4, 1),
      ...RESULT,
    ],
    exited(0),
  ],
  [
    'F_GETFL',
    [...made(A), ...system(5, A, 0o2001), ...system(55, 3, 3), 0xc1, 0xe8, 4, ...RESULT],
    exited(0o2001 >> 4),
  ],
  ['fcntl of nothing', [...system(55, 77, 1), ...RESULT], failed(9)],
  ['dup3 onto itself', [...system(330, 1, 1), ...RESULT], failed(22)],
  [
    'execve closes what is to be closed',
    [
      ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x0f, 0x85, ...word(22 + 9)],
      ...[...system(55, 3, 1), ...RESULT],
      ...[...place(A, 'guest'), ...system(5, A, 0o2000000), ...poke(OUT, A), ...poke(OUT + 4, A)],
      ...[...system(11, A, OUT, 0), ...exit(99)],
    ],
    failed(9),
  ],
  [
    'ioctl of a file',
    [...place(A, 'guest'), ...system(5, A), ...system(54, 3, 0x5401, OUT), ...RESULT],
    failed(25),
  ],
  ['ioctl of nothing', [...system(54, 77, 0x5401, OUT), ...RESULT], failed(9)],
  [
    'writev',
    [
      ...[...poke(OUT, A), ...poke(OUT + 4, 2), ...poke(OUT + 8, A), ...poke(OUT + 12, 3)],
      ...[...system(146, 1, OUT, 2), ...RESULT],
    ],
    exited(5),
  ],
  ['pread64', [...made(A), ...system(5, A), ...six(180, 3, OUT, 9, 3, 0), ...RESULT], exited(2)],
  ['pwrite64 to a pipe', [...system(42, OUT), ...six(181, 4, OUT, 1, 0, 0), ...RESULT], failed(29)],
  [
    'sigaction tells what was',
    [
      ...[...poke(OUT, 0x1234), ...system(67, 10, OUT, 0), ...system(67, 10, 0, OUT + 32)],
      ...byteAt(OUT + 32),
    ],
    exited(0x34),
  ],
  ['signal of SIGKILL', [...system(48, 9, 1), ...RESULT], failed(22)],
  [
    'sigprocmask tells what was',
    [...poke(OUT, 4), ...system(126, 0, OUT, 0), ...system(126, 0, 0, OUT + 8), ...byteAt(OUT + 8)],
    exited(4),
  ],
  [
    'kill of itself',
    [...system(20), 0x89, 0xc3, ...load(1, 15), ...load(0, 37), 0xcd, 0x80, ...exit(1)],
    killed(15),
  ],
  [
    'kill with nothing',
    [...system(20), 0x89, 0xc3, ...load(1, 0), ...load(0, 37), 0xcd, 0x80, ...RESULT],
    exited(0),
  ],
  ['kill with no signal', [...system(37, 0, 77), ...RESULT], failed(22)],
  ['prctl of a name', [...system(172, 15, A), ...RESULT], exited(0)],
  ['prctl of nothing', [...system(172, 7777, A), ...RESULT], failed(22)],
  [
    'clone as a fork',
    [
      ...[...six(120, 17, 0, 0, 0, 0), 0x85, 0xc0, 0x75, 22, ...exit(9)],
      ...[...system(7, -1, OUT, 0), ...byteAt(OUT + 1)],
    ],
    exited(9),
  ],
  [
    'a segment of its own',
    [
      ...[
        ...poke(OUT, -1),
        ...poke(OUT + 4, DATA + 256),
        ...poke(OUT + 8, 0xfffff),
        ...poke(OUT + 12, 0x51),
      ],
      ...[...poke(DATA + 256, 0x5a), ...system(243, OUT), 0xa1, ...word(OUT)],
      ...[0xc1, 0xe0, 3, 0x83, 0xc0, 3, 0x8e, 0xe8, 0x65, 0x8b, 0x1d, ...word(0), ...EXIT_EBX],
    ],
    exited(0x5a),
  ],
  ['a segment that is not there', [...load(0, 0x73), 0x8e, 0xe8, ...exit(0)], killed(11)],
  ['the selector of ds', [0x8c, 0xdb, ...EXIT_EBX], exited(0x2b)],
  ['the selector of cs', [0x8c, 0xcb, ...EXIT_EBX], exited(0x23)],
  ['the selector of gs', [0x8c, 0xeb, ...EXIT_EBX], exited(0)],
  [
    'mmap of memory: zero, and can be written',
    [
      ...six(192, 0, 8192, 3, 0x22, -1),
      0x8b,
      0x18,
      0xc7,
      0x80,
      ...word(4096),
      ...word(7),
      0x03,
      0x98,
      ...word(4096),
      ...EXIT_EBX,
    ],
    exited(7),
  ],
  [
    'mmap that may not be written',
    [...six(192, 0, 4096, 1, 0x22, -1), 0xc6, 0x00, 1, ...exit(0)],
    killed(11),
  ],
  [
    'munmap',
    [
      ...six(192, 0, 4096, 3, 0x22, -1),
      ...keep(OUT),
      0x89,
      0xc3,
      ...load(1, 4096),
      ...load(0, 91),
      0xcd,
      0x80,
      0xa1,
      ...word(OUT),
      0x8b,
      0x18,
      ...exit(0),
    ],
    killed(11),
  ],
  [
    'mprotect',
    [
      ...six(192, 0, 4096, 3, 0x22, -1),
      ...keep(OUT),
      0x89,
      0xc3,
      ...load(1, 4096),
      ...load(2, 1),
      ...load(0, 125),
      0xcd,
      0x80,
      0xa1,
      ...word(OUT),
      0xc6,
      0x00,
      1,
      ...exit(0),
    ],
    killed(11),
  ],
  ['mmap of nothing', [...six(192, 0, 0, 3, 0x22, -1), ...RESULT], failed(22)],
  [
    'mmap of a file',
    [...made(A), ...system(5, A), ...six(192, 0, 4096, 1, 2, 3), 0x0f, 0xb6, 0x18, ...EXIT_EBX],
    exited('n'.charCodeAt(0)),
  ],
  [
    'a read of /dev/zero',
    [...place(A, '/dev/zero'), ...system(5, A), ...system(3, 3, OUT, 9), ...RESULT],
    exited(9),
  ],
  [
    'a write to /dev/full',
    [...place(A, '/dev/full'), ...system(5, A, 1), ...system(4, 3, OUT, 9), ...RESULT],
    failed(28),
  ],
  [
    'a read of /dev/urandom',
    [...place(A, '/dev/urandom'), ...system(5, A), ...system(3, 3, OUT, 9), ...RESULT],
    exited(9),
  ],
  ['getrandom', [...system(355, OUT, 9, 0), ...RESULT], exited(9)],
  [
    'openat and fstatat64 below a folder',
    [
      ...[...place(A, '.'), ...system(5, A), ...named(B).code, ...six(295, 3, B, CREATE, 0o600, 0)],
      ...[...system(4, 4, B, 3), ...six(300, 3, B, OUT, 0, 0), ...byteAt(OUT + 44)],
    ],
    exited(3),
  ],
  ['unlinkat of nothing', [...place(A, 'none'), ...system(301, -100, A, 0), ...RESULT], failed(2)],
];

/** Starts itself once more, with a file as standard input, which it reads then. */
const REDIRECTED: readonly [name: string, code: number[], end: object] = [
  'execve with a file as standard input',
  [
    ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x0f, 0x85, ...word(22 + 9)],
    ...[...system(3, 0, OUT, 9), ...RESULT],
    ...[...made(A), ...system(5, A), ...system(63, 3, 0), ...place(A, 'guest')],
    ...[...poke(OUT, A), ...poke(OUT + 4, A), ...system(11, A, OUT, 0), ...exit(99)],
  ],
  exited(5),
];

const world = (image: Uint8Array) => {
  const files = new MemoryFiles();
  files.writeFile('/guest', image, 0o755);
  return files;
};

describe.each(MODES)('%s', (mode) => {
  it.each([...PROBES, REDIRECTED])('%s', (_, code, end) => {
    const image = elf(code);
    const host = new MemoryHost({ files: world(image), engine: i386Engine({ mode }) });
    expect(host.run('/guest', ['guest'], [])).toEqual(end);
  });

  it('the same times, numbers and random bytes in each run', () => {
    const code = [
      ...[
        ...system(265, 0, OUT),
        ...made(A),
        ...system(195, A, OUT + 8),
        ...system(355, OUT + 104, 16),
      ],
      ...[0x0f, 0x31, ...keep(OUT + 120), ...system(4, 1, OUT, 124), ...exit(0)],
    ];
    const run = () => {
      const parts: Uint8Array[] = [];
      const stdout = (bytes: Uint8Array) => parts.push(bytes.slice());
      const host = new MemoryHost({
        files: world(elf(code)),
        engine: i386Engine({ mode }),
        stdout,
      });
      host.run('/guest', ['guest'], []);
      return Buffer.concat(parts).toString('hex');
    };
    expect(run().length).toBe(248);
    expect(run()).toBe(run());
  });

  it('a program that dies names the call that the machine does not have', () => {
    const stderr: Uint8Array[] = [];
    const image = elf([...system(26), 0x0f, 0x0b]);
    const host = new MemoryHost({
      files: world(image),
      engine: i386Engine({ mode }),
      stderr: (bytes) => stderr.push(bytes),
    });
    expect(host.run('/guest', ['guest'], [])).toEqual(killed(4));
    expect(Buffer.concat(stderr).toString()).toContain('does not have: ptrace (26)');
  });

  it('a pipe whose writer could only come later', () => {
    const stderr: Uint8Array[] = [];
    const image = elf([...system(42, OUT), ...system(3, 3, OUT, 9), ...exit(0)]);
    const host = new MemoryHost({
      files: world(image),
      engine: i386Engine({ mode }),
      stderr: (bytes) => stderr.push(bytes),
    });
    expect(host.run('/guest', ['guest'], [])).toEqual(killed(24));
    expect(Buffer.concat(stderr).toString()).toMatch(/waits for a pipe[\s\S]*hint: /);
  });
});

describe.runIf(works)('this kernel', () => {
  it.each([...PROBES, REDIRECTED])('%s', (_, code, end) => {
    expect(guests.run(elf(code))?.status).toEqual(end);
  });
});
