// SPDX-License-Identifier: GPL-3.0-or-later
/** Scripts on trees that are laid out in any way. */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { type ProcessRecord, portFor, runScript } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';

/**
 * Sources at the root, programs in /seed, work in /build: a layout that is not upstream's at all.
 */
function tree(script: string): MemoryFiles {
  const files = new MemoryFiles();
  for (const folder of ['/build', '/seed', '/x86']) files.createDirectories(folder);
  files.writeFile('/x86/hello.hex0', encodeUtf8('48 69 0A\n'), 0o644);
  files.writeFile('/x86/go.kaem', encodeUtf8(script), 0o644);
  for (const tool of ['hex0-seed', 'kaem', 'catm', 'match']) {
    files.writeFile(`/seed/${tool}`, new Uint8Array(), 0o755);
  }
  return files;
}

const names = (made: ReadonlyMap<string, number>) => [...made.keys()].sort();

const textOf = (process: ProcessRecord | undefined) =>
  decodeUtf8(process?.stderr.bytes ?? new Uint8Array());

describe('runScript', () => {
  it('works in the given directory, with absolute and relative paths', () => {
    const files = tree('/seed/hex0-seed /x86/hello.hex0 hello\n../seed/catm twice hello hello\n');
    const result = runScript(files, { script: '/x86/go.kaem', directory: '/build' });
    expect(result.status).toBe(0);
    expect(names(result.makers)).toEqual(['/build/hello', '/build/twice']);
    expect(result.processes.map(({ tool, directory }) => [tool, directory])).toEqual([
      ['hex0', '/build'],
      ['catm', '/build'],
    ]);
  });

  it('reads scripts with either shell', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the script's, not ours
    const files = tree('X="/x86"\nPATH="/seed"\nhex0-seed ${X}/hello.hex0 "out"\n');
    const result = runScript(files, { script: '/x86/go.kaem', directory: '/build', shell: 'kaem' });
    expect([result.status, names(result.makers)]).toEqual([0, ['/build/out']]);
    expect(runScript(files, { script: '/x86/go.kaem', directory: '/build' }).status).toBe(1);
  });

  it('passes on what is printed and what is wrong', () => {
    const printed: string[] = [];
    const result = runScript(tree('/seed/hex0-seed /x86/none out\n'), {
      script: '/x86/go.kaem',
      stdout: (bytes) => printed.push(Buffer.from(bytes).toString()),
    });
    expect(result.status).toBe(1);
    expect(printed.join('')).toBe(
      ' +> /seed/hex0-seed /x86/none out \nSubprocess error\nABORTING HARD\n',
    );
    expect(textOf(result.failures[0])).toBe('/x86/none: error: no such file or directory\n');
  });

  it('tells an answer from a failure', () => {
    const files = tree('PATH="/seed"\nif match a b\nelse\nhex0-seed /x86/hello.hex0 out\nfi\n');
    const result = runScript(files, { script: '/x86/go.kaem', shell: 'kaem', keepGoing: true });
    expect([result.status, result.failures.length, names(result.makers)]).toEqual([0, 0, ['/out']]);
  });

  it('records what each process read and left', () => {
    const files = tree('/seed/hex0-seed /x86/hello.hex0 a\n/seed/catm b a a\n');
    const { processes } = runScript(files, {
      script: '/x86/go.kaem',
      directory: '/build',
      record: true,
    });
    expect(
      processes.map(({ inputs, outputs }) => [[...inputs.keys()], [...outputs.keys()]]),
    ).toEqual([
      [['/seed/hex0-seed', '/x86/hello.hex0'], ['/build/a']],
      [['/seed/catm', '/build/a'], ['/build/b']],
    ]);
  });

  it('reports a missing directory or script', () => {
    expect(() => runScript(tree(''), { script: 'x', directory: '/none' })).toThrow(
      'no such directory',
    );
    const { status, shell } = runScript(tree(''), { script: 'none.kaem' });
    expect(status).toBe(1);
    expect(textOf(shell)).toBe('none.kaem: error: no such file or directory\n');
  });
});

it.each([
  ['/bootstrap-seeds/POSIX/x86/hex0-seed', 'hex0'],
  ['/x86/artifact/kaem-0', 'kaem-minimal'],
  ['/x86/artifact/hex2-0', 'hex2-0'],
  ['/x86/artifact/hex2-1', 'hex2'],
  ['/x86/artifact/catm', 'catm-minimal'],
  ['/x86/bin/catm', 'catm'],
  ['/x86/artifact/M2', 'M2-Planet'],
  ['/x86/artifact/blood-elf-0', 'blood-elf'],
  ['/anywhere/M1-7', 'M1'],
  ['/usr/bin/gcc', undefined],
  ['/bin/constructor', undefined],
])('%s stands for %s', (path, tool) => expect(portFor(path)).toBe(tool));
