// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls on paths: open, access, rename, link, and those whose path may be relative to an
 * open directory (`openat` and the like).
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { type Call, type CallContext, done, put, text } from './call-context.ts';
import { factsOf, factsOfOpen, putWide, setTimesOf } from './calls-stat.ts';
import { errno } from './errno.ts';
import { missing } from './missing.ts';

/** AT_FDCWD: the working directory, in place of a descriptor. */
const HERE = -100;
const NO_FOLLOW = 0x100;
const REMOVE_DIRECTORY = 0x200;
const EMPTY_PATH = 0x1000;

/** open. */
export function openFile(context: CallContext, name: string, flags: number, mode: number): number {
  const isNew = context.umask !== undefined && context.host.stat(name) === undefined;
  const wanted = mode & ~(context.umask ?? 0);
  const fd = context.files.openFile(name, flags, wanted);
  if (isNew && context.files.get(fd).kind === 'file') context.host.chmod(name, wanted & 0o7777);
  return fd;
}

/** access. */
export function access(context: CallContext, name: string, mode: number): number {
  if ((mode & ~7) !== 0) throw errno('EINVAL');
  const status = context.host.stat(name);
  if (status === undefined) throw missing(context.host, name);
  // As for root: every file may be read and written, and executed if anybody may execute it.
  if ((mode & 1) !== 0 && status.kind === 'file' && (status.mode & 0o111) === 0)
    throw errno('EACCES');
  return 0;
}

/** rename: open files get their new path. */
export function rename({ files }: CallContext, from: string, to: string): void {
  files.opened.flush();
  files.opened.rename(from, to);
}

/** link. */
export function link(context: CallContext, existing: string, name: string): void {
  context.files.opened.flush();
  context.host.link(existing, name);
}

/** mkdir with the guest's umask. */
export function makeDirectory(context: CallContext, name: string, mode: number): void {
  context.host.mkdir(name, mode & 0o7777);
  if (context.umask !== undefined) context.host.chmod(name, mode & 0o7777 & ~context.umask);
}

/** readlink. */
export function readLink(
  context: CallContext,
  name: string,
  address: number,
  size: number,
): number {
  if (size <= 0) throw errno('EINVAL');
  const bytes = encodeUtf8(context.host.readLink(name)).subarray(0, size);
  put(context, address, bytes);
  return bytes.length;
}

/** The path in the guest's memory at `path`, relative to the directory that is open as `fd`. */
function nameAt(context: CallContext, fd: number, path: number): string {
  const name = text(context, path);
  if (name.startsWith('/') || fd === HERE || name === '') return name;
  const descriptor = context.files.get(fd);
  if (descriptor.kind !== 'directory') throw errno('ENOTDIR');
  return `${descriptor.path}/${name}`;
}

const statAt: Call = (context, fd, path, address, flags) => {
  const name = nameAt(context, fd, path);
  if (name !== '')
    return putWide(context, address, factsOf(context, name, (flags & NO_FOLLOW) === 0));
  if ((flags & EMPTY_PATH) === 0) throw errno('ENOENT');
  const facts = fd === HERE ? factsOf(context, '.', true) : factsOfOpen(context, fd);
  return putWide(context, address, facts);
};

const removeAt: Call = (context, fd, path, flags) =>
  done(() => {
    const name = nameAt(context, fd, path);
    if ((flags & REMOVE_DIRECTORY) !== 0) context.host.removeDirectory(name);
    else context.files.opened.remove(name);
  });

const timesAt =
  (is64: boolean): Call =>
  (context, fd, path, address) =>
    done(() => {
      if (path !== 0) return setTimesOf(context, nameAt(context, fd, path), address, is64);
      const descriptor = context.files.get(fd);
      if (descriptor.kind === 'file') setTimesOf(context, descriptor.file.path, address, is64);
      if (descriptor.kind === 'directory') setTimesOf(context, descriptor.path, address, is64);
    });

const renameAt: Call = (context, from, old, to, path, flags) => {
  if (flags !== 0) throw errno('EINVAL');
  return done(() => rename(context, nameAt(context, from, old), nameAt(context, to, path)));
};

/** Call numbers and their functions. */
export const AT_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [
    295, // openat
    (context, fd, path, flags, mode) => openFile(context, nameAt(context, fd, path), flags, mode),
  ],
  [
    296, // mkdirat
    (context, fd, path, mode) =>
      done(() => makeDirectory(context, nameAt(context, fd, path), mode)),
  ],
  [300, statAt],
  [301, removeAt],
  [302, (context, from, old, to, path) => renameAt(context, from, old, to, path, 0)],
  [
    303, // linkat
    (context, from, old, to, path) =>
      done(() => link(context, nameAt(context, from, old), nameAt(context, to, path))),
  ],
  [
    304, // symlinkat
    (context, target, fd, path) =>
      done(() => context.host.symlink(text(context, target), nameAt(context, fd, path))),
  ],
  [
    305, // readlinkat
    (context, fd, path, address, size) =>
      readLink(context, nameAt(context, fd, path), address, size),
  ],
  [
    306, // fchmodat
    (context, fd, path, mode) =>
      done(() => context.host.chmod(nameAt(context, fd, path), mode & 0o7777)),
  ],
  [307, (context, fd, path, mode) => access(context, nameAt(context, fd, path), mode)],
  [320, timesAt(false)],
  [353, renameAt],
  [412, timesAt(true)],
  [439, (context, fd, path, mode) => access(context, nameAt(context, fd, path), mode)],
];
