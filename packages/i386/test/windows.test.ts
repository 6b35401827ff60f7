// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Windows of open files (translate/windows.ts): random calls on a few files that share descriptors,
 * names and content must do the same in translated code as in the interpreter: every result, every
 * byte read, every file.
 */
import { MemoryFiles } from '@stage0-ts/host/memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALL } from '../src/call-numbers.ts';
import { DATA, elf, exit, place, system, word } from './guest.ts';
import { type Dice, diceFrom } from './random-code.ts';
import { SMALL, start } from './run.ts';

const NAMES = ['a', 'b'];
const BYTE = DATA + 64;
const RESULT = DATA + 128;
const FLAGS = [0, 1, 2, 0o101, 0o102, 0o1101, 0o2001, 0o2102];

function pick<Item>(dice: Dice, items: readonly Item[]): Item {
  return items[dice(items.length)] as Item;
}

/** One call, after which its result and the byte that it read go to standard output. */
function call(dice: Dice): number[] {
  const fd = 3 + dice(4);
  const name = DATA + 16 * dice(NAMES.length);
  const often = pick(dice, [CALL.READ, CALL.WRITE]);
  const [number, ...rest] = pick(dice, [
    ...Array.from({ length: 6 }, () => [often, fd, BYTE, 1]),
    [often, fd, BYTE, 1 + dice(3)],
    [CALL.OPEN, name, pick(dice, FLAGS), 0o644],
    [CALL.CLOSE, fd],
    [CALL.LSEEK, fd, dice(12), dice(2)],
    [CALL.DUP, fd],
    [CALL.DUP2, fd, 3 + dice(4)],
    [CALL.UNLINK, name],
  ]) as [number, number, number, number];
  return [
    ...[0xc6, 0x05, ...word(BYTE), 97 + dice(26)], // mov byte [BYTE], letter
    ...system(number, ...rest),
    ...[0xa3, ...word(RESULT)], // mov [RESULT], eax
    ...[...system(CALL.WRITE, 1, RESULT, 4), ...system(CALL.WRITE, 1, BYTE, 3)],
  ];
}

function world(): MemoryFiles {
  const files = new MemoryFiles();
  const bytes = Uint8Array.from({ length: 40 }, (_, at) => at);
  for (const name of NAMES) files.writeFile(`/${name}`, bytes, 0o644);
  return files;
}

it('random calls leave the same in translated code as in the interpreter', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { stackSize } = SMALL;
      const dice = diceFrom(seed);
      const names = NAMES.flatMap((name, at) => place(DATA + 16 * at, name));
      const opens = [0, 1, 2].flatMap((flags, at) =>
        system(CALL.OPEN, DATA + 16 * (at % 2), flags, 0),
      );
      const calls = Array.from({ length: 40 }, () => call(dice)).flat();
      const image = elf([...names, ...opens, ...calls, ...exit(0)]);
      const [one, other] = (['interpret', 'translate'] as const).map((mode) => {
        const files = world();
        const { status, stdout } = start(image, mode, files, ['guest'], { stackSize });
        const content = NAMES.map((name) => files.find(`/${name}`));
        return { status, stdout, content };
      });
      expect(other).toEqual(one);
    }),
    { numRuns: Number(process.env['I386_RUNS'] ?? 300) },
  );
});
