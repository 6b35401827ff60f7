// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Memory belongs to a run: no package makes a large array when it is imported, and a small input
 * needs little. Each measurement is a process of its own, on the built packages: `npm run build`
 * first.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PACKAGES = new URL('../../', import.meta.url);
/** How much memory tables of constants may use; the largest is the one for checksums. */
const MAX_AT_IMPORT: number = 64 << 10;
/** How much memory a run on a small input may use. */
const MAX_OF_A_RUN: number = 1 << 20;

/** Entry points that cannot be imported: this one is vitest's. */
const UNUSABLE: ReadonlySet<string> = new Set(['@stage0-ts/vectors']);

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The names of the published entry points of all packages. */
function entryPoints(): string[] {
  return fs.readdirSync(PACKAGES).flatMap((folder) => {
    const file = new URL(`${folder}/package.json`, PACKAGES);
    const { name, exports = {} } = JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
    return Object.keys(exports).map((entry) => name + entry.slice(1));
  });
}

/** How many more bytes of array buffers exist after the code of a module has run. */
function arrayBytes(code: string, collect: boolean): number {
  const measured = `
    gc();
    const before = process.memoryUsage().arrayBuffers;
    ${code};
    ${collect ? 'gc(); await new Promise(setImmediate); gc();' : ''}
    console.log(process.memoryUsage().arrayBuffers - before);`;
  const printed = execFileSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', measured],
    { cwd: fileURLToPath(PACKAGES), encoding: 'utf8' },
  );
  return Number(printed);
}

describe('to import it makes no large array', () => {
  const names = entryPoints().filter((name) => !UNUSABLE.has(name));

  it('is asked of every package', () => {
    expect(names.length).toBeGreaterThanOrEqual(18);
  });

  it.each(names)('%s', (name) => {
    expect(arrayBytes(`await import('${name}')`, true)).toBeLessThan(MAX_AT_IMPORT);
  });

  it('and one that did would be seen', () => {
    const module = 'data:text/javascript,export const table = new Uint8Array(100000)';
    const bytes = arrayBytes(`globalThis.kept = await import('${module}')`, true);
    expect(bytes).toBeGreaterThan(MAX_AT_IMPORT);
  });
});

/** A small archive of each kind, in base 64: "Hi" and a line feed. */
const ARCHIVES: Readonly<Record<string, string>> = {
  gunzip: 'H4sIAAAAAAAAA/PI5AIAmjwi1QMAAAA=',
  bunzip2: 'QlpoOTFBWSZTWSZLyTUAAADFAAAQAEAAICAAIZgZhGF3JFOFCQJkvJNQ',
  unxzBytes: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQACSGkKAAAKppPW/WKFdwABGwMLL7kQH7bzfQEAAAAABFla',
};

describe('a small archive takes little memory', () => {
  it.each(Object.entries(ARCHIVES))('%s', (decode, archive) => {
    const code = `
      const { ${decode} } = await import('@stage0-ts/mescc-tools-extra');
      const archive = new Uint8Array(Buffer.from('${archive}', 'base64'));
      const content = ${decode}(archive);
      if (Buffer.from(content).toString() !== 'Hi\\n') throw new Error('wrong content');`;
    expect(arrayBytes(code, false)).toBeLessThan(MAX_OF_A_RUN);
  });
});
