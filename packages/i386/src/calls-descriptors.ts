// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls on descriptors: pipes, fcntl, ioctl, reads and writes in several pieces or at an
 * offset, the entries of a directory, poll.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { FileKind } from '@stage0-ts/host';
import { type Call, type CallContext, done, put, putWords, wordAt } from './call-context.ts';
import { O_CLOEXEC, O_NONBLOCK } from './descriptor.ts';
import { errno } from './errno.ts';

const FD_CLOEXEC = 1;
const MAX_PIECES = 1024;
/** Commands of fcntl. */
const [F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC] = [0, 1, 2, 3, 4, 1030];
/**
 * Commands for locks of all kinds. No other process runs at the same time, so all locks are free.
 */
const LOCKS = new Set([5, 6, 7, 12, 13, 14]);
/** Types of directory entries. */
const ENTRY_TYPES: Readonly<Record<FileKind, number>> = {
  directory: 4,
  file: 8,
  link: 10,
  other: 2,
};
const [POLLIN, POLLOUT] = [1, 4];

const pipe: Call = (context, address, flags) => {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) throw errno('EINVAL');
  const ends = context.files.pipe(flags);
  putWords(context, address, ...ends);
  return 0;
};

const fcntl: Call = (context, fd, command, argument) => {
  const { files } = context;
  const descriptor = files.get(fd);
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return files.duplicateFrom(fd, argument, command === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return files.closesOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      return done(() => files.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0));
    case F_GETFL:
      if (descriptor.kind === 'directory') return 0o200000;
      if (descriptor.kind === 'output') return 1;
      // The flags without those that matter only to open.
      return 'flags' in descriptor ? descriptor.flags & ~0o2001700 : 0;
    case F_SETFL:
      return done(() => files.setFlags(fd, argument));
    default:
      if (!LOCKS.has(command)) throw errno('EINVAL');
      return 0;
  }
};

const duplicateTo: Call = (context, from, to, flags) => {
  if (from === to || (flags & ~O_CLOEXEC) !== 0) throw errno('EINVAL');
  const fd = context.files.duplicate(from, to);
  context.files.setCloseOnExec(fd, (flags & O_CLOEXEC) !== 0);
  return fd;
};

/** No descriptor is a terminal. */
const control: Call = (context, fd) => {
  context.files.get(fd);
  throw errno('ENOTTY');
};

/** readv and writev. */
const inPieces =
  (one: Call): Call =>
  (context, fd, address, count) => {
    if (count < 0 || count > MAX_PIECES) throw errno('EINVAL');
    context.files.get(fd);
    let total = 0;
    for (let piece = 0; piece < count; piece++) {
      const size = wordAt(context, address + piece * 8 + 4);
      if (size === 0) continue;
      const moved = one(context, fd, wordAt(context, address + piece * 8), size, 0, 0);
      total += moved;
      if (moved < size) break;
    }
    return total;
  };

/** pread64 and pwrite64: the descriptor's position does not change. */
const atPlace =
  (one: Call): Call =>
  (context, fd, address, count, low, high) => {
    const { files } = context;
    const before = files.seek(fd, 0, 1);
    files.seek(fd, high * 0x100000000 + (low >>> 0), 0);
    try {
      return one(context, fd, address, count, 0, 0);
    } finally {
      files.seek(fd, before, 0);
    }
  };

/** getdents; getdents64 has 64-bit numbers, and the type in another place. */
const directoryEntries =
  (isWide: boolean): Call =>
  (context, fd, address, count) => {
    const descriptor = context.files.get(fd);
    if (descriptor.kind !== 'directory') throw errno('ENOTDIR');
    const { host } = context;
    // The list is made once, so removing entries between two calls does not skip others.
    if (descriptor.position === 0) descriptor.names = ['.', '..', ...host.list(descriptor.path)];
    const names = descriptor.names ?? [];
    const bytes = new Uint8Array(Math.max(0, Math.min(count, 1 << 20)));
    let at = 0;
    for (let next = descriptor.position; next < names.length; next++) {
      const entry = directoryEntry(
        context,
        descriptor.path,
        names[next] as string,
        next + 1,
        isWide,
      );
      if (at + entry.length > bytes.length) {
        if (at === 0) throw errno('EINVAL');
        break;
      }
      bytes.set(entry, at);
      at += entry.length;
      descriptor.position = next + 1;
    }
    put(context, address, bytes.subarray(0, at));
    return at;
  };

function directoryEntry(
  { host }: CallContext,
  directory: string,
  name: string,
  next: number,
  isWide: boolean,
): Uint8Array {
  const path = `${directory}/${name}`;
  const type = ENTRY_TYPES[host.lstat(path)?.kind ?? 'other'];
  const number = host.inode(path, false)?.number ?? 1;
  const bytes = encodeUtf8(name);
  const header = isWide ? 19 : 10;
  const [unit, rest] = isWide ? [8, 1] : [4, 2];
  const length = Math.ceil((header + bytes.length + rest) / unit) * unit;
  const entry = new Uint8Array(length);
  const view = new DataView(entry.buffer);
  if (isWide) {
    view.setBigUint64(0, BigInt(number), true);
    view.setBigUint64(8, BigInt(next), true);
  } else {
    view.setUint32(0, number, true);
    view.setUint32(4, next, true);
  }
  view.setUint16(header - (isWide ? 3 : 2), length, true);
  entry[isWide ? 18 : length - 1] = type;
  entry.set(bytes, header);
  return entry;
}

/** Everything counts as ready: no other process runs, so waiting would never end. */
const poll: Call = (context, address, count) => {
  let ready = 0;
  for (let at = 0; at < count; at++) {
    const [fd, asked] = [wordAt(context, address + at * 8), wordAt(context, address + at * 8 + 4)];
    const got = fd < 0 ? 0 : asked & (POLLIN | POLLOUT);
    putWords(context, address + at * 8 + 4, (asked & 0xffff) | (got << 16));
    if (got !== 0) ready++;
  }
  return ready;
};

/** Some of these calls consist of read and write, which are defined in syscalls.ts. */
export function descriptorCalls(
  read: Call,
  write: Call,
): readonly (readonly [number: number, call: Call])[] {
  return [
    [42, (context, address) => pipe(context, address, 0, 0, 0, 0)],
    [54, control], // ioctl
    [55, fcntl],
    [118, (context, fd) => done(() => context.files.get(fd))], // fsync
    [141, directoryEntries(false)],
    [143, (context, fd) => done(() => context.files.get(fd))], // flock
    [145, inPieces(read)],
    [146, inPieces(write)],
    [148, (context, fd) => done(() => context.files.get(fd))], // fdatasync
    [168, poll],
    [180, atPlace(read)],
    [181, atPlace(write)],
    [220, directoryEntries(true)],
    [221, fcntl],
    [330, duplicateTo], // dup3
    [331, pipe], // pipe2
  ];
}
