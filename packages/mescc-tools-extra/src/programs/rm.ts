// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `rm FILE…`: status 0 whatever happens. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';

/**
 * Upstream's command line: there are no options, and a file that cannot be removed is only
 * reported.
 */
export const rm: Program = (argv, host) =>
  reportErrors('rm', host, () => {
    for (const file of argv.slice(1)) {
      try {
        host.remove(file);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        host.writeStderr(encodeUtf8(`unable to delete file: ${file} !!!\n`));
      }
    }
    return 0;
  });
