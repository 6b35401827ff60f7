// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Guests that look for differences between the machine and Linux. Each runs in both modes and, if
 * the kernel runs i386 programs, natively: all must end in the same way. The expected results are
 * Linux's.
 */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, elf, exit, load, place, system, word } from './guest.ts';
import {
  ABOVE,
  BELOW,
  EQUAL,
  EXIT_EBX,
  exited,
  GREATER,
  ifCondition,
  killed,
  nativeGuests,
  type Probe,
  RESULT,
  run,
  testProbes,
} from './probes.ts';
import type { MODES } from './run.ts';

const native = nativeGuests();
const { guests, works } = native;

const IMAGE_END = DATA + 4096;
const OPEN_DOT = [...place(DATA, '.'), ...system(5, DATA)];

/** Calls f, changes an operand in f, calls f again, restores it, and calls f a third time. */
function changesItself(): number[] {
  // call f; mov [DATA], eax; mov byte [f + 1], 2; call f; lea ebx, [eax * 4]; mov byte [f + 1], 1;
  // call f; add ebx, eax; add ebx, [DATA]; exit; f: mov eax, 1; ret
  const f = 59;
  const call = (at: number) => [0xe8, ...word(f - at - 5)];
  const code = [
    ...[...call(0), 0xa3, ...word(DATA)],
    ...[0xc6, 0x05, ...word(CODE + f + 1), 2, ...call(17)],
    ...[0x8d, 0x1c, 0x85, ...word(0), 0xc6, 0x05, ...word(CODE + f + 1), 1, ...call(36)],
    ...[0x01, 0xc3, 0x03, 0x1d, ...word(DATA), ...load(0, 1), 0xcd, 0x80],
  ];
  while (code.length < f) code.push(0x90);
  return [...code, ...load(0, 1), 0xc3];
}

/** Reads the carry that f leaves, after a call of f that only a computed jump reaches. */
const READS_FLAGS = [
  ...[0xe8, ...word(9), 0x31, 0xd2, ...load(0, CODE + 22), 0xff, 0xe0],
  ...[...load(1, 0x80000001), 0x01, 0xc9, 0xc3],
  ...[0xe8, ...word(-13), ...ifCondition(BELOW)],
];

/** Reads the carry after a jump by push and ret. */
const JUMPS_BY_RETURN = [
  ...[...load(1, 0x80000001), 0x01, 0xc9],
  ...[0x68, ...word(CODE + 13), 0xc3, ...ifCondition(BELOW)],
];

/** Turns a movzx into setb, which reads the carry; in the unchanged code, xor sets it first. */
const CHANGES_TO_READ = [
  ...[...load(1, 0x80000001), 0x01, 0xc9, 0x66, 0xc7, 0x05, ...word(CODE + 17), 0x92, 0xc3],
  ...[0x0f, 0xb6, 0xdb, 0x0f, 0xb6, 0xdb, 0x31, 0xd2, ...EXIT_EBX],
];

const PROBES: readonly Probe[] = [
  [
    'the stack is above the image',
    [0x81, 0xfc, ...word(0x80000000), ...ifCondition(ABOVE)],
    exited(1),
  ],
  ['esp is near the top', [0x81, 0xfc, ...word(0xffff0000), ...ifCondition(ABOVE)], exited(1)],
  [
    'the heap begins after the image',
    [...system(45), 0x3d, ...word(IMAGE_END), ...ifCondition(EQUAL)],
    exited(1),
  ],
  ['its code changed and put back', changesItself(), exited(1 + 8 + 1)],
  ['flags after a call by a computed jump', READS_FLAGS, exited(1)],
  ['flags after a jump by push and ret', JUMPS_BY_RETURN, exited(1)],
  ['flags that changed code reads', CHANGES_TO_READ, exited(1)],
  ['a read after the heap', [0xb8, ...word(IMAGE_END), 0x8b, 0x18, ...EXIT_EBX], killed(11)],
  [
    'a read after a heap that was larger',
    [
      ...system(45, IMAGE_END + 0x3000),
      ...system(45, IMAGE_END),
      0xb8,
      ...word(IMAGE_END),
      0x8b,
      0x18,
      ...EXIT_EBX,
    ],
    killed(11),
  ],
  ['a read of the page below the image', [0xa1, ...word(0x08047ffc), ...exit(0)], killed(11)],
  ['a read of null', [0xa1, ...word(0), ...exit(0)], killed(11)],
  [
    'the lowest of 8 MiB of stack',
    [0xb8, ...word(0xffffe000 - (8 << 20) + 0x3000), 0x8b, 0x18, ...EXIT_EBX],
    exited(0),
  ],
  ['a write through cs', [0x2e, 0xa3, ...word(DATA), ...exit(0)], killed(11)],
  ['a read through cs', [0x2e, 0x8b, 0x1d, ...word(DATA), ...EXIT_EBX], exited(0)],
  ['a read through gs', [0x65, 0xa1, ...word(DATA), ...exit(0)], killed(11)],
  ['int3', [0xcc, ...exit(0)], killed(5)],
  ['hlt', [0xf4, ...exit(0)], killed(11)],
  ['ud2', [0x0f, 0x0b, ...exit(0)], killed(4)],
  ['int 0x21', [0xcd, 0x21, ...exit(0)], killed(11)],
  ['a division by zero', [0x31, 0xc9, 0xf7, 0xf1, ...exit(0)], killed(8)],
  ['endbr32', [0xf3, 0x0f, 0x1e, 0xfb, ...exit(7)], exited(7)],
  ['a call that does not exist', [...system(0x7777), ...RESULT], exited(-38 & 0xff)],
  ['uname', [...system(122, DATA), ...RESULT], exited(0)],
  ['the older uname', [...system(109, DATA), ...RESULT], exited(0)],
  ['its process number', [...system(20), 0x83, 0xf8, 1, ...ifCondition(GREATER)], exited(1)],
  ['a parent', [...system(64), 0x83, 0xf8, 1, ...ifCondition(GREATER)], exited(1)],
  [
    'read of no bytes from a bad descriptor',
    [...system(3, 77, DATA, 0), ...RESULT],
    exited(-9 & 0xff),
  ],
  [
    'write of no bytes to a bad descriptor',
    [...system(4, 77, DATA, 0), ...RESULT],
    exited(-9 & 0xff),
  ],
  ['seek in a folder', [...OPEN_DOT, ...system(19, 3, 5, 0), ...RESULT], exited(5)],
  ['read of a folder', [...OPEN_DOT, ...system(3, 3, DATA, 5), ...RESULT], exited(-21 & 0xff)],
  [
    'access with other bits',
    [...place(DATA, '.'), ...system(33, DATA, 9), ...RESULT],
    exited(-22 & 0xff),
  ],
  [
    'readlink with no room',
    [...place(DATA, '.'), ...system(85, DATA, DATA, 0), ...RESULT],
    exited(-22 & 0xff),
  ],
  ['wait for nobody', [...system(7, 0, DATA, 0), ...RESULT], exited(-10 & 0xff)],
  [
    '/dev/null',
    [...place(DATA, '/dev/null'), ...system(5, DATA, 2), ...system(4, 3, DATA, 9), ...RESULT],
    exited(9),
  ],
  [
    'a child that faults',
    [
      ...[...system(2), 0x85, 0xc0, 0x75, 2, 0x0f, 0x0b, ...system(7, 0, DATA, 0)],
      ...[0x0f, 0xb6, 0x1d, ...word(DATA), 0x83, 0xe3, 0x7f, ...EXIT_EBX],
    ],
    exited(4),
  ],
  [
    'a write after 1 TiB',
    [
      ...[
        ...place(DATA, 'big'),
        ...system(5, DATA, 0o1102, 0o600),
        ...load(6, DATA + 64),
        ...load(7, 0),
      ],
      ...[...system(140, 3, 0x100, 0), ...system(4, 3, DATA, 1), ...RESULT],
    ],
    exited(-27 & 0xff),
  ],
  [
    'O_EXCL and a link to nothing',
    [
      ...[
        ...place(DATA, 'none'),
        ...place(DATA + 8, 'l'),
        ...system(10, DATA + 8),
        ...system(83, DATA, DATA + 8),
      ],
      ...[...system(5, DATA + 8, 0o301, 0o600), ...RESULT],
    ],
    exited(-17 & 0xff),
  ],
];

testProbes(PROBES, native);

/**
 * Writes its first registers and flags, the start of the heap, and all bytes from esp to the top of
 * the stack.
 */
const SHOWS_START = [
  ...[
    0x9c,
    0x60,
    0x89,
    0xe1,
    ...load(0, 4),
    ...load(3, 1),
    ...load(2, 36),
    0xcd,
    0x80,
    0x83,
    0xc4,
    36,
  ],
  ...[...system(45), 0xa3, ...word(DATA), ...system(4, 1, DATA, 4)],
  ...[
    0x89,
    0xe1,
    ...load(2, 0xffffe000),
    0x29,
    0xe2,
    ...load(0, 4),
    ...load(3, 1),
    0xcd,
    0x80,
    ...exit(0),
  ],
];
/** AT_SYSINFO, AT_SYSINFO_EHDR: there is no vdso. */
const VDSO = [32, 33];
/** Entries that differ between processors, or that are random. */
const PROCESSOR = [16, 26, 51, 27, 28];
const ARGUMENTS = ['x', 'yy', 'three'];
const ENVIRONMENT = ['A=1', 'BB=22'];

describe('the first state', () => {
  const image = elf(SHOWS_START);
  const start = (mode: (typeof MODES)[number]) =>
    startOf(run(image, mode, guests.folder, ENVIRONMENT, ARGUMENTS).stdout);

  it('is the same in both modes', () => {
    expect(run(image, 'translate', guests.folder, ENVIRONMENT).stdout).toEqual(
      run(image, 'interpret', guests.folder, ENVIRONMENT).stdout,
    );
  });

  it('has the registers and strings that the kernel gives', () => {
    const { registers, words, strings } = start('interpret');
    expect(registers).toEqual([0, 0, 0, words.esp, 0, 0, 0, 0, 0x202]);
    expect(words.esp % 16).toBe(0);
    expect(strings).toEqual([
      `${guests.folder}/guest`,
      ...ARGUMENTS,
      ...ENVIRONMENT,
      'i686',
      `${guests.folder}/guest`,
    ]);
  });

  it.runIf(works)('is that of this kernel, except for the vdso', () => {
    const theirs = startOf(
      guests.run(image, ARGUMENTS, { A: '1', BB: '22' })?.stdout as Uint8Array,
    );
    const ours = start('translate');
    expect(ours.strings).toEqual(theirs.strings);
    expect(ours.words.pointers).toEqual(theirs.words.pointers);
    expect(ours.heap).toBe(theirs.heap);
    const kept = theirs.auxiliary.filter(([key]) => !VDSO.includes(key));
    const known = new Set(ours.auxiliary.map(([key]) => key));
    // Older kernels lack the newest entries, but the machine must have all entries of this one.
    expect(kept.filter(([key]) => !known.has(key))).toEqual([]);
    const keys = new Set(kept.map(([key]) => key));
    const values = (list: [number, number][]) =>
      list
        .filter(([key]) => keys.has(key))
        .map(([key, value]) => (PROCESSOR.includes(key) ? [key] : [key, value]));
    expect(values(ours.auxiliary)).toEqual(values(kept));
    expect(ours.registers.filter((_, at) => at !== 3)).toEqual(
      theirs.registers.filter((_, at) => at !== 3),
    );
  });
});

/** Reads what {@link SHOWS_START} writes. */
function startOf(output: Uint8Array) {
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  const registers = Array.from({ length: 9 }, (_, at) => view.getUint32(at * 4, true));
  const heap = view.getUint32(36, true);
  const esp = 0xffffe000 - (output.length - 40);
  registers[3] = (registers[3] as number) + 4; // pushf came before
  const at = (address: number) => view.getUint32(40 + address - esp, true);
  const text = (address: number) => {
    const from = 40 + address - esp;
    return Buffer.from(output.subarray(from, output.indexOf(0, from))).toString();
  };
  const pointers: number[] = [];
  let next = esp + 4;
  for (let list = 0; list < 2; list++) {
    for (; at(next) !== 0; next += 4) pointers.push(at(next));
    next += 4;
  }
  const auxiliary: [number, number][] = [];
  for (; at(next) !== 0; next += 8) auxiliary.push([at(next), at(next + 4)]);
  const named = (key: number) => text(auxiliary.find(([one]) => one === key)?.[1] as number);
  const strings = [...pointers.map(text), named(15), named(31)];
  return { registers, heap, strings, auxiliary, words: { esp, count: at(esp), pointers } };
}
