// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Linux's system calls for the i386: number and arguments in registers → result or −errno in eax
 * (arch/x86/entry/syscalls/syscall_32.tbl). Each is carried out on the {@link Host}; those that
 * start and end processes are in process.ts. The guest's pointers are checked: an address that is
 * not mapped gives EFAULT.
 *
 * A number that is not in the table gives ENOSYS, as in a kernel that does not have the call. The
 * README lists where this machine differs from Linux.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { type Call, type CallContext, done, put, putWords, text, texts } from './call-context.ts';
import { CALL } from './call-numbers.ts';
import { AT_CALLS, access, link, makeDirectory, openFile, readLink, rename } from './calls-at.ts';
import { descriptorCalls } from './calls-descriptors.ts';
import { MEMORY_CALLS } from './calls-memory.ts';
import { PROCESS_CALLS } from './calls-process.ts';
import { SIGNAL_CALLS } from './calls-signals.ts';
import { STAT_CALLS } from './calls-stat.ts';
import { TIME_CALLS } from './calls-time.ts';
import { errno, negativeErrno } from './errno.ts';
import { READABLE, WRITABLE } from './memory.ts';
import { SIGPIPE } from './signals.ts';

/** The umask that the host is taken to have. */
const HOST_UMASK = 0o022;
const NAME_FIELD = 65;
const ENOSYS = -38;
/** The most bytes that one read or write transfers. */
const MAX_TRANSFER = 0x7ffff000;
/** Options of wait4 that Linux accepts. */
const WAIT_OPTIONS = 0xe000000b | 0;
const WNOHANG = 1;

/** Carry out call `number`; `a` to `e` are ebx, ecx, edx, esi, edi. */
export function systemCall(
  context: CallContext,
  number: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
): number {
  const result = carryOut(context, number, a, b, c, d, e);
  context.calls.note(result < 0 || (number === CALL.READ && result === 0));
  return result;
}

function carryOut(
  context: CallContext,
  number: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
): number {
  const call = CALLS.get(number);
  if (call === undefined) {
    context.calls.missing = number;
    return ENOSYS;
  }
  try {
    return call(context, a, b, c, d, e);
  } catch (error) {
    return negativeErrno(error);
  }
}

/**
 * As in the kernel: if only a part of the buffer is mapped, that part is filled. At the end of a
 * file nothing is transferred, so the buffer is not checked.
 */
const read: Call = (context, fd, address, count) => {
  const { files, memory } = context;
  const isReady = (): boolean => files.readable(fd) !== undefined;
  if (!isReady()) context.waitUntil(isReady, 'a pipe that only a process could fill');
  const wanted = Math.min(files.readable(fd) ?? 0, count >>> 0, MAX_TRANSFER);
  if (wanted === 0) return 0;
  const size = memory.reachable(address, wanted, WRITABLE);
  if (size === 0) throw errno('EFAULT');
  context.willWrite(address, size);
  const offset = memory.offset(address, size, WRITABLE);
  return files.read(fd, memory.bytes.subarray(offset, offset + size));
};

const write: Call = (context, fd, address, count) => {
  const { files, memory } = context;
  files.requireWritable(fd);
  const wanted = Math.min(count >>> 0, MAX_TRANSFER);
  if (wanted === 0) return 0;
  const size = memory.reachable(address, wanted, READABLE);
  if (size === 0) throw errno('EFAULT');
  const offset = memory.offset(address, size, READABLE);
  try {
    return files.write(fd, memory.bytes.subarray(offset, offset + size));
  } catch (error) {
    const isBroken = error instanceof ToolError && error.code === 'EPIPE';
    if (isBroken) {
      context.signal(context.pid, { signal: SIGPIPE, code: 0, pid: context.pid, status: 0 });
    }
    throw error;
  }
};

const execute: Call = (context, path, argv, environment) =>
  context.execute(text(context, path), texts(context, argv), texts(context, environment));

const waitFor: Call = (context, pid, status, options) => {
  if ((options & ~WAIT_OPTIONS) !== 0) throw errno('EINVAL');
  const ended = context.reap(pid, (options & WNOHANG) !== 0);
  if (ended === undefined) return 0;
  if (status !== 0) putWords(context, status, ended.status);
  return ended.pid;
};

const changeMode: Call = (context, path, mode) => {
  context.host.chmod(text(context, path), mode & 0o7777);
  return 0;
};

const changeModeOf: Call = (context, fd, mode) => {
  const descriptor = context.files.get(fd);
  if (descriptor.kind === 'file') context.host.chmod(descriptor.file.path, mode & 0o7777);
  else if (descriptor.kind === 'directory') context.host.chmod(descriptor.path, mode & 0o7777);
  else throw errno('EPERM');
  return 0;
};

const workingDirectory: Call = (context, address, size) => {
  const bytes = encodeUtf8(`${context.host.currentDirectory()}\0`);
  if (bytes.length > size >>> 0) throw errno('ERANGE');
  put(context, address, bytes);
  return bytes.length;
};

const changeDirectoryTo: Call = (context, fd) => {
  const descriptor = context.files.get(fd);
  if (descriptor.kind !== 'directory') throw errno('ENOTDIR');
  context.host.changeDirectory(descriptor.path);
  return 0;
};

const setUmask: Call = (context, mask) => {
  const before = context.umask ?? HOST_UMASK;
  context.umask = mask & 0o777;
  return before;
};

/** uname. The older call has no field for the domain. */
const systemName =
  (count: 5 | 6): Call =>
  (context, address) => {
    const { sysname, nodename, release, version, machine } = context.host.systemName();
    const fields = new Uint8Array(count * NAME_FIELD);
    [sysname, nodename, release, version, machine, '(none)']
      .slice(0, count)
      .forEach((field, at) => {
        fields.set(encodeUtf8(field).subarray(0, NAME_FIELD - 1), at * NAME_FIELD);
      });
    put(context, address, fields);
    return 0;
  };

const changeRoot: Call = (context, path) => {
  if (context.isForkedChild) throw errno('EPERM');
  context.host.changeRoot(text(context, path));
  return 0;
};

/** _llseek: a 64-bit offset in two registers; the result goes to memory. */
const longSeek: Call = (context, fd, high, low, result, whence) => {
  const offset = high * 0x100000000 + (low >>> 0);
  const position = context.files.seek(fd, offset, whence);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(position), true);
  put(context, result, bytes);
  return 0;
};

const refuse: Call = () => {
  throw errno('ENOSYS');
};
const zero: Call = () => 0;
const exit: Call = (context, status) => context.exit(status & 0xff);
const fork: Call = (context) => context.fork();

const CALLS: ReadonlyMap<number, Call> = new Map<number, Call>([
  [CALL.EXIT, exit],
  [CALL.FORK, fork],
  [CALL.READ, read],
  [CALL.WRITE, write],
  [CALL.OPEN, (context, path, flags, mode) => openFile(context, text(context, path), flags, mode)],
  [CALL.CLOSE, (context, fd) => done(() => context.files.close(fd))],
  [CALL.WAITPID, waitFor],
  [CALL.CREAT, (context, path, mode) => openFile(context, text(context, path), 0o1101, mode)],
  [CALL.UNLINK, (context, path) => done(() => context.files.opened.remove(text(context, path)))],
  [CALL.EXECVE, execute],
  [CALL.CHDIR, (context, path) => done(() => context.host.changeDirectory(text(context, path)))],
  [CALL.MKNOD, refuse],
  [CALL.CHMOD, changeMode],
  [CALL.LSEEK, (context, fd, offset, whence) => context.files.seek(fd, offset, whence)],
  [CALL.GETPID, (context) => context.pid],
  [CALL.MOUNT, refuse],
  [CALL.GETUID, zero],
  [CALL.ACCESS, (context, path, mode) => access(context, text(context, path), mode)],
  [
    CALL.RENAME,
    (context, from, to) => done(() => rename(context, text(context, from), text(context, to))),
  ],
  [
    CALL.LINK,
    (context, from, to) => done(() => link(context, text(context, from), text(context, to))),
  ],
  [
    CALL.MKDIR,
    (context, path, mode) => done(() => makeDirectory(context, text(context, path), mode)),
  ],
  [CALL.RMDIR, (context, path) => done(() => context.host.removeDirectory(text(context, path)))],
  [CALL.DUP, (context, fd) => context.files.duplicate(fd)],
  [CALL.BRK, (context, address) => context.setHeapEnd(address)],
  [CALL.GETGID, zero],
  [CALL.GETEUID, zero],
  [CALL.GETEGID, zero],
  [CALL.UMASK, setUmask],
  [CALL.CHROOT, changeRoot],
  [CALL.DUP2, (context, from, to) => context.files.duplicate(from, to)],
  [CALL.GETPPID, (context) => context.parentPid],
  [
    CALL.SYMLINK,
    (context, to, path) => done(() => context.host.symlink(text(context, to), text(context, path))),
  ],
  [
    CALL.READLINK,
    (context, path, address, size) => readLink(context, text(context, path), address, size),
  ],
  [CALL.FCHMOD, changeModeOf],
  [CALL.WAIT4, waitFor],
  [CALL.OLDUNAME, systemName(5)],
  [CALL.UNAME, systemName(6)],
  [CALL.FCHDIR, changeDirectoryTo],
  [CALL.LLSEEK, longSeek],
  [CALL.GETCWD, workingDirectory],
  [CALL.VFORK, fork],
  [CALL.GETUID32, zero],
  [CALL.GETGID32, zero],
  [CALL.GETEUID32, zero],
  [CALL.GETEGID32, zero],
  [CALL.EXIT_GROUP, exit],
  [CALL.UNSHARE, refuse],
  ...TIME_CALLS,
  ...STAT_CALLS,
  ...descriptorCalls(read, write),
  ...AT_CALLS,
  ...MEMORY_CALLS,
  ...PROCESS_CALLS,
  ...SIGNAL_CALLS,
]);
