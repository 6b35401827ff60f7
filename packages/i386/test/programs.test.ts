// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Programs by other people, and two small ones of ours built with gcc and glibc, in the machine and
 * on this computer's kernel: output and exit status must be equal. I386_PROGRAMS names a folder
 * with Debian's static programs for the i386; the README says how to get them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import { MODES } from './run.ts';
import { runInWorld, statusOf } from './world.ts';

const programs = process.env['I386_PROGRAMS'];
const present = runsIf(
  programs !== undefined,
  'third-party programs in the i386 machine',
  'Set I386_PROGRAMS to a folder with busybox, bash-static and others',
);
const TIMEOUT = 180_000;

const INPUT = 'b\na\nc\n';
const busybox = (script: string) => ['busybox', 'busybox', 'sh', '-c', script];
const bash = (script: string) => ['bash-static', 'bash', '-c', script];
const zsh = (script: string) => ['zsh-static', 'zsh', '-fc', script];
const mksh = (libc: string, script: string) => [`mksh-${libc}`, 'mksh', '-c', script];
const awk = (script: string) => ['busybox', 'busybox', 'awk', script, 'a'];
const SHELL = 'echo hi; x=$(echo sub); echo $x $((3*4)); echo a | while read y; do echo $y; done';
const TRAP = "trap 'echo got' USR1; kill -USR1 $$; (kill -USR1 $$); echo after; (exit 4); echo $?";

/** File, argv. */
const COMMANDS: readonly (readonly string[])[] = [
  ['busybox', 'busybox', 'echo', 'hi'],
  busybox('for i in 1 2 3; do echo $i; done | busybox sort -r'),
  busybox('busybox cat a > x; busybox sha256sum x; busybox rm x'),
  busybox('echo `busybox cat a | busybox wc -l`; busybox false; echo $?'),
  busybox('busybox tar cf t a; busybox tar tf t; busybox rm t'),
  busybox('busybox mkdir d; busybox mv a d/b; busybox ln d/b e; busybox cat e; busybox ls d'),
  busybox('busybox sort < a; busybox gzip -c a | busybox gzip -dc'),
  busybox(
    'echo hello | busybox bzip2 | busybox bunzip2; echo hello | busybox lzop | busybox lzop -d',
  ),
  busybox('busybox md5sum a; busybox sha1sum a; busybox sha512sum a; busybox cksum a'),
  busybox('busybox cp a b && busybox cmp a b && busybox stat -c "%s %a %F" b'),
  busybox('busybox cat a | busybox xargs echo x; busybox seq 0 0.1 1'),
  busybox('(sleep 1; echo b) & wait; echo c'),
  busybox(
    "echo 'scale=20; 1/3; sqrt(2); e(1)' | busybox bc -l; busybox dc -e '2 3 + p 20 k 2 v p'",
  ),
  busybox(TRAP),
  busybox("trap 'echo bye' EXIT; trap 'echo term; exit 3' TERM; kill $$; echo no"),
  awk('BEGIN{printf "%g %f %d %s\\n", 1/3, 2.5*4, 7.9, 1e300*1e10; print 10%3, int(-3.7)}'),
  awk('{s+=length($0)} END{print s, s/7}'),
  ['busybox', 'busybox', 'printf', '%f %g %e\\n', '3.14159', '1e10', '0.1'],
  ['busybox', 'busybox', 'sed', 's/a/z/', 'a'],
  ['busybox', 'busybox', 'grep', '-n', 'a', 'a'],
  ['busybox', 'busybox', 'find', '.', '-name', 'a'],
  ['busybox', 'busybox', 'expr', '6', '*', '7'],
  ['busybox', 'busybox', 'hexdump', '-C', 'a'],
  ['busybox', 'busybox', 'date', '-u', '-d', '@86400'],
  bash('for ((i=0;i<5;i++)); do echo $i; done'),
  bash('echo a | while read x; do echo got $x; done; y=$(echo sub); echo $y $((3*4))'),
  bash('c() { while read l; do echo "$l"; done; }; c < a > g; c < g'),
  bash('(exit 3); echo $?; trap "echo bye" EXIT'),
  bash('kill -9 $$'),
  bash(TRAP),
  bash("trap 'echo child' CHLD; (exit 3); busybox true; echo after; (exit 5) & wait $!; echo $?"),
  bash("printf '%.3f %s\\n' 3.14159 x; exec 3< a; read -u 3 x; echo $x; [[ ab =~ b ]] && echo yes"),
  bash(
    'coproc { while read x; do echo got $x; done; }; ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      'echo hi >&"${COPROC[1]}"; read -u "$COPROC" y; echo $y',
  ),
  bash('busybox sort < <(busybox cat a); echo end'),
  bash(
    'exec 3> >(busybox sort); echo b >&3; busybox sleep 0.1; echo a >&3; exec 3>&-; wait $!; echo end',
  ),
  bash('exec 4< a; read x <&4; read x < /dev/fd/4; echo $x'),
  zsh('echo hi; print -l *; x=(3 1 2); print -l $x'),
  zsh('echo $((1.0/3)); float x=2.5; echo $x; printf "%g\\n" 1e10'),
  zsh('echo a | read x; echo $x; (echo sub; exit 2); echo $?'),
  zsh('TRAPUSR1() { echo got }; kill -USR1 $$; echo after'),
  ['sash', 'sash', '-c', '-echo hi'],
  ['sash', 'sash', '-c', '-sum a'],
  ...['musl', 'diet', 'klibc'].flatMap((libc) => [mksh(libc, SHELL), mksh(libc, TRAP)]),
  ['lksh', 'lksh', '-c', SHELL],
  ['ldconfig', 'ldconfig', '--version'],
  ['gpgv-static', 'gpgv', '--version'],
  ['gpgv-static', 'gpgv', 'a-signature'],
];

/** Last arguments of the commands that rightly write nothing to standard output. */
const SILENT = new Set(['kill -9 $$', 'a-signature']);

/** Source and options. */
const COMPILED = ['floats', 'system'].flatMap((source) => [
  [source, '-O0', '-static'],
  [source, '-O2', '-static-pie'],
]);

const folder = mkdtempSync(join(tmpdir(), 'i386-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** One of each, so that a program is translated once. */
const ENGINES = {
  interpret: i386Engine({ mode: 'interpret' }),
  translate: i386Engine({ mode: 'translate' }),
} as const;

/** Our source, compiled with `gcc -m32`; undefined if that does not work. */
function compiled(source: string, ...options: readonly string[]): string | undefined {
  const path = fileURLToPath(new URL(`programs/${source}.c`, import.meta.url));
  const program = join(folder, `${source}${options.join('')}`);
  const { status } = spawnSync('gcc', ['-m32', ...options, '-w', '-o', program, path, '-lm']);
  return status === 0 ? program : undefined;
}

const compiles = runsIf(
  present && compiled('floats', '-static') !== undefined,
  "gcc's programs in the i386 machine",
  'Set I386_PROGRAMS, and have gcc-multilib and libc6-dev-i386',
);

describe.runIf(present)('third-party programs', () => {
  describe.each(COMMANDS)('%s: %s %s %s %s', (file, ...argv) => {
    const path = join(programs ?? '', file as string);
    it.each(MODES)('%s', { timeout: TIMEOUT }, (mode) => {
      expect(existsSync(path), path).toBe(true);
      const expected = onKernel(path, argv);
      expect(inMachine(mode, path, argv)).toEqual(expected);
      // Two equal errors would show nothing.
      if (!SILENT.has(argv.at(-1) as string)) expect(expected.stdout).not.toBe('');
    });
  });
});

describe.runIf(compiles)("gcc's programs", () => {
  describe.each(COMPILED)('%s %s %s', (source, ...options) => {
    it.each(MODES)('%s', { timeout: TIMEOUT }, (mode) => {
      const path = compiled(source as string, ...options) as string;
      const argv = [path];
      expect(inMachine(mode, path, argv)).toEqual(onKernel(path, argv));
    });
  });
});

/** In a folder with one file. */
function onKernel(path: string, argv: readonly string[]): { status: object; stdout: string } {
  const work = mkdtempSync(join(folder, 'w'));
  writeFileSync(join(work, 'a'), INPUT);
  const [argv0 = '', ...rest] = argv;
  // Programs are found beside the one that runs, as in the machine's /bin. With SHLVL, bash does
  // not take itself for one that a network has started.
  const env = { PATH: programs as string, HOME: '/', SHLVL: '1' };
  const child = spawnSync(path, rest, { argv0, cwd: work, env, timeout: 20_000 });
  expect(child.error).toBeUndefined();
  return { status: statusOf(child), stdout: child.stdout.toString() };
}

/** The same in a world in memory. */
function inMachine(mode: (typeof MODES)[number], path: string, argv: readonly string[]): object {
  const files = new MemoryFiles();
  for (const directory of ['/bin', '/folder', '/tmp']) files.createDirectories(directory);
  files.writeFile('/folder/a', new TextEncoder().encode(INPUT), 0o644);
  const own = `/bin/${basename(path)}`;
  files.writeFile(own, readFileSync(path), 0o755);
  const busyboxPath = join(programs as string, 'busybox');
  files.writeFile('/bin/busybox', readFileSync(busyboxPath), 0o755);
  const args = argv[0] === path ? [own] : argv;
  const world = { files, engine: ENGINES[mode], directory: '/folder' };
  const { status, stdout } = runInWorld(world, own, args, ['PATH=/bin', 'HOME=/', 'SHLVL=1']);
  return { status, stdout: Buffer.from(stdout).toString() };
}
