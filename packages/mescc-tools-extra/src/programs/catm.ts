// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The commands `catm OUTPUT INPUT…`: the hand-written one of phase 2b and the one of
 * mescc-tools-extra.
 */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { concatenate } from '../catm.ts';

/** Upstream's command line. Without inputs the output is empty. A new output gets mode 0600. */
export const catm: Program = (argv, host) => run('catm', argv, host);

/** The same command in 240 bytes of hex2; every argument is a file here too. */
export const catmMinimal: Program = (argv, host) => run('catm-minimal', argv, host);

function run(tool: string, argv: readonly string[], host: Host): number {
  return reportErrors(tool, host, () => {
    const output = requireOperand(argv, 1, 'the output file');
    const inputs = argv.slice(2);
    requireDistinct(host, output, inputs);
    const provenance = host.provenance && new ProvenanceMap();
    const parts = inputs.map((input) => host.readFile(input));
    for (const input of inputs) provenance?.addSource(input);
    const whole = concatenate(parts, provenance);
    if (provenance !== undefined) host.provenance?.(output, provenance);
    host.writeFile(output, whole, 0o600);
    return 0;
  });
}
