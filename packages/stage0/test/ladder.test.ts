// SPDX-License-Identifier: GPL-3.0-or-later

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { FileNode, MemoryFiles } from '@stage0-ts/host/memory';
import {
  type BuildResult,
  build,
  buildDocument,
  buildTable,
  type RunEvent,
} from '@stage0-ts/stage0';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

function file(files: MemoryFiles, path: string): FileNode {
  const node = files.get(path);
  if (node.kind !== 'file') throw new Error(`${path} is not a file`);
  return node;
}

function edit(files: MemoryFiles, path: string, change: (text: string) => string): void {
  const node = file(files, path);
  node.bytes = encodeUtf8(change(Buffer.from(node.bytes).toString('utf8')));
}

/** The error message of the first shell, which is our port. */
function printedBy({ processes }: BuildResult): string {
  return processes.map(({ stderr }) => decodeUtf8(stderr.bytes)).join('');
}

describe('the ladder', () => {
  it('builds to what upstream builds', () => {
    const result = build(loadTree(LADDER));
    expect(result.artifacts.filter(({ verdict }) => verdict !== 'match')).toEqual([]);
    expect(result.artifacts.length).toBe(53);
    expect(result.failures).toEqual([]);
    expect(result.ok).toBe(true);
  });

  it('gives the same program in the five lowest languages', () => {
    const { artifacts } = build(loadTree(LADDER));
    const hello = artifacts.filter(({ path }) => /hello-(hex0|hex1|hex2|M0|M1)$/.test(path));
    expect(hello.length).toBe(5);
    expect(new Set(hello.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(hello[0]?.size).toBe(135);
  });

  it('assembles its own hex0 to the bytes that hex0 makes of itself', () => {
    const { artifacts, processes } = build(loadTree(LADDER));
    const seeds = artifacts.filter(({ path }) => /hex0(-again)?$/.test(path));
    expect(seeds.slice(0, 2).map(({ path, size, mode }) => [path, size, mode])).toEqual([
      ['bin/hex0', 289, 0o700],
      ['out/hello-hex0', 135, 0o700],
    ]);
    expect(seeds[2]).toMatchObject({ path: 'out/hex0-again', sha256: seeds[0]?.sha256 });
    expect(processes.filter(({ path }) => path === '/bin/hex0').length).toBe(4);
  });

  it('has seeds that are what its own sources say', () => {
    const files = loadTree(LADDER);
    build(files);
    for (const [seed, made] of [
      ['hex0-seed', 'hex0'],
      ['kaem-optional-seed', 'kaem-minimal'],
    ]) {
      const { bytes, mode } = file(files, `/bootstrap-seeds/POSIX/x86/${seed}`);
      expect(mode & 0o111).toBe(0o111);
      expect(Buffer.from(bytes).equals(file(files, `/bin/${made}`).bytes)).toBe(true);
    }
  });

  it('makes most of its tools itself: the rest are launchers, and are named here', () => {
    const { processes } = build(loadTree(LADDER));
    const launched = processes.filter(({ path }) => path.startsWith('/tools/'));
    const tools = new Set(launched.map(({ tool }) => tool));
    expect([...tools].sort()).toEqual([
      'M2-Mesoplanet',
      'M2-Planet',
      'cc_x86',
      'kaem',
      'unbz2',
      'unxz',
    ]);
    expect([processes.length, launched.length]).toEqual([125, 20]);
  });

  it.each([
    ['/seed/hex0.hex0', 289, 16, 21],
    ['/seed/kaem-minimal.hex0', 570, 40, 39],
    ['/src/hex1.hex0', 433, 29, 31],
  ])('is right about offsets and targets in the comments of %s', (name, ...expected) => {
    const source = Buffer.from(file(loadTree(LADDER), name).bytes).toString('utf8');
    let at = 0;
    let [places, jumps] = [0, 0];
    for (const line of source.split('\n')) {
      const [code, comment] = [line.split('#')[0] as string, line.slice(line.indexOf('#'))];
      const bytes = Buffer.from(code.replaceAll(' ', ''), 'hex');
      const place = /^#+ .*?\[([0-9A-F]+)\]/.exec(line)?.[1];
      if (place !== undefined) {
        expect(Number.parseInt(place, 16), line).toBe(at);
        places++;
      }
      at += bytes.length;
      if (bytes.length > 0) expect(comment, line).toMatch(/^# ./);
      const target = /^# (?:j\w+|call) .*?\[([0-9A-F]+)\]/.exec(comment)?.[1];
      if (target === undefined || bytes.length === 0) continue;
      const width = bytes.length < 5 ? 1 : 4;
      const distance = bytes.readIntLE(bytes.length - width, width);
      expect(at + distance, line).toBe(Number.parseInt(target, 16));
      jumps++;
    }
    expect([at, places, jumps]).toEqual(expected);
  });

  it('reports every start, write and end', () => {
    const events: RunEvent[] = [];
    const { processes } = build(loadTree(LADDER), { onEvent: (event) => events.push(event) });
    const count = (kind: string) => events.filter((event) => event.kind === kind).length;
    expect(count('start')).toBe(processes.length);
    expect(count('end')).toBe(processes.length);
    expect(count('write')).toBeGreaterThan(53);
    expect(processes.slice(0, 2).map(({ tool }) => tool)).toEqual(['kaem-minimal', 'hex0']);
    expect(Math.max(...processes.map(({ depth }) => depth))).toBe(4);
  });

  it('gives the same bytes when it is built twice at once', () => {
    const digests = () => build(loadTree(LADDER)).artifacts.map(({ sha256 }) => sha256);
    expect(digests()).toEqual(digests());
  });

  it('is a document for programs and a table for people', () => {
    const result = build(loadTree(LADDER));
    const document = buildDocument(result);
    expect(document).toMatchObject({
      version: 1,
      arch: 'x86',
      engine: 'ports',
      ok: true,
      status: 0,
    });
    expect(document.artifacts.find(({ path }) => path === 'out/both')).toEqual({
      path: 'out/both',
      size: 270,
      mode: '0600',
      sha256: '7a317c9d34caa8d6b1b079c0d6d50e0b598bb6823c9d2e2b8ddf668d78497f34',
      expected: '7a317c9d34caa8d6b1b079c0d6d50e0b598bb6823c9d2e2b8ddf668d78497f34',
      verdict: 'match',
    });
    expect(buildTable(result)).toContain(
      'ok: 53 of 53 of x86.answers, 53 files made by 125 processes',
    );
  });
});

describe('a ladder with a broken rung', () => {
  it('names the answers that differ', () => {
    const files = loadTree(LADDER);
    edit(files, '/hello/hello.hex0', (text) => text.replace('48 65 6C', '4A 65 6C'));
    const result = build(files);
    expect(result.ok).toBe(false);
    const wrong = result.artifacts.filter(({ verdict }) => verdict === 'differs');
    expect(wrong.map(({ path }) => path)).toEqual([
      'out/both',
      'out/copies/hello',
      'out/hello-hex0',
    ]);
    expect(result.failures.map(({ tool }) => tool)).toEqual(['sha256sum']);
  });

  it('names the program that failed, what it said, and what is missing', () => {
    const files = loadTree(LADDER);
    edit(files, '/hello/hello.hex2', (text) => text.replace('%print', '%prinz'));
    const result = build(files);
    expect(result.ok).toBe(false);
    expect(result.status).toBe(1);
    expect(result.failures.map(({ tool }) => tool)).toEqual(['hex2-0']);
    const table = buildTable(result);
    expect(table).toContain(
      'step 13: ./bin/hex2-0 out/hello-hex2.hex2 out/hello-hex2\n  exited with status 1',
    );
    expect(table).toMatch(/out\/hello-hex2\.hex2:\d+:\d+: error: /);
    expect(table).toContain('MISSING');
  });

  it('builds what it can with keepGoing', () => {
    const files = loadTree(LADDER);
    edit(files, '/hello/hello.hex2', (text) => text.replace('%print', '%prinz'));
    const result = build(files, { keepGoing: true });
    expect(result.ok).toBe(false);
    const bad = result.artifacts.filter(({ verdict }) => verdict !== 'match');
    expect(bad.map(({ path }) => path)).toEqual(['out/hello-hex2', 'out/hello-hex2.hex2']);
  });

  it('starts only existing, executable files', () => {
    const gone = loadTree(LADDER);
    gone.remove('/tools/cc_x86');
    expect(build(gone).status).toBe(1);
    const files = loadTree(LADDER);
    file(files, '/tools/cc_x86').mode = 0o644;
    const result = build(files);
    expect(result.status).toBe(1);
    expect(printedBy(result)).toContain('./tools/cc_x86: permission denied');
  });

  it('refuses a program without a port', () => {
    const files = loadTree(LADDER);
    files.writeFile('/tools/gcc', new Uint8Array(), 0o755);
    edit(files, '/kaem.x86', (text) => `./tools/gcc\n${text}`);
    const result = build(files);
    expect(result.failures.map(({ path }) => path)).toEqual(['/tools/gcc']);
    expect(printedBy(result)).toContain('there is no port of this program');
  });

  it('needs a script and answers', () => {
    expect(() => build(loadTree(LADDER), { arch: 'vax' })).toThrow('the tree has no kaem.vax');
    const files = loadTree(LADDER);
    files.remove('/x86.answers');
    expect(() => build(files)).toThrow('the tree has no x86.answers');
  });
});
