// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0.js`, one file for any JavaScript engine: it is reproducible, names nothing of Node that
 * it imports, and says the same in every engine that is here. Engines are looked for on the PATH
 * and in engines/node_modules.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LADDER, releaseFor, runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-anywhere-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
const SINGLE = path.join(scratch, 'stage0.js');
const TREE = path.join(scratch, 'ladder.tar');
const SEED = path.join(LADDER, 'bootstrap-seeds/POSIX/x86/hex0-seed');

const PATH = `${path.join(ROOT, 'engines/node_modules/.bin')}:${process.env['PATH']}`;

/** Node, if npm has installed what engines/qjs.js needs. */
const QUICKJS = fs.existsSync(path.join(ROOT, 'engines/node_modules/quickjs-emscripten'))
  ? process.execPath
  : 'quickjs-of-npm';

interface Engine {
  readonly name: string;
  /** Names under which the engine's program may exist. */
  readonly programs: readonly string[];
  /** Words before and after the name of the file. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** The only exit status other than 0 that it has. */
  readonly failure?: number;
  /**
   * True for an interpreter without WebAssembly: in it, our machine would need minutes for the
   * ladder.
   */
  readonly isSlow?: boolean;
}

const ENGINES: readonly Engine[] = [
  { name: 'Node', programs: [process.execPath] },
  { name: 'Deno', programs: ['deno'], before: ['run', '--no-config', '--allow-read'] },
  { name: 'Bun', programs: ['bun'] },
  { name: 'JavaScriptCore', programs: ['jsc'], after: ['--'], failure: 3 },
  { name: 'SpiderMonkey', programs: ['js102', 'js115', 'js128', 'js140'] },
  { name: 'QuickJS', programs: ['qjs'], isSlow: true },
  // Bellard's QuickJS, compiled to WebAssembly: npm has no other.
  {
    name: 'QuickJS',
    programs: [QUICKJS],
    before: [path.join(ROOT, 'engines/qjs.js')],
    isSlow: true,
  },
];

function onPath(program: string): string | undefined {
  if (path.isAbsolute(program)) return program;
  const places = PATH.split(':').map((folder) => path.join(folder, program));
  return places.find((place) => fs.existsSync(place));
}

const found = ENGINES.flatMap((engine) => {
  const program = engine.programs.map(onPath).find((place) => place !== undefined);
  const isThere = runsIf(program !== undefined, `stage0.js in ${engine.name}`, 'It is not here');
  return isThere ? [{ ...engine, program: program as string }] : [];
});

function runIn({ program, before = [], after = [] }: (typeof found)[number], ...words: string[]) {
  const args = [...before, SINGLE, ...after, ...words];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: scratch });
  return { status, stdout, stderr };
}

/** A report without the name of the engine, and without times. */
const plain = (text: string) => text.replace(/stage0\.js in .*/g, '').replace(/\d+\.\d+ s/g, '');

function makeSingle(out: string): string {
  const script = path.join(ROOT, 'scripts/single-file.js');
  const { stdout, stderr } = spawnSync(process.execPath, [script, out], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

beforeAll(() => {
  makeSingle(SINGLE);
  const names = fs.readdirSync(LADDER).sort();
  const made = spawnSync('tar', ['--format=ustar', '-cf', TREE, '-C', LADDER, ...names]);
  expect(made.status).toBe(0);
});

describe('stage0.js', () => {
  it('has the same bytes when it is made again', () => {
    const again = path.join(scratch, 'again.js');
    const printed = makeSingle(again);
    expect(fs.readFileSync(again).equals(fs.readFileSync(SINGLE))).toBe(true);
    expect(printed).toMatch(/^[0-9a-f]{64} {2}again\.js, \d+ bytes\n$/);
  });

  it('imports nothing, and has no path of the computer that made it', () => {
    const text = fs.readFileSync(SINGLE, 'utf8');
    expect(text).not.toMatch(/^\s*import\s|require\(|from ['"]/m);
    expect(text.match(/['"]node:[a-z_]+['"]/g)).toEqual(['"node:fs"']);
    expect(text).not.toContain(ROOT);
  });
});

/** What Node prints about the ladder. */
let inNode: string | undefined;

describe.each(found)('in $name', (engine) => {
  it('says which engine it runs in', () => {
    const { status, stdout } = runIn(engine, 'version');
    expect(stdout).toContain(engine.name);
    expect(status).toBe(0);
  });

  it('builds the ladder with our ports', () => {
    const { status, stdout } = runIn(engine, 'build', TREE);
    expect(stdout).toMatch(/^ok: /m);
    expect(status).toBe(0);
  });

  it.skipIf(engine.isSlow)('checks the ladder as Node does', () => {
    const here = runIn(engine, 'check', TREE, '--partial');
    expect(here.stdout).toContain('The builds agree');
    expect(here.status).toBe(0);
    inNode ??= here.stdout; // Node comes first
    expect(plain(here.stdout)).toBe(plain(inNode));
    if (engine === found[0]) expect(runIn(engine, 'check', TREE).status).toBe(3);
  });

  it.skipIf(engine.isSlow)('builds it with the machine', () => {
    const { status, stdout } = runIn(engine, 'build', TREE, '--engine', 'i386');
    expect(stdout).toMatch(/^ok: /m);
    expect(status).toBe(0);
  });

  it('says what is wrong, without a stack', () => {
    const missing = runIn(engine, 'build', 'no-such-file');
    expect(missing.status).toBe(3);
    const said = missing.stdout + missing.stderr;
    expect(said).toContain('no-such-file: error: cannot be read');
    expect(said).not.toMatch(/^\s+at /m);
    expect(runIn(engine, 'build', SEED).status).toBe(3);
    expect(runIn(engine, 'frobnicate').status).toBe(engine.failure ?? 2);
    expect(runIn(engine, 'build').status).toBe(engine.failure ?? 2);
  });
});

const release = releaseFor('the release in each JavaScript engine');
const archive = release !== undefined && fs.statSync(release).isFile() ? release : undefined;

describe.runIf(archive !== undefined).each(found)('the release in $name', (engine) => {
  it('is built: 19 of 19, 73 files', { timeout: 600_000 }, () => {
    const { status, stdout } = runIn(engine, 'build', archive as string);
    expect(stdout).toContain('ok: 19 of 19 of x86.answers, 73 files made by 133 processes');
    expect(status).toBe(0);
  });
});

/** A Node that runs TypeScript directly: this one, or the one in engines/node_modules. */
const strippers = [process.execPath, path.join(ROOT, 'engines/node_modules/.bin/node')].filter(
  (node) => {
    const stripped = path.join(scratch, 'stripped.ts');
    fs.writeFileSync(stripped, 'const one: number = 1;\nconsole.log(one);\n');
    return fs.existsSync(node) && spawnSync(node, [stripped]).status === 0;
  },
);
const canStrip = runsIf(
  strippers.length > 0,
  'the TypeScript sources without a build',
  'It takes Node 22.18 or later, here or in engines/node_modules',
);

describe.runIf(canStrip)('the sources, which no compiler has seen', () => {
  it('check the ladder', () => {
    const sources = path.join(ROOT, 'packages/stage0/src/bin/stage0.ts');
    const words = ['check', TREE, '--partial', '--quiet'];
    const args = ['--conditions=stage0-source', sources, ...words];
    const { status, stdout } = spawnSync(strippers[0] as string, args, { encoding: 'utf8' });
    expect(stdout).toContain('The builds agree');
    expect(status).toBe(0);
  });
});
