// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The beginning of the real x86 chain, from the two seeds on, in the machine. STAGE0_POSIX names
 * the release's tree or tarball.
 */

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { releaseFor } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../../stage0/src/node/load-tree.ts';
import { contentOf, MODES } from './run.ts';

const root = releaseFor('the chain from the seeds to M0 and cc_x86');

describe('the x86 chain', () => {
  it.runIf(root !== undefined).each(MODES)('seeds to M0 and cc_x86, %s', (mode) => {
    const files = loadTree(root as string);
    const script = decodeUtf8(contentOf(files, '/x86/mescc-tools-mini-kaem.kaem'));
    const lines = script.slice(0, script.indexOf('Phase-5')).split('\n');
    const commands = lines.filter((line) => line.startsWith('./x86'));
    files.writeFile('/short.kaem', encodeUtf8(`${commands.join('\n')}\n`), 0o644);
    const host = new MemoryHost({ files, engine: i386Engine({ mode }) });
    host.run(
      '/bootstrap-seeds/POSIX/x86/hex0-seed',
      ['hex0', 'x86/hex0_x86.hex0', 'x86/artifact/hex0'],
      [],
    );
    const status = host.run(
      '/bootstrap-seeds/POSIX/x86/kaem-optional-seed',
      ['kaem', 'short.kaem'],
      [],
    );
    expect(status).toEqual({ kind: 'exited', status: 0 });
    // A tree in a folder gives Buffers.
    const seed = host.readFile('/bootstrap-seeds/POSIX/x86/hex0-seed');
    expect([...host.readFile('/x86/artifact/hex0')]).toEqual([...seed]);
    const sizes = ['hex1', 'hex2-0', 'catm', 'M0', 'cc_x86'].map(
      (name) => host.readFile(`/x86/artifact/${name}`).length,
    );
    expect(sizes).toMatchInlineSnapshot(`
      [
        689,
        1405,
        183,
        1613,
        14300,
      ]
    `);
  });
});
