// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 run SCRIPT --root TREE`: any kaem script on a tree in memory, whatever its layout. */
import { NodeHost } from '@stage0-ts/host/node';
import { describeFailures } from '../report.ts';
import { runScript } from '../run.ts';
import { copyTree } from '../tree.ts';
import type { Arguments } from './command.ts';
import { engineNamed } from './engine-table.ts';
import { limitsFrom } from './limit-options.ts';
import { loadTree, saveMade } from './load-tree.ts';
import { recipeFrom } from './recipe-options.ts';
import { printError } from './streams.ts';

/** The script's exit status; throws UsageError and ToolError. */
export function runCommand(given: Arguments): number {
  const [script = ''] = given.operands;
  const root = given.text('root');
  const out = given.optionalText('out');
  const recipe = recipeFrom(given);
  const limits = limitsFrom(given);
  const engine = engineNamed(given.text('engine'), limits);
  const files = copyTree(loadTree(root), limits.files);
  const result = runScript(files, {
    ...recipe,
    script,
    engine,
    keepGoing: given.has('keep-going'),
    shouldStop: limits.shouldStop,
    stdout: (bytes) => new NodeHost().writeStdout(bytes),
  });
  if (out !== undefined) {
    const made = { files: [...result.makers.keys()], links: result.madeLinks };
    saveMade(files, made, out, [root]);
  }
  printError(describeFailures(result));
  return result.failures.length > 0 ? result.status || 1 : result.status;
}
