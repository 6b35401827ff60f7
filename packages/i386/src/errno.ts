// SPDX-License-Identifier: GPL-3.0-or-later
/** Errno names, as hosts throw them → numbers, as Linux on i386 returns them. */
import { answerError, ToolError } from '@stage0-ts/diagnostics';
import { MachineError } from './errors.ts';

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['EPERM', 1],
  ['ENOENT', 2],
  ['ESRCH', 3],
  ['EINTR', 4],
  ['EIO', 5],
  ['ENXIO', 6],
  ['ENOEXEC', 8],
  ['EBADF', 9],
  ['ECHILD', 10],
  ['EAGAIN', 11],
  ['ENOMEM', 12],
  ['EACCES', 13],
  ['EFAULT', 14],
  ['EEXIST', 17],
  ['EXDEV', 18],
  ['ENODEV', 19],
  ['ENOTDIR', 20],
  ['EISDIR', 21],
  ['EINVAL', 22],
  ['EMFILE', 24],
  ['ENOTTY', 25],
  ['EFBIG', 27],
  ['ENOSPC', 28],
  ['ESPIPE', 29],
  ['EROFS', 30],
  ['EPIPE', 32],
  ['ERANGE', 34],
  ['ENAMETOOLONG', 36],
  ['ENOSYS', 38],
  ['ENOTEMPTY', 39],
  ['ELOOP', 40],
]);

/** The errors that the machine itself throws. */
export type ErrnoName =
  | 'EAGAIN'
  | 'EINTR'
  | 'ENODEV'
  | 'ENOMEM'
  | 'ENOSPC'
  | 'ENOTTY'
  | 'ENXIO'
  | 'EPIPE'
  | 'ESRCH'
  | 'EBADF'
  | 'ECHILD'
  | 'EPERM'
  | 'EACCES'
  | 'EEXIST'
  | 'EFAULT'
  | 'EFBIG'
  | 'EINVAL'
  | 'EISDIR'
  | 'EMFILE'
  | 'ENOENT'
  | 'ENOSYS'
  | 'ENOTDIR'
  | 'ERANGE'
  | 'ENAMETOOLONG'
  | 'ESPIPE';

/** The error to throw if a system call fails; the guest sees its number. */
export function errno(name: ErrnoName): ToolError {
  return answerError(name, { code: name });
}

/** What the system call returns for `error`: −errno. Any other error is thrown again. */
export function negativeErrno(error: unknown): number {
  if (!(error instanceof ToolError) || error instanceof MachineError) throw error;
  const number = NUMBERS.get(error.code);
  if (number === undefined) throw error;
  return -number;
}
