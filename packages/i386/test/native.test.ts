// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The interpreter against the processor: random code, run by both, must leave the same registers,
 * flags and memory.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { elf, exit } from './guest.ts';
import { NativeGuests } from './linux.ts';
import { diceFrom, dump, randomCode, randomStart } from './random-code.ts';
import { emulated } from './run.ts';

const guests = new NativeGuests();
afterAll(() => guests.remove());
const { works } = guests;

function native(image: Uint8Array): Uint8Array | undefined {
  const end = guests.run(image);
  return end?.status.kind === 'exited' && end.status.status === 0 ? end.stdout : undefined;
}

const ROUNDS = Number(process.env['I386_ROUNDS'] ?? 20);
const SEQUENCES = 100;
const RECORD = 36;

describe('random code on this processor', () => {
  if (!works) {
    console.warn('NOT RUN: this kernel does not run i386 programs; nothing was compared with it');
  }
  it.runIf(works)(`${ROUNDS * SEQUENCES} sequences leave the same state`, () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const pieces = Array.from({ length: SEQUENCES }, (_, n) => {
        const dice = diceFrom(seed * 1000 + n);
        return [...randomStart(dice), ...randomCode(dice, 1 + dice(12))];
      });
      const code = [
        ...pieces.flatMap((piece) => [...piece, ...dump(false)]),
        ...dump(true),
        ...exit(0),
      ];
      const image = elf(code);
      const expected = native(image);
      if (expected === undefined)
        throw new Error(`seed ${seed}: the program died on the processor`);
      const actual = emulated(image);
      for (let n = 0; n < SEQUENCES; n++) {
        const range = [n * RECORD, (n + 1) * RECORD] as const;
        expect(
          registersOf(actual.slice(...range)),
          `seed ${seed}, sequence ${n}: ${hex(pieces[n] as number[])}`,
        ).toEqual(registersOf(expected.slice(...range)));
      }
      expect(Buffer.compare(actual.slice(-4096), expected.slice(-4096)), `seed ${seed}: data`).toBe(
        0,
      );
    }
  });
});

/** pusha's and pushf's words as text, without esp, whose start differs. */
function registersOf(record: Uint8Array): string {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const names = 'edi esi ebp esp ebx edx ecx eax eflags'.split(' ');
  return names
    .map((name, at) =>
      name === 'esp' ? '' : `${name}=${view.getUint32(at * 4, true).toString(16)}`,
    )
    .join(' ');
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
