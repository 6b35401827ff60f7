// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What npm would publish: what `npm run build` has made here, packed as
 * .github/workflows/release.yml packs it, in copies of the repository. It is packed in an order in
 * which it can be published, and in a folder of another name, at another time, into the same
 * archives, byte for byte; publint and "are the types wrong" find nothing in them. clone.test.ts
 * shows that a build from nothing makes the same files, too.
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
/** Of no use to `npm pack`. */
const LEFT_OUT = new Set(['node_modules', '.git', 'coverage', 'test-vectors', 'bench']);
/** Findings about resolution as CommonJS, which is not meant: these packages are ESM. */
const NOT_MEANT = new Set(['node10', 'node16-cjs']);

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const folders = fs
  .readdirSync(path.join(ROOT, 'packages'))
  .filter((name) => fs.existsSync(path.join(ROOT, 'packages', name, 'package.json')));
const manifestOf = (folder: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));
const published = folders.filter((folder) => manifestOf(folder).private !== true);

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-release-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }), 60_000);
/** The repository at one moment, for both. */
const SOURCES = path.join(scratch, 'sources');

interface Packed {
  /** Package → archive. */
  readonly archives: ReadonlyMap<string, Buffer>;
  /** The lines that say in which order to publish. */
  readonly lines: readonly string[];
}

/**
 * Packed in a copy of the repository that is called `name`: packing puts files into the folders of
 * the packages for a moment.
 */
function packedIn(name: string): Packed {
  const root = path.join(scratch, name);
  fs.cpSync(SOURCES, root, { recursive: true });
  const folder = path.join(root, 'archives');
  const words = ['scripts/release.js', 'pack', folder];
  const options = { cwd: root, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options);
  expect([status, stderr]).toEqual([0, '']);
  const archives = fs.readdirSync(folder).map((file) => {
    return [packageIn(file), fs.readFileSync(path.join(folder, file))] as const;
  });
  return { archives: new Map(archives), lines: stdout.trimEnd().split('\n') };
}

const packageIn = (archive: string) => archive.replace(/^stage0-ts-(.*)-[\d.]+\.tgz$/, '$1');

const digest = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

describe('the packages that npm would publish', () => {
  let first: ReadonlyMap<string, Buffer>;
  let lines: readonly string[];
  beforeAll(() => {
    const filter = (source: string) => !LEFT_OUT.has(path.basename(source));
    fs.cpSync(ROOT, SOURCES, { recursive: true, filter });
    ({ archives: first, lines } = packedIn('one'));
  }, 240_000);

  it('are all public ones', () => {
    expect([...first.keys()].sort()).toEqual(published.sort());
    expect(published.length).toBeGreaterThanOrEqual(15);
  });

  it('come in an order in which they can be published', () => {
    const seen = new Set<string>();
    for (const line of lines) {
      const [sha256, archive = ''] = line.split('  ');
      const name = packageIn(archive);
      expect(digest(first.get(name))).toBe(sha256);
      const needed = Object.keys(manifestOf(name).dependencies ?? {})
        .filter((one) => one.startsWith('@stage0-ts/'))
        .map((one) => one.replace('@stage0-ts/', ''));
      for (const one of needed)
        expect([name, [...seen]]).toEqual([name, expect.arrayContaining([one])]);
      seen.add(name);
    }
    expect([...seen].sort()).toEqual([...published].sort());
  });

  it('come out the same in another folder, at another time', { timeout: 240_000 }, () => {
    const { archives } = packedIn('another-folder');
    for (const [name, archive] of first) {
      expect([name, digest(archives.get(name))]).toEqual([name, digest(archive)]);
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
