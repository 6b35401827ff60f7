// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `replace --file INPUT --match-on STRING --replace-with STRING [--output OUTPUT]`. */
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { replaceBytes } from '../replace.ts';
import { parseOptions } from './options.ts';

const STANDARD_OUTPUT = '/dev/stdout';

/**
 * Upstream's command line. The output may be the input, because it is opened after the input has
 * been read.
 */
export const replace: Program = (argv, host) =>
  reportErrors('replace', host, () => {
    const options = parseOptions(argv, {
      values: {
        '-f': 'file',
        '--file': 'file',
        '-o': 'output',
        '--output': 'output',
        '-m': 'pattern',
        '--match-on': 'pattern',
        '-r': 'replacement',
        '--replace-with': 'replacement',
      },
    });
    if (options.help) {
      host.writeStderr(
        encodeUtf8(
          `Usage: ${argv[0]} --file $input --match-on $string --replace-with $string` +
            " [--output $output] (or it'll dump to stdout)\n--help to get this message\n",
        ),
      );
      return 0;
    }
    const { file, output = STANDARD_OUTPUT, pattern, replacement } = options.values;
    if (file === undefined) throw missing('--file INPUT');
    if (pattern === undefined) throw missing('--match-on STRING');
    if (replacement === undefined) throw missing('--replace-with STRING');
    const provenance = host.provenance && new ProvenanceMap();
    const result = replaceBytes(host.readFile(file), {
      pattern: encodeUtf8(pattern),
      replacement: encodeUtf8(replacement),
      name: file,
      provenance,
    });
    if (output === STANDARD_OUTPUT) host.writeStdout(result);
    else {
      if (provenance !== undefined) host.provenance?.(output, provenance);
      host.writeFile(output, result, 0o600);
    }
    return 0;
  });

function missing(what: string): ToolError {
  return new ToolError(`missing operand: ${what}`, { code: 'usage' });
}
