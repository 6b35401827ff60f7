// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `cp [-v] SOURCE DESTINATION`: the destination is a file, or a directory to copy into.
 */
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';

/** Upstream's command line. A new file gets mode 0600, whatever the mode of the source. */
export const cp: Program = (argv, host) =>
  reportErrors('cp', host, () => {
    const operands: string[] = [];
    let verbose = false;
    for (const argument of argv.slice(1)) {
      if (argument === '-h' || argument === '--help') {
        host.writeStdout(
          encodeUtf8(
            `Usage: ${argv[0]} [-h | --help] [-V | --version] [-v | --verbose] ` +
              'source1 source2 sourcen destination\n',
          ),
        );
        return 0;
      }
      if (argument === '-V' || argument === '--version') {
        host.writeStdout(encodeUtf8('cp version 1.4.0\n'));
        return 0;
      }
      if (argument === '-v' || argument === '--verbose') verbose = true;
      else if (argument.startsWith('-')) throw usage(`unknown option: ${argument}`);
      else operands.push(argument);
    }
    // Upstream's help promises several sources, but the program appends the name of each to the
    // same destination.
    if (operands.length > 2) throw usage('more than one source');
    const [source, destination] = operands;
    if (!source || destination === undefined) throw usage('missing operand: the source');
    if (destination === '') throw usage('missing operand: the destination');
    const target = withinDirectory(host, source, destination);
    // The target may be the source, also through a link: upstream opens it after it has read
    // everything.
    const bytes = host.readFile(source);
    host.provenance?.(target, copyMap(source, bytes.length));
    host.writeFile(target, bytes, 0o600);
    if (verbose) host.writeStdout(encodeUtf8(`'${source}' -> '${target}'\n`));
    return 0;
  });

/** Each byte comes from the byte at the same offset. */
function copyMap(source: string, length: number): ProvenanceMap {
  const provenance = new ProvenanceMap();
  provenance.addCopy(0, provenance.addSource(source), 0);
  provenance.finish(length);
  return provenance;
}

/**
 * The path to write. Quirk kept: upstream finds a directory by changing into it, so the working
 * directory itself does not count as one, and the copy fails.
 */
function withinDirectory(host: Host, source: string, destination: string): string {
  const endsInSlash = destination.endsWith('/');
  const isDirectory =
    host.stat(destination)?.kind === 'directory' && !host.sameFile(destination, '.');
  if (!endsInSlash && !isDirectory) return destination;
  return `${destination}${endsInSlash ? '' : '/'}${source.slice(source.lastIndexOf('/') + 1)}`;
}

function usage(message: string): ToolError {
  return new ToolError(message, { code: 'usage' });
}
