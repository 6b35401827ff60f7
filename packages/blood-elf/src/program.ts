// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `blood-elf`: options as upstream reads them. */
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError, unknownOption } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { footer } from './footer.ts';
import type { Radix } from './numbers.ts';

const VERSION = 'blood-elf 2.0.1\n(Basically Launches Odd Object Dump ExecutabLe Files\n';

/** Exit status 0, or 1 with a message. Without `--output` the footer goes to standard output. */
export const bloodElf: Program = (argv, host) =>
  reportErrors('blood-elf', host, () => {
    const options = readOptions(argv);
    const { files, outputs, bigEndian } = options;
    for (const output of outputs) requireDistinct(host, output, files);
    if (options.answer !== undefined) makeEmpty(host, outputs);
    if (options.answer === 'help') {
      host.writeStderr(
        encodeUtf8(`Usage: ${argv[0]} --file FILENAME1 {--file FILENAME2} --output FILENAME\n`),
      );
      return 0;
    }
    if (options.answer === 'version') {
      host.writeStdout(encodeUtf8(VERSION));
      return 0;
    }
    if (files.length === 0) throw usage('no input: use --file');
    if (bigEndian === undefined) throw usage('either --little-endian or --big-endian MUST be set');
    const sources = files.map((name) => ({ name, bytes: host.readFile(name) }));
    const provenance = host.provenance && new ProvenanceMap();
    const bytes = footer(sources, { ...options, bigEndian, provenance });
    const output = outputs.at(-1);
    if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
    if (output === undefined) host.writeStdout(bytes);
    else {
      makeEmpty(host, outputs.slice(0, -1));
      host.writeFile(output, bytes, 0o600);
    }
    return 0;
  });

function makeEmpty(host: Host, outputs: readonly string[]): void {
  for (const output of outputs) host.writeFile(output, new Uint8Array(), 0o600);
}

interface Options {
  answer: 'help' | 'version' | undefined;
  readonly files: string[];
  /** Every --output. Upstream empties all of them, and writes to the last. */
  readonly outputs: string[];
  bigEndian: boolean | undefined;
  wide: boolean;
  radix: Radix;
  readonly entries: string[];
}

/** Behaviour defined by mescc-tools 1.7.0, blood-elf.c (main). */
function readOptions(argv: readonly string[]): Options {
  const options: Options = {
    answer: undefined,
    files: [],
    outputs: [],
    bigEndian: undefined,
    wide: false,
    radix: 16,
    entries: [],
  };
  for (let at = 1; at < argv.length; at++) {
    const argument = () => {
      const value = argv[at + 1];
      if (value === undefined) throw usage(`${argv[at]} needs an argument`);
      at++;
      return value;
    };
    switch (argv[at]) {
      case '-h':
      case '--help':
        options.answer = 'help';
        return options;
      case '-V':
      case '--version':
        options.answer = 'version';
        return options;
      case '--64':
        options.wide = true;
        break;
      case '-f':
      case '--file':
        options.files.push(argument());
        break;
      case '-o':
      case '--output':
        options.outputs.push(argument());
        break;
      case '-b':
      case '--binary':
        options.radix = 2;
        break;
      case '-O':
      case '--octal':
        options.radix = 8;
        break;
      case '-X':
      case '--hex':
        options.radix = 16;
        break;
      case '--big-endian':
        options.bigEndian = true;
        break;
      case '--little-endian':
        options.bigEndian = false;
        break;
      case '--entry':
        options.entries.push(argument());
        break;
      default:
        throw unknownOption(argv[at] as string, `Unknown option ${argv[at]}`);
    }
  }
  return options;
}

function usage(message: string): ToolError {
  return new ToolError(message, { code: 'usage' });
}
