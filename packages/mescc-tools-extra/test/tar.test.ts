// SPDX-License-Identifier: GPL-3.0-or-later
/** Archives beyond what upstream extracts: long names, pax, hard links; and links on the way. */
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { readTar, type TarEntry, untar } from '@stage0-ts/mescc-tools-extra';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Item {
  name: string;
  kind?: string;
  content?: string;
  target?: string;
  prefix?: string;
  size?: number;
  mode?: number;
}

/** A ustar header and its content. */
function item({
  name,
  kind = '0',
  content = '',
  target = '',
  prefix = '',
  size,
  mode = 0o644,
}: Item): Buffer {
  const data = Buffer.from(content, 'latin1');
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write(`${(size ?? data.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(kind, 156);
  header.write(target, 157, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

const archive = (...items: (Item | Buffer)[]): Buffer =>
  Buffer.concat([...items.map((i) => (Buffer.isBuffer(i) ? i : item(i))), Buffer.alloc(1024)]);

function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length++;
  return length + rest;
}

const show = ({ name, type, target, data }: TarEntry) => [
  name,
  type,
  target || Buffer.from(data).toString('latin1'),
];
const long = `${'directory/'.repeat(15)}file`;

describe('readTar', () => {
  it('joins prefix and name, and reads names without a terminator', () => {
    const full = 'n'.repeat(100);
    const entries = readTar(archive({ name: full, prefix: 'a/b' }, { name: full, content: 'x' }));
    expect(entries.map((entry) => entry.name)).toEqual([`a/b/${full}`, full]);
  });

  it('reads GNU long names and links', () => {
    const entries = readTar(
      archive(
        { name: '././@LongLink', kind: 'L', content: `${long}\0` },
        { name: 'short', content: 'content' },
        { name: '././@LongLink', kind: 'K', content: `${long}\0` },
        { name: 'link', kind: '2', target: 'short' },
        { name: 'next' },
      ),
    );
    expect(entries.map(show)).toEqual([
      [long, 'file', 'content'],
      ['link', 'symbolic-link', long],
      ['next', 'file', ''],
    ]);
  });

  it('reads pax headers and skips global ones', () => {
    const entries = readTar(
      archive(
        { name: 'pax_global_header', kind: 'g', content: record('comment', 'abc') },
        { name: 'x', kind: 'x', content: record('path', long) + record('mtime', '1.5') },
        { name: 'short', content: 'content' },
        { name: 'x', kind: 'x', content: record('size', '7') },
        item({ name: 'sized', content: 'content', size: 0 }),
      ),
    );
    expect(entries.map(show)).toEqual([
      [long, 'file', 'content'],
      ['sized', 'file', 'content'],
    ]);
  });

  it('makes files of global headers, as upstream does, where that is wanted', () => {
    const comment = record('comment', 'abc');
    const bytes = archive(
      { name: 'pax_global_header', kind: 'g', content: comment },
      { name: 'x', kind: 'x', content: record('path', long) },
      { name: 'other_header', kind: 'g', content: 'other' },
      { name: 'short', content: 'content' },
    );
    expect(readTar(bytes, { keepsGlobalHeaders: true }).map(show)).toEqual([
      ['pax_global_header', 'file', comment],
      ['other_header', 'file', 'other'],
      [long, 'file', 'content'],
    ]);
    const files = new MemoryFiles();
    files.writeFile('/a.tar', bytes, 0o644);
    const host = new MemoryHost({ files });
    expect(untar(['untar', '-f', 'a.tar'], host)).toBe(0);
    expect(Buffer.from(host.readFile('/pax_global_header')).toString()).toBe(comment);
    expect(host.lstat('/pax_global_header')?.mode).toBe(0o600);
  });

  it('reads base-256 sizes and signed checksums', () => {
    const large = item({ name: 'caf\xe9', content: 'content' });
    large.fill(0, 124, 136);
    large[124] = 0x80;
    large[135] = 7;
    large.write(' '.repeat(8), 148);
    const signed = large
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte - (byte < 128 ? 0 : 256), 0);
    large.write(`${signed.toString(8).padStart(6, '0')}\0 `, 148);
    expect(readTar(archive(large)).map(show)).toEqual([['caf\udce9', 'file', 'content']]);
  });

  it('refuses what it cannot or must not read', () => {
    const cases: [string, Buffer][] = [
      ['a: a sparse file', archive({ name: 'a', kind: 'S' })],
      ['a: a part of a file', archive({ name: 'a', kind: 'M' })],
      ['a name with .. in it', archive({ name: 'a/../b' })],
      [
        'real: a sparse file',
        archive(
          {
            name: 'x',
            kind: 'x',
            content: record('GNU.sparse.major', '1') + record('GNU.sparse.name', 'real'),
          },
          { name: 'GNUSparseFile.0/real' },
        ),
      ],
      ['damaged pax', archive({ name: 'x', kind: 'x', content: '99 path=a\n' })],
      ['damaged pax', archive({ name: 'x', kind: 'x', content: record('size', '-1') })],
      ['absolute', archive({ name: 'x', kind: 'x', content: record('path', '/a') }, { name: 'a' })],
      ['climbs', archive({ name: 'a', kind: '1', target: '../b' })],
      ['climbs', archive({ name: 'a', prefix: '..' })],
      ['proper name', archive({ name: '' })],
      ['too early', archive({ name: 'a', size: 2000 })],
    ];
    for (const [message, bytes] of cases) expect(() => readTar(bytes)).toThrow(message);
  });

  it('throws nothing but ToolError', () => {
    const good = archive(
      { name: 'x', kind: 'x', content: record('path', 'p') },
      { name: 'a', content: 'b' },
    );
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const damaged = Buffer.from(good);
        damaged[at] = byte;
        try {
          readTar(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
    );
  });
});

describe('untar', () => {
  /** Extract in memory. Returns every file and link, or the error message. */
  function run(bytes: Uint8Array, prepare: (files: MemoryFiles) => void = () => {}): unknown {
    const files = new MemoryFiles();
    files.createDirectories('/w');
    files.createDirectories('/outside');
    files.writeFile('/w/a.tar', Uint8Array.from(bytes), 0o644);
    prepare(files);
    const errors: string[] = [];
    const host = new MemoryHost({
      files,
      currentDirectory: '/w',
      stdout: () => {},
      stderr: (text) => errors.push(Buffer.from(text).toString()),
    });
    const status = untar(['untar', '-f', 'a.tar'], host);
    expect(host.list('/outside')).toEqual([]);
    if (status !== 0) {
      expect(host.list('/w').filter((name) => name !== 'a.tar' && name !== 'there')).toEqual([]);
      return errors.join('').split('\n')[0];
    }
    const found: Record<string, string> = {};
    const visit = (folder: string) => {
      for (const name of host.list(folder)) {
        const path = `${folder}/${name}`;
        const { kind } = host.lstat(path) ?? { kind: 'other' };
        if (kind === 'directory') visit(path);
        else if (kind === 'link') found[path.slice(3)] = `-> ${host.readLink(path)}`;
        else if (name !== 'a.tar')
          found[path.slice(3)] = Buffer.from(host.readFile(path)).toString();
      }
    };
    visit('/w');
    return found;
  }

  it('finds what a system would refuse before it writes the first file', () => {
    const first = { name: 'a', content: 'A' };
    const refused = (...items: (Item | Buffer)[]) => run(archive(first, ...items));
    const pax = (name: string, keyword: string, value: string, kind: string) => [
      item({ name: 'pax', kind: 'x', content: record(keyword, value) }),
      item({ name, kind, target: 't' }),
    ];
    expect(refused({ name: 'l', kind: '2' })).toBe('a.tar: error: l: a link to nothing');
    expect(refused(...pax('l', 'linkpath', 'a\0b', '2'))).toMatch(
      /a link without a proper target$/,
    );
    expect(refused(...pax('l', 'linkpath', 'x/'.repeat(2048), '2'))).toMatch(/proper target$/);
    expect(refused(...pax('n', 'path', 'n'.repeat(256), '0'))).toMatch(/n…: the name is too long$/);
    // Half a million names in one path are refused in a short time.
    expect(refused(...pax('n', 'path', 'd/'.repeat(500_000), '0'))).toMatch(/too long$/);
  });

  it('does not fill a disc with the copies of one file', () => {
    const large = { name: 'a', content: 'x'.repeat(1 << 20) };
    const links = Array.from({ length: 1025 }, (_, i) => ({
      name: `l${i}`,
      kind: '1',
      target: 'a',
    }));
    expect(run(archive(large, ...links))).toMatch(
      /l1024: the copies of hard links exceed the limit of 1073741824 bytes$/m,
    );
  });

  it('copies hard links', () => {
    expect(
      run(archive({ name: 'd/a', content: 'text' }, { name: 'b', kind: '1', target: 'd/a' })),
    ).toEqual({ 'd/a': 'text', b: 'text' });
  });

  it('writes through links that stay inside', () => {
    expect(
      run(
        archive(
          { name: 'd/e', kind: '5' },
          { name: 'd/up', kind: '2', target: '../d/./e' },
          { name: 'd/up/f', content: 'text' },
          { name: 'g', kind: '2', target: 'd/up/f' },
          { name: 'g', content: 'new' },
        ),
      ),
    ).toEqual({ 'd/e/f': 'new', 'd/up': '-> ../d/./e', g: '-> d/up/f' });
  });

  it('leaves nothing when an entry would lead outside', () => {
    const ways: Item[][] = [
      [{ name: 'l', kind: '2', target: '/outside' }, { name: 'l/f' }],
      [{ name: 'l', kind: '2', target: '../outside' }, { name: 'l/f' }],
      [{ name: 'l', kind: '2', target: '../outside/f' }, { name: 'l' }],
      [{ name: 'd/l', kind: '2', target: '../..' }, { name: 'd/l/outside/f' }],
      [
        { name: 'k', kind: '2', target: '..' },
        { name: 'l', kind: '2', target: 'k/outside' },
        { name: 'l/f' },
      ],
      [
        { name: 'l', kind: '2', target: '/outside' },
        { name: 'l/d', kind: '5' },
      ],
      [
        { name: 'l', kind: '2', target: '/outside' },
        { name: 'l/m', kind: '2', target: 'x' },
      ],
      [
        { name: 'l', kind: '2', target: '/w' },
        { name: 'm', kind: '1', target: 'l/a.tar' },
      ],
    ];
    for (const items of ways) {
      expect(run(archive({ name: 'first' }, ...items))).toMatch('leaves the directory');
    }
    const loop = archive(
      { name: 'l', kind: '2', target: 'm' },
      { name: 'm', kind: '2', target: 'l' },
      { name: 'l/f' },
    );
    expect(run(loop)).toMatch('too many links');
    const there = (files: MemoryFiles) =>
      files.create('/w/there', { kind: 'link', target: '/outside' });
    expect(run(archive({ name: 'there/f' }), there)).toMatch('leaves the directory');
  });
});
