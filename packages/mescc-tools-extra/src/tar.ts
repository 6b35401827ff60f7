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
 * ignores prefixes, and treats pax headers as files.
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

export interface TarEntry {
  /** Path as the archive gives it, a slash at the end of a directory's included. */
  readonly name: string;
  readonly type: TarType;
  /**
   * The type as the header writes it: `5` for a directory, but in an old archive `0` and a slash
   * after the name.
   */
  readonly flag: string;
  /** Permission bits. */
  readonly mode: number;
  /** Content of a file; a view of the archive. */
  readonly data: Uint8Array;
  /** Where a link points. */
  readonly target: string;
  /** Where in the archive the entry's header is. */
  readonly offset: number;
}

const BLOCK = 512;
const EMPTY = new Uint8Array();

/** What the headers before an entry say of it. */
interface Overrides {
  name?: string;
  target?: string;
  size?: number;
  /** Set for a sparse file: its real name, or nothing where it is elsewhere. */
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
 * Read the archive. Throws a ToolError when it is cut short, damaged, uses something that is not
 * known (sparse files, several volumes), or names a place outside.
 */
export function readTar(bytes: Uint8Array, options: DecodeOptions = {}): TarEntry[] {
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
    else if (kind !== 'g' && kind !== 'V') {
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
  // An old archive marks a directory by the slash alone. Quirk kept: upstream makes it with a mode
  // of its own.
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

/** name = [ prefix "/" ] name ; GNU archives use the prefix's place for other things. */
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

/** Octal, or after a byte of 0x80 or 0xff a big-endian number of 256 values a byte. */
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

/** The text up to the first NUL. */
function readText(bytes: Uint8Array, start: number, end: number): string {
  const nul = bytes.subarray(start, end).indexOf(0);
  return decodeUtf8(bytes, start, nul < 0 ? end : start + nul);
}

function isZero(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < BLOCK; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

/** It stays inside as written, but not if `a` is a link. */
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
