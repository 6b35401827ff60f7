// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 explain TREE PATH@OFFSET`: the command line around {@link explain}. */
import { parseArgs } from 'node:util';
import { ARCHITECTURES } from '../architectures.ts';
import { explain } from '../explain.ts';
import { explanationText } from '../explain-text.ts';
import { copyTree } from '../tree.ts';
import { engineNamed } from './engine-table.ts';
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from './limit-options.ts';
import { loadTree } from './load-tree.ts';
import { ProgressLine, ProgressText, wantsProgress } from './progress.ts';
import { LAYOUT_HELP, LAYOUT_OPTIONS, laidOut } from './recipe-options.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

const ARCH_NAMES = [...ARCHITECTURES.keys()].join(', ');

const HELP = `usage: stage0 explain TREE PATH@OFFSET [OPTION…]

Build the tree with our ports, and show where one byte of a file comes from: hop by hop, with the
text, the tool and the line of the script that ran it, down to a line of a source file of the tree.
Programs that no port stands for run in the machine, and a way ends there. A later step of the build
may fail.

  TREE                   a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2
  PATH@OFFSET            a file that the build makes and a byte of it, counted from 0:
                         x86/bin/M1@0x2f0 or x86/bin/M1@752
  --arch ARCH            the architecture, of: ${ARCH_NAMES} (default: x86)
${LAYOUT_HELP}
${LIMIT_HELP}
  --json                 print one JSON document (version 1) and nothing else
  --quiet                no progress line

Exit status: 0 explained, 2 usage, 3 nothing to explain: no such tree, file or byte, or it was not
made.
`;

/** Exit status 0; throws UsageError and ToolError. */
export function explainCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  const [tree, place] = positionals;
  if (tree === undefined || place === undefined || positionals.length > 2) {
    throw new UsageError('explain takes a TREE and a PATH@OFFSET', HELP);
  }
  const [path, offset] = parsePlace(place);
  const limits = limitsFrom(values, HELP);
  const { files: source, recipe } = laidOut(values, loadTree(tree), HELP);
  const files = copyTree(source, limits.files);
  const progress = wantsProgress(values.quiet) ? new ProgressLine() : undefined;
  const text = new ProgressText();
  let explanation: ReturnType<typeof explain>;
  try {
    explanation = explain(files, path, offset, {
      arch: values.arch,
      engine: engineNamed('ports', HELP, limits),
      shouldStop: limits.shouldStop,
      ...recipe,
      onEvent: (event) => progress?.show(text.of('ports', event)),
    });
  } finally {
    progress?.clear();
  }
  print(values.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation));
  return 0;
}

/** `PATH@OFFSET`, the offset decimal or with 0x. */
function parsePlace(text: string): [path: string, offset: number] {
  const parts = /^(.+)@(0[xX][0-9a-fA-F]+|[0-9]+)$/s.exec(text);
  if (parts === null)
    throw new UsageError(`${text} is not a PATH@OFFSET, as in x86/bin/M1@0x2f0`, HELP);
  return [(parts[1] as string).replace(/^\.?\/+/, ''), Number(parts[2])];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...LAYOUT_OPTIONS,
        ...LIMIT_OPTIONS,
        arch: { type: 'string', default: 'x86' },
        json: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
