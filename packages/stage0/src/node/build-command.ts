// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 build TREE`: the command line around {@link build}. */
import { build } from '../build.ts';
import { chooseEngine } from '../choice.ts';
import { buildDocument, buildTable } from '../report.ts';
import { copyTree } from '../tree.ts';
import { treeDigest } from '../tree-digest.ts';
import { followedReleases } from '../upstream.ts';
import type { Arguments } from './command.ts';
import { engineNamed } from './engine-table.ts';
import { limitsFrom } from './limit-options.ts';
import { loadOperands, saveMade } from './load-tree.ts';
import { narDigest } from './nar-digest.ts';
import { ProgressLine, ProgressText, wantsProgress } from './progress.ts';
import { laidOut } from './recipe-options.ts';
import { print, printError } from './streams.ts';

/** Exit status 0 or 1; throws UsageError, and ToolError for what cannot be judged. */
export function buildCommand(given: Arguments): number {
  const arch = given.text('arch');
  const engineName = given.text('engine');
  const out = given.optionalText('out');
  const limits = limitsFrom(given);
  const engine = engineNamed(engineName, limits);
  const { files: tree, archive, parts, sources: read } = loadOperands(given.operands);
  const { files: source, recipe, layout } = laidOut(given, tree);
  const files = copyTree(source, limits.files);
  const { unfollowed } = chooseEngine(source, arch);
  const subject = {
    tree: treeDigest(source),
    nar: narDigest(source),
    layout,
    parts,
    ...(archive && { archive }),
  };
  const progress = wantsProgress(given.has('quiet')) ? new ProgressLine() : undefined;
  const lines = new ProgressText();
  const result = build(files, {
    ...recipe,
    arch,
    engine,
    keepGoing: given.has('keep-going'),
    onEvent: (event) => progress?.show(lines.of(engineName, event)),
    shouldStop: limits.shouldStop,
  });
  progress?.clear();
  if (out !== undefined) {
    const made = { files: result.artifacts.map(({ path }) => `/${path}`), links: result.madeLinks };
    saveMade(files, made, out, read);
  }
  if (engineName === 'ports' && unfollowed.length > 0) {
    printError(
      `note: our ports follow ${followedReleases()}, and this tree has other sources of ${unfollowed.join(', ')}: what they make may be wrong. --engine diverse${arch === 'x86' ? ' or i386' : ''} builds it with its own tools\n`,
    );
  }
  const text = given.has('json')
    ? `${JSON.stringify(buildDocument(result, subject), null, 2)}\n`
    : buildTable(result, subject);
  print(text);
  return result.ok ? 0 : 1;
}
