// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Trees that lie: each line of docs/threat-model.md, planted in a small honest tree. The check has
 * to name the file and the process, and none is ok.
 */
import { gzipSync } from 'node:zlib';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { describe, expect, it } from 'vitest';
import { exit, guest, leave, listing, write } from './guests.ts';
import { hex0, judged, SEED, said, type World } from './small-tree.ts';
import { TROJANS } from './trojan-cases.ts';

describe('the honest tree', () => {
  it('agrees, with every process compared and the seed made from source', () => {
    const result = judged(() => {});
    expect(said(result)).toMatch(
      /^The builds agree: .* leave the same 4 files; in 6 of 6 processes/,
    );
    expect(result.verdict).toMatchObject({ kind: 'agree', exitStatus: 0, reasons: [] });
    expect(result.trusted).toMatchObject([
      { path: SEED.slice(1), standing: 'made-from-source', by: 'x86/artifact/hex0' },
    ]);
  });

  it('agrees when the caller trusts what cannot be judged, and says so', () => {
    const plant = (world: World) => {
      world.program('/x86/generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/generate');
    };
    const { verdict, trusted } = judged(plant, { partial: true, trust: ['x86/generate'] });
    expect(verdict).toMatchObject({ kind: 'agree', reasons: [] });
    expect(verdict.notes.join()).toContain('not compared, as accepted: 1 of 7 processes');
    expect(trusted.at(-1)).toMatchObject({ path: 'x86/generate', standing: 'allowed' });
  });

  it('treats an archive of sources as sources', () => {
    const plant = (world: World) => {
      world.text('/source.gz', gzipSync(listing(guest(exit(0)))));
      world.launcher('ungz');
      world.append(
        './tools/ungz --file source.gz --output out.hex0\n./x86/artifact/hex0 out.hex0 x86/bin/extra',
      );
    };
    const { verdict, trusted } = judged(plant, { partial: true });
    expect(verdict.kind).toBe('agree');
    expect(trusted.find(({ path }) => path === 'source.gz')).toMatchObject({ standing: 'data' });
  });
});

describe('a tree that lies', () => {
  it.each(TROJANS)('$name', ({ plant, options, kind, says }) => {
    const result = judged(plant, options);
    expect(said(result)).toMatch(says);
    expect(result.verdict.kind).toBe(kind);
    expect(result.ok).toBe(false);
    expect(result.verdict.exitStatus).toBe(kind === 'cannot' ? 3 : 1);
  });

  it.each([
    ['nothing', ''],
    ['only comments', '# none\n\n'],
    ['a file twice', `${'0'.repeat(64)}  a\n${'1'.repeat(64)}  ./a\n`],
    ['a file outside', `${'0'.repeat(64)}  ../a\n`],
    ['an absolute name', `${'0'.repeat(64)}  /a\n`],
    ['Windows line ends', `${'0'.repeat(64)}  a\r\nx\r\n`],
    ['text', 'all is well\n'],
  ])('T5 answers that hold %s', (_, answers) => {
    expect(() => judged((world) => world.text('/x86.answers', answers))).toThrow(
      expect.objectContaining({ code: 'bad-answers' }),
    );
  });

  it('T5 answers in every form that sha256sum -c reads', () => {
    const plant = (world: World) => {
      const digest = sha256Hex(hex0);
      world.text(
        '/x86.answers',
        `# digests\n${digest.toUpperCase()} *./x86/artifact/hex0\nSHA256 (x86/bin/M1) = ${sha256Hex(guest(write(1, 'M1')))}\n`,
      );
    };
    expect(judged(plant).verdict.kind).toBe('agree');
  });
});
