#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `record FOLDER [TOOL[/CASE]…]`: record cases again from upstream's binaries in FOLDER. Those of
 * another release or commit are recorded only if they are named (`cc_x86-1.6.0`); then FOLDER must
 * be a tree of that release.
 */
import { nativeCommands } from '../commands.ts';
import { listCases, listTools, loadCase, saveRecording } from '../load.ts';
import { runInFolder } from '../run-in-folder.ts';

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: npm run vectors:record -- FOLDER [TOOL[/CASE]…]\n');
  process.exit(2);
}
process.umask(0o022);
const find = nativeCommands(folder);
let count = 0;
const sets = wanted.length === 0 ? listTools() : new Set(wanted.map(folderOf));
for (const set of sets) {
  for (const name of listCases(set)) {
    const vector = loadCase(set, name);
    if (wanted.length > 0 && !wanted.includes(set) && !wanted.includes(vector.name)) continue;
    const outcome = runInFolder(vector, find);
    try {
      saveRecording(vector, outcome);
      count++;
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  }
}
process.stdout.write(`${count} cases recorded\n`);

function folderOf(name: string): string {
  return name.replace(/\/.*/, '');
}
