// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `--out`: what a hostile world has made is written below the folder, and nothing of it elsewhere,
 * even if an earlier run has left its links there.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { saveMade } from '../src/node/load-tree.ts';

const top = fs.mkdtempSync(path.join(os.tmpdir(), 'save-made-'));
afterAll(() => fs.rmSync(top, { recursive: true }));

let out: string;
let count = 0;
beforeEach(() => {
  out = path.join(top, String(++count), 'out');
  fs.mkdirSync(path.dirname(out));
});

/** Write a world of these links and files; returns what was said. */
function save(links: Record<string, string>, contents: Record<string, string> = {}): string {
  const files = new MemoryFiles();
  for (const [name, target] of Object.entries(links)) {
    files.createDirectories(path.posix.dirname(name));
    files.create(name, { kind: 'link', target });
  }
  for (const [name, text] of Object.entries(contents)) {
    files.createDirectories(path.posix.dirname(name));
    files.writeFile(name, Buffer.from(text), 0o644);
  }
  const said: string[] = [];
  const spy = vi.spyOn(NodeHost.prototype, 'writeStderr').mockImplementation((bytes) => {
    said.push(Buffer.from(bytes).toString());
  });
  try {
    const made = { files: Object.keys(contents), links: Object.keys(links) };
    saveMade(files, made, out, []);
  } finally {
    spy.mockRestore();
  }
  return said.join('');
}

const isThere = (name: string) =>
  fs.lstatSync(path.join(out, name), { throwIfNoEntry: false }) !== undefined;

describe('links', () => {
  it.each([
    ['/a', 'b'],
    ['/a', './b//c'],
    ['/d/a', '../b'],
    ['/d/e/a', '../..'],
    ['/d/a', '.'],
  ])('%s to %s is made', (name, target) => {
    expect(save({ [name]: target })).toBe('');
    expect(fs.readlinkSync(path.join(out, name))).toBe(target);
  });

  it.each([
    ['/a', '/etc/passwd'],
    ['/a', '..'],
    ['/a', '../out/b'],
    ['/d/a', '../../b'],
    ['/a', 'b/../c'],
    ['/a', 'b/..'],
    ['/d/a', '../d/../../b'],
  ])('%s to %s is not', (name, target) => {
    expect(save({ [name]: target })).toContain(
      `not in ${out}: symbolic links that could lead out of it: ${name.slice(1)}\n`,
    );
    expect(isThere(name)).toBe(false);
  });

  it('that lead out together are not made, although each by its words stays inside', () => {
    // up is the folder itself, so up/../x is beside it.
    save({ '/d/e/up': '../..', '/escape': 'd/e/up/../precious' });
    expect(isThere('d/e/up')).toBe(true);
    expect(isThere('escape')).toBe(false);
  });

  it('with names that would say something else are shown as what they are', () => {
    const said = save({ '/x\nok: all agree': '/etc' });
    expect(said.match(/\n/g)?.length).toBe(1);
  });
});

describe('links of an earlier run', () => {
  it('are replaced by files, and not followed', () => {
    const precious = path.join(path.dirname(out), 'precious');
    fs.writeFileSync(precious, 'mine');
    fs.mkdirSync(out);
    fs.symlinkSync('../precious', path.join(out, 'file'));
    save({}, { '/file': 'theirs' });
    expect(fs.readFileSync(precious, 'utf8')).toBe('mine');
    expect(fs.readFileSync(path.join(out, 'file'), 'utf8')).toBe('theirs');
  });

  it.each([
    ['files', {}, { '/d/e/file': 'theirs' }],
    ['links', { '/d/e/link': 'file' }, {}],
  ])('do not let %s be written elsewhere', (_, links, contents) => {
    const elsewhere = path.join(path.dirname(out), 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.mkdirSync(out);
    fs.symlinkSync('../elsewhere', path.join(out, 'd'));
    expect(() => save(links, contents)).toThrow('this is a symbolic link');
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });
});
