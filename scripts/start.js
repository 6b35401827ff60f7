// SPDX-License-Identifier: GPL-3.0-or-later
// `npm start`: cross-check the ladder in test-vectors/ and run its programs in the i386 machine.
// `npm start -- TREE [OPTION…]`: stage0 build TREE.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MemoryHost } from '@stage0-ts/host/memory';
import { build, machineEngine } from '@stage0-ts/stage0';
import { loadTree } from '../packages/stage0/dist/node/load-tree.js';

const local = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const LADDER = local('test-vectors/ladder');

function stage0(...args) {
  const command = [local('packages/stage0/dist/bin/stage0.js'), ...args];
  return spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 130;
}

/** Run every hello of the ladder, as a program of the machine, and show what it prints. */
function runPrograms() {
  const files = loadTree(LADDER);
  const engine = machineEngine();
  const { artifacts } = build(files);
  let status = 0;
  for (const { path } of artifacts.filter(({ path: name }) => /\/(hello|greet)[^.]*$/.test(name))) {
    const printed = [];
    const host = new MemoryHost({
      files,
      engine: engine.run,
      stdout: (bytes) => printed.push(bytes.slice()),
    });
    const end = host.run(path, [path], []);
    if (end.kind !== 'exited' || end.status !== 0) status = 1;
    console.log(
      `${path.padEnd(16)} ${Buffer.concat(printed).toString().trim().replaceAll('\n', ' | ')}`,
    );
  }
  return status;
}

const args = process.argv.slice(2);
if (args.length > 0) process.exitCode = stage0('build', ...args);
else
  process.exitCode = stage0('check', LADDER) || stage0('build', LADDER, '--quiet') || runPrograms();
