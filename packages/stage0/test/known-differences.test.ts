// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where our port and the program of a tree differ by design, and not because somebody lies: it is
 * named, and never ok.
 */
import { gzipSync } from 'node:zlib';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { describe, expect, it } from 'vitest';
import { exit, guest, leave, rawGuest } from './guests.ts';
import { hex0, judged, SEED, said, type World } from './small-tree.ts';

describe("a port that does more than the tree's program", () => {
  const archive = Uint8Array.of(
    ...globalHeader('52 comment=0123456789012345678901234567890123456789\n'),
  );

  it.each<[string, (world: World) => void]>([
    [
      'refuses what our port reads',
      (world) => {
        world.text('/data.gz', gzipSync('text', { level: 0 }));
        world.source('ungz', guest(exit(1)));
        world.append(
          './x86/artifact/hex0 x86/ungz.hex0 x86/bin/ungz\n./x86/bin/ungz --file data.gz --output out',
        );
      },
    ],
    [
      'leaves a header as a file',
      (world) => {
        world.text('/data.tar', archive);
        world.source('untar', guest(...leave('pax_global_header', 'comment')));
        world.append(
          './x86/artifact/hex0 x86/untar.hex0 x86/bin/untar\n./x86/bin/untar --file data.tar',
        );
      },
    ],
  ])('is a known difference where that %s, and not a divergence', (_, plant) => {
    const result = judged(plant);
    expect(said(result)).toMatch(/a known difference, more-of-the-formats in packages/);
    expect(result.verdict).toMatchObject({ kind: 'cannot', exitStatus: 3 });
  });

  it('and neither is a program for another machine', () => {
    const plant = (world: World) =>
      world.source(
        'rm',
        Uint8Array.of(...guest()).map((byte, at) => (at === 18 ? 62 : byte)),
      );
    const result = judged(plant);
    expect(said(result)).toMatch(/step 5, .*this is not a program for i386 Linux/);
    expect(result.verdict.kind).toBe('cannot');
  });

  it('does not hide a seed that differs from its source', () => {
    const plant = (world: World) => {
      world.program(SEED, Uint8Array.of(...hex0, 0));
      world.source('rm', rawGuest(0x0f, 0x0b)); // ud2
    };
    const result = judged(plant);
    expect(result.verdict.reasons.map(({ kind }) => kind)).toEqual(['differ', 'cannot']);
    expect(said(result)).toMatch(/hex0-seed is not what its source says/);
  });

  it('and a port that fails is not a divergence either', () => {
    const plant = (world: World) => {
      world.text('/bad.M1', 'nothing that M0 knows "');
      world.source('M0', guest(...leave('out.hex2', '')));
      world.append('./x86/artifact/hex0 x86/M0.hex0 x86/bin/M0\n./x86/bin/M0 bad.M1 out.hex2');
    };
    const result = judged(plant);
    expect(said(result)).toMatch(/step 8, .*our port of M0 failed where the other build went on/);
    expect(result.verdict).toMatchObject({ kind: 'cannot', exitStatus: 3 });
  });
});

/** A tar archive with only a global pax header, as `git archive` writes it. */
function globalHeader(text: string): number[] {
  const block = new Uint8Array(512);
  const put = (at: number, field: string) => block.set(encodeUtf8(field), at);
  put(0, 'pax_global_header');
  put(100, '0000666\0');
  put(124, `${text.length.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, 'g');
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  const data = new Uint8Array(512);
  data.set(encodeUtf8(text));
  return [...block, ...data, ...new Uint8Array(1024)];
}
