// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One archive, one tree: what treeFromArchive takes, GNU tar and bsdtar unpack to the same paths,
 * kinds, modes, bytes and links. Each trick that separates readers of tar is here by
 * name, and random archives and damaged headers look for others. The lines A1 to A3 of
 * docs/threat-model.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { latin1ToHost } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles, TreeNode } from '@stage0-ts/host/memory';
import { treeFromArchive } from '@stage0-ts/stage0';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

const BLOCK = 512;
const GOOD = Buffer.from('good\n');
const EVIL = Buffer.from('evil\n');
const END = Buffer.alloc(2 * BLOCK);

interface Header {
  type?: string;
  mode?: number;
  size?: number;
  target?: string;
  prefix?: string;
  magic?: string;
  /** Values of fields, written without changes. */
  fields?: Readonly<Record<number, string>>;
}

/** A header of 512 bytes; text is Latin-1. */
function header(name: string, options: Header = {}): Buffer {
  const { type = '0', mode = 0o644, size = 0, target = '', prefix = '', magic } = options;
  const block = Buffer.alloc(BLOCK);
  const put = (at: number, text: string) => block.write(text, at, 'latin1');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  put(0, name);
  put(100, octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11));
  put(156, type);
  put(157, target);
  put(257, magic ?? 'ustar\x0000');
  put(345, prefix);
  for (const [at, text] of Object.entries(options.fields ?? {})) put(Number(at), text);
  return sealed(block);
}

/** The header with a correct checksum. */
function sealed(block: Buffer): Buffer {
  block.write(' '.repeat(8), 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const padded = (data: Buffer) =>
  Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
const file = (name: string, data = GOOD, options: Header = {}) =>
  Buffer.concat([header(name, { size: data.length, ...options }), padded(data)]);
const folder = (name: string, options: Header = {}) =>
  header(name, { type: '5', mode: 0o755, ...options });
const link = (name: string, target: string, options: Header = {}) =>
  header(name, { type: '2', mode: 0o777, target, ...options });
const hard = (name: string, target: string, options: Header = {}) =>
  header(name, { type: '1', target, ...options });
const gnu = { magic: 'ustar  \0' };

function record(keyword: string, value: string): Buffer {
  const text = Buffer.from(` ${keyword}=${value}\n`, 'latin1');
  let length = text.length + 1;
  while (String(length).length + text.length !== length) length++;
  return Buffer.concat([Buffer.from(String(length)), text]);
}
const extended = (type: string, data: Buffer) =>
  Buffer.concat([header('pax', { type, size: data.length }), padded(data)]);
const pax = (...records: [keyword: string, value: string][]) =>
  extended('x', Buffer.concat(records.map(([keyword, value]) => record(keyword, value))));
const global = (...records: [keyword: string, value: string][]) =>
  extended('g', Buffer.concat(records.map(([keyword, value]) => record(keyword, value))));
const long = (type: 'L' | 'K', name: string, data = `${name}\0`) =>
  Buffer.concat([
    header('././@LongLink', { type, size: data.length, mode: 0, ...gnu }),
    padded(Buffer.from(data, 'latin1')),
  ]);

/** How other programs see a header with one field of our own. */
const withField = (at: number, text: string, options: Header = {}) =>
  file('d/a', GOOD, { ...options, fields: { [at]: text } });

/** Each is a whole archive, except for its end. */
const REFUSED: Readonly<Record<string, Buffer[]>> = {
  'a mode given twice': [file('d/a'), file('d/a', GOOD, { mode: 0o755 })],
  'a content given twice': [file('d/a', EVIL), file('d/a')],
  'a name given twice, with dots': [file('d/a'), file('d/./a', EVIL)],
  'a name given twice, with slashes': [file('d/a'), file('d//a', EVIL)],
  'a name given twice, once from here': [file('d/a'), file('./d/a', EVIL)],
  'a folder given twice': [folder('d/x'), folder('d/x/', { mode: 0o700 })],
  'a file over a link': [file('d/b'), link('d/a', 'b'), file('d/a', EVIL)],
  'a file over a hard link': [file('d/b'), hard('d/a', 'd/b'), file('d/a', EVIL)],
  'a file below a link': [folder('d/x/'), link('d/l', 'x'), file('d/l/f', EVIL)],
  'a file below a file': [file('d/a'), file('d/a/b')],
  'a folder over a file': [file('d/a'), folder('d/a/')],
  'a file over a folder': [folder('d/a/'), file('d/a')],
  'a file over a folder that is not listed': [file('d/a/b'), file('d/a')],
  'a link over a folder that is not listed': [file('d/a/b'), link('d/a', 'x')],
  'a folder over a link': [folder('d/x/'), link('d/a', 'x'), folder('d/a/'), file('d/a/f')],
  'a folder with a size': [file('d/a', EVIL), folder('d/s/', { size: 1024 }), file('d/b')],
  'a hard link with a size': [file('d/b'), hard('d/h', 'd/b', { size: 1024 }), file('d/c', EVIL)],
  'a link with a size': [file('d/b'), link('d/h', 'b', { size: 1024 }), file('d/c', EVIL)],
  'an old folder with a size': [header('d/s/', { size: 1024 }), file('d/a')],
  'an old folder': [header('d/s/', { type: '\0', mode: 0o700 }), file('d/a')],
  'a file with a slash': [file('d/a/')],
  'a link with a slash': [link('d/a/', 'b')],
  'a link name of a file': [file('d/a', GOOD, { target: 'b' })],
  'a global path': [global(['path', 'd/g']), file('d/a')],
  'a global link': [file('d/b'), global(['linkpath', 'b']), link('d/a', 'c')],
  'a global size': [global(['size', '5']), file('d/a'), file('d/b', EVIL)],
  'a global header inside': [pax(['path', 'd/b']), global(['comment', 'x']), file('d/a')],
  'pax, then L': [pax(['path', 'd/pax']), long('L', 'd/gnu'), file('d/a')],
  'L, then pax': [long('L', 'd/gnu'), pax(['path', 'd/pax']), file('d/a')],
  'K and pax': [long('K', 'b'), pax(['path', 'd/pax']), link('d/a', 'c')],
  'L twice': [long('L', 'd/one'), long('L', 'd/two'), file('d/a', GOOD, gnu)],
  'pax twice': [pax(['path', 'd/one']), pax(['path', 'd/two']), file('d/a')],
  'a keyword twice': [pax(['path', 'd/one'], ['path', 'd/two']), file('d/a')],
  'an empty pax path': [pax(['path', '']), file('d/a')],
  'a pax path with NUL': [pax(['path', 'd/x\0y']), file('d/a')],
  'a pax path that is not UTF-8': [pax(['path', 'd/\xff']), file('d/a')],
  'an empty pax size': [pax(['size', '']), file('d/a')],
  'a pax size': [
    pax(['size', '512']),
    header('d/a', { size: 1024 }),
    padded(GOOD),
    file('d/b', EVIL),
  ],
  'a pax mode of a star': [pax(['SCHILY.realsize', '3']), file('d/a')],
  'a pax access list': [pax(['SCHILY.acl.access', 'user::rwx']), file('d/a')],
  'a pax character set': [pax(['hdrcharset', 'BINARY'], ['path', 'd/\xff']), file('d/a')],
  'a sparse file of pax': [pax(['GNU.sparse.major', '1']), file('d/a')],
  'a pax time that is not a number': [pax(['mtime', 'now']), file('d/a')],
  'a pax length with a sign': [extended('x', Buffer.from('+13 path=d/b\n')), file('d/a')],
  'a pax length of zeros': [extended('x', Buffer.from('013 path=d/b\n')), file('d/a')],
  'a pax header that is cut': [extended('x', Buffer.from('99 path=d/b\n')), file('d/a')],
  'L without NUL': [long('L', '', 'd/b'), file('d/a', GOOD, gnu)],
  'L with NUL inside': [long('L', '', 'd/b\0c\0'), file('d/a', GOOD, gnu)],
  'L that is empty': [long('L', '', ''), file('d/a', GOOD, gnu)],
  'one block of zeros inside': [file('d/a'), Buffer.alloc(BLOCK), file('d/b', EVIL)],
  'an entry after the end': [file('d/a'), END, file('d/b', EVIL)],
  'a contiguous file': [file('d/a', GOOD, { type: '7' })],
  'a type of a letter': [file('d/a', GOOD, { type: 'A' })],
  'a sparse file': [file('d/a', GOOD, { type: 'S', ...gnu })],
  'a volume': [header('label', { type: 'V', ...gnu }), file('d/a')],
  'a volume with a size': [header('label', { type: 'V', size: 1024, ...gnu }), file('d/a', EVIL)],
  'a piece of another volume': [file('d/a', GOOD, { type: 'M', ...gnu })],
  'old GNU names': [file('d/a', Buffer.from('Rename d/b to d/c\n'), { type: 'N', ...gnu })],
  'a folder with its list': [
    folder('d/x/', { type: 'D', size: 4, ...gnu }),
    padded(Buffer.from('Ya\0\0')),
  ],
  'a fifo': [header('d/p', { type: '6' })],
  'a fifo with a size': [file('d/a', EVIL), header('d/p', { type: '6', size: 1024 }), file('d/a')],
  'a character device': [header('d/p', { type: '3' })],
  'a block device': [header('d/p', { type: '4' })],
  'a size after letters': [withField(124, 'xx000000005\0')],
  'a size with a nine': [withField(124, '95\0\0\0\0\0\0\0\0\0\0')],
  'a size with a sign': [withField(124, '-0000000005\0')],
  'a size with a blank inside': [withField(124, '0000000 05\0\0')],
  'a size of 256 values a byte': [withField(124, `\x80${'\0'.repeat(10)}\x05`)],
  'a negative size': [withField(124, `${'\xff'.repeat(11)}\x05`)],
  'an empty size': [header('d/a', { fields: { 124: '\0'.repeat(12) } })],
  'a mode with rubbish': [withField(100, '000x644\0')],
  'a mode of 256 values a byte': [withField(100, '\x80\0\0\0\0\0\x01\xed')],
  'a user with rubbish': [withField(108, 'root\0\0\0\0')],
  'a time with rubbish': [withField(136, 'yesterday\0\0\0')],
  'a set-user-ID bit': [file('d/a', GOOD, { mode: 0o4755 })],
  'a prefix of a GNU archive': [file('a', GOOD, { prefix: 'd', ...gnu })],
  'a prefix with NUL inside': [file('a', GOOD, { prefix: 'd\0e' })],
  'a name with NUL inside': [file('d/a\0b')],
  'a target with NUL inside': [link('d/a', 'b\0c')],
  'another version of ustar': [file('d/a', GOOD, { magic: 'ustar\0  ' })],
  'rubbish at the end of the header': [withField(500, 'tar')],
  'no magic': [file('d/b'), file('d/a', GOOD, { magic: '' })],
  'an empty name': [file('')],
  'an absolute name': [file('/tmp/stage0-absolute')],
  'a name that climbs': [file('d/../../zz')],
  'a name that climbs and comes back': [file('d/x/../a')],
  'a hard link to a folder': [folder('d/x/'), file('d/x/f'), hard('d/x/loop', 'd/x')],
  'a hard link to itself': [hard('d/a', 'd/a')],
  'a hard link to a file with a slash': [file('d/b'), hard('d/a', 'd/b/')],
  'a hard link to a file with a dot': [file('d/b'), hard('d/a', 'd/b/.')],
  'two names that differ in case': [file('d/README'), file('d/readme', EVIL)],
  'two folders that differ in case': [file('d/X/a'), file('d/x/b')],
  'two spellings of an accent': [file('d/\xc3\xa9'), file('d/e\xcc\x81', EVIL)],
  'a backslash': [file('d\\a')],
  'a drive': [file('C:a')],
  'a link to a drive': [link('d/a', 'C:\\Windows')],
  'a hard link to what comes later': [hard('d/a', 'd/b'), file('d/b')],
  'a hard link to a link': [file('d/b'), link('d/l', 'b'), hard('d/a', 'd/l')],
  'a hard link through a link': [file('d/x/b'), link('d/l', 'x'), hard('d/a', 'd/l/b')],
  'a hard link that climbs': [file('d/b'), hard('d/a', 'd/x/../b')],
  'a hard link with another mode': [file('d/b'), hard('d/a', 'd/b', { mode: 0o755 })],
  'a link to nothing': [link('d/a', '')],
  'an absolute link': [link('d/a', '/etc/passwd')],
  'a link that climbs out': [link('d/a', 'x/../../../etc/passwd')],
  'a name of 300 bytes': [long('L', `d/${'n'.repeat(300)}`), file('d/a', GOOD, gnu)],
};

const TAKEN: Readonly<Record<string, Buffer[]>> = {
  files: [file('d/a'), file('d/b', EVIL, { mode: 0o755 }), file('d/empty', Buffer.alloc(0))],
  'a file of several blocks': [file('d/a', Buffer.alloc(1300, 'x')), file('d/b')],
  'folders with modes': [
    folder('d/', { mode: 0o750 }),
    folder('d/x', { mode: 0o711 }),
    file('d/x/f'),
  ],
  'a folder after its files': [file('d/x/f'), folder('d/x/', { mode: 0o700 })],
  'a folder of this name': [
    folder('./', { mode: 0o755 }),
    file('./d/a'),
    file('d/./b'),
    file('d//c'),
  ],
  links: [file('d/b'), link('d/a', 'b'), link('d/x/up', '../b'), link('d/dangling', 'nothing')],
  'hard links': [file('d/b', GOOD, { mode: 0o755 }), hard('d/a', './d/b', { mode: 0o755 })],
  'an old type': [file('d/a', GOOD, { type: '\0' })],
  'a mode with the type of a file': [file('d/a', GOOD, { mode: 0o100644 })],
  'a long name of ustar': [file('n'.repeat(100), GOOD, { prefix: `d/${'p'.repeat(120)}` })],
  'a long name of GNU tar': [long('L', `d/${'n'.repeat(200)}`), file('d/nn', GOOD, gnu)],
  'a long link of GNU tar': [
    file('d/b'),
    long('K', `${'./'.repeat(80)}b`),
    long('L', `d/${'n'.repeat(200)}`),
    link('d/nn', '././', gnu),
  ],
  'pax names': [
    file('d/b'),
    pax(['path', 'd/\xc3\xa9'], ['linkpath', 'b'], ['mtime', '1.5'], ['comment', 'x']),
    link('d/a', 'zzz'),
  ],
  'the comment of git archive': [global(['comment', 'c'.repeat(40)]), file('d/a')],
  'names of other bytes': [file('d/a\nb'), file('d/\x1b[31m'), file('d/\xff')],
  'sizes in blanks': [withField(124, '          5\0'), file('d/b')],
  'large user numbers': [withField(108, '\x80\0\0\0\x10\0\0\0')],
};

/** Files in the root prevent the folder `d` from becoming the root. */
const archiveOf = (blocks: readonly Buffer[]) =>
  Buffer.concat([...blocks, file('yy'), file('zz'), END]);

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-archives-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

const works = (command: string) => spawnSync(command, ['--version'], { input: '' }).status === 0;
const isGnu = works('tar') && /GNU tar/.test(execFileSync('tar', ['--version']).toString());
const UNPACKERS = [...(isGnu ? ['tar'] : []), ...(works('bsdtar') ? ['bsdtar'] : [])];
if (UNPACKERS.length < 2)
  console.warn(
    `\n*** DID NOT RUN: archives against GNU tar and bsdtar; found: ${UNPACKERS}. ***\n`,
  );

type Listing = Record<string, string>;

/**
 * Path → kind, mode, content. Instead of its content, a second name of a file has the first name.
 */
function listTree(files: MemoryFiles): Listing {
  const found: Listing = {};
  const firsts = new Map<TreeNode, string>();
  const visit = (prefix: string, node: TreeNode) => {
    if (node.kind !== 'directory') return;
    for (const name of [...node.entries.keys()].sort()) {
      const child = node.entries.get(name) as TreeNode;
      const at = prefix + name;
      const first = firsts.get(child);
      if (first !== undefined) found[at] = `same as ${first}`;
      else if (child.kind === 'link') found[at] = `link ${child.target}`;
      else if (child.kind === 'directory') found[at] = `directory ${child.mode.toString(8)}`;
      else found[at] = `file ${child.mode.toString(8)} ${Buffer.from(child.bytes).toString('hex')}`;
      if (child.kind === 'file') firsts.set(child, first ?? at);
      visit(`${at}/`, child);
    }
  };
  visit('', files.root);
  return found;
}

function listFolder(root: string): Listing {
  const found: Listing = {};
  const firsts = new Map<number, string>();
  const visit = (prefix: string) => {
    // Names are bytes here, one character for each byte: not all of them are UTF-8.
    for (const name of fs.readdirSync(Buffer.from(`${root}/${prefix}`, 'latin1'), 'latin1')) {
      const whole = Buffer.from(`${root}/${prefix}${name}`, 'latin1');
      const at = latin1ToHost(prefix + name);
      const status = fs.lstatSync(whole);
      const mode = (status.mode & 0o7777).toString(8);
      const first = firsts.get(status.ino);
      if (first !== undefined) found[at] = `same as ${first}`;
      else if (status.isSymbolicLink())
        found[at] = `link ${latin1ToHost(fs.readlinkSync(whole, 'latin1'))}`;
      else if (status.isDirectory()) found[at] = `directory ${mode}`;
      else if (status.isFile())
        found[at] = `file ${mode} ${fs.readFileSync(whole).toString('hex')}`;
      else found[at] = 'something else';
      if (status.isFile()) firsts.set(status.ino, first ?? at);
      if (status.isDirectory()) visit(`${prefix}${name}/`);
    }
  };
  visit('');
  return found;
}

let runs = 0;
/**
 * What `tar xf` makes of the archive in a new folder, with the archive's modes; or that it failed.
 */
function unpack(command: string, archive: Buffer): Listing | 'failed' {
  const number = runs++;
  const folderName = path.join(scratch, `${number}`);
  const name = `${folderName}.tar`;
  fs.mkdirSync(folderName);
  fs.writeFileSync(name, archive);
  const line = `umask 022; exec ${command} --no-same-owner -p -xf "$1" -C "$2"`;
  const child = spawnSync('sh', ['-c', line, 'sh', name, folderName], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    timeout: 30_000,
  });
  const listing = child.status === 0 ? listFolder(folderName) : 'failed';
  fs.rmSync(folderName, { recursive: true, force: true });
  fs.rmSync(name);
  return listing;
}

/** Our reader refuses cleanly, or all readers read the same. True if ours accepted it. */
function agree(archive: Buffer): boolean {
  let files: MemoryFiles;
  try {
    files = treeFromArchive(archive, 'a.tar');
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    return false;
  }
  const ours = listTree(files);
  for (const command of UNPACKERS)
    expect([command, unpack(command, archive)]).toEqual([command, ours]);
  return true;
}

describe('A1, A2: an archive that is read in different ways is refused', () => {
  it.each(Object.entries(REFUSED))('%s', (_name, blocks) => {
    const attempt = () => treeFromArchive(archiveOf(blocks), 'a.tar');
    expect(attempt).toThrow(ToolError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ambiguous-archive', file: 'a.tar' }));
  });

  it('with its name and the reason', () => {
    const blocks = [file('d/b'), link('d/h', 'b', { size: 1024 }), file('d/c', EVIL)];
    expect(() => treeFromArchive(archiveOf(blocks), 'a.tar')).toThrow(
      'd/h: a symbolic-link with a size (at byte 1024)',
    );
  });

  it('where its end is missing or cut', () => {
    const one = file('d/a');
    for (const bytes of [one, Buffer.concat([one, Buffer.alloc(BLOCK)]), one.subarray(0, 600)]) {
      expect(() => treeFromArchive(bytes, 'a.tar')).toThrow('the tar archive ends too early');
    }
  });

  it('with a header that belongs to no entry', () => {
    for (const extra of [pax(['path', 'd/b']), long('L', 'd/b'), global(['comment', 'x'])]) {
      const archive = Buffer.concat([file('d/a'), extra, END]);
      expect(() => treeFromArchive(archive, 'a.tar')).toThrow('a header that belongs to no entry');
    }
  });

  it('with the sum of signed bytes', () => {
    const block = header('d/\xff');
    const sum = Number.parseInt(block.toString('latin1', 148, 154), 8) - 256;
    block.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
    expect(() => treeFromArchive(archiveOf([block]), 'a.tar')).toThrow('a wrong checksum');
  });
});

describe('A1: an archive that all readers read alike is accepted', () => {
  it.each(Object.entries(TAKEN))('%s', (_name, blocks) => {
    expect(agree(archiveOf(blocks))).toBe(true);
  });

  it.runIf(isGnu)('as GNU tar writes it, in each format', () => {
    const folderName = path.join(scratch, 'made');
    fs.mkdirSync(path.join(folderName, 'x'.repeat(90), 'y'.repeat(90)), { recursive: true });
    fs.writeFileSync(path.join(folderName, 'x'.repeat(90), 'y'.repeat(90), 'f'), GOOD);
    fs.writeFileSync(path.join(folderName, 'g'), EVIL, { mode: 0o755 });
    fs.linkSync(path.join(folderName, 'g'), path.join(folderName, 'h'));
    fs.symlinkSync('h', path.join(folderName, 'l'));
    for (const format of ['gnu', 'ustar', 'pax']) {
      const archive = execFileSync('tar', [
        `--format=${format}`,
        '-cf',
        '-',
        '-C',
        scratch,
        'made',
      ]);
      const files = treeFromArchive(archive, 'made.tar');
      expect(listTree(files)).toEqual(listFolder(folderName));
      const packed = treeFromArchive(gzipSync(archive), 'made.tar.gz');
      expect(listTree(packed)).toEqual(listTree(files));
    }
  });

  it.runIf(works('git'))('as git archive writes it', () => {
    const folderName = path.join(scratch, 'repository');
    fs.mkdirSync(folderName);
    const git = (...words: string[]) =>
      execFileSync('git', [
        '-C',
        folderName,
        '-c',
        'user.name=a',
        '-c',
        'user.email=a@b',
        ...words,
      ]);
    fs.writeFileSync(path.join(folderName, 'f'), GOOD);
    fs.mkdirSync(path.join(folderName, 'e'));
    fs.writeFileSync(path.join(folderName, 'e', 'g'.repeat(120)), EVIL, { mode: 0o755 });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    const archive = git('archive', '--format=tar', '--prefix=p-1.0/', 'HEAD');
    expect(archive.includes('comment=')).toBe(true);
    expect(Object.keys(listTree(treeFromArchive(archive, 'p.tar')))).toEqual([
      'e',
      `e/${'g'.repeat(120)}`,
      'f',
    ]);
    agree(archiveOf([archive.subarray(0, -2 * BLOCK)].map((b) => trimmedEnd(b))));
  });
});

/** Without the blocks of zeros at the end. */
function trimmedEnd(archive: Buffer): Buffer {
  let end = archive.length;
  while (end >= BLOCK && archive.subarray(end - BLOCK, end).every((byte) => byte === 0))
    end -= BLOCK;
  return archive.subarray(0, end);
}

describe('a compressed archive', () => {
  const archive = archiveOf([file('d/a'), file('d/b', EVIL)]);
  const half = archive.length / 2;

  it.each(
    Object.entries({
      whole: [gzipSync(archive)],
      'of two members': [gzipSync(archive.subarray(0, half)), gzipSync(archive.subarray(half))],
      'with a member of nothing': [gzipSync(Buffer.alloc(0)), gzipSync(archive)],
    }),
  )('is taken %s', (_name, parts) => {
    expect(agree(Buffer.concat(parts))).toBe(true);
  });

  it.each(
    Object.entries({
      'with rubbish after it': [gzipSync(archive), Buffer.from('rubbish')],
      'with an archive after it': [gzipSync(archive), gzipSync(archive)],
      'packed twice': [gzipSync(gzipSync(archive))],
      'with a tar header after it': [gzipSync(archive), file('d/c', EVIL)],
    }),
  )('is refused %s', (_name, parts) => {
    expect(agree(Buffer.concat(parts))).toBe(false);
  });
});

describe('the folder that everything is in', () => {
  const names = (...blocks: Buffer[]) =>
    Object.keys(listTree(treeFromArchive(Buffer.concat([...blocks, END]), 'a.tar')));

  it('is the root', () => {
    expect(names(file('r-1/a'), file('r-1/x/b'))).toEqual(['a', 'x', 'x/b']);
    expect(names(file('./r-1/a'), file('r-1//b'))).toEqual(['a', 'b']);
    expect(names(folder('r-1/'), file('r-1/a'))).toEqual(['a']);
  });

  it('is not a root where something is beside it, or the archive lists its own root', () => {
    expect(names(file('r-1/a'), file('b'))).toEqual(['b', 'r-1', 'r-1/a']);
    expect(names(folder('./'), file('./r-1/a'))).toEqual(['r-1', 'r-1/a']);
    expect(names(file('a'))).toEqual(['a']);
  });
});

describe('A1: archives that nobody thought of', () => {
  const name = fc.constantFrom('d', 'd/', 'd/a', './d/a', 'd//b', 'd/b/', 'd/b/c', 'e', '.', './');
  const data = fc.constantFrom(GOOD, EVIL, Buffer.alloc(0), Buffer.alloc(600, 'x'));
  const mode = fc.constantFrom(0o644, 0o755, 0o600);
  const magic = fc.constantFrom('ustar\x0000', 'ustar  \0');
  const piece = fc.oneof(
    fc.tuple(name, data, mode, magic).map(([n, d, m, g]) => file(n, d, { mode: m, magic: g })),
    fc.tuple(name, mode, magic).map(([n, m, g]) => folder(n, { mode: m, magic: g })),
    fc.tuple(name, name, magic).map(([n, t, g]) => link(n, t, { magic: g })),
    fc.tuple(name, name, mode, magic).map(([n, t, m, g]) => hard(n, t, { mode: m, magic: g })),
    fc.tuple(fc.constantFrom('L' as const, 'K' as const), name).map(([t, n]) => long(t, n)),
    fc.tuple(fc.constantFrom('path', 'linkpath', 'comment'), name).map(([k, n]) => pax([k, n])),
    fc.constant(global(['comment', 'x'])),
  );

  it('are refused, unless all readers read them alike', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        if (agree(archiveOf(pieces))) taken++;
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  const starts = [
    ...[0, 3, 99, 100, 106, 108, 115, 116, 124, 130, 134, 136, 140, 156, 157, 200],
    ...[257, 263, 265, 297, 329, 337, 345, 400, 500],
  ];
  const texts = ['0', '7', '8', ' ', '\0', 'x', '-', '\x80', '\xff', '\t', '0 0', '12'];
  const bases = { file: file('d/a'), folder: folder('d/x/'), link: link('d/l', 'a') };
  const extensions = { long: long('L', 'd/longer'), pax: pax(['path', 'd/longer']) };

  it.each(Object.entries({ ...bases, ...extensions }))(
    'so is a %s with one field changed',
    (_, block) => {
      for (const at of starts) {
        for (const text of texts) {
          const changed = Buffer.from(block);
          changed.write(text, at, 'latin1');
          sealed(changed.subarray(0, BLOCK));
          const archive = archiveOf([changed, file('d/other', EVIL)]);
          try {
            agree(archive);
          } catch (error) {
            throw new Error(`${JSON.stringify(text)} at ${at}`, { cause: error });
          }
        }
      }
    },
  );
});

describe('A3: an archive that is a bomb', () => {
  const refusedQuickly = (archive: Buffer, message: RegExp) => {
    const start = process.cpuUsage();
    expect(() => treeFromArchive(archive, 'bomb.tar')).toThrow(message);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(2e6); // microseconds
  };

  it('with a path of 20,000 folders is refused', () => {
    const deep = `d/${'a/'.repeat(20_000)}x`;
    refusedQuickly(archiveOf([pax(['path', deep]), file('d/a')]), /the name is too long/);
    refusedQuickly(archiveOf([long('L', deep), file('d/a', GOOD, gnu)]), /the name is too long/);
  });

  it('with 300 paths of 1,500 folders takes no longer than its names', () => {
    const pieces = Array.from({ length: 300 }, (_, index) => [
      pax(['path', `d/${'b/'.repeat(1500)}${index}`]),
      file('d/a'),
    ]).flat();
    const start = process.cpuUsage();
    treeFromArchive(archiveOf(pieces), 'bomb.tar');
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(3e6);
  });

  it('with a folder inside itself is refused', () => {
    const loop = [folder('d/x/'), hard('d/x/loop', 'd/x')];
    refusedQuickly(archiveOf(loop), /a hard link to d\/x, which is not a file before it/);
  });
});
