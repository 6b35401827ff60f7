// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * readTar: a tar archive → its entries, in order.
 *
 * Knows the old format, ustar with prefixes, GNU long names and base-256 numbers, and the path,
 * link path and size of pax headers. Invariant: no entry has a name, and no hard link a target,
 * that is absolute or contains `..`; a symbolic link may point anywhere, and code that extracts
 * must not write through it.
 *
 * Upstream (mescc-tools-extra/untar.c of stage0-posix 1.9.1) reads names of at most 99 bytes,
 * ignores prefixes, and treats pax headers as files. The program does the last with global ones.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { requireBytes, ToolError } from '@stage0-ts/diagnostics';
import { type DecodeOptions, type Fail, failWith } from './decoding.ts';

export type TarType =
  | 'file'
  | 'directory'
  | 'symbolic-link'
  | 'hard-link'
  | 'character-device'
  | 'block-device'
  | 'fifo';

export interface TarOptions extends DecodeOptions {
  /**
   * True to have global pax headers as files of their names, as upstream's untar makes them. `git
   * archive` writes one. Default: false.
   */
  readonly keepsGlobalHeaders?: boolean;
}

export interface TarEntry {
  /** Path as the archive gives it, including the slash at the end of a directory's name. */
  readonly name: string;
  readonly type: TarType;
  /**
   * The type as the header has it: `5` for a directory; but old archives use `0` and a slash after
   * the name.
   */
  readonly flag: string;
  /** Permission bits. */
  readonly mode: number;
  /** Content of a file, as a view of the archive. */
  readonly data: Uint8Array;
  /** The target of a link. */
  readonly target: string;
  /** Offset of the entry's header in the archive. */
  readonly offset: number;
}

const BLOCK = 512;
const EMPTY = new Uint8Array();

/** What the headers before an entry say about it. */
interface Overrides {
  name?: string;
  target?: string;
  size?: number;
  /** Set for a sparse file: its real name, or '' if the name is elsewhere. */
  sparse?: string;
}

const TYPES: ReadonlyMap<string, TarType> = new Map([
  ['1', 'hard-link'],
  ['2', 'symbolic-link'],
  ['3', 'character-device'],
  ['4', 'block-device'],
  ['5', 'directory'],
  ['D', 'directory'],
  ['6', 'fifo'],
]);

/**
 * Read the archive. Throws a ToolError if it is cut short or damaged, uses features that are not
 * supported (sparse files, several volumes), or has a name that leads outside.
 */
export function readTar(bytes: Uint8Array, options: TarOptions = {}): TarEntry[] {
  requireBytes(bytes);
  const fail = failWith(options);
  const entries: TarEntry[] = [];
  let overrides: Overrides = {};
  for (let at = 0; ; ) {
    if (at + BLOCK > bytes.length) throw fail(bytes.length, 'the tar archive ends too early');
    if (isZero(bytes, at)) return entries;
    verifyHeader(bytes, at, fail);
    const kind = String.fromCharCode(bytes[at + 156] as number);
    const size = contentSize(bytes, at, kind, overrides, fail);
    const start = at + BLOCK;
    const end = start + Math.ceil(size / BLOCK) * BLOCK;
    if (!(end <= bytes.length)) throw fail(bytes.length, 'the tar archive ends too early');
    const data = bytes.subarray(start, start + size);
    if (kind === 'x') overrides = { ...overrides, ...paxRecords(data, start, fail) };
    else if (kind === 'L') overrides = { ...overrides, name: readText(data, 0, size) };
    else if (kind === 'K') overrides = { ...overrides, target: readText(data, 0, size) };
    else if (kind === 'g') {
      if (options.keepsGlobalHeaders) entries.push(readEntry(bytes, at, kind, data, {}, options));
    } else if (kind !== 'V') {
      const name = overrides.sparse || overrides.name || headerName(bytes, at);
      if (kind === 'S' || kind === 'M' || overrides.sparse !== undefined) {
        const what = kind === 'M' ? 'a part of a file of several volumes' : 'a sparse file';
        throw fail(at, `${name}: ${what}, which is not supported`);
      }
      entries.push(readEntry(bytes, at, kind, data, overrides, options));
      overrides = {};
    }
    at = end;
  }
}

function readEntry(
  bytes: Uint8Array,
  at: number,
  kind: string,
  data: Uint8Array,
  overrides: Overrides,
  options: DecodeOptions,
): TarEntry {
  const name = overrides.name ?? headerName(bytes, at);
  const target = overrides.target ?? readText(bytes, at + 157, at + 257);
  const known = TYPES.get(kind);
  // In old archives only the slash marks a directory. Quirk kept: upstream gives it mode
  // 0755 instead of the header's mode.
  const type = known ?? (name.endsWith('/') ? 'directory' : 'file');
  const isOldDirectory = known === undefined && type === 'directory';
  requireInside(name, at, options);
  if (type === 'hard-link') requireInside(target, at, options);
  return {
    name,
    type,
    flag: kind,
    mode: isOldDirectory ? 0o755 : readOctal(bytes, at + 100, 8) & 0o7777,
    data: type === 'file' ? data : EMPTY,
    target: type === 'hard-link' || type === 'symbolic-link' ? target : '',
    offset: at,
  };
}

/** A directory has no content, whatever its size field says; nor do devices and links of ustar. */
function contentSize(
  bytes: Uint8Array,
  at: number,
  kind: string,
  overrides: Overrides,
  fail: Fail,
): number {
  if (kind === '5') return 0;
  const isExtension = 'xgLKV'.includes(kind);
  const size = (isExtension ? undefined : overrides.size) ?? readNumber(bytes, at + 124, 12);
  if (size < 0) throw fail(at + 124, 'a size below zero');
  return size;
}

/** name = [ prefix "/" ] name ; GNU archives use the place of the prefix for other things. */
function headerName(bytes: Uint8Array, at: number): string {
  const name = readText(bytes, at, at + 100);
  const isUstar = readText(bytes, at + 257, at + 265) === 'ustar' && bytes[at + 262] === 0;
  const prefix = isUstar ? readText(bytes, at + 345, at + 500) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** pax = { length " " keyword "=" value newline } */
function paxRecords(data: Uint8Array, start: number, fail: Fail): Overrides {
  const found: Overrides = {};
  for (let at = 0; at < data.length; ) {
    const blank = data.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(decodeUtf8(data, at, blank));
    const end = at + length;
    if (!(length > blank + 1 - at) || end > data.length || data[end - 1] !== 0x0a) {
      throw fail(start + at, 'a damaged pax header');
    }
    const record = decodeUtf8(data, blank + 1, end - 1);
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    const keyword = record.slice(0, Math.max(equals, 0));
    if (keyword === 'path') found.name = value;
    else if (keyword === 'linkpath') found.target = value;
    else if (keyword === 'size') {
      if (!/^[0-9]{1,15}$/.test(value)) throw fail(start + at, 'a damaged pax header');
      found.size = Number(value);
    } else if (keyword.startsWith('GNU.sparse.')) {
      found.sparse = keyword === 'GNU.sparse.name' ? value : (found.sparse ?? '');
    }
    at = end;
  }
  return found;
}

/** The checksum counts its own field as blanks; some old writers added up signed bytes. */
function verifyHeader(bytes: Uint8Array, at: number, fail: Fail): void {
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (bytes[at + i] as number);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 256;
  }
  const sum = readOctal(bytes, at + 148, 8);
  if (sum !== unsigned && sum !== signed) throw fail(at, 'a tar header with a wrong checksum');
}

/** A number in octal; or, after a byte 0x80 or 0xff, in big-endian binary. */
function readNumber(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] as number;
  if (first !== 0x80 && first !== 0xff) return readOctal(bytes, at, length);
  let value = first === 0xff ? -1 : 0;
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

/** The first run of octal digits in the field; 0 if there is none. */
function readOctal(bytes: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let value = 0;
  let i = at;
  while (i < end && !isOctal(bytes[i] as number)) i++;
  for (; i < end && isOctal(bytes[i] as number); i++)
    value = value * 8 + (bytes[i] as number) - 0x30;
  return value;
}

function isOctal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

/** The text before the first NUL. */
function readText(bytes: Uint8Array, start: number, end: number): string {
  const nul = bytes.subarray(start, end).indexOf(0);
  return decodeUtf8(bytes, start, nul < 0 ? end : start + nul);
}

function isZero(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < BLOCK; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

/** As written, the name stays inside, but not if `a` is a link. */
const DOTS = 'a name with .. in it, which a link on the way would lead elsewhere';

function climbs(name: string): boolean {
  let depth = 0;
  for (const part of name.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function requireInside(name: string, offset: number, options: DecodeOptions): void {
  const problem =
    name === '' || name.includes('\0')
      ? 'an entry without a proper name'
      : name.startsWith('/')
        ? `an absolute name: ${name}`
        : name.split('/').includes('..')
          ? `${climbs(name) ? 'a name that climbs out of the directory' : DOTS}: ${name}`
          : undefined;
  if (problem === undefined) return;
  throw new ToolError(`${problem} (at byte ${offset})`, {
    code: 'unsafe-path',
    file: options.name ?? 'input',
    offset,
  });
}
