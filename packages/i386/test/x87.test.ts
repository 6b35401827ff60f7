// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * x87 instructions compared with the processor: random cases for each operation, after which
 * registers, words, flags and memory must be equal. X87_CASES sets how many cases each operation
 * gets.
 *
 * If the kernel runs no i386 programs, digests of a processor's answers are used instead. They are
 * in expect/x87-digests.txt; `npx --no vitest run packages/i386/test/x87.test.ts --update`, on a
 * kernel that runs i386 programs, makes them again.
 */
import { createHash } from 'node:crypto';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { readExtended } from '../src/x87/number.ts';
import { INEXACT_OPERATIONS, type X87Operation } from '../src/x87/table.ts';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import {
  BELOW,
  byteAt,
  EXIT_EBX,
  exited,
  ifCondition,
  killed,
  nativeGuests,
  type Probe,
  poke,
  testProbes,
} from './probes.ts';
import { diceFrom } from './random-code.ts';
import { emulated, lockstep, MODES, machine } from './run.ts';
import {
  type Cases,
  comparable,
  type Form,
  formsOf,
  makeCases,
  OUT_EAX,
  OUT_FLAGS,
  RECORD,
} from './x87-cases.ts';

const native = nativeGuests();
const { guests, works } = native;

const CASES = Number(process.env['X87_CASES'] ?? 100);
const PER_GUEST = 500;
/** How many cases of each operation the digests cover. */
const DIGESTED = 100;
const inexact = new Set<string>(INEXACT_OPERATIONS);
const FORMS = [...formsOf()].filter(([operation]) => !inexact.has(operation));

/** The cases of `operation` from number `done` on. */
function casesOf(
  operation: X87Operation,
  forms: readonly Form[],
  done: number,
  count: number,
): Cases {
  return makeCases(diceFrom(done * 31 + 7), forms, operation, count);
}

/** What must be equal, of each case. */
function partsOf(stdout: Uint8Array, count: number): string[] {
  expect(stdout.length).toBe(count * RECORD);
  return Array.from({ length: count }, (_, n) =>
    comparable(stdout.subarray(n * RECORD, (n + 1) * RECORD)),
  );
}

function onProcessor(image: Uint8Array): Uint8Array {
  const ending = guests.run(image);
  expect(ending?.status).toEqual(exited(0));
  return ending?.stdout as Uint8Array;
}

it.each([
  ['flags', OUT_FLAGS],
  ['eax', OUT_EAX],
])(
  'the comparison of two cases sees a difference of %s, in the middle of a Buffer too',
  (_, at) => {
    const output = Buffer.alloc(2 * RECORD);
    const second = output.subarray(RECORD);
    const before = comparable(second);
    second[at] = 1;
    expect(comparable(second)).not.toBe(before);
  },
);

describe.runIf(works)('on this processor', () => {
  it.each(FORMS)('%s', (operation, forms) => {
    for (let done = 0; done < CASES; done += PER_GUEST) {
      const count = Math.min(PER_GUEST, CASES - done);
      const { image, texts } = casesOf(operation, forms, done, count);
      const theirs = partsOf(onProcessor(image), count);
      const ours = partsOf(emulated(image), count);
      for (let n = 0; n < count; n++) expect(ours[n], texts[n]).toBe(theirs[n]);
    }
  });
});

it('gives the results that were recorded on a processor', async () => {
  const digests = (run: (image: Uint8Array) => Uint8Array): string =>
    FORMS.map(([operation, forms]) => {
      const { image } = casesOf(operation, forms, 0, DIGESTED);
      const parts = partsOf(run(image), DIGESTED).join('\n');
      const digest = createHash('sha256').update(parts).digest('hex');
      return `${operation} ${digest.slice(0, 32)}\n`;
    }).join('');
  const recorded = digests(works ? onProcessor : emulated);
  await expect(recorded).toMatchFileSnapshot('expect/x87-digests.txt');
  expect(digests(emulated)).toBe(recorded);
});

it.each(FORMS)('%s in translated code', (operation, forms) => {
  const { image } = casesOf(operation, forms, 0, 20);
  const translated = emulated(image, { translations: new TranslationCache() });
  expect(partsOf(translated, 20)).toEqual(partsOf(emulated(image), 20));
  lockstep(image, () => new MemoryHost({ files: new MemoryFiles() }));
});

/** fnstcw [DATA]; ends with the low byte of it. */
const SHOWS_CONTROL = [0xd9, 0x3d, ...word(DATA), ...byteAt(DATA)];
/** fldcw of `control`. */
const setControl = (control: number) => [...poke(DATA + 8, control), 0xd9, 0x2d, ...word(DATA + 8)];
const ONE = [0xd9, 0xe8];
const DIVIDED_BY_ZERO = [...ONE, 0xd9, 0xee, 0xde, 0xf9];
/** fistp [DATA]; ends with it. */
const ENDS_WITH_TOP = [0xdb, 0x1d, ...word(DATA), ...byteAt(DATA)];
const FORK = [...system(2), 0x85, 0xc0];

const PROBES: readonly Probe[] = [
  ['the control word at the start', SHOWS_CONTROL, exited(0x7f)],
  ['the status word at the start', [0xdf, 0xe0, 0x89, 0xc3, ...EXIT_EBX], exited(0)],
  [
    'the tag word at the start',
    [0xd9, 0x35, ...word(DATA), 0x8b, 0x1d, ...word(DATA + 8), ...EXIT_EBX],
    exited(0xff),
  ],
  ['a masked division by zero', [...DIVIDED_BY_ZERO, 0x9b, ...exit(3)], exited(3)],
  [
    'one that is not masked',
    [...setControl(0x37b), ...DIVIDED_BY_ZERO, 0x9b, ...exit(3)],
    killed(8),
  ],
  [
    'before an instruction that waits',
    [...setControl(0x37b), ...DIVIDED_BY_ZERO, ...exit(3)],
    exited(3),
  ],
  [
    'after it is cleared',
    [...setControl(0x37b), ...DIVIDED_BY_ZERO, 0xdb, 0xe2, 0x9b, ...exit(3)],
    exited(3),
  ],
  [
    'one that is pending when it is unmasked',
    [...DIVIDED_BY_ZERO, ...setControl(0x37b), 0x9b, ...exit(3)],
    killed(8),
  ],
  [
    'fcomi of empty registers sets the flags, though its exception is not masked',
    [...setControl(0x37e), ...load(0, 1), 0x09, 0xc0, 0xdb, 0xf1, ...ifCondition(BELOW)],
    exited(1),
  ],
  [
    'and so does fucomip of a NaN that is not quiet',
    [
      ...[...poke(DATA, 0x7fa00000), ...setControl(0x37e), 0xd9, 0xee],
      ...[...poke(DATA + 16, 0), ...poke(DATA + 20, 0xa0000000), ...poke(DATA + 24, 0x7fff)],
      ...[0xdb, 0x2d, ...word(DATA + 16), ...load(0, 1), 0x09, 0xc0, 0xdf, 0xe9],
      ...ifCondition(BELOW),
    ],
    exited(1),
  ],
  [
    "a fork has its parent's registers",
    [
      ...ONE,
      ...FORK,
      0x75,
      ENDS_WITH_TOP.length,
      ...ENDS_WITH_TOP,
      ...system(7, -1, DATA + 16, 0),
      ...byteAt(DATA + 17),
    ],
    exited(1),
  ],
  [
    'and the parent keeps it, whatever the fork does',
    [
      ...[...ONE, ...FORK, 0x75, 2 + exit(0).length, 0xdb, 0xe3, ...exit(0)],
      ...[...system(7, -1, DATA + 16, 0), ...ENDS_WITH_TOP],
    ],
    exited(1),
  ],
  [
    'an executed program starts with a reset unit',
    [
      // With two arguments, this is the program that was executed.
      ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x0f, 0x85, ...word(SHOWS_CONTROL.length)],
      ...[...SHOWS_CONTROL, ...setControl(0x27b), ...place(DATA, 'guest')],
      ...[...poke(DATA + 64, DATA), ...poke(DATA + 68, DATA), ...system(11, DATA, DATA + 64, 0)],
      ...exit(99),
    ],
    exited(0x7f),
  ],
  ['a store to an unmapped address', [...ONE, 0xd9, 0x1d, ...word(16), ...exit(0)], killed(11)],
  ['a load from an unmapped address', [0xdd, 0x05, ...word(16), ...exit(0)], killed(11)],
];

testProbes(PROBES, native);

describe('a fault of the memory', () => {
  it.each([
    ['fstp of 4 bytes', [0xd9, 0x1d]],
    ['fstp of 10 bytes', [0xdb, 0x3d]],
    ['fistp', [0xdb, 0x1d]],
    ['fbstp', [0xdf, 0x35]],
    ['fnsave', [0xdd, 0x35]],
    ['fld', [0xd9, 0x05]],
    ['fadd', [0xdc, 0x05]],
    ['frstor', [0xdd, 0x25]],
  ])('%s leaves the unit as it was', (_, bytes) => {
    const guest = machine(elf([...DIVIDED_BY_ZERO, ...ONE, ...bytes, ...word(DATA + 4096)]));
    const { fpu } = guest.cpu;
    for (let steps = 0; steps < 4; steps++) guest.step();
    const state = () => [fpu.statusWord, fpu.control, fpu.tagWord, fpu.get(0), fpu.get(1)];
    const before = state();
    expect(() => guest.step()).toThrow(/cannot (read|write)/);
    expect(state()).toEqual(before);
  });
});

describe.each(MODES)('%s', (mode) => {
  it('an instruction without an exact result ends the parent of a fork too', () => {
    // The child meets fsin; the parent would end with 5.
    const child = [...ONE, 0xd9, 0xfe, ...exit(0)];
    const image = elf([...FORK, 0x75, child.length, ...child, ...exit(5)]);
    const files = new MemoryFiles();
    files.writeFile('/guest', image, 0o755);
    const host = new MemoryHost({ files, engine: i386Engine({ mode }) });
    expect(host.run('/guest', ['guest'], [])).toEqual(killed(4));
  });
});

it('pi has the correct 80 bits', () => {
  const guest = machine(elf([0xd9, 0xeb, 0xdb, 0x3d, ...word(DATA), ...exit(0)]));
  guest.step();
  guest.step();
  const bytes = guest.memory.slice(DATA, 10);
  const { exponent, significand } = readExtended(new DataView(bytes.buffer, bytes.byteOffset));
  expect([exponent, significand]).toEqual([0x4000, 0xc90fdaa22168c235n]);
});
