// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `hex2-0 INPUT [OUTPUT [--strict]]`: a new output gets mode 0700; without one,
 * standard output.
 */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { linkMinimal } from './hex2-0.ts';

/**
 * Upstream's command line. Further arguments have no effect, except for --strict. Exit status 0, or
 * 1 with a message.
 */
export const hex2_0: Program = (argv, host) =>
  reportErrors('hex2-0', host, () => {
    const input = requireOperand(argv, 1, 'the hex2 source file');
    const output = argv[2];
    const strict = argv.includes('--strict', 3);
    if (output !== undefined) requireDistinct(host, output, [input]);
    const provenance = host.provenance && new ProvenanceMap();
    const { image } = linkMinimal(host.readFile(input), { name: input, provenance, strict });
    if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
    if (output === undefined) host.writeStdout(image);
    else host.writeFile(output, image, 0o700);
    return 0;
  });
