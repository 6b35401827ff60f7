// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What npm would publish: two builds from nothing, in folders of other names and at other times,
 * give the same archives, byte for byte; and publint and "are the types wrong" find nothing in
 * them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Folders that are not part of a clean checkout, or that a build does not need. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'coverage', 'test-vectors', 'bench']);
/** Findings about resolution as CommonJS, which is not meant: these packages are ESM. */
const NOT_MEANT = new Set(['node10', 'node16-cjs']);

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

const folders = fs
  .readdirSync(path.join(ROOT, 'packages'))
  .filter((name) => fs.existsSync(path.join(ROOT, 'packages', name, 'package.json')));
const manifestOf = (folder: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
const published = folders.filter((folder) => manifestOf(folder).private !== true);

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-release-'));
/** The repository at one time, copied for both builds. */
const SOURCES = path.join(scratch, 'sources');
fs.cpSync(ROOT, SOURCES, {
  recursive: true,
  filter: (source) => !LEFT_OUT.has(path.basename(source)),
});
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }), 60_000);

/** A clean copy of the repository, built and packed: package → archive. */
function packedIn(name: string): Map<string, Buffer> {
  const root = path.join(scratch, name);
  fs.cpSync(SOURCES, root, { recursive: true });
  linkModules(path.join(root, 'node_modules'));
  run(root, process.execPath, 'node_modules/typescript/bin/tsc', '-b');
  const archives = path.join(root, 'archives');
  fs.mkdirSync(archives);
  const workspaces = published.flatMap((folder) => ['-w', `packages/${folder}`]);
  run(root, 'npm', 'pack', ...workspaces, '--pack-destination', archives);
  const files = fs.readdirSync(archives).map((file) => {
    const archive = fs.readFileSync(path.join(archives, file));
    return [file.replace(/^stage0-ts-(.*)-[\d.]+\.tgz$/, '$1'), archive] as const;
  });
  return new Map(files);
}

/** The tools are shared; our own packages are those of the copy. */
function linkModules(folder: string): void {
  fs.mkdirSync(path.join(folder, '@stage0-ts'), { recursive: true });
  for (const name of fs.readdirSync(path.join(ROOT, 'node_modules'))) {
    if (name === '@stage0-ts' || name.startsWith('.')) continue;
    fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, name));
  }
  for (const name of folders) {
    fs.symlinkSync(`../../packages/${name}`, path.join(folder, '@stage0-ts', name));
  }
}

function run(cwd: string, command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}

const digest = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

describe('the packages that npm would publish', () => {
  let first = new Map<string, Buffer>();
  beforeAll(() => {
    first = packedIn('one');
  }, 240_000);

  it('are all public ones', () => {
    expect([...first.keys()].sort()).toEqual(published.sort());
    expect(published.length).toBeGreaterThanOrEqual(15);
  });

  it('come out the same from a second build', { timeout: 240_000 }, () => {
    const second = packedIn('another-folder');
    for (const [name, archive] of first) {
      expect([name, digest(second.get(name))]).toEqual([name, digest(archive)]);
    }
  });

  it.each(published)('%s: publint finds nothing', async (folder) => {
    const archive = first.get(folder) as Buffer;
    const tarball = archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.length);
    const { messages, pkg } = await publint({
      pack: { tarball: tarball as ArrayBuffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it.each(published)('%s: the types are right', async (folder) => {
    const result = await checkPackage(createPackageFromTarballData(first.get(folder) as Buffer));
    const problems = result.types === false ? ['no types'] : result.problems;
    const meant = problems.filter(
      (problem) =>
        typeof problem === 'string' ||
        !('resolutionKind' in problem && NOT_MEANT.has(problem.resolutionKind)),
    );
    expect(meant).toEqual([]);
  });

  it('have commands that start where nothing else is installed', () => {
    const modules = path.join(scratch, 'installed/node_modules/@stage0-ts');
    for (const [name, archive] of first) {
      const folder = path.join(modules, name);
      fs.mkdirSync(folder, { recursive: true });
      const words = ['-xz', '--strip-components=1', '-C', folder];
      expect(spawnSync('tar', words, { input: archive }).status).toBe(0);
    }
    const commands = published.flatMap((folder) => {
      const manifest = fs.readFileSync(path.join(modules, folder, 'package.json'), 'utf8');
      const { bin = {} } = JSON.parse(manifest) as { bin?: Record<string, string> };
      return Object.values(bin).map((file) => path.join(modules, folder, file));
    });
    expect(commands.length).toBeGreaterThanOrEqual(14);
    const empty = fs.mkdtempSync(path.join(scratch, 'empty-'));
    for (const command of commands) {
      // Without operands, each command ends with its own message or has nothing to do.
      const { stderr } = spawnSync(command, [], { cwd: empty, encoding: 'utf8', input: '' });
      expect([command, stderr]).not.toEqual([
        command,
        expect.stringMatching(/not built|at .*:\d+/),
      ]);
    }
    const words = ['hex0', '--version'];
    const [hex0, version] = words.map((word) => {
      const file = path.join(modules, 'stage0/bin/stage0.js');
      return spawnSync(file, [word], { cwd: empty, encoding: 'utf8' });
    });
    expect(hex0?.status).toBe(1);
    expect(version?.stdout).toMatch(/^stage0 \d/);
  });
});
