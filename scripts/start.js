// SPDX-License-Identifier: GPL-3.0-or-later
// `npm start`: cross-check the ladder in test-vectors/ and run its programs in the i386 machine.
// `npm start -- COMMAND [ARGUMENT…]`: any command line of stage0. `npm start -- TREE [OPTION…]`:
// stage0 build TREE. npm prints two lines of its own first; `npm start --silent -- …` prints only
// the command's output.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryHost } from '@stage0-ts/host/memory';
import { build, machineEngine, TOOLS } from '@stage0-ts/stage0';
import { COMMANDS } from '../packages/stage0/dist/node/commands.js';
import { loadTree } from '../packages/stage0/dist/node/load-tree.js';

const local = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const LADDER = local('test-vectors/ladder');
/** npm runs scripts in the repository; names on the command line are meant where npm was called. */
const CALLED_IN = process.env.INIT_CWD ?? process.cwd();

function stage0(...args) {
  const command = [local('packages/stage0/dist/bin/stage0.js'), ...args];
  const options = { stdio: 'inherit', cwd: CALLED_IN };
  return spawnSync(process.execPath, command, options).status ?? 130;
}

/** True for a tree, which stage0 would take for the name of a command. */
function isTree(word) {
  if (Object.hasOwn(TOOLS, word) || COMMANDS.some(({ name }) => name === word)) return false;
  return existsSync(path.resolve(CALLED_IN, word)) || (!word.startsWith('-') && /[./]/.test(word));
}

/** Run every hello of the ladder, as a program of the machine, and show what it prints. */
function runPrograms() {
  const files = loadTree(LADDER);
  const engine = machineEngine();
  const { artifacts } = build(files);
  let status = 0;
  const names = artifacts.map(({ path: name }) => name);
  for (const name of names.filter((one) => /\/(hello|greet)[^.]*$/.test(one))) {
    const printed = [];
    const host = new MemoryHost({
      files,
      engine: engine.run,
      stdout: (bytes) => printed.push(bytes.slice()),
    });
    const end = host.run(name, [name], []);
    if (end.kind !== 'exited' || end.status !== 0) status = 1;
    console.log(
      `${name.padEnd(16)} ${Buffer.concat(printed).toString().trim().replaceAll('\n', ' | ')}`,
    );
  }
  return status;
}

const args = process.argv.slice(2);
if (args.length > 0) process.exitCode = stage0(...(isTree(args[0]) ? ['build'] : []), ...args);
else
  process.exitCode =
    stage0('check', LADDER, '--partial') || stage0('build', LADDER, '--quiet') || runPrograms();
