// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 check TREE`: the command line around the cross-check. */
import { parseArgs } from 'node:util';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type CheckDocument, checkDocument } from '../check-document.ts';
import { checkText } from '../check-text.ts';
import { type Choice, chooseEngine } from '../choice.ts';
import { htmlReport } from '../html-report.ts';
import { treeDigest } from '../tree-digest.ts';
import { ENGINE_NAMES, engineNamed } from './engine-table.ts';
import { LIMIT_HELP, LIMIT_OPTIONS, type Limits, limitsFrom } from './limit-options.ts';
import { loadForeign } from './load-foreign.ts';
import { loadOperands, requireNoSource } from './load-tree.ts';
import { narDigest } from './nar-digest.ts';
import { ProgressLine, wantsProgress } from './progress.ts';
import { LAYOUT_HELP, LAYOUT_OPTIONS, laidOut } from './recipe-options.ts';
import { checkSideBySide } from './side-by-side.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';
import { toolName } from './version.ts';

const HELP = `usage: stage0 check TREE… [OPTION…]

Build the tree with two engines and compare every file that every process leaves, in the order of the build, and the
trees when both have ended. "ok" is earned: what was not compared, and each binary that nothing vouches for,
prevents it until you accept it.

  TREE                   a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2. Several are parts of one tree: each is put
                         where its folder's name says (M2-Planet-1.13 in M2-Planet), or where PATH=TREE does
  --engines A,B          the engines, of: ${ENGINE_NAMES}. By itself the check takes ports,i386 for a
                         tree with the sources that our ports follow, exact,i386 where they follow that of
                         cc_x86 only, and diverse,i386 for any other release.
                         native runs the tree's programs on this computer with your rights
  --thorough             where the check does not take it: compare with diverse as well
  --arch ARCH            the architecture (default: x86)
  --trust PATH           accept the binary at PATH of the tree, which no process of the build makes; may be repeated
  --partial              accept that a part is not compared; the report names it
  --against WHAT         also compare with a build that was made elsewhere, and name where it began to go wrong: a
                         folder laid out as the tree or as a distribution's bin, an archive, or one file
  --json                 print one JSON document (version 2) and nothing else
  --html FILE            write a report that a browser shows, with the chain as a graph
  --quiet                no progress line
${LAYOUT_HELP}
${LIMIT_HELP}

Exit status: 0 the builds agree, 1 something differs or is wrong, 2 usage, 3 it cannot be judged.
`;

/** Exit status 0, 1 or 3; throws UsageError, and ToolError for what cannot be judged. */
export function checkCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('check takes a TREE', HELP);
  const limits = limitsFrom(values, HELP);
  const given = values.engines === undefined ? undefined : enginePair(values.engines, limits);
  const { files: givenTree, archive, parts, sources: read } = loadOperands(positionals);
  const { files: source, recipe, layout } = laidOut(values, givenTree, HELP);
  const choice = chooseEngine(source, values.arch);
  const engines = given ?? chosenPair(choice, limits);
  const against = values.against === undefined ? {} : { against: loadForeign(values.against) };
  const sources = [...read, ...(values.against === undefined ? [] : [values.against])];
  if (values.html !== undefined) requireNoSource(new NodeHost(), values.html, sources);
  const digest = treeDigest(source);
  const progress = wantsProgress(values.quiet) ? new ProgressLine() : undefined;
  const run = (engines: readonly [string, string]) =>
    checkSideBySide(source, {
      ...against,
      engines,
      limits,
      trust: values.trust.map((path) => path.replace(/^\/+/, '')),
      partial: values.partial,
      options: {
        ...recipe,
        arch: values.arch,
      },
      onProgress: progress && ((line) => progress.show(line)),
    });
  const subject = {
    tree: digest,
    nar: narDigest(source),
    layout,
    tool: toolName(),
    command: ['stage0 check', ...args].join(' '),
    parts,
    ...(archive && { archive }),
  };
  const result = run(engines);
  const document = checkDocument(result, {
    ...subject,
    ...(given === undefined && { choice: choice.why }),
  });
  const isMore = values.thorough && given === undefined && choice.engine !== 'diverse';
  const more = isMore && result.ok ? checkDocument(run(['diverse', 'i386']), subject) : undefined;
  progress?.clear();
  print(values.json ? jsonText(document, more) : plainText(document, more));
  if (values.html !== undefined) {
    new NodeHost().writeFile(values.html, encodeUtf8(htmlReport(document)), 0o666);
  }
  return (more ?? document).verdict.exitStatus;
}

function enginePair(text: string, limits: Limits): readonly [string, string] {
  const names = text.split(',');
  const [first, second] = names.map((name) => engineNamed(name, HELP, limits).name);
  if (first !== undefined && second !== undefined && names.length === 2) return [first, second];
  throw new UsageError('--engines takes two names, as in ports,i386', HELP);
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

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        engines: { type: 'string' },
        thorough: { type: 'boolean', default: false },
        trust: { type: 'string', multiple: true, default: [] as string[] },
        partial: { type: 'boolean', default: false },
        against: { type: 'string' },
        arch: { type: 'string', default: 'x86' },
        ...LAYOUT_OPTIONS,
        ...LIMIT_OPTIONS,
        json: { type: 'boolean', default: false },
        html: { type: 'string' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
