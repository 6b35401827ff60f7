// SPDX-License-Identifier: GPL-3.0-or-later
/** The i386 engine on the ladder: its programs really run. */

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { build, check, machineEngine, PORTS, portsAndMachine, runScript } from '@stage0-ts/stage0';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { guest, leave, open, RESULT, write } from './guests.ts';

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
      partial: true, // its launchers start our ports in both builds
    });
    expect(result.divergence).toBeUndefined();
    expect(result.ok).toBe(true);
    const digests = result.builds[1].artifacts.filter(({ path }) =>
      /(bin\/hex0|hex0-again)$/.test(path),
    );
    expect(new Set(digests.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(digests.length).toBe(2);
  });

  it('has what a program wrote when it ends, although its parent has the file open too', () => {
    const other = new MemoryFiles();
    other.writeFile('/outer', guest(open('shared'), [11, 'inner', 0, 0]), 0o755);
    other.writeFile('/inner', guest(...leave('shared', 'written')), 0o755);
    other.writeFile('/go.kaem', new TextEncoder().encode('./outer\n'), 0o644);
    const { processes } = runScript(other, {
      script: 'go.kaem',
      engine: machineEngine(),
      record: true,
    });
    const left = processes.map(({ path, outputs }) => [path, outputs.get('/shared')]);
    const file = expect.objectContaining({ bytes: new TextEncoder().encode('written') });
    expect(left).toEqual([
      ['/outer', file],
      ['/inner', file],
    ]);
  });

  it('fails as a kernel would on a file that is not a program', () => {
    const other = loadTree(LADDER);
    other.writeFile('/text', new TextEncoder().encode('no program\n'), 0o755);
    const host = new MemoryHost({ files: other, engine: machineEngine().run });
    expect(() => host.run('/text', ['text'], [])).toThrow(
      expect.objectContaining({ code: 'ENOEXEC' }),
    );
  });

  it('runs what a program in the machine has made, though a port has its name', () => {
    const other = new MemoryFiles();
    other.createDirectories('/bin');
    const program = decodeUtf8(guest(...leave('/made', 'by the later mkdir')));
    other.writeFile('/maker', guest(open('/bin/mkdir', 0o755), write(RESULT, program)), 0o755);
    for (const tool of ['cp', 'chmod']) other.writeFile(`/bin/${tool}`, new Uint8Array(), 0o755);
    const copy = '/bin/cp /bin/mkdir /bin/rm\n/bin/chmod 0755 /bin/rm\n/bin/rm\n';
    other.writeFile('/go.kaem', encodeUtf8(`/maker\n/bin/mkdir\n${copy}`), 0o644);
    const { status, processes } = runScript(other, {
      script: 'go.kaem',
      engine: portsAndMachine(),
    });
    const ran = processes.map(({ path, nature }) => [path, nature]);
    expect(ran).toEqual([
      ['/maker', 'machine'],
      ['/bin/mkdir', 'machine'],
      ['/bin/cp', 'port'],
      ['/bin/chmod', 'port'],
      ['/bin/rm', 'machine'],
    ]);
    expect(status).toBe(0);
    expect(other.get('/made')).toMatchObject({ bytes: encodeUtf8('by the later mkdir') });
  });
});
