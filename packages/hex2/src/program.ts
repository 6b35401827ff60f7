// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `hex2`: upstream's options, in any order, the last of a kind counts. An output
 * becomes executable (mode 0750) unless --non-executable; a new one is made with mode 0600.
 *
 * Behaviour defined by mescc-tools/hex2.c of stage0-posix 1.9.1.
 */
import { encodeUtf8, ProvenanceMap, strtoint } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError, unknownOption } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { link } from './link.ts';
import { ARCHITECTURES, type Architecture, type ByteMode } from './options.ts';

/** What the command line says. */
interface Settings {
  readonly inputs: string[];
  /** Every --output. Upstream empties all of them, and writes to the last. */
  readonly outputs: string[];
  architecture: Architecture;
  bigEndian: boolean;
  baseAddress: number;
  byteMode: ByteMode;
  executable: boolean;
  /** Our own option: reject what upstream silently accepts. */
  strict: boolean;
  /** The name given to --architecture, if it is unknown. */
  unknown: string | undefined;
  /** Text that --help or --version asks for; the options after it are not read. */
  answer: 'help' | 'version' | undefined;
}

const WARNING = '>> WARNING <<\n>> WARNING <<\n>> WARNING <<\n';
const LITTLE_ENDIAN: readonly Architecture[] = [
  'x86',
  'amd64',
  'armv7l',
  'aarch64',
  'riscv32',
  'riscv64',
];

/** Upstream's command line. Exit status 0, or 1 with a message. */
export const hex2: Program = (argv, host) =>
  reportErrors('hex2', host, () => {
    const settings = readArguments(argv, host);
    const { inputs, outputs } = settings;
    for (const output of outputs) requireDistinct(host, output, inputs);
    if (settings.answer !== undefined) {
      makeEmpty(host, outputs);
      answer(host, settings.answer, argv[0] ?? 'hex2');
      return 0;
    }
    if (settings.strict && settings.unknown !== undefined) {
      throw new ToolError(`unknown architecture ${settings.unknown}`, { code: 'usage' });
    }
    warn(host, settings);
    if (inputs.length === 0) throw new ToolError('no input file', { code: 'usage' });
    const sources = inputs.map((name) => ({ name, bytes: host.readFile(name) }));
    const provenance = host.provenance && new ProvenanceMap();
    const { image } = link(sources, { ...settings, provenance });
    const output = outputs.at(-1);
    if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
    write(host, settings, image);
    return 0;
  });

function readArguments(argv: readonly string[], host: Host): Settings {
  const settings: Settings = {
    inputs: [],
    outputs: [],
    architecture: 'knight-native',
    bigEndian: true,
    baseAddress: 0,
    byteMode: 'hex',
    executable: true,
    strict: false,
    unknown: undefined,
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
        setArchitecture(settings, value(), host);
        break;
      case '-B':
      case '--base-address':
        settings.baseAddress = strtoint(value());
        break;
      case '--big-endian':
        settings.bigEndian = true;
        break;
      case '--little-endian':
        settings.bigEndian = false;
        break;
      case '--strict':
        settings.strict = true;
        break;
      case '--non-executable':
        settings.executable = false;
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

/** Quirk kept: an unknown architecture is reported and ignored. */
function setArchitecture(settings: Settings, name: string, host: Host): void {
  const known = ARCHITECTURES.find((architecture) => architecture === name);
  if (known !== undefined) settings.architecture = known;
  else {
    settings.unknown = name;
    const names = 'knight-native, knight-posix, x86, amd64, armv7l, riscv32 and riscv64';
    say(host, `Unknown architecture: ${name} know values are: ${names}`);
  }
}

function warn(host: Host, { architecture, baseAddress, bigEndian }: Settings): void {
  const knight = architecture === 'knight-native' || architecture === 'knight-posix';
  if (!knight && baseAddress === 0) {
    const text = 'If you are not generating a ROM image this binary will likely not work\n';
    say(host, WARNING + text);
  }
  if (bigEndian && LITTLE_ENDIAN.includes(architecture)) {
    const text =
      'You have specified big endian output on likely a little endian processor\n' +
      'if this is a mistake please pass --little-endian next time\n';
    say(host, WARNING + text);
  }
}

function answer(host: Host, what: 'help' | 'version', name: string): void {
  if (what === 'version') {
    host.writeStdout(encodeUtf8('hex2 1.7.0\n'));
    return;
  }
  say(
    host,
    `Usage: ${name} --file FILENAME1 {-f FILENAME2} (--big-endian|--little-endian)` +
      ' [--base-address 0x12345] [--architecture name]\nArchitecture:' +
      ' knight-native, knight-posix, x86, amd64, armv7l, aarch64, riscv32 and riscv64\n' +
      'To leverage octal or binary input: --octal, --binary\n',
  );
}

function write(host: Host, { outputs, executable }: Settings, image: Uint8Array): void {
  const output = outputs.at(-1);
  if (output === undefined) {
    host.writeStdout(image);
    return;
  }
  makeEmpty(host, outputs.slice(0, -1));
  host.writeFile(output, image, 0o600);
  if (executable) host.chmod(output, 0o750);
}

function makeEmpty(host: Host, outputs: readonly string[]): void {
  for (const output of outputs) host.writeFile(output, new Uint8Array(), 0o600);
}

function say(host: Host, text: string): void {
  host.writeStderr(encodeUtf8(text));
}
