// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a program inherits from the one that executes it, also with a port between the two, as in a
 * script of stage0 where some commands are ports.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { DATA, elf, exit, place, system, word } from './guest.ts';
import { failed, OUT, poke, RESULT, run } from './probes.ts';
import { MODES } from './run.ts';

/** Writes its process number, its umask, and the result of F_GETFD for descriptor 3. */
const SHOWS = [
  ...[...system(20), 0xa3, ...word(OUT), ...system(60, 0o22), 0xa3, ...word(OUT + 4)],
  ...[...system(55, 3, 1), 0xa3, ...word(OUT + 8), ...system(4, 1, OUT, 12), ...exit(0)],
];
/** Opens a file, sets a umask, and executes `path`. */
const executes = (path: string) => [
  ...[...place(DATA, '/file'), ...system(5, DATA), ...system(60, 0o77)],
  ...[...place(DATA, path), ...poke(OUT, DATA), ...poke(OUT + 4, 0)],
  ...[...system(11, DATA, OUT, 0), ...exit(99)],
];
/** Executes `path`, and nothing else. */
const executesOnly = (path: string) => [
  ...[...place(DATA, path), ...poke(OUT, DATA), ...poke(OUT + 4, 0)],
  ...[...system(11, DATA, OUT, 0), ...exit(99)],
];
const EBADF = -9;

describe.each(MODES)('%s', (mode) => {
  /**
   * Runs `program` in a world with /shows and a port that runs it twice; returns what they wrote.
   */
  function shown(program: readonly number[]): readonly number[][] {
    const files = new MemoryFiles();
    files.writeFile('/file', new Uint8Array(1), 0o644);
    files.writeFile('/shows', elf(SHOWS), 0o755);
    files.writeFile('/port', new Uint8Array([0]), 0o755);
    files.writeFile('/guest', elf(program), 0o755);
    const engine = i386Engine({ mode });
    const parts: Uint8Array[] = [];
    const host = new MemoryHost({
      files,
      stdout: (bytes) => parts.push(bytes.slice()),
      engine: (image, argv, own) => {
        if (image.path !== '/port') return engine(image, argv, own);
        own.run('/shows', ['shows'], []);
        return own.run('/shows', ['shows'], []);
      },
    });
    expect(host.run('/guest', ['guest'], [])).toEqual({ kind: 'exited', status: 0 });
    const bytes = Buffer.concat(parts);
    const words = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(at * 4));
    return Array.from({ length: words.length / 3 }, (_, n) => words.slice(n * 3, n * 3 + 3));
  }

  it('a program has the number, the umask and the descriptors of the one that executed it', () => {
    expect(shown(executes('/shows'))).toEqual([[1001, 0o77, 0]]);
  });

  it('of the programs that a port starts, the first has them; the second has what the port has', () => {
    const [first, second] = shown(executes('/port'));
    expect(first).toEqual([1001, 0o77, 0]);
    // The port's umask applies to its files; when it asks, it gets the usual one.
    expect([second?.[0], second?.[2]]).toEqual([1002, EBADF]);
  });

  it('a port does not take for the end of its input what is none', () => {
    // A pipe, 3 and 4, with a byte; a fork executes /port, which reads it; the parent keeps 4.
    const port = [...system(63, 3, 0), ...executesOnly('/port')];
    const child = [...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(port.length), ...port];
    const parent = [...system(4, 4, OUT, 1), ...system(7, -1, OUT, 0), ...exit(0)];
    const files = new MemoryFiles();
    files.writeFile('/guest', elf([...system(42, OUT), ...child, ...parent]), 0o755);
    files.writeFile('/port', new Uint8Array([0]), 0o755);
    const engine = i386Engine({ mode });
    let read: unknown;
    const host = new MemoryHost({
      files,
      engine: (image, argv, own) => {
        if (image.path !== '/port') return engine(image, argv, own);
        try {
          read = own.readStdin();
        } catch (error) {
          read = error;
        }
        return { kind: 'exited', status: 0 };
      },
    });
    expect(host.run('/guest', ['guest'], [])).toEqual({ kind: 'exited', status: 0 });
    expect(read).toMatchObject({ code: 'blocked' });
  });

  it('there is no terminal', () => {
    const open = (name: string, flags: number) => [...place(DATA, name), ...system(5, DATA, flags)];
    expect(run(elf([...open('/dev/tty', 2), ...RESULT]), mode).status).toEqual(failed(6));
    expect(run(elf([...open('/dev/tty', 0o102), ...RESULT]), mode).status).toEqual(failed(6));
    // A kernel says so where nothing is at /dev/pts.
    expect(run(elf([...open('/dev/ptmx', 2), ...RESULT]), mode).status).toEqual(failed(2));
    const isThere = [...place(DATA, '/dev/ptmx'), ...system(195, DATA, OUT), ...RESULT];
    expect(run(elf(isThere), mode).status).toEqual({ kind: 'exited', status: 0 });
    const isTerminal = [...system(54, 1, 0x5401, OUT), ...RESULT];
    expect(run(elf(isTerminal), mode).status).toEqual(failed(25));
  });
});
