// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Linux's system calls for the i386: number and arguments in registers → result or −errno in eax
 * (arch/x86/entry/syscalls/syscall_32.tbl). Each is carried out on the {@link Host}; those that
 * start and end processes are in process.ts. Pointers of the guest are checked: what is not there
 * is EFAULT.
 *
 * A number that is not in the table is ENOSYS, as in a kernel that does not know it. Where Linux
 * and this differ is listed in the README.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { Host } from '@stage0-ts/host';
import { CALL } from './call-numbers.ts';
import { errno, negativeErrno } from './errno.ts';
import { MachineError } from './errors.ts';
import type { FileTable } from './files.ts';
import { type Memory, READABLE, WRITABLE } from './memory.ts';
import { missing } from './missing.ts';

/** What system calls work on. */
export interface CallContext {
  readonly host: Host;
  readonly memory: Memory;
  readonly files: FileTable;
  readonly calls: CallCount;
  /** Bits that new files do not get, once the guest has set them; the host's own until then. */
  umask: number | undefined;
  readonly pid: number;
  readonly parentPid: number;
  /** brk. */
  setHeapEnd(address: number): number;
  /** The guest's memory is about to be changed. */
  willWrite(address: number, size: number): void;
  exit(status: number): never;
  fork(): number;
  execute(path: string, argv: readonly string[], environment: readonly string[]): never;
  /** Number and wait status of a child that has ended. Throws ECHILD. */
  reap(pid: number): { pid: number; status: number };
  /** True when changes of the process's view of the world cannot be taken back, as in a fork. */
  readonly isForkedChild: boolean;
}

type Call = (context: CallContext, a: number, b: number, c: number, d: number, e: number) => number;

/** umask that the host is taken to have. */
const HOST_UMASK = 0o022;
const MAX_PATH = 4096;
const NAME_FIELD = 65;
const ENOSYS = -38;
/** What read and write transfer at most. */
const MAX_TRANSFER = 0x7ffff000;
/** Options of wait4 that Linux knows. */
const WAIT_OPTIONS = 0xe000000b | 0;

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
  if (call === undefined) return ENOSYS;
  try {
    return call(context, a, b, c, d, e);
  } catch (error) {
    return negativeErrno(error);
  }
}

/** System calls in a row that come to nothing, after which a program counts as stuck. */
const MAX_CALLS_IN_VAIN = 200_000;

/**
 * Finds programs that go round in circles: upstream's assemblers do when a file is missing or ends
 * in a comment.
 */
export class CallCount {
  private inVain = 0;

  /** A call was made; `inVain` when it failed or read nothing. Throws MachineError. */
  note(inVain: boolean): void {
    if (!inVain) this.inVain = 0;
    else if (++this.inVain >= MAX_CALLS_IN_VAIN) {
      const message = `${MAX_CALLS_IN_VAIN} system calls in a row have failed or read nothing: the program is stuck`;
      throw new MachineError('stuck', message);
    }
  }
}

/**
 * As the kernel does, the bytes up to the first that is not there are transferred; at the end of a
 * file none is.
 */
const read: Call = (context, fd, address, count) => {
  const { files, memory } = context;
  const wanted = Math.min(files.readable(fd), count >>> 0, MAX_TRANSFER);
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
  return files.write(fd, memory.bytes.subarray(offset, offset + size));
};

const openFile: Call = (context, path, flags, mode) => {
  const name = text(context, path);
  const isNew = context.umask !== undefined && context.host.stat(name) === undefined;
  const wanted = mode & ~(context.umask ?? 0);
  const fd = context.files.openFile(name, flags, wanted);
  if (isNew) context.host.chmod(name, wanted & 0o7777);
  return fd;
};

const access: Call = (context, path, mode) => {
  if ((mode & ~7) !== 0) throw errno('EINVAL');
  const name = text(context, path);
  const status = context.host.stat(name);
  if (status === undefined) throw missing(context.host, name);
  // As for root: everything may be read and written, and executed when anybody may.
  if ((mode & 1) !== 0 && status.kind === 'file' && (status.mode & 0o111) === 0)
    throw errno('EACCES');
  return 0;
};

const execute: Call = (context, path, argv, environment) =>
  context.execute(text(context, path), texts(context, argv), texts(context, environment));

const waitFor: Call = (context, pid, status, options) => {
  if ((options & ~WAIT_OPTIONS) !== 0) throw errno('EINVAL');
  const ended = context.reap(pid);
  if (status !== 0) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, ended.status, true);
    put(context, status, bytes);
  }
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

const makeDirectory: Call = (context, path, mode) => {
  const name = text(context, path);
  context.host.mkdir(name, mode & 0o7777);
  if (context.umask !== undefined) context.host.chmod(name, mode & 0o7777 & ~context.umask);
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

const readLink: Call = (context, path, address, size) => {
  if (size <= 0) throw errno('EINVAL');
  const bytes = encodeUtf8(context.host.readLink(text(context, path))).subarray(0, size);
  put(context, address, bytes);
  return bytes.length;
};

const setUmask: Call = (context, mask) => {
  const before = context.umask ?? HOST_UMASK;
  context.umask = mask & 0o777;
  return before;
};

/** uname; the older call has no field for the domain. */
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

/** _llseek: a 64-bit offset in two registers, the result in memory. */
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
  [CALL.OPEN, openFile],
  [CALL.CLOSE, (context, fd) => done(() => context.files.close(fd))],
  [CALL.WAITPID, waitFor],
  [CALL.CREAT, (context, path, mode) => openFile(context, path, 0o1101, mode, 0, 0)],
  [CALL.UNLINK, (context, path) => done(() => context.files.remove(text(context, path)))],
  [CALL.EXECVE, execute],
  [CALL.CHDIR, (context, path) => done(() => context.host.changeDirectory(text(context, path)))],
  [CALL.MKNOD, refuse],
  [CALL.CHMOD, changeMode],
  [CALL.LSEEK, (context, fd, offset, whence) => context.files.seek(fd, offset, whence)],
  [CALL.GETPID, (context) => context.pid],
  [CALL.MOUNT, refuse],
  [CALL.GETUID, zero],
  [CALL.ACCESS, access],
  [CALL.RENAME, refuse],
  [CALL.MKDIR, makeDirectory],
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
  [CALL.READLINK, readLink],
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
]);

function done(action: () => void): number {
  action();
  return 0;
}

/** Copy `bytes` to the guest. */
function put(context: CallContext, address: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const offset = context.memory.offset(address, bytes.length, WRITABLE);
  if (offset < 0) throw errno('EFAULT');
  context.willWrite(address, bytes.length);
  context.memory.bytes.set(bytes, offset);
}

/** The string that ends with a zero byte at `address`, as a name of the host. */
function text(context: CallContext, address: number, limit = MAX_PATH): string {
  const { memory } = context;
  let end = address;
  for (;;) {
    const offset = memory.offset(end, 1, READABLE);
    if (offset < 0) throw errno('EFAULT');
    if (memory.bytes[offset] === 0) break;
    end = (end + 1) | 0;
    if (end - address > limit) throw errno('ENAMETOOLONG');
  }
  const offset = memory.offset(address, 1, READABLE);
  return decodeUtf8(memory.bytes, offset, offset + (end - address));
}

/** The strings that an array of pointers names, up to its null pointer; a null array is empty. */
function texts(context: CallContext, address: number): string[] {
  const result: string[] = [];
  if (address === 0) return result;
  for (let at = address; ; at = (at + 4) | 0) {
    const offset = context.memory.offset(at, 4, READABLE);
    if (offset < 0) throw errno('EFAULT');
    const pointer = context.memory.view.getInt32(offset, true);
    if (pointer === 0) return result;
    result.push(text(context, pointer, 0x20000));
  }
}
