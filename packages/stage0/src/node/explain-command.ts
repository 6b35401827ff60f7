// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 explain TREE PATH@OFFSET`: the command line around {@link explain}. */
import { explain } from '../explain.ts';
import { explanationText } from '../explain-text.ts';
import { copyTree } from '../tree.ts';
import type { Arguments } from './command.ts';
import { engineNamed } from './engine-table.ts';
import { limitsFrom } from './limit-options.ts';
import { loadTree } from './load-tree.ts';
import { ProgressLine, ProgressText, wantsProgress } from './progress.ts';
import { laidOut } from './recipe-options.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

/** Exit status 0; throws UsageError and ToolError. */
export function explainCommand(given: Arguments): number {
  const [tree = '', place = ''] = given.operands;
  const [path, offset] = parsePlace(place);
  const limits = limitsFrom(given);
  const { files: source, recipe } = laidOut(given, loadTree(tree));
  const files = copyTree(source, limits.files);
  const progress = wantsProgress(given.has('quiet')) ? new ProgressLine() : undefined;
  const text = new ProgressText();
  let explanation: ReturnType<typeof explain>;
  try {
    explanation = explain(files, path, offset, {
      arch: given.text('arch'),
      engine: engineNamed('ports', limits),
      shouldStop: limits.shouldStop,
      ...recipe,
      onEvent: (event) => progress?.show(text.of('ports', event)),
    });
  } finally {
    progress?.clear();
  }
  print(
    given.has('json') ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation),
  );
  return 0;
}

/** `PATH@OFFSET`, the offset decimal or with 0x. */
function parsePlace(text: string): [path: string, offset: number] {
  const parts = /^(.+)@(0[xX][0-9a-fA-F]+|[0-9]+)$/s.exec(text);
  if (parts === null) throw new UsageError(`${text} is not a PATH@OFFSET, as in x86/bin/M1@0x2f0`);
  return [(parts[1] as string).replace(/^\.?\/+/, ''), Number(parts[2])];
}
