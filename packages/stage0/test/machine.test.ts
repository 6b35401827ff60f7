// SPDX-License-Identifier: GPL-3.0-or-later
/** The i386 engine on the ladder: its programs really run. */
import { fileURLToPath } from 'node:url';
import { MemoryHost } from '@stage0-ts/host/memory';
import { build, check, machineEngine, PORTS } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const LADDER = fileURLToPath(new URL('../../../test-vectors/ladder', import.meta.url));
const HELLO = 'Hello, stage0!\n';

describe('the ladder in the machine', () => {
  const files = loadTree(LADDER);
  build(files);

  it.each([
    ['out/hello-hex0', HELLO],
    ['out/hello-hex1', HELLO],
    ['out/hello-hex2', HELLO],
    ['out/hello-M0', HELLO],
    ['out/hello-M1', HELLO],
    ['out/hello-cc', HELLO],
    ['out/hello-M2', HELLO],
    ['out/greet', HELLO + HELLO],
  ])('%s prints its greeting', (path, greeting) => {
    const printed: Uint8Array[] = [];
    const stdout = (bytes: Uint8Array) => printed.push(bytes.slice());
    const host = new MemoryHost({ files, engine: machineEngine().run, stdout });
    expect(host.run(path, [path], [])).toEqual({ kind: 'exited', status: 0 });
    expect(Buffer.concat(printed).toString()).toBe(greeting);
  });

  it('agrees with the ports, and the seed assembles itself', () => {
    const result = check(() => loadTree(LADDER), {
      engines: [PORTS, machineEngine()],
      partial: true, // its launchers mean our ports in both
    });
    expect(result.divergence).toBeUndefined();
    expect(result.ok).toBe(true);
    const digests = result.builds[1].artifacts.filter(({ path }) =>
      /(bin\/hex0|hex0-again)$/.test(path),
    );
    expect(new Set(digests.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(digests.length).toBe(2);
  });

  it('fails as a kernel would on what is no program', () => {
    const other = loadTree(LADDER);
    other.writeFile('/text', new TextEncoder().encode('no program\n'), 0o755);
    const host = new MemoryHost({ files: other, engine: machineEngine().run });
    expect(() => host.run('/text', ['text'], [])).toThrow(
      expect.objectContaining({ code: 'ENOEXEC' }),
    );
  });
});
