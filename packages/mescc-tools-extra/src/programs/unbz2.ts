// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `unbz2 --file INPUT [--output OUTPUT]`. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { bunzip2 } from '../bzip2.ts';
import { LIMIT_OPTION, limitOf, parseOptions } from './options.ts';

const HELP = ' --file $input.bz2 --output $output\n--help to get this message\n';

/**
 * Upstream's command line. Quirk kept: without an output operand, the output's name is the input's
 * without the last three characters, so `in.bz2` becomes `in.`.
 */
export const unbz2: Program = (argv, host) =>
  reportErrors('unbz2', host, () => {
    const options = parseOptions(argv, {
      values: {
        ...{ '-f': 'file', '--file': 'file', '-o': 'output', '--output': 'output' },
        ...LIMIT_OPTION,
      },
      switches: { '--fuzzing-mode': 'fuzz' },
    });
    if (options.help) {
      host.writeStderr(encodeUtf8(`Usage: ${argv[0]}${HELP}`));
      return 0;
    }
    const { file } = options.values;
    if (file === undefined) {
      throw new ToolError('missing operand: --file INPUT', { code: 'usage' });
    }
    const output = options.values['output'] ?? file.slice(0, -3);
    if (options.values['output'] === undefined && encodeUtf8(file).length <= 4) {
      throw new ToolError('no name for the output: use --output', { code: 'usage', file });
    }
    requireDistinct(host, output, [file]);
    const limit = limitOf(options);
    const content = bunzip2(host.readFile(file), { name: file, limit });
    if (options.switches.length === 0) host.writeFile(output, content, 0o600);
    return 0;
  });
