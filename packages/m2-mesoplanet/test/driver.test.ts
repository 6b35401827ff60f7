// SPDX-License-Identifier: GPL-3.0-or-later
/** The driver over programs that do what no real one does: what vectors cannot show. */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { m2Mesoplanet } from '@stage0-ts/m2-mesoplanet';
import { describe, expect, it } from 'vitest';

type Child = (argv: readonly string[], host: Host) => ChildStatus;

const exit = (status: number): ChildStatus => ({ kind: 'exited', status });

/** Run M2-Mesoplanet with `children` in place of the programs in PATH. */
function drive(children: Readonly<Record<string, Child>>, args: readonly string[]) {
  const files = new MemoryFiles();
  files.createDirectories('/bin');
  files.createDirectories('/tmp');
  files.writeFile('/m.c', encodeUtf8('int main;\n'), 0o644);
  for (const name of Object.keys(children))
    files.writeFile(`/bin/${name}`, new Uint8Array(), 0o755);
  const said: Uint8Array[] = [];
  const host = new MemoryHost({
    files,
    environment: ['PATH=/bin', 'OTHER=x', 'PATH=/bin'],
    stderr: (text) => said.push(text.slice()),
    engine: ({ path }, argv, world) => (children[path.slice('/bin/'.length)] as Child)(argv, world),
  });
  const status = m2Mesoplanet(['M2-Mesoplanet', '-A', 'x86', ...args], host);
  const left = (folder: string) => host.list(folder);
  return { status, stderr: decodeUtf8(Buffer.concat(said)), left, files };
}

const done: Child = () => exit(0);
const ALL = { 'M2-Planet': done, 'blood-elf': done, M1: done, hex2: done };

describe('a program that fails', () => {
  it.each([1, 2, 7, 255])('passes its status %i through, and what it was given stays', (status) => {
    const { stderr, left, ...run } = drive({ ...ALL, M1: () => exit(status) }, [
      'm.c',
      '-o',
      'out',
    ]);
    expect(run.status).toBe(status);
    expect(stderr).toContain('Subprocess: /bin/M1 error\nAborting for safety\n');
    expect(left('/tmp')).toEqual([
      'M1-macro-000000',
      'M2-Mesoplanet-000000',
      'M2-Planet-000000',
      'blood-elf-000000',
    ]);
    expect(left('/')).not.toContain('out');
  });

  it('has the signal that killed it for a status', () => {
    const killed: Child = () => ({ kind: 'killed', signal: 11 });
    const { status, stderr } = drive({ ...ALL, 'M2-Planet': killed }, ['m.c']);
    expect(status).toBe(11);
    expect(stderr).toContain('\n/bin/M2-Planet abnormal termination, signal number = 11\n');
  });

  it('that is the linker leaves only what the linker got', () => {
    const { status, left } = drive({ ...ALL, hex2: () => exit(1) }, ['m.c']);
    expect(status).toBe(1);
    expect(left('/tmp')).toEqual(['M1-macro-000000', 'M2-Mesoplanet-000000']);
  });

  it('does not change an existing output', () => {
    const { status, files } = drive({ ...ALL, hex2: () => exit(1) }, ['m.c', '-o', 'bin/hex2']);
    expect(status).toBe(1);
    expect(files.get('/bin/hex2')).toMatchObject({ mode: 0o755, bytes: new Uint8Array() });
  });

  it('to start is status 1, with the reason', () => {
    const odd: Child = () => {
      throw new ToolError('exec format error', { code: 'ENOEXEC', file: '/bin/M2-Planet' });
    };
    const { status, stderr } = drive({ ...ALL, 'M2-Planet': odd }, ['m.c']);
    expect(status).toBe(1);
    expect(stderr).toContain('Unable to execute: /bin/M2-Planet: exec format error\n');
  });
});

it('gives every program the environment as it is, and its own name', () => {
  const seen: unknown[] = [];
  const look: Child = (argv, { environment }) => {
    seen.push([argv[0], environment]);
    return exit(0);
  };
  const { status } = drive({ 'M2-Planet': look, 'blood-elf': look, M1: look, hex2: look }, ['m.c']);
  expect(status).toBe(0);
  const environment = ['PATH=/bin', 'OTHER=x', 'PATH=/bin'];
  expect(seen).toEqual(['M2-Planet', 'blood-elf', 'M1', 'hex2'].map((name) => [name, environment]));
});

it('gives up when every number for a temporary name is taken', () => {
  const { status, stderr, left } = drive({}, ['--temp-directory', '/full', 'm.c']);
  expect([status, left('/tmp')]).toEqual([1, []]);
  expect(stderr).toContain('unable to access: /full');
});
