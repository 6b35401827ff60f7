// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `cc_x86 INPUT [OUTPUT]`: a new output gets mode 0600; without one the result goes to
 * standard output.
 */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { compile } from './cc-x86.ts';
import type { DialectName } from './dialects.ts';

/** Upstream's command line. Further arguments are ignored. Exit status 0, or 1 with a message. */
export const ccX86: Program = ccX86For('1.9.0');

/** The same command in the releases with this dialect. */
export function ccX86For(dialect: DialectName): Program {
  return (argv, host) =>
    reportErrors('cc_x86', host, () => {
      const input = requireOperand(argv, 1, 'the C source file');
      const output = argv[2];
      if (output !== undefined) requireDistinct(host, output, [input]);
      const provenance = host.provenance && new ProvenanceMap();
      const result = compile(host.readFile(input), { name: input, dialect, provenance });
      if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
      if (output === undefined) host.writeStdout(result);
      else host.writeFile(output, result, 0o600);
      return 0;
    });
}
