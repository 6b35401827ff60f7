// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A file mode on a command line → its bits.
 *
 * Behaviour defined by mescc-tools-extra/chmod.c and mkdir.c of stage0-posix 1.9.1.
 */
import { strtoint } from '@stage0-ts/bytes';

/**
 * A mode operand. Upstream puts a `0` before it and reads a C number: octal, but `x1ff` is
 * hexadecimal and `b101` binary. Underscores are skipped, a sign is allowed, and anything else
 * makes it 0.
 *
 * @returns the twelve permission bits.
 */
export function parseMode(operand: string): number {
  return strtoint(`0${operand}`) & 0o7777;
}
