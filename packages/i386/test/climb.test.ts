// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A small climb of our own, interpreted and translated. A driver makes a pipe, forks twice,
 * redirects, and executes two programs, one of which calls its functions through pointers. A small
 * make runs programs for targets that are missing or older than their sources; one of these
 * programs computes with the x87.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { CODE, DATA, elf, exit, load, place, system, word } from './guest.ts';
import { contentOf, MODES } from './run.ts';

const OUT = DATA + 1024;
const ARGV = DATA + 512;

/** Runs `child` in a fork, and waits for it. */
function forked(child: readonly number[]): number[] {
  const fork = [...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(child.length)];
  return [...fork, ...child, ...system(7, -1, 0, 0)];
}

/** execve of the program at `path`, whose name is its only argument. */
function execute(path: string): number[] {
  const name = DATA + 256;
  return [
    ...[...place(name, path), 0xc7, 0x05, ...word(ARGV), ...word(name)],
    ...[0xc7, 0x05, ...word(ARGV + 4), ...word(0), ...system(11, name, ARGV, 0), ...exit(99)],
  ];
}

/** pipe; (maker > pipe) ; (counter < pipe > /result). */
const DRIVER = [
  ...system(42, OUT),
  ...forked([...system(63, 4, 1), ...system(6, 3), ...system(6, 4), ...execute('/maker')]),
  ...system(6, 4),
  ...forked([
    ...[...system(63, 3, 0), ...place(DATA, '/result'), ...system(5, DATA, 0o1101, 0o640)],
    ...[...system(63, 4, 1), ...execute('/counter')],
  ]),
  ...exit(7),
];

/** Writes the letters a to j, each 400 times, with a function that it calls through a pointer. */
function maker(): number[] {
  // mov esi, 4000; loop: mov eax, next; call eax; dec esi; jne loop; write; exit
  const head = [...load(6, 4000), ...load(0, 0), 0xff, 0xd0, 0x4e, 0x75, 0xf6];
  const end = [...system(4, 1, DATA + 2048, 4000), ...exit(0)];
  head.splice(6, 4, ...word(CODE + head.length + end.length));
  // next: mov eax, 4000; sub eax, esi; mov edi, eax; cdq; mov ecx, 400; div ecx; add eax, 'a';
  // mov [edi + DATA + 2048], al; ret
  const next = [
    ...[...load(0, 4000), 0x29, 0xf0, 0x89, 0xc7, 0x99, ...load(1, 400), 0xf7, 0xf1],
    ...[0x83, 0xc0, 0x61, 0x88, 0x87, ...word(DATA + 2048), 0xc3],
  ];
  return [...head, ...end, ...next];
}

/** Copies every 400th byte that it reads, up to the end. */
function counter(): number[] {
  const read = system(3, 0, DATA, 400);
  const write = system(4, 1, DATA, 1);
  const body = [...read, 0x85, 0xc0, 0x74, write.length + 2, ...write];
  return [...body, 0xeb, -(body.length + 2) & 0xff, ...exit(0)];
}

// A small make

/** Bytes; `name:` is a label, `jump name` a 32-bit displacement to it, after the opcode's bytes. */
type Part = readonly number[] | string;

/** The bytes of the parts, with the displacements filled in. */
function assemble(parts: readonly Part[]): number[] {
  const places = new Map<string, number>();
  const jumps: [at: number, to: string][] = [];
  const code: number[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') code.push(...part);
    else if (part.endsWith(':')) places.set(part.slice(0, -1), code.length);
    else {
      jumps.push([code.length, part.replace('jump ', '')]);
      code.push(0, 0, 0, 0);
    }
  }
  for (const [at, to] of jumps) {
    code.splice(at, 4, ...word((places.get(to) as number) - (at + 4)));
  }
  return code;
}
/** The opcode of a conditional jump, by its condition. */
const jumpIf = (condition: number) => [0x0f, 0x80 + condition];
const [JB, JAE, JE, JNE, JA, JS] = [
  jumpIf(2),
  jumpIf(3),
  jumpIf(4),
  jumpIf(5),
  jumpIf(7),
  jumpIf(8),
];
const JMP = [0xe9];

/** mov ebx, [esi + field]; mov ecx, b; mov edx, c; the call. */
const ofRule = (number: number, field: number, b = 0, c = 0) => [
  ...[0x8b, 0x5e, field, ...load(1, b), ...load(2, c), ...load(0, number), 0xcd, 0x80],
];
/** mov eax, [a]; cmp eax, [b]. */
const compareWords = (a: number, b: number) => [0xa1, ...word(a), 0x3b, 0x05, ...word(b)];
const poke = (address: number, value: number) => [0xc7, 0x05, ...word(address), ...word(value)];

const RULES = DATA + 512;
const [TARGET_STATUS, SOURCE_STATUS, ENDED] = [DATA + 1024, DATA + 1152, DATA + 1280];
/** Where struct stat64 has the time of the last change. */
const [SECONDS, NANOSECONDS] = [72, 76];

/** Target, source, and the program that makes the one from the other; prints a dot for each. */
function makeOf(rules: readonly (readonly string[])[]): number[] {
  const names = new Map([...new Set(rules.flat())].map((name, at) => [name, DATA + at * 32]));
  const table = rules.flat().map((name) => names.get(name) as number);
  return assemble([
    [...names].flatMap(([name, address]) => place(address, name)),
    table.flatMap((address, at) => poke(RULES + at * 4, address)),
    [...place(DATA + 500, '.'), ...load(6, RULES)],
    'next:',
    [0x83, 0x3e, 0x00, ...JE],
    'jump done',
    [...ofRule(195, 0, TARGET_STATUS), 0x85, 0xc0, ...JS],
    'jump make',
    [...ofRule(195, 4, SOURCE_STATUS), 0x85, 0xc0, ...JS],
    'jump failed',
    [...compareWords(TARGET_STATUS + SECONDS, SOURCE_STATUS + SECONDS), ...JA],
    'jump skip',
    JB,
    'jump make',
    [...compareWords(TARGET_STATUS + NANOSECONDS, SOURCE_STATUS + NANOSECONDS), ...JAE],
    'jump skip',
    'make:',
    [...system(2), 0x85, 0xc0, ...JNE],
    'jump parent',
    [...ofRule(5, 4), ...system(63, 3, 0), ...ofRule(5, 0, 0o1101, 0o644), ...system(63, 4, 1)],
    [0x8b, 0x46, 8, 0xa3, ...word(ENDED), ...poke(ENDED + 4, 0), ...ofRule(11, 8, ENDED)],
    exit(99),
    'parent:',
    [...system(7, -1, ENDED), 0x83, 0x3d, ...word(ENDED), 0x00, ...JNE],
    'jump failed',
    system(4, 1, DATA + 500, 1),
    'skip:',
    [0x83, 0xc6, 12, ...JMP],
    'jump next',
    'failed:',
    exit(1),
    'done:',
    exit(0),
  ]);
}

/**
 * The root mean square of all bytes, rounded; it calls the function that adds through a pointer.
 */
function meanOf(): number[] {
  const [sum, number, out] = [DATA + 2048, DATA + 2052, DATA + 2056];
  const code = (square: number): number[] =>
    assemble([
      [...system(3, 0, DATA, 400), 0x89, 0xc6, 0xa3, ...word(number), ...poke(sum, square)],
      [0xd9, 0xee, ...load(7, DATA)], // fldz; mov edi, DATA
      'loop:',
      [0x0f, 0xb6, 0x07, 0xa3, ...word(out), 0xdb, 0x05, ...word(out)], // fild
      [0xff, 0x15, ...word(sum), 0x47, 0x4e, ...JNE],
      'jump loop',
      [0xda, 0x35, ...word(number), 0xd9, 0xfa, 0xdf, 0x1d, ...word(out)], // fidiv; fsqrt; fistp
      [...system(4, 1, out, 1), ...exit(0)],
    ]);
  // fmul st, st; faddp st(1), st; ret
  return [...code(CODE + code(0).length), 0xd8, 0xc8, 0xde, 0xc1, 0xc3];
}

describe.each(MODES)('%s', (mode) => {
  it('a driver, two programs, a pipe and a redirection', () => {
    const files = new MemoryFiles();
    files.writeFile('/driver', elf(DRIVER), 0o755);
    files.writeFile('/maker', elf(maker(), 8192), 0o755);
    files.writeFile('/counter', elf(counter()), 0o755);
    const host = new MemoryHost({ files, engine: i386Engine({ mode }) });
    expect(host.run('/driver', ['driver'], [])).toEqual({ kind: 'exited', status: 7 });
    const result = files.get('/result');
    expect(result).toMatchObject({ mode: 0o640, bytes: new TextEncoder().encode('abcdefghij') });
  });

  it('a make that makes what is missing or too old, and nothing else', () => {
    const files = new MemoryFiles();
    const rules = [
      ['/b', '/a', '/counter'],
      ['/c', '/b', '/mean'],
    ];
    files.writeFile('/make', elf(makeOf(rules)), 0o755);
    files.writeFile('/counter', elf(counter()), 0o755);
    files.writeFile('/mean', elf(meanOf()), 0o755);
    let told = '';
    const engine = i386Engine({ mode });
    const make = () => {
      told = '';
      const stdout = (bytes: Uint8Array) => {
        told += Buffer.from(bytes).toString();
      };
      const host = new MemoryHost({ files, engine, stdout });
      return host.run('/make', ['make'], []);
    };
    const source = (letters: string) => {
      const text = [...letters].map((letter) => letter.repeat(400)).join('');
      files.writeFile('/a', new TextEncoder().encode(text), 0o644);
    };
    const contents = () =>
      [...'bc'].map((name) => Buffer.from(contentOf(files, `/${name}`)).toString());

    source('abcdefghij');
    expect([make(), told]).toEqual([{ kind: 'exited', status: 0 }, '..']);
    // The root of the mean of 97², 98², … 106² is 101.54.
    expect(contents()).toEqual(['abcdefghij', String.fromCharCode(102)]);
    expect([make(), told]).toEqual([{ kind: 'exited', status: 0 }, '']);
    source('zz');
    expect([make(), told]).toEqual([{ kind: 'exited', status: 0 }, '..']);
    expect(contents()).toEqual(['zz', 'z']);
    files.remove('/c');
    expect([make(), told]).toEqual([{ kind: 'exited', status: 0 }, '.']);
    files.remove('/a');
    expect([make(), told]).toEqual([{ kind: 'exited', status: 1 }, '']);
  });
});
