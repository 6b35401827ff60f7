// SPDX-License-Identifier: GPL-3.0-or-later
/** The built command `stage0` as a user meets it. */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOOLS } from '@stage0-ts/stage0';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, inject, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../dist/bin/stage0.js', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-command-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const real = (...words: string[]): Said => start(COMMAND, words);
/** The same code, which starts in less time. */
const stage0 = (...words: string[]): Said => start(inject('bundledCommand'), words);

function start(file: string, words: readonly string[]): Said {
  return spawnSync(process.execPath, [file, ...words], {
    cwd: scratch,
    encoding: 'utf8',
    input: '',
  });
}

describe('stage0', () => {
  it('shows its help on standard output', () => {
    const { status, stdout, stderr } = real('--help');
    expect([status, stderr]).toEqual([0, '']);
    for (const tool of Object.keys(TOOLS)) expect(stdout).toContain(` ${tool}`);
  });

  it.each([
    [[], 'stage0: which command?\n  stage0 --help says more\n'],
    [['frobnicate'], 'stage0: no command or tool is named frobnicate\n'],
    [['biuld'], 'stage0: no command or tool is named biuld; did you mean build?\n'],
    [['Hex0'], 'stage0: no command or tool is named Hex0; did you mean hex0?\n'],
    [
      ['m2-planet', 'a'],
      'stage0: no command or tool is named m2-planet; did you mean M2-Planet?\n',
    ],
    [['a\x1b[2J'], 'stage0: no command or tool is named a\\x1b[2J\n'],
    [['help', 'chekc'], 'stage0: no command or tool is named chekc; did you mean check?\n'],
    [['build'], 'stage0 build: build takes a TREE\n  stage0 build --help says more\n'],
    [['exec'], 'stage0 exec: exec takes a PROGRAM\n'],
  ])('refuses %j with status 2 and two lines', (args, message) => {
    const { status, stdout, stderr } = real(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(message)).toBe(true);
    expect(stderr.trimEnd().split('\n').length).toBe(2);
  });

  it.each(['build', 'check', 'explain', 'run'])(
    '%s names an option that was meant for an unknown one',
    (command) => {
      for (const [wrong, meant] of [
        ['--sript', '; did you mean --script?'],
        ['--frobnicate', ''],
        ['-z', ''],
      ] as const) {
        const expected = command === 'run' && wrong === '--sript' ? '' : meant;
        const { status, stderr } = real(command, wrong);
        expect([status, stderr]).toEqual([
          2,
          `stage0 ${command}: unknown option ${wrong}${expected}\n  stage0 ${command} --help says more\n`,
        ]);
      }
    },
  );

  it.each(['build', 'check', 'explain', 'prove', 'run', 'exec', 'shell'])(
    'help %s is %s --help',
    (command) => {
      const { status, stdout, stderr } = real('help', command);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toBe(real(command, '--help').stdout);
      expect(stdout).toMatch(/^Exit status: /m);
    },
  );

  it.each(Object.keys(TOOLS))('help %s says what it is and where to read on', (tool) => {
    const { status, stdout } = real('help', tool);
    expect(status).toBe(0);
    expect(stdout.startsWith(`usage: stage0 ${tool}`)).toBe(true);
    const folder = /^More: README\.md of @stage0-ts\/(.*)$/m.exec(stdout)?.[1];
    const readme = new URL(`../../${folder}/README.md`, import.meta.url);
    expect(fs.readFileSync(readme, 'utf8')).toContain(tool);
  });

  it.each(['--version', '-V', '-v', 'version'])('prints its version: %s', (word) => {
    expect(real(word).stdout).toMatch(/^stage0 \d+\.\d+\.\d+, for stage0-posix 1\.9\.1\n$/);
  });

  it('runs a tool under its own name', () => {
    fs.writeFileSync(path.join(scratch, 'in.hex0'), '41 42 # AB\n');
    expect(real('hex0', 'in.hex0', 'out').status).toBe(0);
    expect(fs.readFileSync(path.join(scratch, 'out'), 'latin1')).toBe('AB');
    expect(fs.statSync(path.join(scratch, 'out')).mode & 0o777).toBe(0o700);
    expect(real('match', 'a', 'b').status).toBe(1);
    expect(real('kaem', '--version').stdout).toBe('kaem version 1.7.0\n');
  });

  it.each([
    ['--help'],
    ['kaem', '--version'],
    ['build', LADDER],
    ['check', LADDER, '--engines', 'ports,ports', '--json'],
    ['explain', LADDER, 'out/hello-M1@0x60'],
    ['run', 'kaem.x86', '--root', LADDER],
    ['sha256sum', '/dev/null'],
  ])('says that standard output is full: %s %s', (...args) => {
    const full = fs.openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    fs.closeSync(full);
    expect(stderr).toBe('standard output: error: no space left on device\n');
    // Where 1 is a verdict, it does not count as one if it could not be written.
    expect(status).toBe(['build', 'check', 'explain'].includes(args[0] as string) ? 3 : 1);
  });

  it('opens and makes files whose names are not UTF-8', () => {
    // Node cannot pass such words, so a shell makes them.
    const script = `printf '41\\n' >"$(printf 'i\\377')" && exec "$@" "$(printf 'i\\377')" "$(printf 'o\\376')"`;
    const folder = fs.mkdtempSync(path.join(scratch, 'bytes-'));
    const words = ['-c', script, 'sh', process.execPath, COMMAND, 'hex0'];
    const { status, stderr } = spawnSync('/bin/sh', words, { cwd: folder, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(fs.readdirSync(folder, 'latin1')).toEqual(['i\xff', 'o\xfe']);
  });

  it('reports what is wrong with the input, and where', () => {
    fs.writeFileSync(path.join(scratch, 'in.hex2'), ':a %a\n  %nowhere 41\n');
    fs.writeFileSync(path.join(scratch, 'old'), 'precious');
    const { status, stderr } = real('hex2-0', 'in.hex2', 'old');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^in\.hex2:2:3: error: .*\n {2} {2}%nowhere 41\n {4}\^\n$/);
    expect(fs.readFileSync(path.join(scratch, 'old'), 'utf8')).toBe('precious');
  });
});

/** The ladder up to M0, in a folder of its own. It builds in a fraction of the time. */
function lowerRungs(): string {
  const tree = fs.mkdtempSync(path.join(scratch, 'rungs-'));
  fs.cpSync(LADDER, tree, { recursive: true });
  const [lower = ''] = fs.readFileSync(path.join(LADDER, 'kaem.x86'), 'utf8').split('# cc_x86');
  fs.writeFileSync(path.join(tree, 'kaem.x86'), `${lower}./tools/sha256sum -c x86.answers\n`);
  const answers = fs.readFileSync(path.join(LADDER, 'x86.answers'), 'utf8').split('\n');
  const made = answers.filter((line) => lower.includes(` ${line.slice(66)}\n`));
  fs.writeFileSync(path.join(tree, 'x86.answers'), `${made.join('\n')}\n`);
  return tree;
}

describe('stage0 build', () => {
  it('prints a table and exits 0', () => {
    const { status, stdout, stderr } = stage0('build', LADDER);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('ok: 53 of 53 of x86.answers');
  });

  it('shows what a step that failed had printed', () => {
    const tree = lowerRungs();
    const answers = path.join(tree, 'x86.answers');
    const text = fs.readFileSync(answers, 'utf8');
    fs.writeFileSync(answers, text.replace(/^.{64}(?= {2}bin\/M0$)/m, '0'.repeat(64)));
    for (const command of [['build'], ['check', '--partial']]) {
      const { status, stdout } = stage0(...command, tree);
      expect(status).toBe(1);
      expect(stdout).toMatch(/step \d+: .*sha256sum -c .*\n {2}exited with status 1\n/);
      expect(stdout).toMatch(/bin\/M0: FAILED/);
    }
  });

  it('prints one JSON document and nothing else', () => {
    const { status, stdout, stderr } = stage0('build', LADDER, '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, ok: true, processes: 125 });
  });

  it('writes what it made, with modes', () => {
    const out = path.join(scratch, 'results');
    expect(stage0('build', LADDER, '--out', out).status).toBe(0);
    const hello = path.join(out, 'out/hello-M2');
    expect(fs.statSync(hello).mode & 0o777).toBe(0o750);
    expect(fs.readFileSync(hello).length).toBe(785);
  });

  it.each(['gz', 'bz2', 'xz'])('takes a .tar.%s', (kind) => {
    const archive = path.join(scratch, `ladder.tar.${kind}`);
    const flag = { gz: '-z', bz2: '-j', xz: '-J' }[kind] as string;
    const parent = path.dirname(LADDER);
    expect(spawnSync('tar', ['-c', flag, '-f', archive, '-C', parent, 'ladder']).status).toBe(0);
    const { status, stdout } = stage0('build', archive);
    expect(stdout).toContain('ok: 53 of 53');
    expect(status).toBe(0);
  });

  it('says what is wrong with a tree', () => {
    expect(stage0('build', 'nowhere')).toMatchObject({
      status: 3,
      stderr: 'nowhere: error: no such file or directory\n',
    });
    fs.writeFileSync(path.join(scratch, 'bad.tar.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 1]));
    const { status, stderr } = stage0('build', 'bad.tar.gz');
    expect(status).toBe(3);
    expect(stderr).toMatch(/^bad\.tar\.gz: error: /);
    expect(stage0('build', scratch).stderr).toBe(
      'stage0: error: the tree has no kaem.x86; the tree begins deeper: TREE is the folder ladder\n',
    );
    fs.writeFileSync(path.join(scratch, 'tree.zip'), 'PK\u0003\u0004');
    expect(stage0('build', 'tree.zip').stderr).toMatch(
      /^tree\.zip: error: this is not a \.tar.*; this is a zip archive, which keeps no executable bits/,
    );
    const damaged = fs.mkdtempSync(path.join(scratch, 'damaged-'));
    fs.writeFileSync(path.join(damaged, 'kaem.x86'), '');
    fs.writeFileSync(
      path.join(damaged, 'x86.answers'),
      `${'a'.repeat(64)}  f\n# text\n${'b'.repeat(63)}  g\n`,
    );
    expect(stage0('build', damaged)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^x86\.answers:3:1: error: expected a SHA-256 digest/),
    });
  });

  it.each(['/dev/null', '/proc/stage0', '/dev/full/x'])(
    'cannot write below %s, and says so',
    (out) => {
      const { status, stderr } = stage0('build', LADDER, '--out', out);
      expect(status).toBe(3);
      expect(stderr).toMatch(/^\/(dev|proc)\/[^\n]*: error: [^\n]*\n$/);
      expect(stage0('build', LADDER, '--out', '').status).toBe(2);
    },
  );

  it('takes a tree with names of any bytes', () => {
    const tree = fs.mkdtempSync(path.join(scratch, 'names-'));
    fs.cpSync(LADDER, tree, { recursive: true });
    fs.writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0x0a])]), 'x');
    const { status, stderr } = stage0('build', tree);
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('the ladder as a real tree, with stage0 on PATH', () => {
  const tree = path.join(scratch, 'ladder');
  const bin = path.join(scratch, 'bin');
  fs.cpSync(LADDER, tree, { recursive: true });
  fs.mkdirSync(bin);
  const script = `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`;
  fs.writeFileSync(path.join(bin, 'stage0'), script, { mode: 0o755 });
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, {
      cwd: tree,
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env['PATH']}` },
    });

  it('has tools that run by their names', () => {
    expect(run('tools/hex0', 'hello/hello.hex0', 'hello/hello').status).toBe(0);
    expect(fs.statSync(path.join(tree, 'hello/hello')).size).toBe(135);
  });

  // After that the script runs programs that it has made, from the shell on: real i386 programs for
  // Linux.
  it('builds by its own shell, where i386 programs run', ({ skip }) => {
    run('tools/hex0', 'hello/hello.hex0', 'hello/hello');
    if (run('hello/hello').stdout !== 'Hello, stage0!\n') skip();
    const shell = 'bootstrap-seeds/POSIX/x86/kaem-optional-seed';
    const { status, stdout, stderr } = run(shell, 'kaem.x86');
    expect(stderr).not.toContain('error');
    expect(status).toBe(0);
    expect(stdout).toContain('out/hex0-again: OK\n');
  });
});

describe('stage0 check', () => {
  it('says that nothing diverges, and writes a page', () => {
    const page = path.join(scratch, 'check.html');
    const { status, stdout, stderr } = stage0('check', LADDER, '--partial', '--html', page);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^The builds agree: our ports and the tree's own programs/);
    expect(stdout).toMatch(/\n\nok\n$/);
    expect(fs.readFileSync(page, 'utf8')).toContain('stage0 check, x86: the builds agree');
  });

  it('finds the first wrong file of a folder that was built elsewhere', () => {
    const tree = lowerRungs();
    const folder = path.join(scratch, 'elsewhere');
    expect(stage0('build', tree, '--out', folder).status).toBe(0);
    for (const name of ['hello-M0-0.hex2', 'hello-M0.hex2', 'hello-M0']) {
      const file = path.join(folder, 'out', name);
      fs.writeFileSync(
        file,
        fs.readFileSync(file).map((byte, at) => (at === 50 ? byte ^ 1 : byte)),
      );
    }
    const { status, stdout } = stage0('check', tree, '--partial', '--against', folder);
    expect(status).toBe(1);
    expect(stdout).toContain('compared folder: 3 of ');
    expect(stdout).toContain('it begins with out/hello-M0-0.hex2, made by step ');
    expect(stdout).toMatch(/NOT THE SAME\n$/);
  });

  it('prints one JSON document and nothing else', () => {
    const { status, stdout, stderr } = stage0('check', lowerRungs(), '--partial', '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 2, ok: true, divergence: null });
  });

  it.each([
    [['check']],
    [['check', LADDER, '--engines', 'ports']],
    [['check', LADDER, '--engines', 'a,b']],
  ])('refuses %j with status 2', (args) => expect(stage0(...args).status).toBe(2));
});

describe('stage0 explain', () => {
  it('goes down from a byte to the source', () => {
    const { status, stdout, stderr } = stage0('explain', LADDER, 'out/hello-M1@0x60');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^out\/hello-M1@0x60 \(byte 96 of 135, address 0x8048060\): /);
    expect(stdout).toMatch(/\nhello\/hello\.M1 is a file of the tree: line \d+, column \d+\.\n$/);
    expect(stage0('explain', LADDER, '/out/hello-M1@96').stdout).toBe(stdout);
  });

  it('prints one JSON document and nothing else', () => {
    const { status, stdout, stderr } = stage0('explain', LADDER, 'out/hello-M2@700', '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, file: 'out/hello-M2', offset: 700 });
  });

  it('ends when a program of the tree does not', () => {
    const root = otherLayout();
    const answer = fs.readFileSync(path.join(LADDER, 'seed/hex0.hex0'), 'utf8');
    const start = answer.indexOf('58                      # pop eax');
    expect(start).toBeGreaterThan(0);
    fs.writeFileSync(
      path.join(root, 'loop.hex0'),
      `${answer.slice(0, start)}EB FE\n${answer.slice(start)}`,
    );
    fs.writeFileSync(path.join(root, 'build/go.kaem'), '/seed/hex0 /loop.hex0 loop\n./loop\n');
    const words = ['explain', root, 'build/loop@0x54', '--script', 'go.kaem', '--cwd', '/build'];
    const late = stage0(...words, '--time-limit', '1');
    expect([late.status, late.stdout]).toEqual([3, '']);
    expect(late.stderr).toContain('--time-limit');
    const { status, stdout } = stage0(...words, '--instruction-limit', '1000');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^build\/loop@0x54 .*: EB\n/);
    expect(stdout).toContain('The build fails, after it made this:\nstep 2: ./loop\n');
  });

  it.each([
    [['explain', LADDER]],
    [['explain', LADDER, 'out/hello-M1']],
    [['explain', LADDER, 'out/hello-M1@0xzz']],
    [['explain', LADDER, 'a@0', 'b@0']],
  ])('refuses %j with status 2', (args) => expect(stage0(...args).status).toBe(2));

  it.each([
    ['out/none@0', /^out\/none: error: the file does not exist/],
    ['hello/hello.c@0', /^hello\/hello\.c: error: no process of the build made this file/],
    [
      'out/hello-M1@135',
      /^out\/hello-M1: error: offset 135 is outside of the file, which has 135 bytes\n$/,
    ],
  ])('says what is wrong with %s', (place, message) => {
    const { status, stdout, stderr } = stage0('explain', LADDER, place);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
  });
});

describe('stage0 run', () => {
  it('runs a script, shows what it prints, and gives its status', () => {
    const { status, stdout } = stage0('run', 'kaem.x86', '--root', LADDER, '--engine', 'i386');
    expect(status).toBe(0);
    expect(stdout).toContain(' +> ./bin/hex0 seed/hex0.hex0 out/hex0-again \n');
    const failed = stage0('run', 'none', '--root', LADDER);
    expect([failed.status, failed.stderr]).toEqual([1, 'none: error: no such file or directory\n']);
    expect(stage0('run', 'kaem.x86').status).toBe(2);
  });

  it('takes a working directory, a shell and an environment', () => {
    const root = otherLayout();
    const run = (...args: string[]) =>
      stage0('run', 'go.kaem', '--root', root, '--cwd', '/build', '--shell', 'kaem', ...args);
    const given = run('--env', 'PATH=/seed', '--env', 'WHO=you', '--out', path.join(root, 'made'));
    expect([given.status, given.stderr]).toEqual([0, '']);
    expect(fs.readFileSync(path.join(root, 'made/build/you'), 'latin1')).toBe('Hi\n');
    expect(run().status).toBe(1);
    expect(run('--env', 'PATH').status).toBe(2);
    expect(stage0('run', 'go.kaem', '--root', root, '--shell', 'sh').status).toBe(2);
  });

  it('runs a program without a port, once a tool has made it', () => {
    const root = otherLayout();
    const seed = path.join(LADDER, 'seed/hex0.hex0');
    fs.copyFileSync(seed, path.join(root, 'source.hex0'));
    const script = '/seed/hex0 /source.hex0 mine\n./mine /source.hex0 again\n';
    fs.writeFileSync(path.join(root, 'build/go.kaem'), script);
    const args = [root, '--script', 'go.kaem', '--cwd', '/build'];
    const built = stage0('build', ...args, '--json');
    expect([built.status, built.stderr]).toEqual([0, '']);
    const digests = JSON.parse(built.stdout).artifacts.map(({ sha256 }: Digest) => sha256);
    expect(digests).toHaveLength(2);
    expect(digests[0]).toBe(digests[1]);
    const checked = stage0('check', ...args);
    expect(checked.status).toBe(3);
    expect(checked.stdout).toMatch(
      /^This cannot be judged: .*nothing independent was compared\.\n/,
    );
  });
});

interface Digest {
  readonly sha256: string;
}

/** A tree in another layout than upstream's: programs in /seed, work in /build. */
function otherLayout(): string {
  const root = fs.mkdtempSync(path.join(scratch, 'layout-'));
  fs.mkdirSync(path.join(root, 'seed'));
  fs.mkdirSync(path.join(root, 'build'));
  fs.copyFileSync(path.join(LADDER, 'tools/hex0'), path.join(root, 'seed/hex0'));
  fs.chmodSync(path.join(root, 'seed/hex0'), 0o755);
  fs.writeFileSync(path.join(root, 'hi.hex0'), '48 69 0A\n');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the script's, not ours
  fs.writeFileSync(path.join(root, 'build/go.kaem'), 'hex0 ../hi.hex0 ${WHO}\n');
  return root;
}
