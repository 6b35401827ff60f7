// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls that report and set the properties of files: stat and the like, times, owners.
 *
 * The layouts are struct stat and struct stat64 of arch/x86/include/uapi/asm/stat.h. All files
 * belong to root and are on one device; owners cannot be changed, and trying to is not an error.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { FileKind } from '@stage0-ts/host';
import { type Call, type CallContext, done, put, text, wordAt } from './call-context.ts';
import { isDevice } from './descriptor.ts';
import { errno } from './errno.ts';
import { missing } from './missing.ts';

/** What stat reports. */
interface Facts {
  /** Type and permissions. */
  readonly mode: number;
  readonly size: number;
  readonly number: number;
  readonly links: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const TYPES: Readonly<Record<FileKind, number>> = {
  file: 0o100000,
  directory: 0o040000,
  link: 0o120000,
  other: 0o020000,
};
const PIPE = 0o010600;
const DEVICE = 0o020666;
const DIRECTORY_SIZE = 4096;
const BLOCK = 4096;
const SECTOR = 512;
/** Nanoseconds of utimensat that mean "now" and "do not change it". */
const NOW = 0x3fffffff;
const OMIT = 0x3ffffffe;

/** What stat reports for a path. Throws ENOENT, ENOTDIR or ELOOP. */
export function factsOf(context: CallContext, path: string, followLast: boolean): Facts {
  const { host, files } = context;
  files.opened.flush(); // sizes and times come from the host
  const status = followLast ? host.stat(path) : host.lstat(path);
  const inode = host.inode(path, followLast);
  if (status === undefined || inode === undefined) {
    if (isDevice(files.opened.absolute(path))) return plain(DEVICE);
    throw missing(host, path);
  }
  let { size } = status;
  if (status.kind === 'directory') size = DIRECTORY_SIZE;
  if (status.kind === 'link') size = encodeUtf8(host.readLink(path)).length;
  return { ...inode, mode: TYPES[status.kind] | status.mode, size };
}

/** What stat reports for a descriptor. */
export function factsOfOpen(context: CallContext, fd: number): Facts {
  const descriptor = context.files.get(fd);
  switch (descriptor.kind) {
    case 'directory':
      return factsOf(context, descriptor.path, true);
    case 'file': {
      const { file } = descriptor;
      if (!file.removed) return factsOf(context, file.path, true);
      return { ...plain(TYPES.file | 0o600), size: file.size, links: 0 };
    }
    case 'device':
      return plain(DEVICE);
    default:
      return plain(PIPE);
  }
}

function plain(mode: number): Facts {
  return { mode, size: 0, number: 1, links: 1, modified: 0 };
}

function putOld(context: CallContext, address: number, facts: Facts): number {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 1, true);
  view.setUint32(4, facts.number, true);
  view.setUint16(8, facts.mode, true);
  view.setUint16(10, facts.links, true);
  view.setUint32(20, facts.size, true);
  view.setUint32(24, BLOCK, true);
  view.setUint32(28, Math.ceil(facts.size / SECTOR), true);
  putTimes(view, 32, facts.modified);
  put(context, address, bytes);
  return 0;
}

/** Write a struct stat64. */
export function putWide(context: CallContext, address: number, facts: Facts): number {
  const bytes = new Uint8Array(96);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 1, true);
  view.setUint32(12, facts.number, true);
  view.setUint32(16, facts.mode, true);
  view.setUint32(20, facts.links, true);
  view.setUint32(44, facts.size, true);
  view.setUint32(52, BLOCK, true);
  view.setUint32(56, Math.ceil(facts.size / SECTOR), true);
  putTimes(view, 64, facts.modified);
  view.setBigUint64(88, BigInt(facts.number), true);
  put(context, address, bytes);
  return 0;
}

/** Times of the last access, of the last write, and of the last change: all the same here. */
function putTimes(view: DataView, offset: number, modified: number): void {
  const whole = Math.floor(modified / 1000);
  for (let at = offset; at < offset + 24; at += 8) {
    view.setUint32(at, whole, true);
    view.setUint32(at + 4, Math.floor(modified - whole * 1000) * 1_000_000, true);
  }
}

const byName =
  (write: typeof putOld, followLast: boolean): Call =>
  (context, path, address) =>
    write(context, address, factsOf(context, text(context, path), followLast));

const byDescriptor =
  (write: typeof putOld): Call =>
  (context, fd, address) =>
    write(context, address, factsOfOpen(context, fd));

/**
 * utime has only seconds (`unit` is 0). utimes also has microseconds: `unit` of them are a
 * millisecond.
 */
const setTimes =
  (at: number, unit: number): Call =>
  (context, path, address) =>
    done(() => {
      const name = text(context, path);
      if (context.host.stat(name) === undefined) throw missing(context.host, name);
      const part =
        unit === 0 || address === 0 ? 0 : Math.floor(wordAt(context, address + at + 4) / unit);
      const when = address === 0 ? context.host.now() : wordAt(context, address + at) * 1000 + part;
      context.files.opened.flush();
      context.host.setModified(name, when);
    });

/** Set the time of the file at `name` to the times at `address`; address 0 means now. */
export function setTimesOf(
  context: CallContext,
  name: string,
  address: number,
  is64: boolean,
): void {
  const { host, files } = context;
  if (host.stat(name) === undefined) throw missing(host, name);
  files.opened.flush();
  const [seconds, part] = is64 ? [16, 24] : [8, 12];
  const nanoseconds = address === 0 ? NOW : wordAt(context, address + part);
  if (nanoseconds === OMIT) return;
  if (nanoseconds === NOW) host.setModified(name, host.now());
  else {
    const whole = wordAt(context, address + seconds) * 1000;
    host.setModified(name, whole + Math.floor(nanoseconds / 1e6));
  }
}

/** Owners are not stored, but a path without a file is an error. */
const changeOwner: Call = (context, path) =>
  done(() => {
    const name = text(context, path);
    if (context.host.lstat(name) === undefined) throw missing(context.host, name);
  });

const changeOwnerOf: Call = (context, fd) => done(() => context.files.get(fd));

const setSize =
  (open: boolean): Call =>
  (context, target, low, high) =>
    done(() => {
      if (high !== 0 || low < 0) throw errno('EFBIG');
      if (open) return context.files.truncate(target, low);
      const fd = context.files.openFile(text(context, target), 1, 0);
      context.files.truncate(fd, low);
      context.files.close(fd);
    });

const short =
  (call: Call): Call =>
  (context, target, size) =>
    call(context, target, size, 0, 0, 0);

/** Call numbers and their functions. */
export const STAT_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [16, changeOwner], // lchown
  [30, setTimes(4, 0)], // utime
  [92, short(setSize(false))], // truncate
  [93, short(setSize(true))], // ftruncate
  [95, changeOwnerOf], // fchown
  [106, byName(putOld, true)],
  [107, byName(putOld, false)],
  [108, byDescriptor(putOld)],
  [182, changeOwner], // chown
  [193, setSize(false)], // truncate64
  [194, setSize(true)], // ftruncate64
  [195, byName(putWide, true)],
  [196, byName(putWide, false)],
  [197, byDescriptor(putWide)],
  [198, changeOwner], // lchown32
  [207, changeOwnerOf], // fchown32
  [212, changeOwner], // chown32
  [271, setTimes(8, 1000)], // utimes
];
