// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What this repository takes from others, and how a release is prepared and signed: nothing
 * unverified, and exactly what was tested. What is packed: release.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-supply-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Record<string, string>;
  readonly sideEffects?: unknown;
  readonly dependencies?: Record<string, string>;
}

const manifests = fs
  .readdirSync(path.join(ROOT, 'packages'))
  .map((folder) => JSON.parse(read(`packages/${folder}/package.json`)) as Manifest);
const published = manifests.filter((manifest) => manifest.private !== true);

describe('what is installed', () => {
  interface Entry {
    readonly link?: boolean;
    readonly integrity?: string;
    readonly resolved?: string;
  }

  it('has no third-party code, except for the library of OpenPGP in attest', () => {
    const foreign = published.flatMap(({ name, dependencies = {} }) =>
      Object.entries(dependencies)
        .filter(([needed]) => !needed.startsWith('@stage0-ts/'))
        .map(([needed, version]) => `${name}: ${needed} ${version}`),
    );
    expect(foreign).toEqual(['@stage0-ts/attest: openpgp 6.3.2']);
  });

  it.each(['package-lock.json', 'bench/package-lock.json', 'engines/package-lock.json'])(
    '%s has a digest of everything',
    (lock) => {
      const { packages } = JSON.parse(read(lock)) as { packages: Record<string, Entry> };
      const foreign = Object.entries(packages).filter(
        ([name, { link }]) => name.includes('node_modules/') && link !== true,
      );
      expect(foreign.length).toBeGreaterThan(0);
      const unverified = foreign.filter(
        ([, { integrity, resolved }]) =>
          !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') ||
          (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
      );
      expect(unverified.map(([name]) => name)).toEqual([]);
    },
  );
});

describe('what a bundler leaves out', () => {
  it.each(published)('$name says which of its files do more than define things', (manifest) => {
    const commands = ['./bin/*.js', './dist/bin/*.js'];
    expect(manifest.sideEffects).toEqual(manifest.bin === undefined ? false : commands);
  });

  /** Size of the bundle of a module that only imports this. */
  async function bundled(source: string): Promise<number> {
    const entry = path.join(scratch, `${createHash('sha1').update(source).digest('hex')}.js`);
    fs.writeFileSync(entry, source);
    const result = await build({
      configFile: false,
      logLevel: 'silent',
      root: ROOT,
      resolve: { alias: { '@stage0-ts': path.join(ROOT, 'node_modules/@stage0-ts') } },
      build: { write: false, lib: { entry, formats: ['es'], fileName: 'out' } },
    });
    const [output] = Array.isArray(result) ? result : [result];
    if (output === undefined || !('output' in output)) throw new Error('no bundle');
    return output.output[0].code.length;
  }

  it('is a compiler that is imported and not used', async () => {
    const from = "'@stage0-ts/m2-planet/dist/index.js'";
    expect(await bundled(`import { compile } from ${from};`)).toBeLessThan(100);
    expect(await bundled(`export { compile } from ${from};`)).toBeGreaterThan(20_000);
  });
});

describe('a release', () => {
  // Done in a copy, because a release changes it.
  const copy = path.join(scratch, 'copy');
  const left = new Set(['node_modules', '.git', 'bench', 'dist', 'site', 'test-vectors']);
  beforeAll(() => {
    const filter = (source: string) => !left.has(path.basename(source));
    fs.cpSync(ROOT, copy, { recursive: true, filter });
  });
  const release = (...words: string[]) =>
    spawnSync(process.execPath, ['scripts/release.js', ...words], { cwd: copy, encoding: 'utf8' });
  const { version } = JSON.parse(read('package.json')) as Manifest;

  it('has the version of its tag', () => {
    expect(release('check', `v${version}`)).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = release('check', 'v999.0.0');
    expect(status).toBe(1);
    for (const { name } of manifests) {
      expect(stderr.split(`: ${name} is ${version}, `).length, name).toBeGreaterThan(2);
    }
    expect(stderr).toContain('CHANGELOG.md: ');
    expect(release('check', version).status).toBe(1);
    expect(release('check', 'v1.0.0; rm -rf').status).toBe(1);
    expect(release('frobnicate').status).toBe(2);
  });

  it('is prepared by one command, which says what is wrong before it writes', () => {
    const files = ['package.json', 'packages/hex0/package.json', 'CHANGELOG.md'];
    const contents = () => files.map((name) => fs.readFileSync(path.join(copy, name), 'utf8'));
    const before = contents();
    const refused: [string, string][] = [
      ['0.0.9', 'does not come after'],
      [version, 'does not come after'],
      ['1.2', 'is not a version'],
    ];
    for (const [word, reason] of refused) {
      const { status, stderr } = release(word);
      expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
    }
    expect(contents()).toEqual(before);

    const next = version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
    fs.writeFileSync(path.join(copy, files[2] as string), '# Changelog\n\n## Unreleased\n\n');
    expect(release(next).stderr).toContain('nothing under "## Unreleased"');
    fs.writeFileSync(path.join(copy, files[2] as string), before[2] as string);
    expect(release(next)).toMatchObject({ status: 0, stderr: '' });
    expect(release('check', `v${next}`)).toMatchObject({ status: 0, stderr: '' });
    const [, , changelog = ''] = contents();
    expect(changelog).toMatch(
      new RegExp(`^## Unreleased\\n\\n## ${next}, \\d{4}-\\d\\d-\\d\\d$`, 'm'),
    );
    // npm finds that the lock file fits the manifests.
    const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--offline'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('in sync')]);
    // If a place is forgotten, it is named.
    const one = path.join(copy, 'packages/hex0/package.json');
    fs.writeFileSync(one, before[1] as string);
    const check = release('check', `v${next}`);
    expect([check.status, check.stderr.split('\n')[0]]).toEqual([
      1,
      `packages/hex0/package.json: @stage0-ts/hex0 is ${version}, the tag is v${next}`,
    ]);
    fs.writeFileSync(one, before[1]?.replaceAll(`"${version}"`, `"${next}"`) as string);
  });

  it('is signed by a job that runs no code of the repository or of third parties', () => {
    const workflow = read('.github/workflows/release.yml');
    const [head = '', pack = '', publish = ''] = workflow.split(/^ {2}(?:pack|publish):\n/m);
    expect(head).toContain('\npermissions: {}\n');
    expect(pack).not.toMatch(/id-token|secrets\./);
    expect(pack.indexOf('npm pkg set')).toBeLessThan(pack.indexOf('.ci/run'));
    expect(publish).toContain('id-token: write');
    expect(publish).not.toMatch(/checkout|npm (ci|install|run|pkg)|\.ci\/|node scripts|contents:/);
    expect(publish.indexOf('sha256sum --check')).toBeLessThan(publish.indexOf('npm publish'));
    for (const [, action] of workflow.matchAll(/uses: (\S+)/g)) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    }
  });
});
