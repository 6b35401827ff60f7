// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Forks that wait for what their parent has yet to write or to close: the orders in which a kernel
 * may run processes, and what nobody can let go on.
 */
import { describe, expect, it } from 'vitest';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import {
  A,
  byteAt,
  exited,
  failed,
  killed,
  nativeGuests,
  OUT,
  type Probe,
  poke,
  RESULT,
  run,
  testProbes,
} from './probes.ts';
import { MODES } from './run.ts';

const [FORK, READ, WRITE, CLOSE, WAIT, EXECVE, KILL, PIPE, DUP2, SLEEP, PIPE2] = [
  ...[2, 3, 4, 6, 7, 11, 37, 42, 63, 162, 331],
] as const;
const [STATUS, CHILD] = [OUT + 16, OUT + 20] as const;
const SCHED_YIELD = 158;
const WNOHANG = 1;

/** fork; the child runs `child`, which has to end, and the parent keeps its number. */
const fork = (child: readonly number[]) => [
  ...[...system(FORK), 0x85, 0xc0, 0x0f, 0x85, ...word(child.length), ...child],
  ...[0xa3, ...word(CHILD)],
];
/** je over `code`: leave it out when the last comparison found equal values. */
const unlessEqual = (code: readonly number[]) => [0x0f, 0x84, ...word(code.length), ...code];
/** mov register, [address] */
const fetched = (register: number, address: number) => [
  ...[0x8b, 0x05 + register * 8],
  ...word(address),
];
/** waitpid(-1). */
const wait = system(WAIT, -1, STATUS, 0);
/** The same, without waiting. */
const ask = system(WAIT, -1, STATUS, WNOHANG);
const sleep = [...poke(A, 1), ...poke(A + 4, 0), ...system(SLEEP, A, 0)];

/** A pipe as descriptors 3 and 4, whose reader is a child that ends with what read returns. */
const readingChild = [
  ...system(PIPE, OUT),
  ...fork([...system(CLOSE, 4), ...system(READ, 3, OUT, 9), ...RESULT]),
  ...system(CLOSE, 3),
];
const statusOfChild = byteAt(STATUS + 1);

const natives = nativeGuests();

const PROBES: readonly Probe[] = [
  [
    'a child reads what its parent writes after the fork',
    [...readingChild, ...system(WRITE, 4, DATA, 6), ...wait, ...statusOfChild],
    exited(6),
  ],
  [
    'a child reads the end when its parent closes the pipe',
    [...readingChild, ...system(CLOSE, 4), ...wait, ...statusOfChild],
    exited(0),
  ],
  [
    'a parent sees that the child still runs',
    [...readingChild, ...system(WAIT, -1, STATUS, WNOHANG), ...RESULT],
    exited(0),
  ],
  [
    'a child that waits gets a signal',
    [
      ...[...readingChild, ...fetched(3, CHILD), ...load(1, 15), ...load(0, KILL), 0xcd, 0x80],
      ...[...wait, ...byteAt(STATUS)],
    ],
    exited(15),
  ],
  [
    'there is only one child to wait for',
    [...readingChild, ...system(CLOSE, 4), ...wait, ...wait, ...RESULT],
    failed(10),
  ],
  [
    'the parent has its own memory while the child waits',
    [
      ...poke(DATA, 7),
      ...system(PIPE, OUT),
      ...fork([...poke(DATA, 8), ...system(CLOSE, 4), ...system(READ, 3, OUT, 9), ...exit(0)]),
      ...[...system(CLOSE, 4), ...wait, ...byteAt(DATA)],
    ],
    exited(7),
  ],
  [
    'the child has its own, too',
    [
      ...poke(DATA, 7),
      ...system(PIPE, OUT),
      ...fork([...system(CLOSE, 4), ...system(READ, 3, OUT, 9), ...byteAt(DATA)]),
      ...[...poke(DATA, 8), ...system(CLOSE, 4), ...wait, ...statusOfChild],
    ],
    exited(7),
  ],
  [
    'a child waits for a child that waits',
    [
      ...system(PIPE, OUT),
      ...fork([
        ...fork([...system(CLOSE, 4), ...system(READ, 3, OUT, 9), ...RESULT]),
        ...[...system(CLOSE, 4), ...wait, ...byteAt(STATUS + 1)],
      ]),
      ...[...system(WRITE, 4, DATA, 5), ...system(CLOSE, 4), ...wait, ...statusOfChild],
    ],
    exited(5),
  ],
  [
    'a child and its parent answer each other',
    [
      ...[...system(PIPE, OUT), ...system(PIPE, OUT)], // 3, 4 and 5, 6
      ...fork([
        ...[...system(READ, 3, OUT, 1), ...system(WRITE, 6, OUT, 1)],
        ...[...system(READ, 3, OUT, 2), ...system(WRITE, 6, OUT, 2), ...exit(0)],
      ]),
      ...[...system(WRITE, 4, DATA, 1), ...system(READ, 5, OUT, 9)],
      ...[...system(WRITE, 4, DATA, 2), ...system(READ, 5, OUT, 9), ...RESULT],
    ],
    exited(2),
  ],
  [
    'a child that waits is in its own folder',
    [
      ...[...place(A, 'waits'), ...system(39, A, 0o755), ...system(PIPE, OUT)],
      ...fork([
        ...[...system(12, A), ...system(CLOSE, 4), ...system(READ, 3, OUT, 9)],
        ...[...system(183, OUT, 99), ...RESULT],
      ]),
      ...[...system(CLOSE, 4), ...wait, ...statusOfChild],
    ],
    exited(`${natives.guests.folder}/waits`.length + 1),
  ],
];

testProbes(PROBES, natives);

/** Reads to the end; writes each byte, increased by one; ends. */
const FILTER = (() => {
  const body = [0xfe, 0x05, ...word(OUT), ...system(WRITE, 1, OUT, 1)];
  const read = [...system(READ, 0, OUT, 1), 0x85, 0xc0];
  const back = [0xe9, ...word(-(read.length + 6 + body.length + 5))];
  return [...read, ...unlessEqual([...body, ...back]), ...exit(0)];
})();
/** Executes this program with one argument more. */
const execute = (path: string) => [
  ...[...place(A, path), ...poke(OUT, A), ...poke(OUT + 4, A), ...poke(OUT + 8, 0)],
  ...[...system(EXECVE, A, OUT, 0), ...exit(99)],
];
/** Makes `filter` a child that reads what is written to descriptor 1 from now on. */
const filtered = (filter: readonly number[], flags = 0) => [
  ...system(PIPE2, OUT, flags),
  ...fork([...system(DUP2, 3, 0), ...system(CLOSE, 3), ...system(CLOSE, 4), ...filter]),
  ...[...system(DUP2, 4, 1), ...system(CLOSE, 3), ...system(CLOSE, 4)],
];
/** Closes descriptor 1 and waits for two children. */
const finish = [...system(CLOSE, 1), ...wait, ...wait, ...exit(0)];
/** `main` if it was started without an argument, else {@link FILTER}. */
const program = (main: readonly number[]) =>
  elf([
    ...[0x83, 0x3c, 0x24, 2, ...unlessEqual(main), ...FILTER], // cmp dword [esp], 2
  ]);
const write = (text: string) => [...place(DATA, text), ...system(WRITE, 1, DATA, text.length)];

const guestPath = `${natives.guests.folder}/guest`;
const CHAINS: readonly (readonly [name: string, main: readonly number[], output: string])[] = [
  ['of two forks', [...filtered(FILTER), ...filtered(FILTER), ...write('abc'), ...finish], 'cde'],
  [
    'of a fork and a program',
    [...filtered(FILTER), ...filtered(execute(guestPath)), ...write('abc'), ...finish],
    'cde',
  ],
  [
    'of two programs',
    [
      ...[...filtered(execute(guestPath)), ...filtered(execute(guestPath))],
      ...[...write('abc'), ...write('x'), ...finish],
    ],
    'cdez',
  ],
  [
    'whose writer sleeps, and asks for it, before it writes',
    [
      ...[...filtered(execute(guestPath)), ...filtered(FILTER), ...sleep, ...ask],
      ...[...write('abc'), ...ask, ...sleep, ...write('x'), ...finish],
    ],
    'cdez',
  ],
  [
    'whose writer has let time pass often',
    [
      ...Array(150).fill(system(SCHED_YIELD)).flat(),
      ...filtered(execute(guestPath)),
      ...sleep,
      ...write('abc'),
      ...finish,
    ],
    'bcd',
  ],
  [
    'that its writer does not wait for',
    [...filtered(FILTER), ...write('abc'), ...system(CLOSE, 1), ...sleep, ...sleep, ...exit(0)],
    'bcd',
  ],
  [
    'whose writer waits until the program was started',
    [
      // Descriptors 3 and 4: 4 is closed by execve.
      ...[...system(PIPE2, OUT, 0o2000000), ...system(DUP2, 3, 10), ...system(DUP2, 4, 11)],
      ...[...system(55, 11, 2, 1), ...system(CLOSE, 3), ...system(CLOSE, 4)],
      ...filtered(execute(guestPath)),
      ...[...system(CLOSE, 11), ...system(READ, 10, OUT, 1), ...write('abc')],
      ...[...system(CLOSE, 1), ...wait, ...exit(0)],
    ],
    'bcd',
  ],
];

describe.each(CHAINS)('a chain of filters %s', (_, main, output) => {
  const image = program(main);
  it.each(MODES)('%s', (mode) => {
    const { status, stdout, stderr } = run(image, mode, natives.guests.folder);
    expect(stderr).toBe('');
    expect(Buffer.from(stdout).toString()).toBe(output);
    expect(status).toEqual(exited(0));
  });
  it.runIf(natives.works)('on this kernel', () => {
    expect(Buffer.from(natives.guests.run(image)?.stdout ?? []).toString()).toBe(output);
  });
});

describe('a program whose input is never complete, and not read', () => {
  /** Asks whether its child has ended, which ends at once, until it has. */
  const asks = [...ask, 0x85, 0xc0, 0x0f, 0x84, ...word(-(ask.length + 8))];
  const main = [...filtered(execute(guestPath)), ...asks, ...statusOfChild];
  const image = elf([0x83, 0x3c, 0x24, 2, ...unlessEqual(main), ...exit(7)]);
  it.each(MODES)('%s', (mode) => {
    expect(run(image, mode, natives.guests.folder).status).toEqual(exited(7));
  });
  it.runIf(natives.works)('on this kernel', () => {
    expect(natives.guests.run(image)?.status).toEqual(exited(7));
  });
});

describe.each(MODES)('what nobody can let go on: %s', (mode) => {
  const ends = (code: readonly number[]) => run(elf(code), mode, natives.guests.folder);

  it('a parent that waits for a child that waits for it', () => {
    const { status, stderr } = ends([...readingChild, ...wait, ...exit(0)]);
    expect(status).toEqual(killed(24));
    expect(stderr).toMatch(/waits for a process[\s\S]*hint: /);
  });

  it('a child is given up when the first program ends', () => {
    expect(ends([...readingChild, ...exit(3)]).status).toEqual(exited(3));
  });

  it('a program that waits for more input than there is', () => {
    const main = [...filtered(execute(guestPath)), ...wait, ...exit(0)];
    const { status, stderr } = run(program(main), mode, natives.guests.folder);
    expect(status).toEqual(exited(0)); // of the parent: the child alone ends
    expect(stderr).toMatch(/waits for a pipe[\s\S]*hint: /);
  });

  it('a fork whose folder is gone', () => {
    const code = [
      ...[...place(A, 'gone'), ...system(39, A, 0o755), ...system(PIPE, OUT)],
      ...fork([...system(12, A), ...system(CLOSE, 4), ...system(READ, 3, OUT, 9), ...exit(0)]),
      ...[...system(40, A), ...system(CLOSE, 4), ...wait, ...exit(0)],
    ];
    const { status, stderr } = ends(code);
    expect(status).toEqual(killed(24));
    expect(stderr).toContain('/gone, which is gone');
  });

  it('too many of them', () => {
    // fork in a loop; each child reads
    const child = [...system(READ, 3, OUT, 9), ...exit(0)];
    const body = fork(child);
    const code = [...system(PIPE, OUT), ...body, 0xe9, ...word(-(body.length + 5))];
    const { status, stderr } = ends(code);
    expect(status).toEqual(killed(9));
    expect(stderr).toMatch(/100 processes wait[\s\S]*hint: /);
  });
});
