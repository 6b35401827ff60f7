// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * test-vectors/upstream.json is what the package, its commands, the recordings and the pages say of
 * the release.
 */
import fs from 'node:fs';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { releaseOf, TOOLS, UPSTREAM, UPSTREAM_NAME } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const read = (name: string) => fs.readFileSync(new URL(name, ROOT), 'utf8');

describe('the release that our ports follow', () => {
  it('is the same in the package as in test-vectors/upstream.json', () => {
    expect(UPSTREAM).toEqual(JSON.parse(read('test-vectors/upstream.json')));
  });

  it('is known by the digests of its archive and of its tree', () => {
    expect(releaseOf(UPSTREAM.archive.sha256)).toBe(UPSTREAM_NAME);
    expect(releaseOf(UPSTREAM.tree)).toBe(UPSTREAM_NAME);
  });

  it.each(Object.entries(UPSTREAM.versions))(
    'has %s %s, as the port prints it',
    (tool, version) => {
      const printed: string[] = [];
      const note = (bytes: Uint8Array) => printed.push(Buffer.from(bytes).toString());
      const host = new MemoryHost({ files: new MemoryFiles(), stdout: note, stderr: note });
      TOOLS[tool]?.([tool, '--version'], host);
      expect(printed.join('')).toContain(version);
    },
  );

  it('has digests of all its files, and native ones of its x86 chain', () => {
    const { release } = UPSTREAM;
    expect(read(`test-vectors/releases/${release}.sha256`)).toBe(
      read(`test-vectors/digests/${UPSTREAM.archive.name.replace('.tar.gz', '')}.x86.sha256`),
    );
  });

  it.each(['README.md', 'docs/audit.md'])('%s names its archive by its digest', (page) => {
    const { name, sha256 } = UPSTREAM.archive;
    expect(read(page)).toContain(`${sha256}  ${name}`);
    const others = [...read(page).matchAll(/stage0-posix-\d[\d.]*\.tar\.gz/g)].map(([one]) => one);
    expect(new Set(others)).toEqual(new Set([name]));
  });
});
