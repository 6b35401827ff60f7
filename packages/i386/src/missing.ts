// SPDX-License-Identifier: GPL-3.0-or-later
/** A path with no file → the error of a system call on it. */
import type { Host } from '@stage0-ts/host';
import { errno } from './errno.ts';

/** ENOENT; but ENOTDIR or ELOOP if the reason is a part of the path before the last name. */
export function missing(host: Host, path: string): unknown {
  try {
    host.list(path);
  } catch (error) {
    return error;
  }
  return errno('ENOENT');
}
