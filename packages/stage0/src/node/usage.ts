// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Wrong command lines: exit status 2, one line that says what is wrong, one that says where to read
 * on.
 */
import { visible } from '@stage0-ts/diagnostics';

/** A wrong command line: exit status 2. */
export class UsageError extends Error {}

/**
 * What is printed for the error, if `command` (stage0, or one of its commands) was called wrongly.
 */
export function usageMessage({ message }: UsageError, command: string): string {
  return `${command}: ${visible(message)}\n  ${command} --help says more\n`;
}
