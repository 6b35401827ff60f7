// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `ungz --file INPUT [--output OUTPUT]`. */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { gunzip, readGzipHeader } from '../gzip.ts';
import { LIMIT_OPTION, limitOf, parseOptions } from './options.ts';

const HELP =
  " --file $input.gz [--output $output] (or it'll use the internal filename)\n" +
  '--help to get this message\n--fuzz-mode if you wish to fuzz this application safely\n';

/**
 * Upstream's command line. Without an output operand, the output has the name in the archive, or
 * the input's name without the last three characters.
 */
export const ungz: Program = (argv, host) =>
  reportErrors('ungz', host, () => {
    const options = parseOptions(argv, {
      values: {
        ...{ '-f': 'file', '--file': 'file', '-o': 'output', '--output': 'output' },
        ...LIMIT_OPTION,
      },
      switches: { '--chaos': 'fuzz', '--fuzz-mode': 'fuzz', '--fuzzing': 'fuzz' },
    });
    const say = (text: string): void => host.writeStderr(encodeUtf8(text));
    for (const _ of options.switches) say('fuzz-mode enabled, preparing for chaos\n');
    if (options.help) {
      say(`Usage: ${argv[0]}${HELP}`);
      return 0;
    }
    const { file } = options.values;
    if (file === undefined) {
      throw new ToolError('missing operand: --file INPUT', { code: 'usage' });
    }
    const bytes = host.readFile(file);
    const output = options.values['output'] ?? innerName(bytes, file);
    requireDistinct(host, output, [file]);
    const limit = limitOf(options);
    const content = gunzip(bytes, { name: file, limit });
    const isFuzzing = options.switches.length > 0;
    if (!isFuzzing) host.writeFile(output, content, 0o600);
    say(`${file} => ${output}: succeeded uncompressing ${content.length} bytes\n`);
    if (isFuzzing) say('skipped write to file due to --fuzz-mode flag\n');
    return 0;
  });

function innerName(bytes: Uint8Array, file: string): string {
  const { name } = readGzipHeader(bytes, { name: file });
  const text = name === undefined ? file.slice(0, -3) : decodeUtf8(name);
  const isOutside = name !== undefined && (text.startsWith('/') || text.split('/').includes('..'));
  if (text !== '' && !isOutside) return text;
  throw new ToolError(
    isOutside ? `an unsafe name inside: ${text}` : 'no name for the output: use --output',
    { code: isOutside ? 'unsafe-path' : 'usage', file },
  );
}
