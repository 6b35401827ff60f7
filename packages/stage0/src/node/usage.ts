// SPDX-License-Identifier: GPL-3.0-or-later
/** A wrong command line: exit status 2. */
export class UsageError extends Error {
  /** The help text of the command at fault. */
  readonly usage: string;

  constructor(message: string, usage: string) {
    super(message);
    this.usage = usage;
  }
}
