// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `kaem`: options as upstream reads them, then the script. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatWarning, reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { Shell, type ShellOptions } from './shell.ts';
import { scriptWarnings } from './warnings.ts';

const DEFAULT_SCRIPT = 'kaem.run';
const USAGE =
  ' [-h | --help] [-V | --version] [--file filename | -f filename] [-i | --init-mode] [-v | --verbose] [--non-strict] [--warn] [--fuzz]\n';

/**
 * Exit status 0 at the end of the script, 1 after any failure, or the status of the program that
 * `exec` started.
 */
export const kaem: Program = (argv, host) =>
  reportErrors('kaem', host, () => {
    const choice = readOptions(argv);
    if ('answer' in choice) {
      host.writeStdout(encodeUtf8(choice.answer));
      return choice.status;
    }
    const script = { name: choice.script, bytes: readScript(choice.script, host) };
    if (choice.options.warn) {
      for (const warning of scriptWarnings(script, 'kaem')) {
        host.writeStderr(encodeUtf8(formatWarning(warning, 'kaem')));
      }
    }
    return new Shell(script, argv, host, choice.options).run();
  });

/** Either a text to print before stopping, or a script to run. */
type Choice =
  | { readonly answer: string; readonly status: number }
  | { readonly script: string; readonly options: ShellOptions };

function readOptions(argv: readonly string[]): Choice {
  const options: { -readonly [Name in keyof ShellOptions]: ShellOptions[Name] } = {};
  let script = DEFAULT_SCRIPT;
  for (let at = 1; at < argv.length && argv[at] !== '--'; at++) {
    switch (argv[at]) {
      case '-h':
      case '--help':
        return { answer: `Usage: ${argv[0]}${USAGE}`, status: 0 };
      case '-V':
      case '--version':
        return { answer: 'kaem version 1.7.0\n', status: 0 };
      case '-f':
      case '--file':
        script = argv[++at] ?? script;
        break;
      case '-i':
      case '--init-mode':
        options.initMode = true;
        break;
      case '-v':
      case '--verbose':
        options.verbose = true;
        break;
      case '--strict':
        options.strict = true;
        break;
      case '--non-strict':
        options.strict = false;
        break;
      case '--warn':
        options.warn = true;
        break;
      case '--fuzz':
        options.fuzz = true;
        break;
      case '--show-exit-codes':
        options.showExitCodes = true;
        break;
      default:
        return { answer: 'UNKNOWN ARGUMENT\n', status: 1 };
    }
  }
  return { script, options };
}

function readScript(name: string, host: Host): Uint8Array {
  try {
    return host.readFile(name);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(`The file: ${name} can not be opened!`, { code: error.code });
  }
}
