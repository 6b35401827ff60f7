// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls for pipes, descriptors, processes and memory, compared with this computer's kernel:
 * each guest must end as written here, natively, interpreted and translated.
 */
import { describe, expect, it } from 'vitest';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import {
  A,
  B,
  byteAt,
  CREATE,
  EXIT_EBX,
  exited,
  failed,
  keep,
  killed,
  made,
  named,
  nativeGuests,
  OUT,
  type Probe,
  poke,
  RESULT,
  run,
  six,
  testProbes,
} from './probes.ts';
import { MODES } from './run.ts';

const PROBES: readonly Probe[] = [
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
    'sigaction returns what was',
    [
      ...[...poke(OUT, 0x1234), ...system(67, 10, OUT, 0), ...system(67, 10, 0, OUT + 32)],
      ...byteAt(OUT + 32),
    ],
    exited(0x34),
  ],
  ['signal of SIGKILL', [...system(48, 9, 1), ...RESULT], failed(22)],
  [
    'sigprocmask returns what was',
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
  ['a segment that does not exist', [...load(0, 0x73), 0x8e, 0xe8, ...exit(0)], killed(11)],
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
      ...[...place(A, '.'), ...system(5, A), ...named(B), ...six(295, 3, B, CREATE, 0o600, 0)],
      ...[...system(4, 4, B, 3), ...six(300, 3, B, OUT, 0, 0), ...byteAt(OUT + 44)],
    ],
    exited(3),
  ],
  ['unlinkat of nothing', [...place(A, 'none'), ...system(301, -100, A, 0), ...RESULT], failed(2)],
  // Starts itself again with a file as standard input, and reads that.
  [
    'execve with a file as standard input',
    [
      ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x0f, 0x85, ...word(22 + 9)],
      ...[...system(3, 0, OUT, 9), ...RESULT],
      ...[...made(A), ...system(5, A), ...system(63, 3, 0), ...place(A, 'guest')],
      ...[...poke(OUT, A), ...poke(OUT + 4, A), ...system(11, A, OUT, 0), ...exit(99)],
    ],
    exited(5),
  ],
];

testProbes(PROBES, nativeGuests());

describe.each(MODES)('%s', (mode) => {
  it('times, numbers and random bytes are the same in each run', () => {
    const code = [
      ...[...system(265, 0, OUT), ...made(A), ...system(195, A, OUT + 8)],
      ...[...system(355, OUT + 104, 16), 0x0f, 0x31, ...keep(OUT + 120)],
      ...[...system(4, 1, OUT, 124), ...exit(0)],
    ];
    const once = () => Buffer.from(run(elf(code), mode).stdout).toString('hex');
    expect(once().length).toBe(248);
    expect(once()).toBe(once());
  });

  it('the message at a fault names the call that the machine does not support', () => {
    const { status, stderr } = run(elf([...system(26), 0x0f, 0x0b]), mode);
    expect(status).toEqual(killed(4));
    expect(stderr).toContain('does not support: ptrace (26)');
  });

  it('a pipe whose writer could only run later ends the reader', () => {
    const image = elf([...system(42, OUT), ...system(3, 3, OUT, 9), ...exit(0)]);
    const { status, stderr } = run(image, mode);
    expect(status).toEqual(killed(24));
    expect(stderr).toMatch(/waits for a pipe[\s\S]*hint: /);
  });
});
