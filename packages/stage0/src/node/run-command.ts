// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 run SCRIPT --root TREE`: any kaem script on a tree in memory, whatever its layout. */
import { parseArgs } from 'node:util';
import { describeFailures } from '../report.ts';
import { runScript } from '../run.ts';
import { ENGINE_NAMES, engineNamed } from './engine-table.ts';
import { loadTree, saveFiles } from './load-tree.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 run SCRIPT --root TREE [--cwd DIR] [--engine NAME] [--shell NAME] [--out DIR]

Run a kaem script on a tree in memory. What it prints goes to standard output.

  SCRIPT         the script, from the working directory in the tree
  --root TREE    a folder or archive that is the root directory
  --cwd DIR      working directory in the tree (default: /)
  --engine NAME  what runs the programs: ${ENGINE_NAMES} (default: ports)
  --shell NAME   which shell reads the script: kaem-minimal or kaem (default: kaem-minimal)
  --out DIR      write the files that were made below DIR, at their paths in the tree
  --keep-going   go on after a program failed

Exit status: that of the script; 2 usage.
`;

/** The script's exit status; throws UsageError and ToolError. */
export function runCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [script] = positionals;
  if (script === undefined || positionals.length > 1)
    throw new UsageError('run takes one SCRIPT', HELP);
  if (values.root === undefined) throw new UsageError('run needs --root TREE', HELP);
  if (values.shell !== 'kaem' && values.shell !== 'kaem-minimal') {
    throw new UsageError(`no shell is named ${values.shell}`, HELP);
  }
  const engine = engineNamed(values.engine, HELP);
  const files = loadTree(values.root);
  const result = runScript(files, {
    script,
    directory: values.cwd,
    engine,
    shell: values.shell,
    keepGoing: values['keep-going'],
    stdout: (bytes) => process.stdout.write(bytes),
  });
  if (values.out !== undefined) {
    saveFiles(
      files,
      [...result.written].map((path) => path.slice(1)),
      values.out,
    );
  }
  process.stderr.write(describeFailures(result));
  return result.failures.length > 0 ? result.status || 1 : result.status;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        root: { type: 'string' },
        cwd: { type: 'string', default: '/' },
        engine: { type: 'string', default: 'ports' },
        shell: { type: 'string', default: 'kaem-minimal' },
        out: { type: 'string' },
        'keep-going': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
