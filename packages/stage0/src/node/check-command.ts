// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 check TREE`: the command line around the cross-check. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type CheckDocument, checkDocument } from '../check-document.ts';
import { checkText } from '../check-text.ts';
import { type Choice, chooseEngine } from '../choice.ts';
import { htmlReport } from '../html-report.ts';
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
import { print } from './streams.ts';
import { UsageError } from './usage.ts';
import { toolName } from './version.ts';

/** Exit status 0, 1 or 3; throws UsageError, and ToolError for what cannot be judged. */
export function checkCommand(given: Arguments): number {
  const arch = given.text('arch');
  const engineNames = given.optionalText('engines');
  const againstPath = given.optionalText('against');
  const html = given.optionalText('html');
  const limits = limitsFrom(given);
  const asked = engineNames === undefined ? undefined : enginePair(engineNames, limits);
  const { files: givenTree, archive, parts, sources: read } = loadOperands(given.operands);
  const { files: source, recipe, layout } = laidOut(given, givenTree);
  const choice = chooseEngine(source, arch);
  const engines = asked ?? chosenPair(choice, limits);
  const against = againstPath === undefined ? {} : { against: loadForeign(againstPath) };
  const sources = [...read, ...(againstPath === undefined ? [] : [againstPath])];
  if (html !== undefined) requireNoSource(new NodeHost(), html, sources);
  const digest = treeDigest(source);
  const progress = wantsProgress(given.has('quiet')) ? new ProgressLine() : undefined;
  const run = (engines: readonly [string, string]) =>
    checkSideBySide(source, {
      ...against,
      engines,
      limits,
      trust: given.texts('trust').map((path) => path.replace(/^\/+/, '')),
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
  print(given.has('json') ? jsonText(document, more) : plainText(document, more));
  if (html !== undefined) {
    new NodeHost().writeFile(html, encodeUtf8(htmlReport(document)), 0o666);
  }
  return (more ?? document).verdict.exitStatus;
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

/** One document; that of the diverse build, if there is one, is a part of it. */
function jsonText(document: CheckDocument, more: CheckDocument | undefined): string {
  return `${JSON.stringify(more === undefined ? document : { ...document, diverse: more }, null, 2)}\n`;
}

function plainText(document: CheckDocument, more: CheckDocument | undefined): string {
  const first = checkText(document);
  return more === undefined ? first : `${first}\n${checkText(more)}`;
}
