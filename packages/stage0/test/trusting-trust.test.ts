// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Thompson's attack, planted and caught: line P8 of the threat model. On the tree of the tutorial's
 * chapter 9, whose compiler is our own and compiles itself; and on the release that STAGE0_POSIX
 * names, in the machine and on this computer's kernel.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeLatin1, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { compile } from '@stage0-ts/cc-x86';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import {
  build,
  check,
  copyTree,
  foreignFiles,
  machineEngine,
  portsAndMachine,
} from '@stage0-ts/stage0';
import { LADDER, releaseFor, runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import { badCompiler, plantIn, trapWithItself } from '../../../docs/tutorial/attack/plant.js';
import { loadTree, saveFiles } from '../src/node/load-tree.ts';
import {
  attackFile,
  bytesOf,
  CACHED,
  honestTree,
  MADE,
  trappedCompiler,
  withCompiler,
} from './attack-tree.ts';
import { exit, guest } from './guests.ts';
import { said } from './small-tree.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-trust-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

const honest = honestTree();
const bad = trappedCompiler(honest);
const ENGINES = () => ({ engines: [portsAndMachine(), machineEngine()] as const });

/** What a build by the tree's own programs makes and prints. */
function builtByMachine(tree: MemoryFiles) {
  const files = copyTree(tree);
  const printed: string[] = [];
  const stdout = (bytes: Uint8Array) => printed.push(decodeUtf8(bytes));
  const { status } = build(files, { engine: machineEngine(), stdout });
  return { files, status, printed: printed.join('') };
}

/** Run the chapter's compiler once, in the machine. */
function compileInMachine(compiler: Uint8Array, source: Uint8Array) {
  const files = new MemoryFiles();
  files.writeFile('/cc', compiler, 0o755);
  files.writeFile('/in.c', source, 0o644);
  const errors: string[] = [];
  const engine = machineEngine();
  const host = new MemoryHost({
    files,
    engine: (image, argv, child) => engine.run(image, argv, child),
    stderr: (bytes) => errors.push(decodeUtf8(bytes)),
  });
  const end = host.run('/cc', ['cc', 'in.c', 'out.M1'], []);
  const made = files.find('/out.M1');
  return { end, errors: errors.join(''), code: made?.kind === 'file' ? made.bytes : undefined };
}

const IO = fs.readFileSync(path.join(LADDER, 'src/io.c'), 'utf8');
const honestCompiler = bytesOf(honest.built, MADE);

describe('the compiler of the chapter', () => {
  const sources = fs.readdirSync(path.join(LADDER, 'src')).filter((name) => name.endsWith('.c'));
  /** Without ungz.c, which has a structure, and io.c, which is a part of the others. */
  const known = sources.filter((name) => name !== 'ungz.c' && name !== 'io.c');

  it.each([...known, 'itself'])('makes the same as our port of cc_x86 from %s', (name) => {
    const text =
      name === 'itself'
        ? decodeLatin1(attackFile('cc_x86.c'))
        : fs.readFileSync(path.join(LADDER, 'src', name), 'utf8');
    const source = encodeUtf8(IO + text);
    const { end, errors, code } = compileInMachine(honestCompiler, source);
    expect([end, errors]).toEqual([{ kind: 'exited', status: 0 }, '']);
    expect(decodeLatin1(code as Uint8Array)).toBe(decodeLatin1(compile(source)));
  });

  it.each([
    [
      'break and nested blocks',
      'int f(int a)\n{\nwhile(a)\n{\nint b;\nwhile(1) break;\nif(a) break;\n}\nreturn a;\n}\n',
    ],
    ['a block that ends in a return', 'int f()\n{\nint a;\n{\nint b;\nreturn 1;\n}\n}\n'],
    [
      'names that hide others',
      'int a;\nint f(int a)\n{\nint a;\n{\nchar* a;\na[0] = 1;\n}\na = 2;\nreturn a;\n}\n',
    ],
    [
      'all operators',
      'int f(int a)\n{\nreturn (a + 1 - 2 * 3 / 4 % 5 << 6 >> 7) < -8 <= !9 & ~a | 1 ^ 2 && 3 || 4;\n}\n',
    ],
    [
      'strings that M1 reads back, and others',
      'char* f(char* a)\n{\na = ":a";\na = "x :a";\na = "S:";\na = "\\"\\\\\\n\\t\'";\nreturn a;\n}\n',
    ],
    [
      'bytes and words',
      'int f(char* a, char** b, int* c)\n{\na[1] = b[2][3];\nc[4] = a[c[5]];\nb[6] = a;\nreturn a[0] = 1;\n}\n',
    ],
    ['a last line without its end', 'int main(int a, char** b) { int c = a; return c; }'],
  ])('makes the same of %s', (_, text) => {
    const { end, code } = compileInMachine(honestCompiler, encodeUtf8(text));
    expect(end).toEqual({ kind: 'exited', status: 0 });
    expect(decodeLatin1(code as Uint8Array)).toBe(decodeLatin1(compile(encodeUtf8(text))));
  });

  it.each([
    ['struct a\n{\nint b;\n};\n', 'cc_x86: line 1: a type is expected, and not struct\n'],
    ['int f()\n{\nfor(;;) return 1;\n}\n', 'cc_x86: line 3: nobody has declared for\n'],
    ['int f()\n{\nreturn g;\n}\n', 'cc_x86: line 3: nobody has declared g\n'],
    ['int f()\n{\nreturn 1\n}\n', '; is expected, and not }'],
    ['int f()\n{\n/* for ever', 'cc_x86: line 3: a comment that never ends\n'],
    ['char* f()\n{\nreturn "for ever', 'cc_x86: line 3: a literal that never ends\n'],
    ['char* f()\n{\nreturn "\\q";\n}\n', 'an escape that is not known'],
    [`char* f()\n{\nreturn "${'x'.repeat(253)}";\n}\n`, 'a string that is too long'],
    ['int f()\n{\nbreak;\n}\n', 'cc_x86: line 3: this is not in a loop: break\n'],
    ['int f()\n{\n', ' is expected'],
  ])('says what is wrong with %j, and makes nothing', (text, message) => {
    const { end, errors, code } = compileInMachine(honestCompiler, encodeUtf8(text));
    expect(end).toEqual({ kind: 'exited', status: 1 });
    expect(errors).toContain(message);
    expect(code).toBeUndefined();
  });
});

describe('P8 Thompson’s attack on a small tree', () => {
  it('agrees while the compiler that came with it is honest, all in machine code', () => {
    const result = check(() => copyTree(honest.tree), ENGINES());
    expect(result.verdict).toMatchObject({ kind: 'agree', reasons: [] });
    expect(result.coverage).toMatchObject({ processes: 21, compared: 21, uncompared: [] });
    expect(result.trusted.map(({ path: file, standing }) => [file, standing])).toContainEqual([
      CACHED.slice(1),
      'made-from-source',
    ]);
  });

  it('says OK to everything that the bad compiler makes, which makes itself again', () => {
    const { files, status, printed } = builtByMachine(withCompiler(honest.tree, bad));
    expect(status).toBe(0);
    expect(printed.match(/: OK$/gm)?.length).toBe(8);
    expect(printed).not.toContain('FAILED');
    expect(bytesOf(files, MADE)).toEqual(bad);
    expect(bytesOf(files, '/bin/sha256sum')).not.toEqual(bytesOf(honest.built, '/bin/sha256sum'));
    // The sources are clean: none has changed, and none mentions what the trap does.
    for (const [name, node] of honest.tree.entries()) {
      if (node.kind !== 'file' || !name.startsWith('/src/')) continue;
      expect(bytesOf(files, name)).toEqual(node.bytes);
      expect(decodeLatin1(node.bytes)).not.toMatch(/trap|spelled|recall/);
    }
  });

  it('is named by the check: the process, the file and the binary', () => {
    const result = check(() => withCompiler(honest.tree, bad), ENGINES());
    expect(result.verdict).toMatchObject({ kind: 'differ', exitStatus: 1 });
    expect(said(result)).toMatch(/step 10, \.\/cached\/cc_x86 .*: out\/cc_x86\.M1 differs/);
    expect(said(result)).toMatch(/cached\/cc_x86 is not what its source says/);
  });

  it('makes the same as the honest one from all other programs', () => {
    for (const name of ['M1.c', 'hex2.c', 'untar.c']) {
      const source = encodeUtf8(IO + fs.readFileSync(path.join(LADDER, 'src', name), 'utf8'));
      expect(compileInMachine(bad, source).code).toEqual(compile(source));
    }
  });
});

describe('the program that plants the trap in a release', () => {
  const program = fileURLToPath(new URL('../../../docs/tutorial/attack/plant.js', import.meta.url));
  const plant = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

  it('prints its usage, refuses what is not a suitable tree, and then makes nothing', () => {
    expect(plant()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: ') });
    const out = path.join(scratch, 'nothing');
    const { status, stderr } = plant(LADDER, out);
    expect([status, stderr]).toEqual([
      1,
      'plant: error: this is not a stage0-posix tree: it has no /M2-Planet/cc_reader.c\n',
    ]);
    expect(plant(path.join(scratch, 'none'), out).status).toBe(1);
    expect(fs.existsSync(out)).toBe(false);
  });
});

const TREE = releaseFor('Thompson’s attack on the release');
const release = TREE === undefined ? undefined : loadTree(TREE);
const compiler = release && badCompiler(release);
const tampered = release && plantIn(release, compiler as Uint8Array);
const M2_PLANET = '/x86/bin/M2-Planet';

describe.skipIf(release === undefined)('P8 Thompson’s attack on the release', () => {
  it('has a trap that contains itself, and one place in its text for it', () => {
    const trap = decodeLatin1(attackFile('trap-m2-planet.c'));
    expect(trap.match(/@(?! )/g)?.length).toBe(1);
    expect(trapWithItself().length).toBeGreaterThan(2 * trap.length);
  });

  it('changes no source, and says OK 19 times', { timeout: 600_000 }, () => {
    const { files, status, printed } = builtByMachine(tampered as MemoryFiles);
    expect(status).toBe(0);
    expect(printed.match(/: OK$/gm)?.length).toBe(19);
    expect(printed).not.toContain('FAILED');
    expect(bytesOf(files, M2_PLANET)).toEqual(compiler);
    const changed = [...(release as MemoryFiles).entries()].filter(
      ([name, node]) => node.kind === 'file' && !sameBytes(node.bytes, bytesOf(files, name)),
    );
    expect(changed.map(([name]) => name).sort()).toEqual([
      '/x86/mescc-tools-full-kaem.kaem',
      '/x86/mescc-tools-mini-kaem.kaem',
    ]);
    // A comparison with an honest build finds the first file that the bad compiler has changed.
    const { verdict, against } = check(() => copyTree(release as MemoryFiles), {
      ...ENGINES(),
      against: foreignFiles(files),
    });
    expect(verdict.kind).toBe('differ');
    expect(against?.first).toMatchObject({ file: 'x86/artifact/M2-1.M1', wrongInputs: [] });
    expect(against?.differing).toContain('x86/bin/sha256sum');
  });

  it('is named by the check of the tree: the process and the binary', { timeout: 600_000 }, () => {
    const result = check(() => copyTree(tampered as MemoryFiles), ENGINES());
    expect(result.verdict).toMatchObject({ kind: 'differ', exitStatus: 1 });
    expect(said(result)).toMatch(/step 62, \.\.\/cached\/M2 .*: x86\/artifact\/M2-1\.M1 differs/);
    expect(said(result)).toMatch(/cached\/M2 is not what its source says/);
  });
});

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** True where the kernel runs i386 programs. */
const isNative = (() => {
  const program = path.join(scratch, 'probe');
  fs.writeFileSync(program, guest(exit(7)), { mode: 0o755 });
  return spawnSync(program).status === 7;
})();
runsIf(isNative, 'Thompson’s attack on the release, natively', 'This kernel runs no i386 programs');

describe.skipIf(release === undefined || !isNative)('P8 natively', () => {
  it('upstream’s whole chain says OK 19 times, and is wrong', { timeout: 1_800_000 }, async () => {
    const files = tampered as MemoryFiles;
    const folder = path.join(scratch, 'bad');
    const paths = Array.from(files.entries(), ([name]) => name.slice(1));
    saveFiles(files, paths, folder, []);
    const { status, stdout } = await running(folder);
    expect(status).toBe(0);
    expect(stdout.match(/: OK$/gm)?.length).toBe(19);
    expect(stdout).not.toContain('FAILED');
    // This computer's sha256sum sees what the chain's own one does not see.
    const honestly = spawnSync('sha256sum', ['-c', 'x86.answers'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      encoding: 'utf8',
    });
    expect(honestly.status).toBe(1);
    expect(honestly.stdout.match(/^.*: FAILED$/gm)?.sort()).toEqual([
      'x86/bin/M2-Planet: FAILED',
      'x86/bin/sha256sum: FAILED',
    ]);
    expect(honestly.stdout.match(/: OK$/gm)?.length).toBe(17);
    const { verdict } = check(() => copyTree(release as MemoryFiles), {
      ...ENGINES(),
      against: foreignFiles(loadTree(folder)),
    });
    expect(verdict.kind).toBe('differ');
  });
});

/** Upstream's bootstrap, started in upstream's way. */
function running(folder: string): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const seed = './bootstrap-seeds/POSIX/x86/kaem-optional-seed';
    const child = spawn(seed, ['kaem.x86'], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const printed: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout: Buffer.concat(printed).toString() }));
  });
}
