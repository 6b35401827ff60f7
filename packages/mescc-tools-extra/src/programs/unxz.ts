// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `unxz [--file INPUT] [--output OUTPUT]`; standard input and output by default. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { unxzBytes } from '../xz.ts';
import { LIMIT_OPTION, limitOf, parseOptions } from './options.ts';

const HELP =
  " [--file $input.xz or --file $input.lzma] (or it'll read from stdin)\n" +
  " [--output $output] (or it'll write to stdout)\n--help to get this message\n" +
  '--fuzz-mode if you wish to fuzz this application safely\n';

/** Upstream's command line, for .xz and .lzma files. */
export const unxz: Program = (argv, host) =>
  reportErrors('unxz', host, () => {
    const options = parseOptions(argv, {
      values: {
        ...{ '-f': 'file', '--file': 'file', '-o': 'output', '--output': 'output' },
        ...LIMIT_OPTION,
      },
      switches: { '--chaos': 'fuzz', '--fuzz-mode': 'fuzz', '--fuzzing': 'fuzz' },
    });
    for (const _ of options.switches) {
      host.writeStderr(encodeUtf8('fuzz-mode enabled, preparing for chaos\n'));
    }
    if (options.help) {
      host.writeStderr(encodeUtf8(`Usage: ${argv[0]}${HELP}`));
      return 0;
    }
    const { file, output } = options.values;
    if (file !== undefined && output !== undefined) requireDistinct(host, output, [file]);
    const bytes = file === undefined ? host.readStdin() : host.readFile(file);
    const limit = limitOf(options);
    const content = unxzBytes(bytes, { name: file ?? 'standard input', limit });
    if (options.switches.length > 0) return 0;
    if (output === undefined) host.writeStdout(content);
    else host.writeFile(output, content, 0o600);
    return 0;
  });
