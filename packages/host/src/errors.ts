// SPDX-License-Identifier: GPL-3.0-or-later
/** ToolErrors named and worded as errno values are. */
import { answerError, type ToolError } from '@stage0-ts/diagnostics';

const MESSAGES = {
  EACCES: 'permission denied',
  EEXIST: 'file exists',
  EFBIG: 'file too large',
  EINVAL: 'invalid argument',
  EIO: 'input or output error',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'cannot be executed here',
  ENOSPC: 'no space left on device',
  ENOSYS: 'not possible on this host',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  EXDEV: 'not on the same file system',
} as const;

/** The errno names that hosts throw. */
export type Errno = keyof typeof MESSAGES;

/** The error for `errno` on `path`; `detail` replaces the usual wording. */
export function hostError(errno: Errno, path: string, detail?: string): ToolError {
  return answerError(detail ?? MESSAGES[errno], { code: errno, file: path });
}

/** True for a name in {@link Errno}. */
export function isErrno(name: string | undefined): name is Errno {
  return name !== undefined && Object.hasOwn(MESSAGES, name);
}
