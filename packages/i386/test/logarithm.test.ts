// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * fyl2x, if the machine was asked to round it: all is as on this computer's processor, but that
 * results may differ by a unit of the last place or two. Results that are known have every bit.
 * X87_CASES sets how many cases are compared.
 */
import { describe, expect, it } from 'vitest';
import { timesLogarithm } from '../src/x87/logarithm.ts';
import { type Extended, finite, ZERO } from '../src/x87/number.ts';
import { exactly, type Rounding } from '../src/x87/round.ts';
import { DATA, elf, exit, word } from './guest.ts';
import { exited, killed, nativeGuests, run } from './probes.ts';
import { diceFrom } from './random-code.ts';
import { emulated, MODES } from './run.ts';
import { comparable, formsOf, makeCases, RECORD } from './x87-cases.ts';

const { guests, works } = nativeGuests();
const CASES = Number(process.env['X87_CASES'] ?? 500);
/** As many as fit in the guest's code. */
const PER_GUEST = 500;
const [INEXACT, C1] = [0x20, 0x200] as const;

/** What a record of a case says: status, the top of the stack, and all else. */
function partsOf(record: Uint8Array): { status: number; top: bigint; rest: string } {
  const lines = comparable(record).split('\n');
  const [, status = '0'] = /status (\S+)/.exec(lines[2] as string) ?? [];
  const [number = '0:0', ...registers] = lines.slice(3);
  const [exponent, significand] = number.trim().split(':');
  const rest = [...lines.slice(0, 2), (lines[2] as string).replace(/ status \S+/, ''), exponent];
  return {
    status: Number.parseInt(status, 16) & ~C1,
    top: BigInt(`0x${significand}`),
    rest: [...rest, ...registers].join('\n'),
  };
}

it.runIf(works)('is as on this processor, but for the last bits', () => {
  const forms = formsOf().get('fyl2x') ?? [];
  let numbers = 0;
  let equal = 0;
  for (let done = 0; done < CASES; done += PER_GUEST) {
    const { image, texts } = makeCases(diceFrom(done), forms, 'fyl2x', PER_GUEST);
    const theirs = guests.run(image)?.stdout ?? new Uint8Array();
    const ours = emulated(image, { roundFunctions: true });
    texts.forEach((text, n) => {
      const record = (of: Uint8Array) => partsOf(of.subarray(n * RECORD, (n + 1) * RECORD));
      const [mine, its] = [record(ours), record(theirs)];
      expect([mine.rest, mine.status], text).toEqual([its.rest, its.status]);
      const apart = mine.top - its.top;
      expect(apart >= -2n && apart <= 2n, `${text}: ${apart} apart`).toBe(true);
      if ((mine.status & INEXACT) !== 0) numbers++;
      if (apart === 0n) equal++;
    });
  }
  expect(numbers).toBeGreaterThan(CASES / 20);
  expect(equal).toBeGreaterThan(CASES * 0.9);
});

/** Round to nearest, full precision, exceptions masked. */
const plainly = (): Rounding => ({ control: 0x37f, raised: 0 });
const number = (value: bigint, scale = 0): Extended => exactly(false, { magnitude: value, scale });
const ONE = number(1n);

describe('known logarithms', () => {
  it.each([
    [1n, 0, 0n, 0],
    [8n, 0, 3n, 0],
    [1n, 100, 100n, 0],
    // OEIS A020857, the logarithm of 3 to the base 2, and A020858, of 5, rounded to 64 bits.
    [3n, 0, 0xcae00d1cfdeb43d0n, -63],
    [5n, 0, 0x949a784bcd1b8afen, -62],
  ])('of %i times 2 to the %i', (value, power, significand, scale) => {
    const result = timesLogarithm(plainly(), ONE, number(value, power));
    expect(result).toEqual(significand === 0n ? ZERO : number(significand, scale));
  });

  it('of the neighbours of 1', () => {
    // log2(1 + e) is e / ln 2, less e² / (2 ln 2); e is 2^-63 above and 2^-64 below.
    const above = timesLogarithm(plainly(), ONE, number((1n << 63n) + 1n, -63));
    const below = timesLogarithm(plainly(), ONE, number((1n << 64n) - 1n, -64));
    expect([above.negative, below.negative]).toEqual([false, true]);
    expect([finite(above).scale, finite(below).scale]).toEqual([-63 - 63, -64 - 63]);
    expect(finite(above).magnitude).toBe(0xb8aa3b295c17f0bbn);
    expect(finite(below).magnitude).toBe(0xb8aa3b295c17f0bcn);
  });
});

describe.each(MODES)('%s', (mode) => {
  // fld1; fld1; fadd st, st; fyl2x; fistp [DATA]
  const code = [0xd9, 0xe8, 0xd9, 0xe8, 0xd8, 0xc0, 0xd9, 0xf1, 0xdb, 0x1d, ...word(DATA)];
  const image = elf([...code, ...exit(3)]);

  it('ends the program if the machine was not asked', () => {
    const { status, stderr } = run(image, mode);
    expect(status).toEqual(killed(4));
    expect(stderr).toMatch(/fyl2x is not supported[\s\S]*--round-functions/);
  });

  it('is computed if it was', () => {
    expect(run(image, mode, '/', [], [], { roundFunctions: true }).status).toEqual(exited(3));
  });
});
