// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `stage0`: our own subcommands, and every upstream tool under its own name. */
import fs from 'node:fs';
import { formatError, ToolError } from '@stage0-ts/diagnostics';
import { runOnNode } from '@stage0-ts/host/node';
import { TOOLS } from '../tools.ts';
import { buildCommand } from './build-command.ts';
import { checkCommand } from './check-command.ts';
import { execCommand } from './exec-command.ts';
import { explainCommand } from './explain-command.ts';
import { runCommand } from './run-command.ts';
import { print, printError } from './streams.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 COMMAND [ARGUMENT…]

  build TREE       rebuild a stage0-posix tree with our ports and check every artifact
  check TREE       build it with two engines and compare every file of every process
  explain TREE AT  show where a byte of an artifact comes from, down to the source
  run SCRIPT       run any kaem script on a tree in memory
  exec PROGRAM     run an i386 Linux program in the machine
  TOOL ARGUMENT…   run one tool as upstream's program of that name:

${wrapped(Object.keys(TOOLS))}

TREE is a folder or a .tar, .tar.gz, .tar.xz or .tar.bz2. \`stage0 build --help\` tells more, --version the version.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => number>> = {
  build: buildCommand,
  exec: execCommand,
  explain: explainCommand,
  check: checkCommand,
  run: runCommand,
};

/** Run the command line in process.argv; sets the exit status: 0 success, 1 failure, 2 usage. */
export function main(): void {
  const toolName = process.argv[2] ?? '';
  const tool = own(TOOLS, toolName);
  if (tool !== undefined) {
    process.argv.splice(2, 1); // the tool sees its own arguments only
    runOnNode(toolName, tool);
  } else runOnNode('stage0', ([, ...words]) => guarded(() => runCommandLine(words)));
}

function runCommandLine([name, ...args]: readonly string[]): number {
  if (name === '--help' || name === '-h' || name === 'help') {
    print(HELP);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    print(`stage0 ${version()}, for stage0-posix 1.9.1\n`);
    return 0;
  }
  const command = name === undefined ? undefined : own(COMMANDS, name);
  if (command === undefined) {
    throw new UsageError(
      name === undefined ? 'which command?' : `no command is named ${name}`,
      HELP,
    );
  }
  return command(args);
}

/** That of the package, which stands two folders above this file, built or not. */
function version(): string {
  const manifest = fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function guarded(action: () => number): number {
  try {
    return action();
  } catch (error) {
    if (error instanceof UsageError) {
      printError(`stage0: ${error.message}\n\n${error.usage}`);
      return 2;
    }
    if (!(error instanceof ToolError)) throw error;
    printError(formatError(error, 'stage0'));
    return error.exitCode;
  }
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
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
