// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tar archive that every tar reads in the same way → its entries; any other archive → an error.
 *
 * tar is a family of formats, and its readers disagree: GNU tar ignores a link's size and reads
 * what follows as an entry, another reader skips that many bytes; one obeys the pax header, another
 * the long name. An attacker can use that to show a clean tree to a check and a trojan to the user
 * who unpacks the same archive with `tar xf`. So this reader knows the forms that source releases
 * have (ustar, GNU with long names, pax with the keywords in PAX_KEYWORDS, git's global comment),
 * each field in its plain spelling, and refuses the rest. Invariant: what it returns, GNU tar and
 * bsdtar read too; the test compares both with it. The rules for the names of all entries together
 * are in tar-tree.ts.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';

/** One entry whose header has only fields that every reader understands in the same way. */
export interface PlainEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symbolic-link' | 'hard-link';
  /** Permission bits. */
  readonly mode: number;
  /** Content of a file, as a view of the archive. */
  readonly data: Uint8Array;
  /** The target of a link; empty for other entries. */
  readonly target: string;
  /** Offset of the header in the archive. */
  readonly offset: number;
}

const BLOCK = 512;

const KINDS: ReadonlyMap<string, PlainEntry['kind']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['1', 'hard-link'],
  ['2', 'symbolic-link'],
  ['5', 'directory'],
]);

/** What the other type flags mean, for the message. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['3', 'a character device, which no source tree has'],
  ['4', 'a block device, which no source tree has'],
  ['6', 'a fifo, which no source tree has'],
  ['7', 'a contiguous file, which is read in different ways'],
  ['S', 'a sparse file, which is read in different ways'],
  ['M', 'a part of a file of several volumes'],
  ['D', 'a folder of a GNU incremental archive'],
  ['V', 'a volume label'],
  ['N', 'old GNU names'],
]);

/** Keywords of a pax header that change nothing in the tree, and two that we obey. */
const PAX_KEYWORDS: ReadonlySet<string> = new Set([
  ...['path', 'linkpath', 'comment', 'mtime', 'atime', 'ctime', 'uid', 'gid', 'uname', 'gname'],
  ...['SCHILY.dev', 'SCHILY.ino', 'SCHILY.nlink', 'LIBARCHIVE.creationtime'],
]);
const PAX_PREFIXES = ['SCHILY.xattr.', 'LIBARCHIVE.xattr.'];
/** Some readers fail at values that are not numbers; others use a part of such a value. */
const PAX_NUMBERS: ReadonlyMap<string, RegExp> = new Map([
  ['uid', /^[0-9]{1,10}$/],
  ['gid', /^[0-9]{1,10}$/],
  ['mtime', /^-?[0-9]{1,12}(\.[0-9]{1,9})?$/],
  ['atime', /^-?[0-9]{1,12}(\.[0-9]{1,9})?$/],
  ['ctime', /^-?[0-9]{1,12}(\.[0-9]{1,9})?$/],
]);

/** What the headers before an entry say about it. */
interface Extension {
  pax?: ReadonlyMap<string, string>;
  longName?: string;
  longTarget?: string;
}

/**
 * True for the beginning of a tar archive in the format of 1988 or later, and for an empty archive.
 */
export function looksLikeTar(bytes: Uint8Array): boolean {
  const first = bytes.subarray(0, BLOCK);
  if (first.length < BLOCK) return false;
  return decodeUtf8(first, 257, 262) === 'ustar' || first.every((byte) => byte === 0);
}

/** Read the archive. Throws a ToolError that names the entry and says why it is refused. */
export function readPlainTar(bytes: Uint8Array, archive: string): PlainEntry[] {
  return new PlainReader(bytes, archive).run();
}

class PlainReader {
  private readonly bytes: Uint8Array;
  private readonly archive: string;
  private at = 0;
  /** The entry that is being read, if its name is known. */
  private name = '';

  constructor(bytes: Uint8Array, archive: string) {
    this.bytes = bytes;
    this.archive = archive;
  }

  run(): PlainEntry[] {
    const entries: PlainEntry[] = [];
    for (;;) {
      const offset = this.at;
      const extension = this.extension();
      if (this.isZeroBlock()) {
        if (this.at !== offset) throw this.fail('a header that belongs to no entry');
        this.requireEnd();
        return entries;
      }
      entries.push(this.entry(extension));
    }
  }

  /** The `x`, `g`, `L` and `K` headers in front of an entry. */
  private extension(): Extension {
    const extension: Extension = {};
    while (!this.isZeroBlock()) {
      const flag = this.flag();
      if (!'xgLK'.includes(flag)) break;
      this.name = this.text(0, 100, 'name');
      this.header();
      const data = this.content(this.size());
      const isLong = flag === 'L' || flag === 'K';
      if (isLong && this.name !== '././@LongLink') throw this.fail('a long name of another name');
      if (flag === 'g') {
        if (Object.keys(extension).length > 0) throw this.fail('a global header before an entry');
        this.requireComment(data);
      } else if (flag === 'x' && extension.pax === undefined) extension.pax = this.records(data);
      else if (flag === 'L' && extension.longName === undefined) {
        extension.longName = this.long(data);
      } else if (flag === 'K' && extension.longTarget === undefined) {
        extension.longTarget = this.long(data);
      } else throw this.fail('two headers of one kind before an entry');
      const { pax, longName, longTarget } = extension;
      if (pax !== undefined && (longName !== undefined || longTarget !== undefined)) {
        throw this.fail('both a pax header and a GNU long name');
      }
    }
    return extension;
  }

  /** An entry is `header content`. */
  private entry({ pax, longName, longTarget }: Extension): PlainEntry {
    const offset = this.at;
    this.name = longName ?? pax?.get('path') ?? this.headerName();
    this.header();
    const flag = this.flag();
    const kind = KINDS.get(flag);
    if (kind === undefined) {
      throw this.fail(REFUSED.get(flag) ?? `an entry of the unknown type ${JSON.stringify(flag)}`);
    }
    const isLink = kind === 'hard-link' || kind === 'symbolic-link';
    const ownTarget = this.text(157, 257, 'link name');
    const target = longTarget ?? pax?.get('linkpath') ?? ownTarget;
    if (isLink ? target === '' : target !== '') {
      throw this.fail(isLink ? 'a link to nothing' : 'a link name, though it is not a link');
    }
    const mode = this.octal(100, 8, 'mode') & 0o7777;
    if ((mode & 0o7000) !== 0 && kind === 'file') throw this.fail('a set-user-ID or like bit');
    const size = this.size();
    if (kind !== 'file' && size !== 0) throw this.fail(`a ${kind} with a size`);
    const { name } = this;
    return { name, kind, mode, data: this.content(size), target, offset };
  }

  /** Check all fields of this header that have no effect. */
  private header(): void {
    const { bytes, at } = this;
    if (at + BLOCK > bytes.length) throw this.fail('the tar archive ends too early');
    if (this.checksum() !== this.octal(148, 8, 'checksum')) {
      throw this.fail('a tar header with a wrong checksum');
    }
    const magic = decodeUtf8(bytes, at + 257, at + 265);
    if (magic !== 'ustar\x0000' && magic !== 'ustar  \0') {
      throw this.fail('a header that is neither of POSIX nor of GNU tar');
    }
    this.octal(100, 8, 'mode');
    this.number(108, 8, 'user');
    this.number(116, 8, 'group');
    this.number(136, 12, 'time');
    this.number(329, 8, 'device');
    this.number(337, 8, 'device');
    // In this place GNU tar stores times, offsets and sparse maps; other formats have the name's
    // prefix.
    this.requireZero(magic === 'ustar  \0' ? 345 : 500, BLOCK, 'rubbish at the end of the header');
  }

  /** name = [ prefix "/" ] name */
  private headerName(): string {
    const name = this.text(0, 100, 'name');
    this.name = name;
    const prefix = this.text(345, 500, 'prefix');
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  private flag(): string {
    return String.fromCharCode(this.bytes[this.at + 156] as number);
  }

  private size(): number {
    return this.octal(124, 12, 'size');
  }

  /** The bytes after the header; the reader is then at the block after them. */
  private content(size: number): Uint8Array {
    const start = this.at + BLOCK;
    const end = start + Math.ceil(size / BLOCK) * BLOCK;
    if (end > this.bytes.length) throw this.fail('the tar archive ends too early');
    this.at = end;
    return this.bytes.subarray(start, start + size);
  }

  /**
   * The sum of all bytes, in which the checksum's own field counts as blanks. Sums of signed bytes
   * are refused.
   */
  private checksum(): number {
    let sum = 0;
    for (let i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0x20 : (this.bytes[this.at + i] as number);
    }
    return sum;
  }

  /** { " " } digit { digit } { NUL | " " } */
  private octal(start: number, length: number, what: string): number {
    const field = this.raw(start, length);
    const digits = /^ *([0-7]+)[ \0]*$/.exec(field)?.[1];
    if (digits === undefined) throw this.fail(`a ${what} that is not a plain octal number`);
    return Number.parseInt(digits, 8);
  }

  /** A number that has no effect here: octal, empty, or a large user number of GNU tar. */
  private number(start: number, length: number, what: string): void {
    const field = this.raw(start, length);
    if (/^[ \0]*$/.test(field) || (length === 8 && field.startsWith('\x80\0\0\0'))) return;
    this.octal(start, length, what);
  }

  /** The text of a field. It ends at the field's end or at the NULs that fill the field. */
  private text(start: number, end: number, what: string): string {
    const { bytes, at } = this;
    const nul = bytes.subarray(at + start, at + end).indexOf(0);
    const length = nul < 0 ? end - start : nul;
    this.requireZero(start + length, end, `a ${what} with rubbish after its end`);
    return decodeUtf8(bytes, at + start, at + start + length);
  }

  private requireZero(start: number, end: number, problem: string): void {
    for (let i = start; i < end; i++) if (this.bytes[this.at + i] !== 0) throw this.fail(problem);
  }

  /** The content of `L` and `K`: a name and the NUL that ends it. */
  private long(data: Uint8Array): string {
    const nul = data.indexOf(0);
    if (nul < 1 || nul !== data.length - 1) throw this.fail('a damaged long name');
    return decodeUtf8(data, 0, nul);
  }

  /** Git writes the commit into a global header. About anything else there, readers disagree. */
  private requireComment(data: Uint8Array): void {
    for (const keyword of this.records(data).keys()) {
      if (keyword !== 'comment') throw this.fail(`a global pax header with ${keyword}`);
    }
  }

  /** { length " " keyword "=" value newline } */
  private records(data: Uint8Array): Map<string, string> {
    const found = new Map<string, string>();
    for (let at = 0; at < data.length; ) {
      const digits = /^[1-9][0-9]{0,8}(?= )/.exec(
        decodeUtf8(data, at, Math.min(at + 10, data.length)),
      );
      const end = at + Number(digits?.[0] ?? Number.NaN);
      const start = at + (digits?.[0].length ?? 0) + 1;
      if (!(end > start && end <= data.length) || data[end - 1] !== 0x0a) {
        throw this.fail('a damaged pax header');
      }
      const record = decodeUtf8(data, start, end - 1);
      const equals = record.indexOf('=');
      this.addRecord(found, record.slice(0, Math.max(equals, 0)), record.slice(equals + 1));
      at = end;
    }
    return found;
  }

  private addRecord(found: Map<string, string>, keyword: string, value: string): void {
    if (keyword.startsWith('GNU.sparse.')) throw this.fail('a sparse file of a pax header');
    const isKnown = PAX_KEYWORDS.has(keyword) || PAX_PREFIXES.some((p) => keyword.startsWith(p));
    if (!isKnown) throw this.fail(`a pax header with ${keyword === '' ? 'no keyword' : keyword}`);
    if (found.has(keyword)) throw this.fail(`a pax header with two values of ${keyword}`);
    const isName = keyword === 'path' || keyword === 'linkpath';
    // The value of an extended attribute may have any bytes; a name must be UTF-8.
    if (isName && (value === '' || /[\0\ud800-\udfff]/.test(value.replace(PAIRS, '')))) {
      throw this.fail(`a pax header with a ${keyword} that is empty or no UTF-8`);
    }
    if (PAX_NUMBERS.get(keyword)?.test(value) === false) {
      throw this.fail(`a pax header with a damaged ${keyword}`);
    }
    found.set(keyword, value);
  }

  /** Two blocks of zeros, and then only zeros: some readers read what follows, others do not. */
  private requireEnd(): void {
    const { bytes } = this;
    this.name = '';
    if (this.at + 2 * BLOCK > bytes.length) throw this.fail('the tar archive ends too early');
    for (let i = this.at; i < bytes.length; i++) {
      if (bytes[i] === 0) continue;
      this.at = i;
      throw this.fail('something follows the end of the archive');
    }
  }

  private isZeroBlock(): boolean {
    const { bytes, at } = this;
    if (at + BLOCK > bytes.length) throw this.fail('the tar archive ends too early');
    for (let i = 0; i < BLOCK; i++) if (bytes[at + i] !== 0) return false;
    return true;
  }

  /** Bytes of the header, as a byte string. */
  private raw(start: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(this.at + start, this.at + start + length));
  }

  private fail(problem: string): ToolError {
    return ambiguous(this.archive, this.name, this.at, problem);
  }
}

/** Well-formed surrogate pairs, each of which is one character. */
const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;

/** The error for an archive that is refused because of the entry `name` at `offset`. */
export function ambiguous(
  archive: string,
  name: string,
  offset: number,
  problem: string,
): ToolError {
  const shown = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  const entry = shown === '' ? '' : `${shown}: `;
  return new ToolError(`${entry}${problem} (at byte ${offset})`, {
    code: 'ambiguous-archive',
    file: archive,
    offset,
    hint: 'only archives that every tar unpacks to the same tree are taken',
  });
}
