// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `chmod [-v] MODE FILE…`, the last file first. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { parseMode } from '../mode.ts';

/** Upstream's command line. Our port checks all files before it changes the first one. */
export const chmod: Program = (argv, host) =>
  reportErrors('chmod', host, () => {
    const operands: string[] = [];
    let verbose = false;
    for (const argument of argv.slice(1)) {
      if (argument === '-h' || argument === '--help') {
        const usage = `Usage: ${argv[0]} [-h | --help] [-V | --version] [-v | --verbose]\n`;
        host.writeStdout(encodeUtf8(usage));
        return 0;
      }
      if (argument === '-V' || argument === '--version') {
        host.writeStdout(encodeUtf8('chmod version 1.4.0\n'));
        return 0;
      }
      if (argument === '-v' || argument === '--verbose') verbose = true;
      else operands.push(argument);
    }
    const [mode, ...files] = operands;
    if (mode === undefined) throw new ToolError('missing operand: a mode', { code: 'usage' });
    if (files.length === 0) throw new ToolError('missing operand: a file', { code: 'usage' });
    files.reverse();
    for (const file of files) {
      if (host.stat(file) !== undefined) continue;
      throw new ToolError('no such file or directory', { code: 'ENOENT', file });
    }
    for (const file of files) {
      host.chmod(file, parseMode(mode));
      if (verbose) host.writeStdout(encodeUtf8(`mode of '${file}' changed to 0${mode}\n`));
    }
    return 0;
  });
