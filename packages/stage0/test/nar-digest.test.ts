// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Digests of Nix archives: those that `nix-hash` gives, and the one by which nixpkgs pins the
 * release.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { checkDocument, nixBase32, sriOf } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { narDigest } from '../src/node/nar-digest.ts';
import { subjectLines } from '../src/report.ts';
import { judged } from './small-tree.ts';

/** A file of each kind, and names whose order is different in UTF-16 and in bytes. */
function tree(): MemoryFiles {
  const files = new MemoryFiles();
  files.createDirectories('/b/empty');
  files.writeFile('/b/run', encodeUtf8('#!/bin/sh\n'), 0o755);
  files.writeFile('/b/for-others', encodeUtf8('12345678'), 0o655);
  files.writeFile('/b-a', encodeUtf8(''), 0o600);
  files.writeFile('/\u{1f600}', encodeUtf8('x'), 0o644);
  files.writeFile('/\uff5e', encodeUtf8('y'), 0o644);
  files.create('/link', { kind: 'link', target: 'b/run' });
  return files;
}

describe('narDigest', () => {
  it.each([
    ['an empty folder', new MemoryFiles(), 'sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo='],
    ['a tree', tree(), 'sha256-9/IbD6W5j8RxWtZ9lnqkGucteiwz+jzXxViRg1t4Igc='],
  ])('of %s is that of nix-hash', (_, files, expected) => {
    expect(sriOf(narDigest(files))).toBe(expected);
  });

  const TREE = process.env['STAGE0_POSIX'];
  it.skipIf(TREE === undefined)(
    'of the release is what nixpkgs pins, without what it leaves out',
    () => {
      const files = loadTree(TREE as string);
      const seeds = files.get('/bootstrap-seeds');
      if (seeds.kind === 'directory') seeds.entries.clear();
      for (const name of ['M2-Mesoplanet', 'M2-Planet', 'mescc-tools', 'mescc-tools-extra']) {
        const folder = files.get(`/${name}`);
        if (folder.kind === 'directory') expect(folder.entries.delete('M2libc')).toBe(true);
      }
      expect(sriOf(narDigest(files))).toBe('sha256-UNoyb2teqH26VM7YoOcazyqZ0AlDae045aWc31ZHFdw=');
    },
  );
});

describe('a report', () => {
  it('has all forms of the digests, and the layout', () => {
    const digest = narDigest(tree());
    const subject = { tree: 'tree', nar: digest, layout: 'kaem.run' };
    const archive = { name: 'a.tar', sha256: digest };
    const part = { ...archive, place: '/x86' };
    const document = checkDocument(
      judged(() => {}),
      { ...subject, archive, parts: [part] },
    );
    const pin = { nixBase32: nixBase32(digest) };
    expect(document).toMatchObject({
      nar: { sri: sriOf(digest), ...pin },
      layout: 'kaem.run',
      archive: { ...archive, ...pin },
      parts: [{ ...part, ...pin }],
    });
    const lines = subjectLines(subject);
    expect(lines).toContain(`nar      ${sriOf(digest)}`);
    expect(lines).toContain('layout   kaem.run');
  });
});
