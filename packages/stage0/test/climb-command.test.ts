// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 climb` as people type it, on the live-bootstrap in small, in folders of this machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ALL, bashInSmall } from './small-bash.ts';
import {
  archive,
  archivesInSmall,
  type Contents,
  checkoutFiles,
  stage0Files,
} from './small-climb.ts';

const COMMAND = new URL('../bin/stage0.js', import.meta.url).pathname;
const STAGE0 = inject('bundledCommand');
const top = fs.mkdtempSync(path.join(os.tmpdir(), 'climb-'));
afterAll(() => fs.rmSync(top, { recursive: true }), 60_000);

let folder: string;
let count = 0;
beforeEach(() => {
  folder = path.join(top, String(++count));
  const { files, programs } = stage0Files();
  write('lb', checkoutFiles(archivesInSmall()));
  write('lb/seed/stage0-posix', files);
  write('lb/seed/stage0-posix', programs, 0o755);
  write('distfiles', archivesInSmall());
});

function write(where: string, contents: Contents, mode = 0o644): void {
  for (const [name, content] of Object.entries(contents)) {
    const file = path.join(folder, where, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode });
  }
}

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const climb = (...words: string[]): Said => climbWith(STAGE0, words);

function climbWith(command: string, words: readonly string[]): Said {
  const args = [command, 'climb', 'lb', '--distfiles', 'distfiles', ...words];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

const inFolder = (name: string) => path.join(folder, name);
const withoutTimes = (text: string) => text.replace(/, \d+ steps, [\d.]+ s/g, '');

describe('stage0 climb', () => {
  it('climbs as far as there are archives, and says why not further', () => {
    const { status, stdout, stderr } = climbWith(COMMAND, ['--out', 'out']);
    expect(stderr).toBe(
      `note: the climb ends with one-1.0:2: bash-1.tar.gz, for bash-1, is not in distfiles: it has the SHA-256 ${'0'.repeat(64)} and comes from https://example.org/bash-1.tar.gz\n`,
    );
    expect(withoutTimes(stdout)).toBe(
      `stage0-posix: 1 of 1 published digests
seed: 1 of 1 published digests
one-1.0: 1 of 1 published digests
two-2.0: no published digest
one-1.0:2: no published digest
ok: climbed to one-1.0:2, 3 of 3 published digests; the tree's own seeds and all that came from them ran in our machine, on the archives of the sources
`,
    );
    expect(status).toBe(0);
    expect(fs.readFileSync(inFolder('out/usr/share/note'), 'utf8')).toBe('a note\n');
    expect(fs.existsSync(inFolder('out/steps/manifest'))).toBe(false);
  });

  it('saves a world after each package, goes on from it, and compares two', () => {
    expect(climb('--until', 'one-1.0', '--save', 'a').status).toBe(0);
    const rest = climb('--until', 'one-1.0:2', '--resume', 'a', '--save', 'a');
    expect(withoutTimes(rest.stdout)).toContain(
      'one-1.0: 1 of 1 published digests, resumed\ntwo-2.0: no published digest\n',
    );
    expect(rest.stdout).toContain(
      'ran in our machine, on the archives of the sources; what came before and up to one-1.0 is that of the saved world\n',
    );
    expect(climb('--until', 'one-1.0:2', '--save', 'whole').status).toBe(0);
    const entries = (world: string) =>
      fs.readdirSync(inFolder(world)).filter((name) => name.startsWith('entries-'));
    expect(entries('a')).toEqual(entries('whole')); // names contain the digest
    const diverse = climb('--engine', 'diverse', '--until', 'one-1.0:2', '--save', 'd');
    expect([diverse.status, diverse.stderr]).toEqual([0, '']);
    const compared = climb('--until', 'one-1.0:2', '--resume', 'a', '--against', 'd');
    expect(compared.stdout).toMatch(
      /\nok: i386 and diverse climbed to one-1\.0:2 and made the same: \d+ names with equal kind, mode and content; \d+ files are other code by design, of the first compiler\n$/,
    );
    expect(compared.status).toBe(0);
  });

  it('says that the world is not saved while bash builds, once', () => {
    const { archives, checkout } = bashInSmall(ALL);
    const files = checkoutFiles(archivesInSmall());
    checkout(files);
    write('lb', files);
    write('distfiles', archives);
    const { status, stdout, stderr } = climb('--save', 'w');
    expect([status, stderr]).toEqual([
      0,
      'note: w keeps the world before one-1.0:3: bash builds it and what follows, and still runs\n',
    ]);
    expect(stdout).toContain('\nok: climbed to three-3:2, 6 of 6 published digests; ');
    const again = climb('--resume', 'w', '--until', 'three-3');
    expect([again.status, withoutTimes(again.stdout)]).toEqual([
      0,
      expect.stringContaining('bash-1: no published digest, resumed\none-1.0:3: 1 of 1 published'),
    ]);
  });

  it('lists the programs that start', () => {
    const { status, stderr } = climb('--until', 'two-2.0', '--steps');
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^\d+ s, step \d+, \/steps\/two-2\.0: copy two\/note \/usr\/share\/note$/m,
    );
  });

  it('says which program failed, and where a limit ended it', () => {
    write('lb', { 'steps/two-2.0/pass1.kaem': 'set -ex\ncopy nothing /usr/share/note\n' });
    const { status, stdout, stderr } = climb('--save', 'w');
    expect([status, stdout.split('\n').at(-2)]).toEqual([
      1,
      'FAILED: the scripts ended with status 1 after one-1.0',
    ]);
    expect(stderr).toMatch(/step \d+: copy nothing \/usr\/share\/note\n {2}exited with status 1\n/);
    expect(stderr).toContain('cannot open nothing');
    const limited = climb('--resume', 'w', '--files-limit', '1k');
    expect([limited.status, limited.stderr]).toEqual([
      3,
      expect.stringContaining('the files would be larger than the limit of 1024 bytes'),
    ]);
  });

  it.each([
    ['--against', 'x'],
    ['--engine', 'native'],
    ['--engine', 'none'],
    ['--until', 'never-2'],
    ['--until', 'kernel-9'],
    ['--accept-source', 'one-1.0.tar.gz'],
  ])('%s %s is a wrong command line', (...words) => {
    const { status, stdout, stderr } = climb(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^stage0 climb: .*\n {2}stage0 climb --help says more\n$/);
  });
});

describe('archives', () => {
  /** What is printed before anything has run. */
  function refused(...words: string[]): string {
    const { status, stdout, stderr } = climb(...words);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).not.toMatch(/\bat .*\.[jt]s:/);
    return stderr;
  }

  it('that are missing are named with digest and URL', () => {
    fs.rmSync(inFolder('distfiles/two-2.0.tar.gz'));
    const digest = sha256Hex(archivesInSmall()['two-2.0.tar.gz'] as Uint8Array);
    expect(refused('--until', 'one-1.0:2')).toBe(
      `stage0: error: two-2.0.tar.gz, for two-2.0, is not in distfiles: it has the SHA-256 ${digest} and comes from https://example.org/x\n`,
    );
  });

  it('that differ are refused, unless they are accepted', () => {
    const other = archive('two', { note: 'another note\n' });
    write('distfiles', { 'two-2.0.tar.gz': other });
    const said = refused();
    expect(said).toContain(`two-2.0.tar.gz, for two-2.0, has the SHA-256 ${sha256Hex(other)}`);
    const accept = `two-2.0.tar.gz=${sha256Hex(other)}`;
    expect(said).toContain(`--accept-source ${accept} takes it`);
    const { status, stdout } = climb('--accept-source', accept, '--out', 'out');
    expect(status).toBe(0);
    expect(stdout).toContain('; 1 archive is another than the published one, accepted by you:\n');
    expect(stdout).toContain(`\n  two-2.0.tar.gz: ${sha256Hex(other)}, and published is `);
    expect(fs.readFileSync(inFolder('out/usr/share/note'), 'utf8')).toBe('another note\n');
  });

  it('with symbolic links, of which those that stay in the folder are made', () => {
    write('two', { note: 'a note\n' });
    fs.symlinkSync('note', inFolder('two/same'));
    fs.symlinkSync('../../../../elsewhere', inFolder('two/outside'));
    fs.symlinkSync('/etc/passwd', inFolder('two/absolute'));
    const other = inFolder('distfiles/two-2.0.tar.gz');
    execFileSync('tar', ['--format=ustar', '-czf', other, '-C', folder, 'two']);
    const accept = `two-2.0.tar.gz=${sha256Hex(fs.readFileSync(other))}`;
    const words = ['--accept-source', accept, '--until', 'two-2.0', '--out', 'out'];
    const { status, stderr } = climb(...words);
    const unpacked = 'steps/two-2.0/two';
    expect([status, stderr]).toEqual([
      0,
      `note: not in out: symbolic links that could lead out of it: ${unpacked}/absolute and 1 more\n`,
    ]);
    expect(fs.readlinkSync(inFolder(`out/${unpacked}/same`))).toBe('note');
    for (const name of ['outside', 'absolute']) {
      expect(fs.lstatSync(inFolder(`out/${unpacked}/${name}`), { throwIfNoEntry: false })).toBe(
        undefined,
      );
    }
    // What was written before is replaced, and not followed.
    fs.rmSync(inFolder(`out/${unpacked}/note`));
    fs.writeFileSync(inFolder('precious'), 'mine\n');
    fs.symlinkSync(inFolder('precious'), inFolder(`out/${unpacked}/note`));
    expect(climb(...words).status).toBe(0);
    expect(fs.readFileSync(inFolder('precious'), 'utf8')).toBe('mine\n');
    expect(fs.readFileSync(inFolder(`out/${unpacked}/same`), 'utf8')).toBe('a note\n');
  });

  it('that are accepted are all named; two digests for one are refused', () => {
    const others = {
      'one-1.0.tar.gz': gzipSync(gunzipSync(archivesInSmall()['one-1.0.tar.gz'] as Uint8Array), {
        level: 1,
      }),
      'two-2.0.tar.gz': archive('two', { note: 'another note\n' }),
    };
    write('distfiles', others);
    const words = Object.entries(others).map(([name, bytes]) => `${name}=${sha256Hex(bytes)}`);
    const [one, two] = words as [string, string];
    const { status, stdout } = climb('--accept-source', one, '--accept-source', two);
    expect(status).toBe(0);
    expect(stdout).toContain('; 2 archives are others than the published ones, accepted by you:\n');
    expect(
      [...stdout.matchAll(/^ {2}(\S+): (\w{64}), and published is \w{64}$/gm)].map(
        ([, name, digest]) => `${name}=${digest}`,
      ),
    ).toEqual(words);
    const twice = climb('--accept-source', two, '--accept-source', two);
    expect([twice.status, twice.stdout]).toEqual([2, '']);
    expect(twice.stderr).toContain('--accept-source names two-2.0.tar.gz twice');
  });

  it('that are accepted must be the given ones, not the published ones', () => {
    const accept = (digest: string) => ['--accept-source', `two-2.0.tar.gz=${digest}`];
    expect(refused(...accept('a'.repeat(64)))).toContain(`, not ${'a'.repeat(64)}`);
    const published = sha256Hex(archivesInSmall()['two-2.0.tar.gz'] as Uint8Array);
    expect(refused(...accept(published))).toContain('this is the published digest');
    expect(refused('--accept-source', `x.tar=${'a'.repeat(64)}`)).toContain(
      'x.tar cannot be accepted: no package asks for it',
    );
  });

  it.each([
    ['f https://example.org/x HASH ../../seed/after.kaem', 'is not a name of a file', ':1:'],
    ['f https://example.org/.. HASH', 'is not a name of a file', ':1:'],
    ['f https://example.org/x', 'expected a kind, a URL, a SHA-256', ':1:'],
    ['f https://example.org/x 12 y', 'expected a kind, a URL, a SHA-256', ':1:'],
  ])('asked for by %j are refused', (line, message, place) => {
    write('lb', { 'steps/two-2.0/sources': `${line.replace('HASH', 'a'.repeat(64))}\n` });
    const said = refused();
    expect(said).toContain(message);
    expect(said).toContain(`steps/two-2.0/sources${place}`);
  });

  it('are files: a link is followed, but a folder, a device or a missing file is refused', () => {
    const name = inFolder('distfiles/two-2.0.tar.gz');
    fs.renameSync(name, inFolder('kept'));
    fs.symlinkSync('../kept', name);
    expect(climb().status).toBe(0);
    for (const target of ['..', '/dev/zero']) {
      fs.rmSync(name);
      fs.symlinkSync(target, name);
      expect(refused()).toContain('two-2.0.tar.gz: error: an archive is a file, and this is not');
    }
    fs.rmSync(name);
    fs.symlinkSync('nowhere', name);
    expect(refused('--until', 'two-2.0')).toContain('is not in distfiles');
  });

  it('come from a folder', () => {
    fs.rmSync(inFolder('distfiles'), { recursive: true });
    expect(refused()).toContain('distfiles: error: there is no such folder of archives');
  });
});

describe('what is not a checkout', () => {
  it.each([
    ['steps/manifest', 'no steps/manifest'],
    ['seed/seed.kaem', 'no seed/seed.kaem'],
    ['seed/stage0-posix', 'git submodule update --init --recursive gets it'],
  ])('without %s', (name, message) => {
    fs.rmSync(inFolder(`lb/${name}`), { recursive: true });
    const { status, stderr } = climb();
    expect([status, stderr]).toEqual([3, expect.stringContaining(message)]);
  });

  it.each([
    ['build: ../x', 'this is not a name of a package', 8],
    ['compile: x', 'expected one of build:', 1],
    ['build: x ( A = B )', 'expected == or != and a value', 14],
    ['build: x ( A == B', 'expected )', 10],
    ['define: A', 'define takes NAME = VALUE', 9],
    ['build:', 'build: needs an argument', 1],
  ])('with %j in its manifest', (line, message, column) => {
    write('lb', { 'steps/manifest': `# ours\n${line}\n` });
    const { status, stderr } = climb();
    expect(status).toBe(3);
    expect(stderr).toContain(`steps/manifest:2:${column}: error: ${message}`);
    expect(stderr).toMatch(/\^/);
  });

  it('with links that lead nowhere, or in a circle', () => {
    fs.symlinkSync('nowhere', inFolder('lb/steps/link'));
    expect(climb().stderr).toContain('steps/link: error: this link leads to nothing in the tree');
    fs.rmSync(inFolder('lb/steps/link'));
    fs.symlinkSync('.', inFolder('lb/steps/link'));
    expect(climb().stderr).toContain('links in a circle');
  });
});

describe('a saved world', () => {
  const change = (name: string, by: (text: string) => string) => {
    const file = inFolder(name);
    fs.writeFileSync(file, by(fs.readFileSync(file, 'utf8')));
  };
  const entries = () =>
    fs.readdirSync(inFolder('w')).find((name) => name.startsWith('entries-')) as string;
  const refused = () => {
    const { status, stdout, stderr } = climb('--until', 'two-2.0', '--resume', 'w');
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).not.toMatch(/\bat .*\.[jt]s:|TypeError|undefined/);
    return stderr;
  };
  /** The entries fit their digest, so the fault is elsewhere. */
  const plant = (by: (text: string) => string) => {
    const old = entries();
    change(`w/${old}`, by);
    const digest = sha256Hex(fs.readFileSync(inFolder(`w/${old}`)));
    fs.renameSync(inFolder(`w/${old}`), inFolder(`w/entries-${digest}.json`));
    change('w/world.json', (text) => text.replace(/"entries": "\w+"/, `"entries": "${digest}"`));
  };
  /** Made once. Tests change copies of it. */
  let made: string | undefined;
  beforeEach(() => {
    if (made === undefined) {
      expect(climb('--until', 'one-1.0', '--save', 'w').status).toBe(0);
      made = path.join(top, 'made');
      fs.cpSync(inFolder('w'), made, { recursive: true });
    } else fs.cpSync(made, inFolder('w'), { recursive: true });
  }, 60_000);

  it('is not resumed by another engine, checkout or version', () => {
    const other = climb('--until', 'two-2.0', '--resume', 'w', '--engine', 'ports');
    expect([other.status, other.stderr]).toEqual([
      3,
      'stage0: error: this world cannot be resumed: its engine is i386, and this one is ports\n',
    ]);
    write('lb', { 'steps/env': 'PATH=/tools\n' });
    expect(refused()).toContain('it began with another checkout');
    change('w/world.json', (text) => text.replace(/"stage0": "[^"]+"/, '"stage0": "9.9.9"'));
    expect(refused()).toContain('stage0-ts 9.9.9 saved it');
  });

  it('that is damaged is refused, whatever is damaged', () => {
    const keep = (name: string) => fs.readFileSync(inFolder(name), 'utf8');
    const document = keep('w/world.json');
    for (const text of ['', '{}', 'null', '[]', '{"kind":"stage0-ts climb"}']) {
      change('w/world.json', () => text);
      expect(refused()).toContain('this is not a saved world');
    }
    change('w/world.json', () => document);
    change(`w/${entries()}`, (text) => text.replace('/usr/bin/copy', '/usr/bin/cope'));
    expect(refused()).toContain('its entries were changed');
  });

  it('with a content that has another digest is refused', () => {
    const { sha256 } = (
      JSON.parse(fs.readFileSync(inFolder(`w/${entries()}`), 'utf8')) as {
        path: string;
        sha256: string;
      }[]
    ).find((entry) => entry.path === '/usr/bin/copy') as { sha256: string };
    const file = `w/content/${sha256.slice(0, 2)}/${sha256}`;
    change(file, (text) => `${text}x`);
    expect(refused()).toContain('has another content');
    fs.rmSync(inFolder(file));
    expect(refused()).toContain('there is no file');
  });

  it.each([
    ['"/usr/bin/copy"', '"/usr/bin/../../../etc/copy"'],
    ['"/usr/bin/copy"', '"/usr/bin/.."'],
    ['"/usr/bin/copy"', '"copy"'],
    ['"/usr/bin/copy"', '"/usr/bin/mkdir"'],
    ['"sha256":"', '"sha256":"../../../'],
    ['"kind":"file"', '"kind":"device"'],
    [/^.*$/s, '{}'],
    [/^.*$/s, '[null]'],
    [/^.*$/s, '[{"kind":"file","path":3}]'],
    [/^.*$/s, 'nothing'],
  ])('with entries of another form is refused: %s → %s', (from, to) => {
    plant((text) => text.replace(from, to));
    expect(refused()).toContain('this is not a saved world');
  });
});
