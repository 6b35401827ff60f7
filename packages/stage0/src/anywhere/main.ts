// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0.js`: build, check and prove in any JavaScript engine, from one file without Node's API.
 * `scripts/single-file.js` makes it from this module.
 *
 * The library builds and judges; this is only the command line, with the same words and the same
 * exit statuses as the `stage0` command. The builds of a check run one after the other, because not
 * every engine has threads.
 */
import { formatError, ToolError, visible } from '@stage0-ts/diagnostics';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { build } from '../build.ts';
import { check } from '../check.ts';
import { checkDocument } from '../check-document.ts';
import { checkText } from '../check-text.ts';
import { chooseEngine } from '../choice.ts';
import { diverseEngine, exactEngine } from '../diverse-engine.ts';
import type { NamedEngine } from '../engines.ts';
import { innerTree, layoutOf, recipeOf } from '../layouts.ts';
import { machineEngine, portsAndMachine } from '../machine-engine.ts';
import { prove } from '../prove/prove.ts';
import { proofText } from '../prove/text.ts';
import { buildTable } from '../report.ts';
import { copyTree, treeFromArchive } from '../tree.ts';
import { treeDigest } from '../tree-digest.ts';
import { UPSTREAM_NAME } from '../upstream.ts';
import { findShell, type Shell } from './shells.ts';

const ARCH = 'x86';

const ENGINES: Readonly<Record<string, () => NamedEngine>> = {
  ports: portsAndMachine,
  i386: machineEngine,
  exact: exactEngine,
  diverse: diverseEngine,
};

const HELP = `usage: ENGINE stage0.js COMMAND

  build ARCHIVE [--engine NAME]   rebuild a stage0-posix release and check every artifact
  check ARCHIVE [--partial]       build it twice and compare every file of every process
  prove SEED                      prove what a hex0 seed does with every input
  version

ARCHIVE is a .tar, .tar.gz, .tar.xz or .tar.bz2; NAME is one of ${Object.keys(ENGINES).join(', ')}.
Exit status: 0 it agrees, 1 it differs or went wrong, 2 usage, 3 nothing could be judged.
`;

/** A wrong command line. */
class Usage extends Error {}

/** Run the command line of the engine that this runs in. */
export function main(): void {
  const found = findShell();
  const start = (shell: Shell) => shell.quit(guarded(shell, () => run(shell)));
  if (found instanceof Promise) void found.then(start);
  else start(found);
}

function guarded(shell: Shell, action: () => number): number {
  try {
    return action();
  } catch (error) {
    if (error instanceof Usage) {
      shell.printError(`stage0.js: ${error.message}\n${HELP}`);
      return 2;
    }
    if (!(error instanceof ToolError)) throw error;
    shell.printError(formatError(error, 'stage0.js'));
    return 3;
  }
}

function run(shell: Shell): number {
  const [command = 'help', ...words] = shell.args;
  if (command === 'build') return runBuild(shell, words);
  if (command === 'check') return runCheck(shell, words);
  if (command === 'prove') return runProve(shell, words);
  if (command === 'version') shell.print(`stage0.js for ${UPSTREAM_NAME}, in ${shell.name}\n`);
  else if (/^(--)?help$/.test(command)) shell.print(HELP);
  else throw new Usage(`there is no command ${visible(command)}`);
  return 0;
}

function runBuild(shell: Shell, words: readonly string[]): number {
  const [name, option, engine = 'ports', ...rest] = words;
  const isWhole = option === undefined || (option === '--engine' && words.length > 2);
  if (name === undefined || !isWhole || rest.length > 0) throw new Usage('build takes ARCHIVE');
  const make = Object.hasOwn(ENGINES, engine) ? ENGINES[engine] : undefined;
  if (make === undefined) throw new Usage(`there is no engine ${visible(engine)}`);
  const { files, recipe, subject } = load(shell, name);
  const result = build(files, { ...recipe, engine: make() });
  shell.print(buildTable(result, subject));
  return result.ok ? 0 : 1;
}

function runCheck(shell: Shell, words: readonly string[]): number {
  const [name, option, ...rest] = words;
  const isKnown = option === undefined || option === '--partial';
  if (name === undefined || !isKnown || rest.length > 0) throw new Usage('check takes ARCHIVE');
  const { files, recipe, subject } = load(shell, name);
  const { engine, partner, why } = chooseEngine(files);
  const pair = [ENGINES[engine], ENGINES[partner ?? '']];
  const [first, second] = pair;
  if (first === undefined || second === undefined) {
    throw new ToolError(`this cannot be judged: ${why}`, { code: 'no-partner' });
  }
  const { now } = shell;
  const result = check(() => copyTree(files), {
    ...recipe,
    engines: [first(), second()],
    partial: option === '--partial',
    ...(now && { now }),
  });
  const document = checkDocument(result, { ...subject, choice: why });
  shell.print(checkText(document));
  return document.verdict.exitStatus;
}

function runProve(shell: Shell, words: readonly string[]): number {
  const [path, ...rest] = words;
  if (path === undefined || rest.length > 0) throw new Usage('prove takes SEED');
  const proof = prove({ path, bytes: read(shell, path) });
  shell.print(proofText(proof));
  return { equal: 0, different: 1, open: 3 }[proof.verdict];
}

function read(shell: Shell, path: string): Uint8Array {
  try {
    return shell.readFile(path);
  } catch (error) {
    const message = `cannot be read: ${visible((error as Error).message)}`;
    throw new ToolError(message, { code: 'unreadable', file: path });
  }
}

function load(shell: Shell, path: string) {
  const bytes = read(shell, path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const given = treeFromArchive(bytes, name);
  const files = innerTree(given, ARCH)?.files ?? given;
  const layout = layoutOf(files, ARCH);
  const subject = {
    tree: treeDigest(files),
    tool: `stage0.js in ${shell.name}`,
    archive: { name, sha256: sha256Hex(bytes) },
  };
  return { files, recipe: layout === undefined ? {} : recipeOf(layout, ARCH), subject };
}
