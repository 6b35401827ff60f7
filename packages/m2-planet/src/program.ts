// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `M2-Planet [options] [file…]`: a new output gets mode 0600, without -o it goes to
 * standard output.
 *
 * Options are obeyed one by one, so that -h and -V end the run where they are. An unknown option is
 * the name of an input. Without inputs standard input is compiled, under the name STDIN.
 * Behaviour defined by cc.c of M2-Planet 1.13.1.
 */
import { encodeUtf8, ProvenanceMap } from '@stage0-ts/bytes';
import { formatWarning, reportErrors, requireDistinct, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { compile } from './compile.ts';
import { DIALECTS, type DialectName } from './dialects.ts';
import {
  ARCHITECTURE_DEFINES,
  type Architecture,
  type CompileOptions,
  DEFAULT_MAX_STRING,
  type Define,
  isArchitecture,
  type SourceFile,
} from './options.ts';
import { parseInteger } from './text.ts';

const USAGE = `Usage: M2-Planet [options] file...
Options:
 --file,-f                      input file
 --output,-o                    output file
 --architecture,-A ARCHITECTURE Target architecture. Call without argument to list available
 -D                             Add define
 -E                             Preprocess only
 --expand-includes              Enable resolving #includes
 -I DIR                         Add DIR to include search path
 --debug,-g                     Debug mode
 --bootstrap-mode               Emulate less powerful cc_* compilers
 --max-string N                 Size of maximum string value (default 4096)
 --help,-h                      Display this message
 --version,-V                   Display compiler version
`;

/** As upstream's message says it. */
const KNOWN = 'knight-native, knight-posix, x86, amd64, armv7l, aarch64, riscv32 and riscv64';

const VERSION = 'M2-Planet v1.13.1\n';

const DIALECT_NAMES = Object.keys(DIALECTS).join(' and ');

/** Settings that depend on how the command was built, not on its arguments. */
export type Builder = Pick<CompileOptions, 'logicalShiftRight' | 'dialect'>;

/** What the command line asks for. */
interface Request {
  readonly files: SourceFile[];
  readonly outputs: string[];
  readonly includePaths: string[];
  readonly defines: Define[];
  architecture: Architecture | undefined;
  maxString: number;
  dialect: DialectName | undefined;
  bootstrapMode: boolean;
  debug: boolean;
  preprocessOnly: boolean;
  expandIncludes: boolean;
  strict: boolean;
  /** Set by -h and -V. Then nothing is compiled. */
  stopped: boolean;
}

/** Upstream's command line. Exit status 0, or 1 with a message and no output file. */
export const m2Planet: Program = m2PlanetBuiltBy({});

/** The same command, built by another compiler than M2-Planet itself. */
export function m2PlanetBuiltBy(builder: Builder): Program {
  return (argv, host) => run(argv, host, builder);
}

/** The command in a dialect. */
export function m2PlanetFor(dialect: DialectName): Program {
  return m2PlanetBuiltBy({ dialect });
}

function run(argv: readonly string[], host: Host, builder: Builder): number {
  return reportErrors('M2-Planet', host, () => {
    const request = parseArguments(argv, host, builder);
    if (request.stopped) {
      writeOutputs(host, request, new Uint8Array());
      return 0;
    }
    if (request.files.length === 0) {
      request.files.push({ name: 'STDIN', bytes: host.readStdin() });
    }
    const provenance = host.provenance && new ProvenanceMap();
    const image = compile(request.files, { ...builder, ...options(request, host), provenance });
    const output = request.outputs.at(-1);
    if (provenance !== undefined && output !== undefined) host.provenance?.(output, provenance);
    if (request.outputs.length === 0) host.writeStdout(image);
    else writeOutputs(host, request, image);
    return 0;
  });
}

function parseArguments(argv: readonly string[], host: Host, builder: Builder): Request {
  const request: Request = {
    files: [],
    outputs: [],
    includePaths: [],
    defines: [],
    architecture: undefined,
    maxString: DEFAULT_MAX_STRING,
    dialect: builder.dialect,
    bootstrapMode: false,
    debug: false,
    preprocessOnly: false,
    expandIncludes: false,
    strict: false,
    stopped: false,
  };
  for (let i = 1; i < argv.length && !request.stopped; ) {
    i += flag(argv[i] as string, request, host) ? 1 : option(argv, i, request, host);
  }
  return request;
}

/** Process an option without an operand; false if it is not one. */
function flag(name: string, request: Request, host: Host): boolean {
  switch (name) {
    case '--bootstrap-mode':
      request.bootstrapMode = true;
      return true;
    case '-g':
    case '--debug':
      request.debug = true;
      return true;
    case '--expand-includes':
      request.expandIncludes = true;
      return true;
    case '--strict':
      request.strict = true;
      return true;
    case '-E':
      request.preprocessOnly = true;
      return true;
    case '-h':
    case '--help':
      host.writeStdout(encodeUtf8(USAGE));
      request.stopped = true;
      return true;
    case '-V':
    case '--version':
      host.writeStderr(encodeUtf8(VERSION));
      request.stopped = true;
      return true;
    default:
      return false;
  }
}

/** Process an option with an operand, or an input. Returns the number of arguments used. */
function option(argv: readonly string[], at: number, request: Request, host: Host): number {
  const name = argv[at] as string;
  switch (name) {
    case '-o':
    case '--output':
      request.outputs.push(operand(argv, at, `${name} requires an output file`));
      return 2;
    case '-A':
    case '--architecture':
      setArchitecture(
        request,
        operand(argv, at, `${name} requires an architecture: one of ${KNOWN}`),
      );
      return 2;
    case '--dialect':
      request.dialect = dialect(operand(argv, at, `--dialect requires one of ${DIALECT_NAMES}`));
      return 2;
    case '--max-string':
      request.maxString = maxString(argv, at, request);
      return 2;
    case '-D': {
      const text = operand(argv, at, '-D requires an argument');
      const equals = text.indexOf('=');
      const name = equals < 0 ? text : text.slice(0, equals);
      request.defines.push([name, equals < 0 ? '' : text.slice(equals + 1)]);
      return 2;
    }
    case '-I':
      request.includePaths.push(operand(argv, at, '-I requires an argument'));
      return 2;
    case '-f':
    case '--file':
      readInput(operand(argv, at, 'did not receive a filename'), request, host);
      return 2;
    default:
      readInput(name, request, host);
      return 1;
  }
}

function operand(argv: readonly string[], at: number, message: string): string {
  const value = argv[at + 1];
  if (value === undefined) throw new ToolError(message, { code: 'usage' });
  return value;
}

/** Quirk kept: each -A adds its macros, although only the last one is compiled for. */
function setArchitecture(request: Request, name: string): void {
  if (isArchitecture(name)) {
    request.architecture = name;
    request.defines.push(...ARCHITECTURE_DEFINES[name]);
    return;
  }
  throw new ToolError(`Unknown architecture: ${name} know values are: ${KNOWN}`, {
    code: 'usage',
  });
}

/** The operand of our own option --dialect. */
function dialect(name: string): DialectName {
  if (Object.hasOwn(DIALECTS, name)) return name as DialectName;
  const message = `Unknown dialect: ${name} known dialects are: ${DIALECT_NAMES}`;
  throw new ToolError(message, { code: 'usage' });
}

function maxString(argv: readonly string[], at: number, request: Request): number {
  const value = parseInteger(operand(argv, at, '--max-string requires a numeric argument'));
  if (value <= 0) {
    throw new ToolError('Not a valid string size Abort and fix your --max-string', {
      code: 'usage',
    });
  }
  if (request.files.length > 0) {
    throw new ToolError('--max-string must come before the first input', { code: 'usage' });
  }
  return value;
}

function readInput(name: string, request: Request, host: Host): void {
  for (const output of request.outputs) requireDistinct(host, output, [name]);
  request.files.push({ name, bytes: host.readFile(name) });
}

function options(request: Request, host: Host): CompileOptions {
  if (request.architecture === undefined) setArchitecture(request, 'knight-native');
  return {
    architecture: request.architecture as Architecture,
    defines: request.defines,
    predefineArchitecture: false,
    expandIncludes: request.expandIncludes,
    includePaths: request.includePaths,
    preprocessOnly: request.preprocessOnly,
    debug: request.debug,
    bootstrapMode: request.bootstrapMode,
    maxString: request.maxString,
    dialect: request.dialect,
    warnings: request.strict
      ? (warning) => host.writeStderr(encodeUtf8(formatWarning(warning, 'M2-Planet')))
      : undefined,
    onWarning: (text) => host.writeStderr(encodeUtf8(text)),
    readInclude: (path) => {
      const kind = host.stat(path)?.kind;
      if (kind === undefined || kind === 'directory') return undefined;
      for (const output of request.outputs) requireDistinct(host, output, [path]);
      return host.readFile(path);
    },
  };
}

/** Write the image to the last output. Of the others, upstream leaves empty files. */
function writeOutputs(host: Host, { outputs, files }: Request, image: Uint8Array): void {
  const names = files.map((file) => file.name).filter((name) => name !== 'STDIN');
  for (const output of outputs) requireDistinct(host, output, names);
  outputs.forEach((output, index) => {
    host.writeFile(output, index === outputs.length - 1 ? image : new Uint8Array(), 0o600);
  });
}
