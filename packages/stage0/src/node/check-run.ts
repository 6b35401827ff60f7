// SPDX-License-Identifier: GPL-3.0-or-later
/** A check as a command line asks for it: the trees, engines and limits that it names → reports. */
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type CheckDocument, checkDocument } from '../check-document.ts';
import { type Choice, chooseEngine } from '../choice.ts';
import { treeDigest } from '../tree-digest.ts';
import type { Arguments } from './command.ts';
import { engineNamed } from './engine-table.ts';
import { type Limits, limitsFrom } from './limit-options.ts';
import { loadForeign } from './load-foreign.ts';
import { loadOperands, requireNoSource } from './load-tree.ts';
import { narDigest } from './nar-digest.ts';
import { ProgressLine, wantsProgress } from './progress.ts';
import { laidOut } from './recipe-options.ts';
import { checkSideBySide } from './side-by-side.ts';
import { UsageError } from './usage.ts';
import { toolName } from './version.ts';

/** The report, and the diverse build's report if `--thorough` asks for one. */
export type Reports = readonly [CheckDocument] | readonly [CheckDocument, CheckDocument];

/** What a command adds to the command line of a check. */
export interface CheckExtras {
  /** The path of a build that was made elsewhere. */
  readonly against?: string | undefined;
  /** A file that will be written. It must not be a part of what is read. */
  readonly out?: string | undefined;
}

/** Run the check. Throws UsageError, and ToolError for what cannot be judged. */
export function runCheck(given: Arguments, { against, out }: CheckExtras): Reports {
  const arch = given.text('arch');
  const engineNames = given.optionalText('engines');
  const limits = limitsFrom(given);
  const asked = engineNames === undefined ? undefined : enginePair(engineNames, limits);
  const { files: givenTree, archive, parts, sources: read } = loadOperands(given.operands);
  const { files: source, recipe, layout } = laidOut(given, givenTree);
  const choice = chooseEngine(source, arch);
  const engines = asked ?? chosenPair(choice, limits);
  const foreign = against === undefined ? {} : { against: loadForeign(against) };
  const sources = [...read, ...(against === undefined ? [] : [against])];
  if (out !== undefined) requireNoSource(new NodeHost(), out, sources);
  const digest = treeDigest(source);
  const progress = wantsProgress(given.has('quiet')) ? new ProgressLine() : undefined;
  const run = (pair: readonly [string, string]) =>
    checkSideBySide(source, {
      ...foreign,
      engines: pair,
      limits,
      trust: trustedPaths(given),
      partial: given.has('partial'),
      options: { ...recipe, arch },
      onProgress: progress && ((line) => progress.show(line)),
    });
  const subject = {
    tree: digest,
    nar: narDigest(source),
    layout,
    tool: toolName(),
    command: ['stage0 check', ...given.words].join(' '),
    parts,
    ...(archive && { archive }),
  };
  const result = run(engines);
  const document = checkDocument(result, {
    ...subject,
    ...(asked === undefined && { choice: choice.why }),
  });
  const isMore = given.has('thorough') && asked === undefined && choice.engine !== 'diverse';
  const more = isMore && result.ok ? checkDocument(run(['diverse', 'i386']), subject) : undefined;
  progress?.clear();
  return more === undefined ? [document] : [document, more];
}

/** Paths in the tree that `--trust` names. */
export function trustedPaths(given: Arguments): string[] {
  return given.texts('trust').map((path) => path.replace(/^\/+/, ''));
}

function enginePair(text: string, limits: Limits): readonly [string, string] {
  const names = text.split(',');
  const [first, second] = names.map((name) => engineNamed(name, limits).name);
  if (first !== undefined && second !== undefined && names.length === 2) return [first, second];
  throw new UsageError('--engines takes two names, as in ports,i386');
}

function chosenPair({ engine, partner, why }: Choice, limits: Limits) {
  if (partner !== undefined) return enginePair(`${engine},${partner}`, limits);
  throw new ToolError(`this cannot be judged: ${why}`, { code: 'no-partner' });
}
