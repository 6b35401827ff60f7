// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `mkdir [-p] [-m MODE] DIRECTORY…`; options count for the names after them. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { parseMode } from '../mode.ts';

/** The bits of a new directory's mode that the kernel keeps. */
const KEPT_BITS = 0o1777;
const HELP =
  'mescc-tools-extra mkdir supports --parents and --mode 0750 but the last argument always must be the directly to make\n';

/**
 * Upstream's command line. Without -p, the first directory that cannot be made ends the run with
 * status 1.
 */
export const mkdir: Program = (argv, host) =>
  reportErrors('mkdir', host, () => {
    let parents = false;
    let mode = 0o755;
    for (let i = 1; i < argv.length; i++) {
      const argument = argv[i] as string;
      if (argument === '-p' || argument === '--parents') parents = true;
      else if (argument === '-h' || argument === '--help') {
        host.writeStdout(encodeUtf8(HELP));
        return 0;
      } else if (argument === '-v' || argument === '--version') {
        host.writeStdout(encodeUtf8('mescc-tools-extra mkdir version 1.4.0\n'));
        return 0;
      } else if (argument === '-m' || argument === '--mode') {
        const operand = argv[++i];
        if (operand === undefined) {
          throw new ToolError('missing operand: the mode', { code: 'usage' });
        }
        mode = parseMode(operand) & KEPT_BITS;
      } else {
        const failed = makeDirectory(host, argument, mode, parents).failure;
        if (failed !== undefined && !parents) throw failed;
      }
    }
    return 0;
  });

/**
 * Make a directory, and with -p its parents, all with the same mode.
 *
 * Quirk kept: a slash at the end is cut off for good, also from each parent. So `a//b` with -p
 * makes only `a`, without an error.
 *
 * @returns the path without that slash, and why nothing was made.
 */
function makeDirectory(
  host: Host,
  path: string,
  mode: number,
  parents: boolean,
): { path: string; failure: ToolError | undefined } {
  const name = path.endsWith('/') ? path.slice(0, -1) : path;
  const failure = tryMakeDirectory(host, name, mode);
  const slash = name.lastIndexOf('/');
  if (failure === undefined || !parents || slash < 0) return { path: name, failure };
  const above = name.slice(0, slash);
  const parent = makeDirectory(host, above, mode, parents).path;
  const whole = parent.length < above.length ? parent : name;
  return { path: whole, failure: tryMakeDirectory(host, whole, mode) };
}

function tryMakeDirectory(host: Host, path: string, mode: number): ToolError | undefined {
  try {
    host.mkdir(path, mode);
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}
