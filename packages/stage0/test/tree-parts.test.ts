// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree of several archives: each part at its place, found by its folder's name or by
 * `PATH=ARCHIVE`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { treeDigest } from '@stage0-ts/stage0';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOperands, saveFiles } from '../src/node/load-tree.ts';
import { joinParts, placeOf } from '../src/tree-parts.ts';
import { World } from './small-tree.ts';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-parts-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

const COMMAND = fileURLToPath(new URL('../bin/stage0.js', import.meta.url));
const whole = new World().files;
saveFiles(
  whole,
  [...whole.files()].map(([name]) => name.slice(1)),
  path.join(scratch, 'whole'),
  [],
);
for (const folder of ['x86/artifact', 'x86/bin', 'tools', 'tmp']) {
  fs.mkdirSync(path.join(scratch, 'whole', folder), { recursive: true });
}

/**
 * An archive of `from` like GitHub's: without the content of `without`, which is an empty folder.
 */
function archive(name: string, from: string, without: readonly string[] = []): string {
  const folder = path.join(scratch, name);
  fs.cpSync(path.join(scratch, 'whole', from), folder, { recursive: true });
  for (const part of without) {
    fs.rmSync(path.join(folder, part), { recursive: true });
    fs.mkdirSync(path.join(folder, part));
  }
  const file = path.join(scratch, `${name}.tar.gz`);
  execFileSync('tar', ['-czf', file, '-C', scratch, name]);
  return file;
}

const main = archive('stage0-posix-Release_9', '.', ['x86', 'bootstrap-seeds']);
const x86 = archive('stage0-posix-x86-0123abcd', 'x86');
const seeds = archive('bootstrap-seeds-9', 'bootstrap-seeds');
const renamed = archive('another-name', 'x86');
const digest = () => treeDigest(loadOperands([path.join(scratch, 'whole')]).files);

describe('the parts of a tree', () => {
  it.each([
    ['stage0-posix-Release_1.8.1', '/'],
    ['stage0-posix-x86-a15adc7', '/x86'],
    ['stage0-posix-amd64-1', '/AMD64'],
    ['mescc-tools-08d5a06', '/mescc-tools'],
    ['mescc-tools-extra-8f17eb5', '/mescc-tools-extra'],
    ['M2libc', '/M2libc'],
    ['M2libcs', undefined],
    ['', undefined],
  ])('%j has the place %s', (folder, place) => {
    expect(placeOf(folder)).toBe(place);
  });

  it('make the same tree in any order', () => {
    for (const operands of [
      [main, x86, seeds],
      [seeds, x86, main],
      [x86, `.=${main}`, `bootstrap-seeds=${seeds}`],
      [main, seeds, `x86=${renamed}`],
      [main, seeds, `../x86=${renamed}`],
    ]) {
      expect(treeDigest(loadOperands(operands).files)).toBe(digest());
    }
  });

  it('are named with their digests and places', () => {
    const { archive: one, parts, sources } = loadOperands([main, `x86=${renamed}`]);
    const sha256 = createHash('sha256').update(fs.readFileSync(renamed)).digest('hex');
    expect(one).toBeUndefined();
    expect(parts[1]).toEqual({ name: 'another-name.tar.gz', sha256, place: '/x86' });
    expect(sources).toEqual([main, renamed]);
  });

  it.each([
    ['an unknown folder', [main, renamed], /no place .*its folder is another-name/],
    ['one place twice', [main, x86, `x86=${renamed}`], /its place, \/x86, has files already/],
    ['two roots', [main, `.=${renamed}`], /its place, \/, has files already/],
    ['files below a file', [main, `kaem.x86/a=${renamed}`], /not a directory/],
  ])('are refused for %s', (_, operands, message) => {
    expect(() => loadOperands(operands)).toThrow(message);
  });

  it('need no root', () => {
    const part = { name: 'a', place: '/a/b', files: new MemoryFiles() };
    const files = joinParts([part, { ...part, place: '/a/b/c', files: new MemoryFiles() }]);
    expect(files.find('/a/b/c')?.kind).toBe('directory');
  });

  it('are built on the command line, and are in the report', () => {
    const words = [COMMAND, 'build', main, x86, seeds, '--engine', 'i386', '--quiet'];
    const text = execFileSync(process.execPath, words, { encoding: 'utf8' });
    expect(text).toMatch(/\npart {5}[0-9a-f]{64} {2}stage0-posix-x86-0123abcd\.tar\.gz in \/x86\n/);
    expect(text).toContain(`tree     ${digest()}`);
    expect(text).toMatch(/\nok: 2 of 2 of x86\.answers/);
  });
});
