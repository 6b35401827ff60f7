// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The first five minutes: what the README and the audit guide ask a newcomer to type, typed in a
 * fresh clone, prints what they show.
 *
 * The clone holds what the repository holds, changes that are not committed included, and nothing
 * that a build or `npm ci` has made. npm may not use the network: nothing in these pages may ask a
 * registry for a package. The pages are the expectation: in a `console` block all output must be as
 * shown, with `…` for anything; every line of an `sh` block must succeed.
 *
 * The clone is also a second build of this repository, from nothing, in another folder, at another
 * time: it makes the same files, byte for byte.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UPSTREAM } from '@stage0-ts/stage0';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, commandsOf, outputPattern } from './documents.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = ['README.md', 'docs/audit.md'];
const RELEASE = UPSTREAM.archive.name;
/** What a newcomer types first. The tests look at what it leaves before they go on. */
const INSTALL = 'npm ci';
/** A line that runs this test. */
const TESTS = /\bnpm test\b/;
const TIMEOUT = 600_000;

const release = process.env['STAGE0_POSIX'];
const hasRelease = release?.endsWith('.tar.gz') === true;
runsIf(hasRelease, `commands of ${PAGES.join(' and ')}`, `STAGE0_POSIX names no ${RELEASE}`);

/** What some blocks need and not every machine has. */
const NEEDS = [
  { of: /\bqjs /, present: succeeds('qjs', '-e', '0'), what: 'QuickJS as qjs' },
  {
    of: /--conditions=stage0-source/,
    present: succeeds('node', '-e', 'if (!process.features.typescript) process.exit(1)'),
    what: 'a Node that runs TypeScript',
  },
];
for (const { present, what } of NEEDS) runsIf(present, `commands that need ${what}`, 'Install it');

function succeeds(program: string, ...words: readonly string[]): boolean {
  return spawnSync(program, words).status === 0;
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-clone-'));
const clone = path.join(scratch, 'stage0-ts');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }), TIMEOUT);

beforeAll(() => {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', listed, { cwd: ROOT, encoding: 'utf8' });
  expect(status, 'git ls-files').toBe(0);
  for (const name of stdout.split('\0').filter((one) => fs.existsSync(path.join(ROOT, one)))) {
    if (name !== '') fs.cpSync(path.join(ROOT, name), path.join(clone, name));
  }
  if (hasRelease) fs.copyFileSync(release, path.join(clone, RELEASE));
});

/**
 * The environment of a newcomer's shell: without npm's variables and the node_modules of this test.
 */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|NODE|VITEST|STAGE0_)/i.test(name),
  );
  const folders = (process.env['PATH'] ?? '').split(':');
  const PATH = folders.filter((folder) => !folder.includes('node_modules')).join(':');
  return { ...Object.fromEntries(own), PATH, npm_config_offline: 'true' };
}

function shell(script: string): { readonly status: number | null; readonly output: string } {
  const words = ['-c', `exec 2>&1\n${script}`];
  const options = { cwd: clone, env: environment(), encoding: 'utf8' } as const;
  const { status, stdout } = spawnSync('bash', words, options);
  return { status, output: stdout };
}

/** Command → its package's folder. */
const commands = fs.readdirSync(path.join(ROOT, 'packages')).flatMap((folder) => {
  const manifest = fs.readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8');
  const { bin = {} } = JSON.parse(manifest) as { bin?: Record<string, string> };
  return Object.entries(bin).map(([name, file]) => ({ name, file, folder }));
});

describe('after `npm ci`, before anything is built', () => {
  beforeAll(() => {
    const { status, output } = shell(INSTALL);
    expect(status, output).toBe(0);
  }, TIMEOUT);

  it.each(commands)('$name is linked, and says that it is not built', ({ name }) => {
    const { status, output } = shell(`node_modules/.bin/${name}`);
    expect([status, output]).toEqual([
      1,
      `${name}: not built yet: run \`npm run build\` in the checkout\n`,
    ]);
  });

  it.each(commands)('$name has the launcher that all have', ({ name, file, folder }) => {
    expect(file).toBe(`./bin/${name}.js`);
    const text = fs.readFileSync(path.join(ROOT, 'packages', folder, file), 'utf8');
    const first = fs.readFileSync(path.join(ROOT, 'packages/stage0/bin/stage0.js'), 'utf8');
    expect(text).toBe(first.replaceAll('stage0.js', `${name}.js`).replace("'stage0:", `'${name}:`));
  });
});

describe.each(PAGES)('%s in a fresh clone', (page) => {
  const blocks = blocksOf(path.join(ROOT, page)).filter(({ language }) =>
    ['sh', 'console'].includes(language),
  );

  it('has commands', () => expect(blocks.length).toBeGreaterThan(1));

  // In order, because later blocks depend on earlier ones.
  it.for(blocks)('line $line', { timeout: TIMEOUT }, ({ language, text }, { skip }) => {
    if (text.includes(RELEASE) && !hasRelease) skip('STAGE0_POSIX names no release');
    const missing = NEEDS.find(({ of, present }) => of.test(text) && !present);
    if (missing !== undefined) skip(`there is no ${missing.what.replace(/^a /, '')}`);
    if (language === 'sh') {
      const lines = text.split('\n').filter((line) => !TESTS.test(line));
      const rest = lines.map((line) => line.replace(`${INSTALL} && `, ''));
      const { status, output } = shell(`set -e\n${rest.join('\n')}`);
      expect(status, `${text}\n${output}`).toBe(0);
      return;
    }
    for (const { command, output } of commandsOf(text)) {
      expect(`$ ${command}${shell(command).output}`).toMatch(
        outputPattern(`$ ${command}${output}`),
      );
    }
  });
});

describe('the build in a fresh clone', () => {
  const folders = fs
    .readdirSync(path.join(ROOT, 'packages'))
    .filter((name) => fs.existsSync(path.join(ROOT, 'packages', name, 'tsconfig.json')));
  /** What the compiler made of a package → its digest. The compiler's own notes have times. */
  const builtIn = (root: string, folder: string) => {
    const dist = path.join(root, 'packages', folder, 'dist');
    const names = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' });
    const files = names.filter(
      (name) => !name.startsWith('.tsbuildinfo') && fs.statSync(path.join(dist, name)).isFile(),
    );
    return new Map(
      files.map((name) => {
        const bytes = fs.readFileSync(path.join(dist, name));
        return [name, createHash('sha256').update(bytes).digest('hex')];
      }),
    );
  };
  /** True for a file that is here because its source once was. */
  const isStale = (folder: string, name: string) => {
    const source = name.replace(/(\.js|\.d\.ts)(\.map)?$/, '.ts');
    return !fs.existsSync(path.join(ROOT, 'packages', folder, 'src', source));
  };

  it('makes the files that the build here has made', () => {
    const built = folders.filter((name) =>
      fs.existsSync(path.join(clone, 'packages', name, 'dist')),
    );
    expect(built).toEqual(expect.arrayContaining(commands.map(({ folder }) => folder)));
    for (const folder of built) {
      const here = [...builtIn(ROOT, folder)].filter(([name]) => !isStale(folder, name));
      expect(here.length).toBeGreaterThan(3);
      expect([folder, builtIn(clone, folder)]).toEqual([folder, new Map(here)]);
    }
  });
});
