// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `stage0`: our own subcommands, and every upstream tool under its own name. */
import { formatError, ToolError } from '@stage0-ts/diagnostics';
import { runOnNode } from '@stage0-ts/host/node';
import { UPSTREAM_NAME } from '../upstream.ts';
import { type Command, helpText, type Run, readArguments, synopsis } from './command.ts';
import { COMMANDS } from './commands.ts';
import { completionCommand } from './completion.ts';
import { hanging } from './layout-text.ts';
import { print, printError } from './streams.ts';
import { nearestName } from './suggest.ts';
import { TOOL_TABLE, type ToolEntry } from './tool-table.ts';
import { UsageError, usageMessage } from './usage.ts';
import { version } from './version.ts';

const TOOL_NAMES = Object.keys(TOOL_TABLE);
/** All subcommands. */
const ALL = [...COMMANDS, completionCommand(COMMANDS, TOOL_NAMES)];
const HELP_WORDS: ReadonlySet<string> = new Set(['help', '--help', '-h']);
const VERSION_WORDS: ReadonlySet<string> = new Set(['version', '--version', '-V', '-v']);

function generalHelp(): string {
  return `usage: stage0 COMMAND [ARGUMENT…]

${ALL.map(helpLine).join('\n')}
${hanging('TOOL ARGUMENT…', "run one tool as upstream's program of that name:")}

${wrapped(TOOL_NAMES)}

TREE is a folder or a .tar, .tar.gz, .tar.xz or .tar.bz2.
\`stage0 help COMMAND\` or \`stage0 help TOOL\` says more, \`stage0 version\` the version.

Exit status: 0 it agrees or is done, 1 it differs or went wrong, 2 usage, 3 nothing could be judged.
A TOOL's is that of upstream's program.
`;
}

/**
 * Run the command line in process.argv, and set the exit status: 0 success, 1 failure, 2 usage, 3
 * cannot judge.
 */
export async function main(): Promise<void> {
  const name = process.argv[2] ?? '';
  const tool = toolNamed(name);
  if (tool !== undefined) {
    const program = await tool.load();
    process.argv.splice(2, 1); // the tool sees only its own arguments
    runOnNode(name, program);
    return;
  }
  const command = ALL.find((one) => one.name === commandWord());
  runOnNode('stage0', ([, ...words]) => {
    if (command === undefined) return guarded(() => answer(words), 'stage0');
    const start = () => runCommand(command, argumentsOf(words));
    return guarded(start, `stage0 ${command.name}`, command.errorStatus);
  });
}

/**
 * The exit status; throws UsageError and ToolError. A command's code is loaded only when there is
 * something to do: loading takes most of the time to start.
 */
async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  const given = readArguments(command, words);
  if (given !== undefined) return (await command.load())(given);
  print(helpText(command));
  return 0;
}

/** The subcommand's name; for `stage0 help build` it is `build`. */
function commandWord(): string {
  const [first = '', second = ''] = process.argv.slice(2);
  return HELP_WORDS.has(first) ? second : first;
}

/** A subcommand's arguments. `help` before its name means `--help` after it. */
function argumentsOf([first = '', ...rest]: readonly string[]): readonly string[] {
  return HELP_WORDS.has(first) ? ['--help'] : rest;
}

/** Answers everything that is not a subcommand or a tool: help, version, and unknown words. */
function answer([word, subject]: readonly string[]): number {
  if (word === undefined) throw new UsageError('which command?');
  if (VERSION_WORDS.has(word)) print(`stage0 ${version()}, for ${UPSTREAM_NAME}\n`);
  else if (!HELP_WORDS.has(word)) throw unknown(word);
  else print(subject === undefined ? generalHelp() : toolHelp(subject));
  return 0;
}

function unknown(word: string): UsageError {
  const meant = nearestName(word, [...ALL.map(({ name }) => name), ...TOOL_NAMES]);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new UsageError(`no command or tool is named ${word}${hint}`);
}

function toolNamed(name: string): ToolEntry | undefined {
  return Object.hasOwn(TOOL_TABLE, name) ? TOOL_TABLE[name] : undefined;
}

/**
 * Tools have upstream's command lines, in which `--help` may be a file's name. So their help is
 * here.
 */
function toolHelp(name: string): string {
  const tool = toolNamed(name);
  if (tool === undefined) throw unknown(name);
  const { folder, synopsis, summary } = tool;
  return `usage: stage0 ${synopsis}

${summary}; as upstream's ${name}.
More: README.md of @stage0-ts/${folder}
`;
}

/**
 * Run `action` and report its errors on standard error; `name` is what was asked for, as the user
 * types it.
 */
function guarded(
  action: () => ReturnType<Run>,
  name: string,
  errorStatus?: number,
): ReturnType<Run> {
  const statusOf = (error: unknown): number => {
    if (error instanceof UsageError) {
      printError(usageMessage(error, name));
      return 2;
    }
    if (!(error instanceof ToolError)) throw error;
    printError(formatError(error, 'stage0'));
    return errorStatus ?? error.exitCode;
  };
  try {
    const status = action();
    return typeof status === 'number' ? status : status.catch(statusOf);
  } catch (error) {
    return statusOf(error);
  }
}

function helpLine(command: Command): string {
  const words = synopsis(command).replace(' [OPTION…]', '').replace('[OPTION…] ', '');
  return hanging(`${command.name} ${words}`, command.summary);
}

function wrapped(names: readonly string[]): string {
  const lines = [''];
  for (const name of names) {
    const line = lines.at(-1) as string;
    if (line.length + name.length < 72) lines[lines.length - 1] = `${line} ${name}`;
    else lines.push(` ${name}`);
  }
  return lines.map((line) => `   ${line}`).join('\n');
}
