// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 build TREE`: the command line around {@link build}. */
import { parseArgs } from 'node:util';
import { ARCHITECTURES } from '../architectures.ts';
import { build } from '../build.ts';
import { chooseEngine } from '../choice.ts';
import { buildDocument, buildTable } from '../report.ts';
import { copyTree } from '../tree.ts';
import { treeDigest } from '../tree-digest.ts';
import { followedReleases } from '../upstream.ts';
import { ENGINE_NAMES, engineNamed } from './engine-table.ts';
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from './limit-options.ts';
import { loadOperands, saveFiles } from './load-tree.ts';
import { narDigest } from './nar-digest.ts';
import { ProgressLine, ProgressText, wantsProgress } from './progress.ts';
import { LAYOUT_HELP, LAYOUT_OPTIONS, laidOut } from './recipe-options.ts';
import { print, printError } from './streams.ts';
import { UsageError } from './usage.ts';

const ARCH_NAMES = [...ARCHITECTURES.keys()].join(', ');

const HELP = `usage: stage0 build TREE… [OPTION…]

Run the tree's own kaem.ARCH with our ports, in memory, and compare what it makes with ARCH.answers.

  TREE                   a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2. Several are parts of one tree: each is put
                         where its folder's name says (M2-Planet-1.13 in M2-Planet), or where PATH=TREE does
  --arch ARCH            what to build, on any machine: ${ARCH_NAMES}
                         (default: x86)
  --engine NAME          what runs the programs: ${ENGINE_NAMES} (default: ports). native runs the tree's
                         programs on this computer with your rights
  --out DIR              write the files that were made below DIR, at their paths in the tree
  --json                 print one JSON document (version 1) and nothing else
  --keep-going           go on after a program failed
  --quiet                no progress line
${LAYOUT_HELP}
${LIMIT_HELP}

Tools that are hand-written for another architecture than x86 have no port: a port that does the same job
stands in for them, and the report names each with the reason. With --engine diverse, which builds any release, the
programs that the same release makes for the i386 do the rest.

Exit status: 0 every answer matches, 1 something does not, 2 usage, 3 it cannot be judged.
`;

/** Exit status 0 or 1; throws UsageError, and ToolError for what cannot be judged. */
export function buildCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('build takes a TREE', HELP);
  const limits = limitsFrom(values, HELP);
  const engine = engineNamed(values.engine, HELP, limits);
  if (values.out === '') throw new UsageError('--out takes a folder', HELP);
  const { files: given, archive, parts, sources: read } = loadOperands(positionals);
  const { files: source, recipe, layout } = laidOut(values, given, HELP);
  const files = copyTree(source, limits.files);
  const { unfollowed } = chooseEngine(source, values.arch);
  const subject = {
    tree: treeDigest(source),
    nar: narDigest(source),
    layout,
    parts,
    ...(archive && { archive }),
  };
  const progress = wantsProgress(values.quiet) ? new ProgressLine() : undefined;
  const lines = new ProgressText();
  const result = build(files, {
    ...recipe,
    arch: values.arch,
    engine,
    keepGoing: values['keep-going'],
    onEvent: (event) => progress?.show(lines.of(values.engine, event)),
    shouldStop: limits.shouldStop,
  });
  progress?.clear();
  if (values.out !== undefined) {
    saveFiles(
      files,
      result.artifacts.map(({ path }) => path),
      values.out,
      read,
    );
  }
  if (values.engine === 'ports' && unfollowed.length > 0) {
    printError(
      `note: our ports follow ${followedReleases()}, and this tree has other sources of ${unfollowed.join(', ')}: what they make may be wrong. --engine diverse${values.arch === 'x86' ? ' or i386' : ''} builds it with its own tools\n`,
    );
  }
  const text = values.json
    ? `${JSON.stringify(buildDocument(result, subject), null, 2)}\n`
    : buildTable(result, subject);
  print(text);
  return result.ok ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        arch: { type: 'string', default: 'x86' },
        engine: { type: 'string', default: 'ports' },
        ...LAYOUT_OPTIONS,
        ...LIMIT_OPTIONS,
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
        'keep-going': { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
