// SPDX-License-Identifier: GPL-3.0-or-later
/** Errno names, as hosts throw them → numbers, as Linux on i386 returns them. */
import { ToolError } from '@stage0-ts/diagnostics';
import { MachineError } from './errors.ts';

const NUMBERS: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ELOOP: 40,
};

/** Thrown where a system call fails; the guest sees the number. */
export function errno(name: keyof typeof NUMBERS): ToolError {
  return new ToolError(name, { code: name });
}

/** What the system call returns for `error`: −errno. Errors that are none of the host's are thrown on. */
export function negativeErrno(error: unknown): number {
  if (!(error instanceof ToolError) || error instanceof MachineError) throw error;
  const number = NUMBERS[error.code];
  if (number === undefined) throw error;
  return -number;
}
