// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Memory of mmap's, with pages that may not be written and holes, and an image whose text cannot be
 * written: translated code reads and writes what the interpreter and the kernel let it, and no
 * more.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { Machine } from '@stage0-ts/i386';
import { afterAll, describe, expect, it } from 'vitest';
import { TranslationCache } from '../src/translate/cache.ts';
import { DATA, elf, load, system, word } from './guest.ts';
import { NativeGuests } from './linux.ts';
import { diceFrom } from './random-code.ts';
import { SMALL } from './run.ts';

const guests = new NativeGuests();
afterAll(() => guests.remove());
const { works } = guests;
if (!works)
  console.warn('NOT RUN: this kernel runs no i386 programs; nothing was compared with it');

const PAGE = 4096;
const [ESI, EDI] = [6, 7];
const ROUNDS = 5000;

interface Access {
  readonly base: number;
  readonly offset: number;
  readonly size: number;
  readonly stores: boolean;
  /** All bytes by one repeated instruction. */
  readonly repeats?: boolean;
}

/** What is left of two areas, by page: r and w, or a hole. */
const AREAS = new Map([
  [ESI, ['rw', 'r', 'rw']],
  [EDI, ['rw', '']],
]);

/** mmap of `size` bytes; its address goes to `to`. */
function map(size: number, to: number): number[] {
  const registers = [...load(ESI, 0x22), ...load(EDI, -1), ...load(5, 0)];
  return [...registers, ...system(192, 0, size, 3), 0xa3, ...word(to)];
}

/** A call about the second page of the area whose address is at `from`. */
function ofSecondPage(call: number, from: number, argument: number): number[] {
  // mov ebx, [from]; add ebx, 4096; mov ecx, 4096; mov edx, argument; mov eax, call; int 0x80
  const second = [0x8b, 0x1d, ...word(from), 0x81, 0xc3, ...word(PAGE)];
  return [...second, ...load(1, PAGE), ...load(2, argument), ...load(0, call), 0xcd, 0x80];
}

const LOADS = { 1: [0x0f, 0xb6], 2: [0x0f, 0xb7], 4: [0x8b] } as const;
const STORES = { 1: [0x88], 2: [0x66, 0x89], 4: [0x89] } as const;

/** Where repeated loads copy to. */
const COPY = DATA + 1024;

/** rep stosb of a new ebp, or rep movsb to COPY, of which the first word is added to ebp. */
function repeatedCode({ base, offset, size, stores }: Access): number[] {
  const count = load(1, size);
  const at = (register: number) => [0x8d, 0x80 | (register << 3) | base, ...word(offset)];
  // push edi; lea ebp, [ebp + ebp * 2 + 1]; mov eax, ebp; lea edi; rep stosb; pop edi
  if (stores)
    return [0x57, 0x8d, 0x6c, 0x6d, 1, 0x89, 0xe8, ...at(EDI), ...count, 0xf3, 0xaa, 0x5f];
  // push esi; push edi; lea esi; mov edi, COPY; rep movsb; pop edi; pop esi; add ebp, [COPY]
  const copy = [...at(ESI), ...load(EDI, COPY), ...count, 0xf3, 0xa4];
  return [0x56, 0x57, ...copy, 0x5f, 0x5e, 0x03, 0x2d, ...word(COPY)];
}

/** Stores ebp, or adds to it what it loads, by way of eax. */
function codeOf(access: Access): number[] {
  const { base, offset, size, stores, repeats } = access;
  if (repeats === true) return repeatedCode(access);
  const kind = size as 1 | 2 | 4;
  const at = [0x80 | base, ...word(offset)];
  // mov eax, ebp before a store; lea ebp, [ebp + ebp * 2 + 1]; add ebp, eax after a load
  const before = [0x8d, 0x6c, 0x6d, 1, 0x89, 0xe8];
  return stores ? [...before, ...STORES[kind], ...at] : [...LOADS[kind], ...at, 0x01, 0xc5];
}

/** Makes the areas, and makes all accesses so often; writes ebp, and ends. */
function guest(accesses: readonly Access[]): Uint8Array {
  const [first, second] = [DATA + 16, DATA + 20];
  const start = [
    ...[...map(3 * PAGE, first), ...map(2 * PAGE, second)],
    ...[...ofSecondPage(125, first, 1), ...ofSecondPage(91, second, 0)],
    ...[...load(5, 0), 0xc7, 0x05, ...word(DATA), ...word(ROUNDS)],
  ];
  // loop: call f; dec dword [DATA]; jne loop; mov [DATA], ebp; write; exit
  const end = [0x89, 0x2d, ...word(DATA), ...system(4, 1, DATA, 4), ...system(1, 0)];
  const loop = [0xff, 0x0d, ...word(DATA), 0x75, -13 & 0xff];
  const body = [
    ...[0x8b, 0x35, ...word(first), 0x8b, 0x3d, ...word(second)],
    ...accesses.flatMap(codeOf),
    0xc3,
  ];
  return elf([...start, 0xe8, ...word(loop.length + end.length), ...loop, ...end, ...body]);
}

function isAllowed({ base, offset, size, stores }: Access): boolean {
  const rights = AREAS.get(base) as string[];
  const pages = [rights[offset >> 12] ?? '', rights[(offset + size - 1) >> 12] ?? ''];
  return pages.every((page) => page.includes(stores ? 'w' : 'r'));
}

function run(image: Uint8Array, translations?: TranslationCache) {
  const stdout: number[] = [];
  const machine = new Machine({
    image: { path: 'guest', bytes: image },
    argv: ['guest'],
    host: new MemoryHost({
      files: new MemoryFiles(),
      stdout: (bytes) => stdout.push(...bytes),
    }),
    ...SMALL,
    translations,
  });
  let end: unknown;
  try {
    end = machine.run();
  } catch (error) {
    end = (error as Error).message;
  }
  const { executed: interpreted } = machine.cpu;
  machine.release();
  return { end, stdout, interpreted };
}

describe('pages of mmap', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('random accesses, %i', (seed) => {
    const dice = diceFrom(seed);
    compare(() => {
      const base = dice(2) === 0 ? ESI : EDI;
      const pages = (AREAS.get(base) as string[]).length;
      // Most are near the edges of pages.
      const offset = dice(pages) * PAGE + (dice(3) === 0 ? dice(PAGE) : PAGE - 4 + dice(8));
      const size = [1, 2, 4][dice(3)] as number;
      return { base, offset: Math.min(offset, pages * PAGE - 4), size, stores: dice(2) === 0 };
    });
  });

  it.each([0, 1, 2, 3])('random repeated instructions, %i', (seed) => {
    const dice = diceFrom(seed);
    compare(() => {
      const base = dice(2) === 0 ? ESI : EDI;
      const pages = (AREAS.get(base) as string[]).length;
      const size = 1 + dice(24);
      const offset = Math.min(dice(pages) * PAGE + PAGE - 30 + dice(40), pages * PAGE - size);
      return { base, offset, size, stores: dice(2) === 0, repeats: true };
    });
  });

  /** Interpreter, translator and kernel: accesses that are allowed, and others, one at a time. */
  function compare(random: () => Access): void {
    const all = Array.from({ length: 60 }, random);
    const good = all.filter(isAllowed);
    const image = guest(good);
    const interpreted = run(image);
    expect(interpreted.end).toEqual({ kind: 'exited', status: 0 });
    const translated = run(image, new TranslationCache());
    expect(translated).toEqual({ ...interpreted, interpreted: translated.interpreted });
    // Only accesses of two pages, and what comes after them, are the interpreter's.
    const across = good.filter(({ offset, size }) => offset >> 12 !== (offset + size - 1) >> 12);
    if (across.length === 0) expect(translated.interpreted).toBeLessThan(4 * 600);
    if (works) expect(guests.run(image)?.stdout).toEqual(Uint8Array.from(interpreted.stdout));
    for (const bad of all.filter((access) => !isAllowed(access)).slice(0, 5)) {
      const wrong = guest([...good, bad]);
      const message = run(wrong).end;
      expect(message).toMatch(/cannot (read|write)/);
      expect(run(wrong, new TranslationCache()).end).toBe(message);
      if (works) expect(guests.run(wrong)?.status).toEqual({ kind: 'killed', signal: 11 });
    }
  }
});

const TEXT = 0x08048000;
const HEADERS = 52 + 2 * 32;
/** The text is a page, the data two, with a page between that is not there. */
const LATE_DATA = TEXT + 2 * PAGE;

/** An executable with text that cannot be written, and data. */
function twoSegments(code: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(PAGE + 16);
  bytes.set(elf(code).subarray(0, 52));
  const view = new DataView(bytes.buffer);
  view.setUint32(24, TEXT + HEADERS, true);
  bytes[44] = 2;
  const segments = [
    [1, 0, TEXT, TEXT, PAGE, PAGE, 5, PAGE],
    [1, PAGE, LATE_DATA, LATE_DATA, 16, 2 * PAGE, 6, PAGE],
  ];
  segments.flat().forEach((value, at) => {
    view.setUint32(52 + at * 4, value, true);
  });
  bytes.set(code, HEADERS);
  return bytes;
}

/** Calls `body` so often, and ends with what is at the start of the data. */
function calling(body: readonly number[]): Uint8Array {
  const counter = LATE_DATA + 8;
  const end = [0x8b, 0x1d, ...word(LATE_DATA), ...load(0, 1), 0xcd, 0x80];
  const start = [0xc7, 0x05, ...word(counter), ...word(ROUNDS)];
  const loop = [0xff, 0x0d, ...word(counter), 0x75, -13 & 0xff];
  const call = [0xe8, ...word(loop.length + end.length)];
  return twoSegments([...start, ...call, ...loop, ...end, ...body, 0xc3]);
}

/** mov ecx, address; then `code`. */
const at = (address: number, ...code: number[]): number[] => [...load(1, address), ...code];

describe('an image of two segments', () => {
  it.each<[string, number[], boolean]>([
    ['adds a word of its text', at(TEXT + 4, 0x8b, 0x01, 0x01, 0x05, ...word(LATE_DATA)), true],
    [
      'adds the same by a constant address',
      [0xa1, ...word(TEXT + 4), 0x01, 0x05, ...word(LATE_DATA)],
      true,
    ],
    ['writes its data by a pointer', at(LATE_DATA, 0xff, 0x01), true],
    [
      'writes after the file’s part',
      at(LATE_DATA + PAGE, 0xff, 0x01, 0x8b, 0x01, 0xa3, ...word(LATE_DATA)),
      true,
    ],
    ['writes its text', at(TEXT + 4, 0xff, 0x01), false],
    ['writes its text by a constant address', [0xff, 0x05, ...word(TEXT + 4)], false],
    ['reads between', at(TEXT + PAGE + 8, 0x8b, 0x01), false],
    ['reads between by a constant address', [0xa1, ...word(TEXT + PAGE + 8)], false],
    ['writes between', at(LATE_DATA - 8, 0xff, 0x01), false],
    ['reads from the text on', at(TEXT + PAGE - 2, 0x8b, 0x01), false],
    ['reads after the data', at(LATE_DATA + 2 * PAGE - 2, 0x8b, 0x01), false],
  ])('%s', (_, body, ends) => {
    const image = calling(body);
    const interpreted = run(image);
    const translated = run(image, new TranslationCache());
    expect(translated).toEqual({ ...interpreted, interpreted: translated.interpreted });
    if (ends) {
      expect(interpreted.end).toMatchObject({ kind: 'exited' });
      expect(translated.interpreted).toBeLessThan(4 * 600);
    } else expect(interpreted.end).toMatch(/cannot (read|write)/);
    const native = works ? guests.run(image)?.status : undefined;
    if (works) expect(native).toEqual(ends ? interpreted.end : { kind: 'killed', signal: 11 });
  });
});
