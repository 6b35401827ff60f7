// SPDX-License-Identifier: GPL-3.0-or-later
/** Builds that were made elsewhere, right and wrong: the lines G1 to G5 of docs/threat-model.md. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { build, type CheckOptions, foreignFiles, portsAndMachine } from '@stage0-ts/stage0';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { loadForeign } from '../src/node/load-foreign.ts';
import { saveFiles } from '../src/node/load-tree.ts';
import { listing, rawGuest } from './guests.ts';
import { judged, SEED, said, World } from './small-tree.ts';

const STAGE0 = inject('bundledCommand');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-against-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** The small tree, built. */
function built(): MemoryFiles {
  const { files } = new World();
  build(files, { engine: portsAndMachine(), script: 'kaem.x86' });
  return files;
}

const compared = (
  change: (files: MemoryFiles) => MemoryFiles | undefined,
  options?: Partial<CheckOptions>,
) => {
  const files = built();
  return judged(() => {}, { against: foreignFiles(change(files) ?? files), ...options });
};

/** Files of `from`, by their new names, in a new tree. */
function chosen(from: MemoryFiles, names: Readonly<Record<string, string>>): MemoryFiles {
  const files = new MemoryFiles();
  for (const [to, name] of Object.entries(names)) {
    const node = from.get(name);
    files.createDirectories(to.slice(0, to.lastIndexOf('/')));
    if (node.kind === 'file') files.writeFile(to, node.bytes, 0o555);
  }
  return files;
}

describe('a build from elsewhere agrees', () => {
  it.each([
    ['as a whole tree', (files: MemoryFiles) => files],
    [
      'without its sources',
      (files: MemoryFiles) => {
        for (const [name] of [...files.files()]) {
          if (!/artifact|bin\//.test(name)) files.remove(name);
        }
        return files;
      },
    ],
  ])('%s', (_, change) => {
    const result = compared(change);
    expect(result.against).toMatchObject({ layout: 'tree', compared: 4, missing: [] });
    expect(said(result)).toContain('4 of them in the folder to compare with are the same');
    expect(result.verdict.kind).toBe('agree');
  });

  it.each(['/bin', '', '/usr/bin'])('as a distribution installs it, in "%s"', (folder) => {
    const names = { [`${folder}/hex0`]: '/x86/artifact/hex0', [`${folder}/M1`]: '/x86/bin/M1' };
    const result = compared((files) => chosen(files, names));
    expect(result.against).toMatchObject({ layout: 'flat', compared: 2, missingPublished: [] });
    expect(result.verdict.kind).toBe('agree');
  });

  it('in part, when that is accepted', () => {
    const change = (files: MemoryFiles) => chosen(files, { '/bin/M1': '/x86/bin/M1' });
    expect(compared(change).verdict).toMatchObject({ kind: 'wrong', exitStatus: 1 });
    expect(said(compared(change))).toContain('they lack published files: x86/artifact/hex0');
    expect(compared(change, { partial: true }).verdict.kind).toBe('agree');
  });
});

describe('a build from elsewhere does not agree', () => {
  const file = (name: string, text: string) => (files: MemoryFiles) => {
    files.createDirectories(name.slice(0, name.lastIndexOf('/')));
    files.writeFile(name, encodeUtf8(text), 0o755);
    return files;
  };
  it.each<[string, (files: MemoryFiles) => MemoryFiles | undefined, 'differ' | 'cannot', RegExp]>([
    ['G1 empty', () => new MemoryFiles(), 'cannot', /no file of the build is in the folder/],
    [
      'G1 another layout',
      () => file('/a/b/M1', 'evil')(new MemoryFiles()),
      'cannot',
      /for example x86\/artifact\/hex0, bin\/hex0 or hex0/,
    ],
    [
      'G1 a flat folder with another file',
      () => file('/bin/M1', 'evil')(new MemoryFiles()),
      'differ',
      /x86\/bin\/M1/,
    ],
    ['a wrong file', file('/x86/bin/M1', 'evil'), 'differ', /their files differ: x86\/bin\/M1/],
    [
      'G3 a link in place of a file',
      (files) => {
        files.remove('/x86/bin/M1');
        files.create('/x86/bin/M1', { kind: 'link', target: 'rm' });
        return files;
      },
      'differ',
      /their files differ: x86\/bin\/M1/,
    ],
    [
      'G3 a folder in place of a file',
      (files) => {
        files.remove('/x86/bin/M1');
        files.createDirectories('/x86/bin/M1');
        return files;
      },
      'differ',
      /their files differ: x86\/bin\/M1/,
    ],
    ['G4 another seed', file(SEED, 'evil'), 'differ', /other sources or seeds: .*hex0-seed/],
    ['G4 another source', file('/x86/M1.hex0', '00'), 'differ', /sources or seeds: x86\/M1\.hex0/],
    [
      'G4 another mode',
      (files) => {
        const node = files.get('/x86/bin/M1');
        if (node.kind === 'file') node.mode = 0o4777;
        return files;
      },
      'differ',
      /they have other modes: x86\/bin\/M1/,
    ],
    ['G5 a file more', file('/x86/artifact/evil', 'x'), 'differ', /x86\/artifact\/evil/],
  ])('%s', (_, change, kind, says) => {
    const result = compared(change);
    expect(said(result)).toMatch(says);
    expect(result.verdict.kind).toBe(kind);
  });
});

describe('what --against names', () => {
  const folder = path.join(scratch, 'theirs');
  const files = built();
  saveFiles(
    files,
    [...files.files()].map(([name]) => name.slice(1)),
    folder,
    [],
  );
  const named = (name: string) => judged(() => {}, { against: loadForeign(name), partial: true });

  it('may be a folder, an archive, or one file', () => {
    expect(named(folder).verdict.kind).toBe('agree');
    const archive = path.join(scratch, 'theirs.tar.gz');
    expect(spawnSync('tar', ['czf', archive, '-C', scratch, 'theirs']).status).toBe(0);
    expect(named(archive).against).toMatchObject({ compared: 4 });
    expect(named(path.join(folder, 'x86/bin/M1')).against).toMatchObject({ compared: 1 });
    expect(named(path.join(folder, 'kaem.x86')).verdict.kind).toBe('cannot');
  });

  it('G3 does not wait for a build that is a pipe, or contains one in place of a file', () => {
    const pipe = path.join(folder, 'x86/bin/M1');
    fs.rmSync(pipe);
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    expect(said(named(folder))).toContain('their files differ: x86/bin/M1');
    expect(() => loadForeign(pipe)).toThrow('expected a folder, an archive or a file');
    expect(() => loadForeign(path.join(scratch, 'none'))).toThrow('no such file or directory');
  });
});

describe('what is written', () => {
  const tree = path.join(scratch, 'tree');
  const { files } = new World();
  saveFiles(
    files,
    [...files.files()].map(([name]) => name.slice(1)),
    tree,
    [],
  );
  for (const name of ['x86/artifact', 'x86/bin']) fs.mkdirSync(path.join(tree, name));
  const archive = path.join(scratch, 'tree.tar.gz');
  spawnSync('tar', ['czf', archive, '-C', scratch, 'tree']);
  const stage0 = (...args: string[]) =>
    spawnSync(process.execPath, [STAGE0, ...args], { encoding: 'utf8' });
  const script = ['--script', 'kaem.x86'];

  it.each([
    ['the archive', archive, archive],
    ['a source', tree, path.join(tree, 'kaem.x86')],
  ])('R2 is not written over %s', (_, from, to) => {
    const before = fs.readFileSync(to);
    const { status, stderr } = stage0('check', from, ...script, '--html', to);
    expect(stderr).toMatch(/which was read: choose another place\n$/);
    expect(status).toBe(3);
    expect(fs.readFileSync(to)).toEqual(before);
    const page = path.join(scratch, 'report.html');
    expect(stage0('check', from, ...script, '--html', page).status).toBe(0);
    expect(fs.readFileSync(page, 'utf8')).toContain('the builds agree');
  });

  it('R3 has no set-user-id bits', () => {
    const out = path.join(scratch, 'out');
    const world = new World();
    world.program('/evil', encodeUtf8('x'));
    const node = world.files.get('/evil');
    if (node.kind === 'file') node.mode = 0o6777;
    saveFiles(world.files, ['evil'], out, []);
    expect(fs.statSync(path.join(out, 'evil')).mode & 0o7777).toBe(0o777);
    fs.writeFileSync(path.join(scratch, 'target'), 'old');
    expect(() => saveFiles(world.files, ['evil'], out, [out])).toThrow('which was read');
  });

  it('P7 says which limit was reached', () => {
    const small = stage0('check', tree, ...script, '--files-limit', '4k');
    expect([small.status, small.stdout]).toEqual([3, '']);
    expect(small.stderr).toMatch(/stopped in step 1: .* limit of 4096 bytes \(--files-limit\)\n$/);
    expect(stage0('check', tree, '--files-limit', 'many').status).toBe(2);
    expect(stage0('check', tree, '--time-limit', '0').status).toBe(2);
  });

  it.each(['translated', 'interpreted'])('P7 ends a program that does not, %s', (mode) => {
    const endless = path.join(scratch, `endless-${mode}`);
    fs.cpSync(tree, endless, { recursive: true });
    fs.writeFileSync(path.join(endless, 'x86/rm.hex0'), listing(rawGuest(0xeb, 0xfe)));
    // The shortest time in which this computer gets as far as the program that does not end.
    for (const seconds of [1, 3, 9]) {
      const args = [...script, '--time-limit', String(seconds)];
      const words = mode === 'interpreted' ? [...args, '--interpret'] : args;
      const { status, stdout, stderr } = stage0('check', endless, ...words);
      expect([status, stdout]).toEqual([3, '']);
      expect(stderr).toContain(`error: stopped after ${seconds} seconds, at `);
      expect(stderr).toContain(': the time is up');
      if (/ at .*i386 5: rm: /.test(stderr)) return;
    }
    throw new Error('the program was not reached');
  });
});
