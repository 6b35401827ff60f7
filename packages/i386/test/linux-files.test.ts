// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls about time and files, compared with this computer's kernel: each guest must end as
 * written here, natively, interpreted and translated.
 */
import { place, system, word } from './guest.ts';
import {
  A,
  ABOVE_OR_EQUAL,
  B,
  byteAt,
  CREATE,
  compareWith,
  EQUAL,
  exited,
  failed,
  folder,
  keep,
  made,
  named,
  nativeGuests,
  OUT,
  type Probe,
  poke,
  RESULT,
  testProbes,
} from './probes.ts';

const PROBES: readonly Probe[] = [
  [
    '/dev/fd with the number of a pipe',
    [
      ...[...place(A, '/dev/fd/3'), ...system(42, OUT), ...system(4, 4, A, 3)],
      ...[...system(5, A, 0), ...system(3, 5, OUT, 9), ...RESULT],
    ],
    exited(3),
  ],
  [
    '/dev/fd with the number of a file begins at its beginning',
    [
      ...[...named(B), ...system(5, B, CREATE, 0o600), ...system(4, 3, B, 5)],
      ...[...place(A, '/dev/fd/3'), ...system(5, A, 0), ...system(3, 4, OUT, 9), ...RESULT],
    ],
    exited(5),
  ],
  [
    '/dev/fd of a file that has lost its name to another one',
    [
      ...[...named(B), ...system(5, B, CREATE, 0o600), ...system(4, 3, B, 5), ...system(10, B)],
      ...[...system(5, B, CREATE, 0o600), ...system(4, 4, B, 2)],
      ...[...place(A, '/dev/fd/3'), ...system(5, A, 0), ...system(3, 5, OUT, 9), ...RESULT],
    ],
    exited(5),
  ],
  [
    '/dev/fd with a number that is not open',
    [...place(A, '/dev/fd/77'), ...system(5, A, 0), ...RESULT],
    failed(2),
  ],
  [
    'time does not go back',
    [...system(13, 0), ...keep(OUT), ...system(13, 0), ...compareWith(ABOVE_OR_EQUAL, OUT)],
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
      ...[...named(A), ...system(5, A, CREATE, 0o600), ...system(4, 3, A, 7)],
      ...[...system(197, 3, OUT), ...byteAt(OUT + 44)],
    ],
    exited(7),
  ],
  ['fstat64 of nothing', [...system(197, 77, OUT), ...RESULT], failed(9)],
  [
    'lstat64 of a link: the size',
    [
      ...place(A, 'far/away'),
      ...named(B),
      ...system(83, A, B),
      ...system(196, B, OUT),
      ...byteAt(OUT + 44),
    ],
    exited(8),
  ],
  [
    'two names of a file: one inode',
    [
      ...[...made(A), ...named(B), ...system(9, A, B), ...system(195, A, OUT)],
      ...[
        ...system(195, B, OUT + 96),
        0xa1,
        ...word(OUT + 96 + 88),
        ...compareWith(EQUAL, OUT + 88),
      ],
    ],
    exited(1),
  ],
  [
    'two names of a file: the number of links',
    [...made(A), ...named(B), ...system(9, A, B), ...system(195, B, OUT), ...byteAt(OUT + 20)],
    exited(2),
  ],
  ['link over a file', [...made(A), ...made(B), ...system(9, A, B), ...RESULT], failed(17)],
  ['link of a folder', [...folder(A), ...named(B), ...system(9, A, B), ...RESULT], failed(1)],
  [
    'a file is not older than one that was written before',
    [
      ...[...made(A), ...made(B), ...system(195, A, OUT), ...system(195, B, OUT + 96)],
      ...[0xa1, ...word(OUT + 96 + 72), ...compareWith(ABOVE_OR_EQUAL, OUT + 72)],
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
    [...made(A), ...named(B), ...system(38, A, B), ...system(5, A), ...RESULT],
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
      ...[...made(A), ...system(5, A, 2), ...named(B), ...system(38, A, B), ...system(4, 3, A, 1)],
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
];

testProbes(PROBES, nativeGuests());
