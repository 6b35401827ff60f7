// SPDX-License-Identifier: GPL-3.0-or-later
/** A path at which a host has nothing → the error that a system call on it gets. */
import type { Host } from '@stage0-ts/host';
import { errno } from './errno.ts';

/** ENOENT, or ENOTDIR or ELOOP where the way there is the reason. */
export function missing(host: Host, path: string): unknown {
  try {
    host.list(path);
  } catch (error) {
    return error;
  }
  return errno('ENOENT');
}
