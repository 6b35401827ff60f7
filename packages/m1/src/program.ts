// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `M1`: upstream's options, in any order, the last of a kind counts. A new output gets
 * mode 0600.
 *
 * Behaviour defined by main in mescc-tools/M1-macro.c of stage0-posix 1.9.1.
 */
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError, unknownOption } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { expand } from './expand.ts';
import { ARCHITECTURES, type Architecture, type ByteMode } from './options.ts';

/** What the command line says. */
interface Settings {
  readonly inputs: string[];
  /** Every --output. Upstream empties all of them, and writes to the last. */
  readonly outputs: string[];
  architecture: Architecture;
  bigEndian: boolean;
  byteMode: ByteMode;
  /** Our own option: reject what upstream silently accepts. */
  strict: boolean;
  /** What --help or --version asks for; the options after it are not read. */
  answer: 'help' | 'version' | undefined;
}

/** Upstream's command line. Exit status 0, or 1 with a message. */
export const M1: Program = (argv, host) =>
  reportErrors('M1', host, () => {
    const settings = readArguments(argv);
    const { inputs, outputs } = settings;
    for (const output of outputs) requireDistinct(host, output, inputs);
    const sources = inputs.map((name) => ({ name, bytes: host.readFile(name) }));
    if (settings.answer === undefined) {
      const provenance = host.provenance && new ProvenanceMap();
      const text = expand(sources, { ...settings, provenance });
      const output = outputs.at(-1);
      if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
      write(host, outputs, text);
    } else {
      makeEmpty(host, outputs);
      answer(host, settings.answer, argv[0] ?? 'M1');
    }
    return 0;
  });

function readArguments(argv: readonly string[]): Settings {
  const settings: Settings = {
    inputs: [],
    outputs: [],
    architecture: 'knight-native',
    bigEndian: true,
    byteMode: 'hex',
    strict: false,
    answer: undefined,
  };
  for (let index = 1; index < argv.length; index++) {
    const option = argv[index] as string;
    const value = (): string => {
      const next = argv[++index];
      if (next !== undefined) return next;
      const known = /^(-A|--architecture)$/.test(option)
        ? `: one of ${ARCHITECTURES.join(', ')}`
        : '';
      throw new ToolError(`option ${option} needs a value${known}`, { code: 'usage' });
    };
    switch (option) {
      case '-f':
      case '--file':
        settings.inputs.push(value());
        break;
      case '-o':
      case '--output':
        settings.outputs.push(value());
        break;
      case '-A':
      case '--architecture':
        settings.architecture = architectureNamed(value());
        break;
      case '--strict':
        settings.strict = true;
        break;
      case '--big-endian':
        settings.bigEndian = true;
        break;
      case '--little-endian':
        settings.bigEndian = false;
        break;
      case '-b':
      case '--binary':
        settings.byteMode = 'binary';
        break;
      case '-O':
      case '--octal':
        settings.byteMode = 'octal';
        break;
      case '-h':
      case '--help':
        settings.answer = 'help';
        return settings;
      case '-V':
      case '--version':
        settings.answer = 'version';
        return settings;
      default:
        throw unknownOption(option);
    }
  }
  return settings;
}

function architectureNamed(name: string): Architecture {
  const known = ARCHITECTURES.find((architecture) => architecture === name);
  if (known !== undefined) return known;
  const message = `unknown architecture ${name}: expected one of ${ARCHITECTURES.join(', ')}`;
  throw new ToolError(message, { code: 'usage' });
}

function answer(host: Host, what: 'help' | 'version', name: string): void {
  if (what === 'version') {
    host.writeStdout(encodeUtf8('M1 1.7.0\n'));
    return;
  }
  const usage =
    `Usage: ${name} --file FILENAME1 {-f FILENAME2} (--big-endian|--little-endian) ` +
    '[--architecture name]\n' +
    'Architectures: knight-native, knight-posix, x86, amd64, armv7, riscv32 and riscv64\n' +
    'To leverage octal or binary output: --octal, --binary\n';
  host.writeStderr(encodeUtf8(usage));
}

function write(host: Host, outputs: readonly string[], text: Uint8Array): void {
  const output = outputs.at(-1);
  if (output === undefined) {
    host.writeStdout(text);
    return;
  }
  makeEmpty(host, outputs.slice(0, -1));
  host.writeFile(output, text, 0o600);
}

function makeEmpty(host: Host, outputs: readonly string[]): void {
  for (const output of outputs) host.writeFile(output, new Uint8Array(), 0o600);
}
