// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `match STRING STRING`: status 0 when they are equal, 1 when not, 2 for another count.
 */
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';

export const match: Program = (argv, host) =>
  reportErrors('match', host, () => {
    if (argv.length !== 3) {
      throw new ToolError('match needs exactly 2 arguments', { code: 'usage', exitCode: 2 });
    }
    return argv[1] === argv[2] ? 0 : 1;
  });
