// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 run SCRIPT --root TREE`: any kaem script on a tree in memory, whatever its layout. */
import { parseArgs } from 'node:util';
import { NodeHost } from '@stage0-ts/host/node';
import { describeFailures } from '../report.ts';
import { runScript } from '../run.ts';
import { copyTree } from '../tree.ts';
import { ENGINE_NAMES, engineNamed } from './engine-table.ts';
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from './limit-options.ts';
import { loadTree, saveFiles } from './load-tree.ts';
import { RECIPE_HELP, RECIPE_OPTIONS, recipeFrom } from './recipe-options.ts';
import { print, printError } from './streams.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 run SCRIPT --root TREE [OPTION…]

Run a kaem script on a tree in memory. What it prints goes to standard output.

  SCRIPT                 the script, from the working directory in the tree
  --root TREE            a folder or archive that is the root directory
  --engine NAME          what runs the programs: ${ENGINE_NAMES} (default: ports)
${RECIPE_HELP}
  --out DIR              write the files that were made below DIR, at their paths in the tree
  --keep-going           go on after a program failed
${LIMIT_HELP}

Exit status: that of the script; 2 usage.
`;

/** The script's exit status; throws UsageError and ToolError. */
export function runCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  const [script] = positionals;
  if (script === undefined || positionals.length > 1)
    throw new UsageError('run takes one SCRIPT', HELP);
  if (values.root === undefined) throw new UsageError('run needs --root TREE', HELP);
  if (values.out === '') throw new UsageError('--out takes a folder', HELP);
  const recipe = recipeFrom(values, HELP);
  const limits = limitsFrom(values, HELP);
  const engine = engineNamed(values.engine, HELP, limits);
  const files = copyTree(loadTree(values.root), limits.files);
  const result = runScript(files, {
    ...recipe,
    script,
    engine,
    keepGoing: values['keep-going'],
    shouldStop: limits.shouldStop,
    stdout: (bytes) => new NodeHost().writeStdout(bytes),
  });
  if (values.out !== undefined) {
    saveFiles(
      files,
      [...result.makers.keys()].map((path) => path.slice(1)),
      values.out,
      [values.root],
    );
  }
  printError(describeFailures(result));
  return result.failures.length > 0 ? result.status || 1 : result.status;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        root: { type: 'string' },
        engine: { type: 'string', default: 'ports' },
        ...RECIPE_OPTIONS,
        ...LIMIT_OPTIONS,
        out: { type: 'string' },
        'keep-going': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
