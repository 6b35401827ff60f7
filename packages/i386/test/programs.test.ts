// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Programs that nobody here wrote, in the machine and on this computer's kernel: output and exit
 * status must be equal. I386_PROGRAMS names a folder with Debian's static programs for the i386;
 * the README says how to get them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';

const programs = process.env['I386_PROGRAMS'];
const present = runsIf(
  programs !== undefined,
  'programs of others in the i386 machine',
  'Set I386_PROGRAMS to a folder with busybox, bash-static and others',
);

const INPUT = 'b\na\nc\n';
const busybox = (script: string) => ['busybox', 'busybox', 'sh', '-c', script];
const bash = (script: string) => ['bash-static', 'bash', '-c', script];

/** File, argv. */
const COMMANDS: readonly (readonly string[])[] = [
  ['busybox', 'busybox', 'echo', 'hi'],
  busybox('for i in 1 2 3; do echo $i; done | busybox sort -r'),
  busybox('busybox cat a > x; busybox sha256sum x; busybox rm x'),
  busybox('echo `busybox cat a | busybox wc -l`; busybox false; echo $?'),
  busybox('busybox tar cf t a; busybox tar tf t; busybox rm t'),
  busybox('busybox mkdir d; busybox mv a d/b; busybox ln d/b e; busybox cat e; busybox ls d'),
  busybox('busybox sort < a; busybox gzip -c a | busybox gzip -dc'),
  ['busybox', 'busybox', 'sed', 's/a/z/', 'a'],
  ['busybox', 'busybox', 'grep', '-n', 'a', 'a'],
  ['busybox', 'busybox', 'find', '.', '-name', 'a'],
  ['busybox', 'busybox', 'expr', '6', '*', '7'],
  bash('for ((i=0;i<5;i++)); do echo $i; done'),
  bash('echo a | while read x; do echo got $x; done; y=$(echo sub); echo $y $((3*4))'),
  bash('c() { while read l; do echo "$l"; done; }; c < a > g; c < g'),
  bash('(exit 3); echo $?; trap "echo bye" EXIT'),
  bash('kill -9 $$'),
  ['zsh-static', 'zsh', '-c', 'echo hi; print -l *; x=(3 1 2); print -l $x'],
  ['sash', 'sash', '-c', '-echo hi'],
];

describe.runIf(present)('programs of others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'i386-programs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(COMMANDS)('%s: %s %s %s %s', (file, ...argv) => {
    const path = join(programs as string, file as string);
    expect(existsSync(path), path).toBe(true);
    expect(inMachine(path, argv)).toEqual(onKernel(path, argv));
  });

  function onKernel(path: string, argv: readonly string[]): object {
    const work = mkdtempSync(join(folder, 'w'));
    writeFileSync(join(work, 'a'), INPUT);
    const [argv0 = '', ...rest] = argv;
    // Programs are found beside the one that runs, as in the machine's /bin.
    const env = { PATH: programs as string };
    const child = spawnSync(path, rest, { argv0, cwd: work, env, timeout: 20_000 });
    expect(child.error).toBeUndefined();
    const status =
      child.signal === null
        ? { kind: 'exited', status: child.status }
        : { kind: 'killed', signal: constants.signals[child.signal] };
    return { status, stdout: child.stdout.toString() };
  }

  function inMachine(path: string, argv: readonly string[]): object {
    const files = new MemoryFiles();
    for (const directory of ['/bin', '/work', '/tmp']) files.createDirectories(directory);
    files.writeFile('/work/a', new TextEncoder().encode(INPUT), 0o644);
    const program = readFileSync(path);
    files.writeFile(`/bin/${path.slice(path.lastIndexOf('/') + 1)}`, program, 0o755);
    const parts: Uint8Array[] = [];
    const host = new MemoryHost({
      files,
      engine: i386Engine(),
      currentDirectory: '/work',
      stdout: (bytes) => parts.push(bytes.slice()),
    });
    const status = host.run(`/bin/${path.slice(path.lastIndexOf('/') + 1)}`, argv, ['PATH=/bin']);
    return { status, stdout: Buffer.concat(parts).toString() };
  }
});
