// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `hex1 INPUT OUTPUT [--strict]`: a new output gets mode 0700. */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { assemble } from './hex1.ts';

/**
 * Upstream's command line. Further arguments have no effect, except for --strict. Exit status 0, or
 * 1 with a message.
 */
export const hex1: Program = (argv, host) =>
  reportErrors('hex1', host, () => {
    const input = requireOperand(argv, 1, 'the hex1 source file');
    const output = requireOperand(argv, 2, 'the output file');
    requireDistinct(host, output, [input]);
    const provenance = host.provenance && new ProvenanceMap();
    const image = assemble(host.readFile(input), {
      name: input,
      provenance,
      strict: argv.includes('--strict', 3),
    });
    if (provenance !== undefined) host.provenance?.(output, provenance);
    host.writeFile(output, image, 0o700);
    return 0;
  });
