// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `cc_x86 INPUT [OUTPUT]`: a new output gets mode 0600; without one the result goes to standard output. */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { compile } from './cc-x86.ts';

/** Upstream's command line; further arguments are ignored. Exit status 0, or 1 with a message. */
export const ccX86: Program = (argv, host) =>
  reportErrors('cc_x86', host, () => {
    const input = requireOperand(argv, 1, 'the C source file');
    const output = argv[2];
    if (output !== undefined) requireDistinct(host, output, [input]);
    const map = host.provenance && new ProvenanceMap();
    const result = compile(host.readFile(input), { name: input, map });
    if (map !== undefined && output !== undefined) host.provenance?.(output, map);
    if (output === undefined) host.writeStdout(result);
    else host.writeFile(output, result, 0o600);
    return 0;
  });
