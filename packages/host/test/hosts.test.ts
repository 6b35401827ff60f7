// SPDX-License-Identifier: GPL-3.0-or-later
/** One suite for both hosts: a world in memory and a folder of this machine behave alike. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { Host } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-host-')));
const home = process.cwd();
afterAll(() => {
  process.chdir(home);
  fs.rmSync(scratch, { recursive: true, force: true });
});
let count = 0;

const worlds: Record<string, () => Host> = {
  memory: () => {
    const files = new MemoryFiles();
    files.createDirectories('/folder');
    return new MemoryHost({ files, currentDirectory: '/folder' });
  },
  node: () => {
    process.umask(0o022);
    const folder = path.join(scratch, String(count++));
    fs.mkdirSync(folder);
    process.chdir(folder);
    return new NodeHost();
  },
};

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof ToolError) return `${error.code} ${error.file}`;
    throw error;
  }
  return 'no error';
};

describe.each(Object.keys(worlds))('the %s host', (name) => {
  let host: Host;
  const text = (file: string) => decodeUtf8(host.readFile(file));
  const write = (file: string, content: string, mode = 0o666) =>
    host.writeFile(file, encodeUtf8(content), mode);
  beforeEach(() => {
    host = (worlds[name] as () => Host)();
  });

  it('writes and reads, with modes less the umask', () => {
    write('a', 'one', 0o777);
    expect(text('a')).toBe('one');
    expect(host.stat('a')).toEqual({ kind: 'file', mode: 0o755, size: 3 });
  });

  it('keeps the mode of an existing file', () => {
    write('a', 'one', 0o700);
    write('a', 'two!', 0o666);
    expect(host.stat('a')).toEqual({ kind: 'file', mode: 0o700, size: 4 });
  });

  it('writes through links', () => {
    write('a', 'one');
    host.symlink('a', 'l');
    write('l', 'two');
    expect(text('a')).toBe('two');
    expect([host.lstat('l')?.kind, host.stat('l')?.kind, host.readLink('l')]).toEqual([
      'link',
      'file',
      'a',
    ]);
  });

  it('makes the file that a link names, and leaves the link', () => {
    host.mkdir('d', 0o755);
    host.symlink('../made', 'd/second');
    host.symlink('d/second', 'first');
    write('first', 'one', 0o700);
    expect([text('made'), host.stat('made')?.mode]).toEqual(['one', 0o700]);
    expect([host.readLink('first'), host.readLink('d/second')]).toEqual(['d/second', '../made']);
    host.symlink('none/x', 'nowhere');
    expect(code(() => write('nowhere', ''))).toBe('ENOENT nowhere');
  });

  it('knows when two names are the same file', () => {
    write('a', '');
    write('b', '');
    host.symlink('a', 'l');
    expect(host.sameFile('a', './a')).toBe(true);
    expect(host.sameFile('a', 'l')).toBe(true);
    expect(host.sameFile('a', 'b')).toBe(false);
    expect(host.sameFile('a', 'none')).toBe(false);
  });

  it('renames, and gives second names', () => {
    write('a', 'one');
    write('b', 'two');
    host.mkdir('d', 0o755);
    host.mkdir('full', 0o755);
    write('full/x', '');
    host.link('a', 'second');
    expect(host.sameFile('a', 'second')).toBe(true);
    expect(host.inode('a', true)).toEqual(host.inode('second', false));
    expect(host.inode('a', true)?.links).toBe(2);
    host.rename('a', 'b');
    expect([host.stat('a'), text('b'), text('second')]).toEqual([undefined, 'one', 'one']);
    host.rename('full', 'd');
    expect(host.list('d')).toEqual(['x']);
    expect(code(() => host.rename('none', 'x'))).toBe('ENOENT none');
    expect(code(() => host.rename('b', 'd'))).toMatch(/^EISDIR /);
    expect(code(() => host.rename('d', 'b'))).toMatch(/^ENOTDIR /);
    host.mkdir('e', 0o755);
    expect(code(() => host.rename('e', 'd'))).toMatch(/^ENOTEMPTY /);
    expect(code(() => host.rename('d', 'd/below'))).toMatch(/^EINVAL /);
    expect(code(() => host.link('b', 'second'))).toMatch(/^EEXIST /);
    expect(code(() => host.link('d', 'third'))).toMatch(/^EPERM /);
  });

  it('knows files by number, and when they changed', () => {
    write('a', '');
    host.symlink('a', 'l');
    expect(host.inode('l', true)).toEqual(host.inode('a', true));
    expect(host.inode('l', false)?.number).not.toBe(host.inode('a', true)?.number);
    expect(host.inode('none', true)).toBeUndefined();
    const before = host.inode('a', true)?.modified as number;
    write('b', '');
    expect(host.inode('b', true)?.modified).toBeGreaterThanOrEqual(before);
    expect(host.now()).toBeGreaterThanOrEqual(Math.floor(before));
    host.setModified('a', 77_000);
    expect(host.inode('a', true)?.modified).toBe(77_000);
    host.mkdir('d', 0o755);
    host.mkdir('d/e', 0o755);
    expect(host.inode('.', true)?.number).toBeGreaterThan(0);
    expect(code(() => host.setModified('none', 1))).toBe('ENOENT none');
  });

  it('has directories', () => {
    host.mkdir('d', 0o777);
    expect(host.stat('d')).toMatchObject({ kind: 'directory', mode: 0o755 });
    write('d/b', '');
    write('d/a', '');
    expect(host.list('d')).toEqual(['a', 'b']);
    host.mkdir('e//', 0o755); // as on Linux: only a new folder's name may end so
    expect(host.stat('e')?.kind).toBe('directory');
    expect(code(() => host.mkdir('e/', 0o755))).toBe('EEXIST e/');
    expect(code(() => host.mkdir('/', 0o755))).toBe('EEXIST /');
    expect(code(() => write('f/', ''))).toMatch(/^(EISDIR|ENOENT|ENOTDIR) f\/$/);
    host.changeDirectory('d');
    expect(host.currentDirectory().endsWith('/d')).toBe(true);
    write('../up', 'x');
    host.changeDirectory('..');
    expect(text('up')).toBe('x');
  });

  it('names what is wrong, by the path as it was given', () => {
    write('f', '');
    host.mkdir('d', 0o755);
    expect(code(() => host.readFile('none'))).toBe('ENOENT none');
    expect(code(() => host.readFile('d'))).toBe('EISDIR d');
    expect(code(() => host.readFile('f/x'))).toBe('ENOTDIR f/x');
    expect(code(() => write('none/x', ''))).toBe('ENOENT none/x');
    expect(code(() => write('d', ''))).toBe('EISDIR d');
    expect(code(() => host.mkdir('d', 0o755))).toBe('EEXIST d');
    expect(code(() => host.remove('none'))).toBe('ENOENT none');
    expect(code(() => host.list('f'))).toBe('ENOTDIR f');
    expect(code(() => host.changeDirectory('f'))).toBe('ENOTDIR f');
    expect(code(() => host.symlink('x', 'f'))).toBe('EEXIST f');
    expect(code(() => host.symlink('', 'l'))).toBe('ENOENT l');
    expect(code(() => host.run('none', ['none'], []))).toBe('ENOENT none');
    expect(code(() => host.run('./f', ['f'], []))).toBe('EACCES ./f');
    host.symlink('loop', 'loop');
    expect(code(() => host.readFile('loop'))).toBe('ELOOP loop');
  });

  it('removes and changes modes', () => {
    write('a', 'x');
    host.chmod('a', 0o4711);
    expect(host.stat('a')?.mode).toBe(0o4711);
    host.remove('a');
    expect(host.stat('a')).toBeUndefined();
  });

  it('carries names of any bytes', () => {
    const odd = decodeUtf8(Uint8Array.from([0x61, 0xff, 0xc3, 0xa9]));
    write(odd, 'x');
    expect(text(odd)).toBe('x');
    host.symlink(odd, 'l');
    expect([host.readLink('l'), host.list('.')]).toEqual([odd, [odd, 'l']]);
  });
});

describe('the Node host', () => {
  it('starts programs with their arguments, environment and status', () => {
    const host = (worlds['node'] as () => Host)();
    host.writeFile('p', encodeUtf8('#!/bin/sh\nprintf "%s|" "$@" "$A" >out\nexit 3\n'), 0o755);
    expect(host.run('p', ['p', 'a b', 'c'], ['A=1'])).toEqual({ kind: 'exited', status: 3 });
    expect(decodeUtf8(host.readFile('out'))).toBe('a b|c|1|');
    host.writeFile('k', encodeUtf8('#!/bin/sh\nkill -9 $$\n'), 0o755);
    expect(host.run('./k', ['k'], [])).toEqual({ kind: 'killed', signal: 9 });
  });

  it('starts programs with words that are not UTF-8', () => {
    const host = (worlds['node'] as () => Host)();
    host.writeFile('p', encodeUtf8('#!/bin/sh\nprintf "%s|" "$@" >out\n'), 0o755);
    const odd = decodeUtf8(Uint8Array.from([0x27, 0xff, 0x80, 0x24, 0x61, 0x0a]));
    expect(host.run('p', ['p', odd, 'é', '$HOME'], [])).toEqual({ kind: 'exited', status: 0 });
    expect(decodeUtf8(host.readFile('out'))).toBe(`${odd}|é|$HOME|`);
    expect(code(() => host.run('none', ['none', odd], []))).toBe('ENOENT none');
  });

  it('reads pipes and devices, and not without end', () => {
    const host = (worlds['node'] as () => Host)();
    expect(host.readFile('/dev/null').length).toBe(0);
    expect(code(() => host.readFile('/dev/zero'))).toBe('EFBIG /dev/zero');
  });

  it('leaves nothing behind when a write fails', () => {
    const host = (worlds['node'] as () => Host)();
    host.mkdir('d', 0o755);
    code(() => host.writeFile('d', new Uint8Array(1), 0o644));
    expect(host.list('.')).toEqual(['d']);
  });

  it('writes to devices and to files with two names in place', () => {
    const host = (worlds['node'] as () => Host)();
    host.writeFile('/dev/null', encodeUtf8('gone'), 0o644);
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
    host.writeFile('a', encodeUtf8('one'), 0o644);
    fs.linkSync('a', 'b');
    host.writeFile('a', encodeUtf8('two'), 0o644);
    expect(decodeUtf8(host.readFile('b'))).toBe('two');
  });
});

describe('the world in memory', () => {
  it('runs programs by its engine, each with a place of its own', () => {
    const files = new MemoryFiles();
    files.createDirectories('/a/b');
    files.writeFile('/a/p', encodeUtf8('image'), 0o755);
    const seen: string[] = [];
    const host = new MemoryHost({
      files,
      engine: (image, argv, child) => {
        seen.push(image.path, decodeUtf8(image.bytes), argv.join(' '), child.environment.join(' '));
        child.changeDirectory('b');
        child.writeFile('made', encodeUtf8('x'), 0o600);
        return { kind: 'exited', status: 5 };
      },
    });
    host.changeDirectory('/a');
    expect(host.run('./p', ['p', 'x'], ['E=1'])).toEqual({ kind: 'exited', status: 5 });
    expect(seen).toEqual(['/a/p', 'image', 'p x', 'E=1']);
    expect(host.currentDirectory()).toBe('/a');
    expect([...files.files()].map(([file]) => file)).toEqual(['/a/b/made', '/a/p']);
  });

  it('changes the root for one program and what it starts', () => {
    const files = new MemoryFiles();
    files.createDirectories('/inner');
    files.writeFile('/inner/f', encodeUtf8('inside'), 0o644);
    const host = new MemoryHost({ files });
    host.changeRoot('/inner');
    expect(decodeUtf8(host.readFile('/../f'))).toBe('inside');
    expect(host.stat('/inner')).toBeUndefined();
  });

  it('knows the path in the world of what a program sees below its own root', () => {
    const files = new MemoryFiles();
    files.createDirectories('/inner/deep');
    const host = new MemoryHost({ files });
    host.changeRoot('/inner');
    host.changeRoot('/deep');
    host.writeFile('f', new Uint8Array(), 0o644);
    host.symlink('f', 'l');
    expect(host.worldPath('l')).toBe('/inner/deep/f');
    expect(host.worldPath('l', false)).toBe('/inner/deep/l');
    expect(host.worldPath('/')).toBe('/inner/deep');
  });

  it('holds no more than its limit, whoever writes and wherever', () => {
    const files = new MemoryFiles(undefined, 1000);
    files.createDirectories('/inner');
    const host = new MemoryHost({ files });
    host.writeFile('a', new Uint8Array(600), 0o644);
    host.writeFile('a', new Uint8Array(900), 0o644); // replaces the old content
    expect(() => host.writeFile('b', new Uint8Array(200), 0o644)).toThrow('limit of 1000 bytes');
    host.remove('a');
    host.changeRoot('/inner');
    host.writeFile('b', new Uint8Array(200), 0o644); // removed content makes room
    expect(() => host.writeFile('c', new Uint8Array(801), 0o644)).toThrow('limit of 1000 bytes');
  });

  it('refuses paths that are longer than those of a kernel', () => {
    const files = new MemoryFiles();
    expect(() => files.createDirectories('/d'.repeat(20_000))).toThrow('file name too long');
    expect(files.find('/d'.repeat(20_000))).toBeUndefined();
    files.createDirectories('/d'.repeat(2000));
    expect([...files.entries()].length).toBe(2000);
  });

  it('removes folders that are empty', () => {
    const files = new MemoryFiles();
    files.createDirectories('/a/b');
    const host = new MemoryHost({ files });
    expect(() => host.removeDirectory('/a')).toThrow('directory not empty');
    host.removeDirectory('/a/b');
    host.removeDirectory('a');
    expect(host.list('/')).toEqual([]);
  });
});

describe('a world in memory that goes on', () => {
  it('has the clock, the numbers and the times of the one that stopped', () => {
    const first = new MemoryFiles();
    first.createDirectories('/folder');
    first.writeFile('/folder/a', encodeUtf8('a'), 0o644);
    first.link('/folder/a', '/folder/b');
    const known = [...first.entries()].flatMap(([, node]) => {
      const times = first.timesOf(node);
      return times === undefined ? [] : [[node, times] as const];
    });
    const { clock } = first;
    expect(first.clock).toEqual(clock); // reading does not advance it
    const second = new MemoryFiles(first.root);
    second.resume(clock, known);
    expect(second.inode('/folder/b', true)).toEqual(first.inode('/folder/a', true));
    expect(second.inode('/folder/b', true)?.links).toBe(2);
    for (const files of [first, second]) files.writeFile('/folder/c', encodeUtf8('c'), 0o644);
    expect(second.clock).toEqual(first.clock);
  });
});
