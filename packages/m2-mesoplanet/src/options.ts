// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command line of M2-Mesoplanet.
 *
 * Upstream reads it twice: first for what reading sources depends on, skipping every other word one
 * at a time, then for the rest. So `-o -c` is an output named `-c` and the option `-c` as well.
 * Both passes are kept.
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc.c.
 */
import { strtoint } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { KNOWN_ARCHITECTURES } from './target.ts';

export interface Options {
  /** A text to print instead of doing the work. Before that, the files named so far are read. */
  readonly answer: 'help' | 'version' | undefined;
  readonly files: readonly string[];
  /** `.o` files in the order of the command line. */
  readonly objects: readonly string[];
  /** The first source or object file, which gives the name of the output of `-c`. */
  readonly firstInput: string | undefined;
  readonly output: string | undefined;
  /** Outputs other than the last one: upstream makes each of them when it reads its name. */
  readonly emptyOutputs: readonly string[];
  readonly architecture: string | undefined;
  readonly operatingSystem: string | undefined;
  readonly includePaths: readonly string[];
  readonly defines: readonly (readonly [name: string, value: string])[];
  readonly maxString: number;
  readonly followIncludes: boolean;
  readonly objectOnly: boolean;
  readonly preprocessOnly: boolean;
  readonly dump: boolean;
  /** Do not remove temporary files. */
  readonly dirty: boolean;
  /** Do not start any program. */
  readonly fuzz: boolean;
  readonly debug: boolean;
  /**
   * Our own option: M2-Planet reports whatever it compiles to something different from its meaning
   * in C.
   */
  readonly strict: boolean;
  readonly temporaryFolder: string | undefined;
}

export const HELP: string = `Usage: M2-Mesoplanet [options] file...
Options:
 --file,-f               input file
 --output,-o             output file
 --architecture,-A       Target architecture. Use -A to list options
 --operating-system,--os Target operating system
 --preprocess-only,-E    Preprocess only
 --max-string N          Size of maximum string value (default 4096)
 --no-includes           Disable following include files
 --debug-mode N          Compiler debug level. 0 is disabled and 15 is max
 --dump-mode             Dump tokens before preprocessing
 --dirty-mode            Do not remove temporary files
 -D                      Add define
 -c                      Compile and assemble, but do not link.
 -I                      Add M2libc path. Will override the M2LIBC_PATH environment variable.
 --fuzz                  Do not execve potentially dangerous inputs
 --no-debug              Do not output debug info
 --temp-directory        Directory used for temporary artifacts. Will override TMPDIR env var.
 --help,-h               Display this message
 --version,-V            Display compiler version
`;

type Draft = { -readonly [Name in keyof Options]: Options[Name] };

/** Read the argument vector. Throws ToolError if an option lacks its argument. */
export function readOptions(argv: readonly string[]): Options {
  const includePaths: string[] = [];
  const options: Draft = {
    answer: undefined,
    files: [],
    objects: [],
    firstInput: undefined,
    output: undefined,
    emptyOutputs: [],
    architecture: undefined,
    operatingSystem: undefined,
    includePaths: [],
    defines: [],
    maxString: 65536,
    followIncludes: true,
    objectOnly: false,
    preprocessOnly: false,
    dump: false,
    dirty: false,
    fuzz: false,
    debug: true,
    strict: false,
    temporaryFolder: undefined,
  };
  readFirstPass(argv, options, includePaths);
  // Quirk kept: of all paths after the first, only the last counts.
  options.includePaths = [...new Set([includePaths[0], includePaths.at(-1)])].filter(
    (path) => path !== undefined,
  );
  readSecondPass(argv, options);
  return options;
}

function readFirstPass(argv: readonly string[], options: Draft, includePaths: string[]): void {
  for (let at = 1; at < argv.length; at++) {
    switch (argv[at]) {
      case '--debug-mode': {
        const level = argument(argv, ++at, '--debug-mode requires an argument');
        if (strtoint(level) === 0 && level !== '0') {
          throw usage(
            '--debug-mode values must be numbers and level 0 needed to be expressed as 0',
          );
        }
        break;
      }
      case '-A':
      case '--architecture':
        options.architecture = argument(
          argv,
          ++at,
          `--architecture needs to be passed an architecture: one of ${KNOWN_ARCHITECTURES}`,
        );
        break;
      case '--os':
      case '--operating-system':
        options.operatingSystem = argument(
          argv,
          ++at,
          '--operating-system needs to be passed an operating system',
        );
        break;
      case '--max-string':
        options.maxString = strtoint(
          argument(argv, ++at, '--max-string requires a numeric argument'),
        );
        if (options.maxString <= 0) {
          throw usage('Not a valid string size\nAbort and fix your --max-string');
        }
        break;
      case '--no-includes':
        options.followIncludes = false;
        break;
      case '-I':
        includePaths.push(argument(argv, ++at, '-I requires a PATH'));
        break;
      case '-D': {
        const word = argument(argv, ++at, '-D requires an argument');
        const equals = word.indexOf('=');
        const define = equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
        options.defines = [...options.defines, define as [string, string]];
        break;
      }
      case '-c':
        options.objectOnly = true;
        break;
    }
  }
}

function readSecondPass(argv: readonly string[], options: Draft): void {
  for (let at = 1; at < argv.length; at++) {
    switch (argv[at]) {
      case '--debug-mode':
      case '-A':
      case '--architecture':
      case '--os':
      case '--operating-system':
      case '--max-string':
      case '-I':
      case '-D':
        at++;
        break;
      case '--no-includes':
      case '-c':
        break;
      case '-E':
      case '--preprocess-only':
        options.preprocessOnly = true;
        break;
      case '--dump-mode':
        options.dump = true;
        break;
      case '--dirty-mode':
        options.dirty = true;
        break;
      case '--fuzz':
        options.fuzz = true;
        break;
      case '--strict':
        options.strict = true;
        break;
      case '--no-debug':
        options.debug = false;
        break;
      case '-o':
      case '--output':
        if (options.output !== undefined) {
          options.emptyOutputs = [...options.emptyOutputs, options.output];
        }
        options.output = argument(argv, ++at, '--output option requires a filename to follow');
        break;
      case '--temp-directory':
        options.temporaryFolder = argument(argv, ++at, '--temp-directory requires a PATH');
        break;
      case '-h':
      case '--help':
        options.answer = 'help';
        return;
      case '-V':
      case '--version':
        options.answer = 'version';
        return;
      case '-':
        // Upstream loops for ever at this word.
        throw usage('- is not a file name: leave it out to read standard input');
      case '-f':
      case '--file':
        addInput(options, argument(argv, ++at, 'did not receive a file name'));
        break;
      default:
        addInput(options, argv[at] as string);
    }
  }
}

function addInput(options: Draft, name: string): void {
  options.firstInput ??= name;
  if (name.endsWith('.o')) options.objects = [...options.objects, name];
  else options.files = [...options.files, name];
}

function argument(argv: readonly string[], at: number, message: string): string {
  const value = argv[at];
  if (value === undefined) throw usage(message);
  return value;
}

function usage(message: string): ToolError {
  return new ToolError(message, { code: 'usage' });
}
