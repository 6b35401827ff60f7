// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 check TREE`: the command line around the cross-check. */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type AgainstResult, compareAgainst } from '../against.ts';
import { type CheckResult, check, treeDigest } from '../check.ts';
import { checkDocument } from '../check-document.ts';
import { htmlReport } from '../html-report.ts';
import { describeFailures } from '../report.ts';
import { copyTree } from '../tree.ts';
import { ENGINE_NAMES, engineNamed } from './engine-table.ts';
import { loadTree } from './load-tree.ts';
import { ProgressLine, wantsProgress } from './progress.ts';
import { RECIPE_HELP, RECIPE_OPTIONS, recipeFrom } from './recipe-options.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 check TREE [--engines A,B] [--against DIR] [--arch ARCH] [--json] [--html FILE] [--quiet]
                         [--script FILE [--cwd DIR] [--shell NAME] [--env NAME=V]]

Build the tree with two engines and compare every file that every process leaves, in the order of the build.
The first divergence is named with its process, its command line and the bytes.

  TREE           a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2
  --engines A,B  the engines, of: ${ENGINE_NAMES} (default: ports,i386)
  --against DIR  also compare with a tree that was built elsewhere, and name where it began to go wrong
  --arch ARCH    the architecture (default: x86)
  --json         print one JSON document (version 1) and nothing else
  --html FILE    write a report that a browser shows, with the chain as a graph
  --quiet        no progress line
  --script FILE  for a tree of another layout: the kaem script to run instead of kaem.ARCH and its seed shell
${RECIPE_HELP}

Exit status: 0 no divergence and every answer matches, 1 otherwise, 2 usage.
`;

/** Exit status 0 or 1; throws UsageError and ToolError. */
export function checkCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  const [tree] = positionals;
  if (tree === undefined || positionals.length > 1)
    throw new UsageError('check takes one TREE', HELP);
  const names = values.engines.split(',');
  if (names.length !== 2) throw new UsageError('--engines takes two names, as in ports,i386', HELP);
  const [first, second] = names.map((name) => engineNamed(name, HELP));
  if (first === undefined || second === undefined)
    throw new UsageError('--engines takes two names', HELP);
  const folder = values.against;
  if (folder !== undefined && !fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ToolError('no such folder', { code: 'ENOENT', file: folder });
  }
  const recipe = recipeFrom(values, HELP);
  const progress = wantsProgress(values.quiet) ? new ProgressLine() : undefined;
  const source = loadTree(tree);
  const result = check(() => copyTree(source), {
    ...recipe,
    ...(values.script === undefined ? {} : { script: values.script }),
    arch: values.arch,
    engines: [first, second],
    onEvent: (_engine, event) => progress?.show(event),
    now: () => performance.now(),
  });
  progress?.clear();
  const against = folder === undefined ? null : compareFolder(result, folder);
  const document = checkDocument(result, treeDigest(source), against);
  if (values.html !== undefined) {
    new NodeHost().writeFile(values.html, new TextEncoder().encode(htmlReport(document)), 0o666);
  }
  print(
    values.json ? `${JSON.stringify(document, null, 2)}\n` : describe(result, against, document.ok),
  );
  return document.ok ? 0 : 1;
}

function compareFolder({ builds: [left], files }: CheckResult, folder: string): AgainstResult {
  return compareAgainst(files, left.processes, (name) => {
    const file = path.join(folder, name);
    return fs.statSync(file, { throwIfNoEntry: false })?.isFile()
      ? fs.readFileSync(file)
      : undefined;
  });
}

function describe(result: CheckResult, against: AgainstResult | null, ok: boolean): string {
  const { divergence, selfRebuild, builds, engines } = result;
  const lines: string[] = [];
  for (const { engine, artifacts, processes, milliseconds } of builds) {
    const listed = artifacts.filter(({ expected }) => expected !== null);
    const good = listed.filter(({ verdict }) => verdict === 'match').length;
    const seconds = (milliseconds / 1000).toFixed(1);
    lines.push(
      `${engine}: ${good} of ${listed.length} of ${result.arch}.answers, ${artifacts.length} files, ${processes.length} processes, ${seconds} s`,
    );
  }
  if (divergence === undefined) {
    lines.push(`${engines.join(' and ')}: no divergence`);
    const failures = describeFailures(builds[0]);
    if (failures !== '') lines.push('', 'the script fails with both:', failures.trimEnd(), '');
  } else {
    lines.push('', `first divergence, step ${divergence.step}: ${divergence.argv.join(' ')}`);
    lines.push(...divergence.inputs.map(({ path, sha256 }) => `  reads ${sha256}  ${path}`));
    lines.push(`  ${divergence.message}`, divergence.diff);
  }
  if (selfRebuild !== undefined) {
    const verdict = selfRebuild.same ? 'reproduces itself' : 'DOES NOT reproduce itself';
    lines.push(`${selfRebuild.compiler}, run as a program, ${verdict}`);
  }
  if (against !== null) lines.push(...describeAgainst(against));
  lines.push('', ok ? 'ok' : 'FAILED', '');
  return lines.join('\n');
}

function describeAgainst({ compared, differing, missing, first }: AgainstResult): string[] {
  const lines = [
    `compared folder: ${differing.length} of ${compared} files differ, ${missing.length} are missing`,
  ];
  if (first === undefined) return lines;
  lines.push(
    '',
    `it begins with ${first.file}, made by step ${first.step}: ${first.argv.join(' ')}`,
  );
  if (first.wrongInputs.length > 0)
    lines.push(`  wrong inputs already: ${first.wrongInputs.join(', ')}`);
  else if (first.unknownInputs.length > 0) {
    lines.push(
      '  its inputs that are there are right',
      `  not there to compare: ${first.unknownInputs.join(', ')}`,
    );
  } else lines.push('  its inputs are right, so it is this program that went wrong');
  const victims = differing.length - 1;
  if (victims > 0)
    lines.push(`  ${victims} more that differ come later: ${differing.slice(1).join(', ')}`);
  return [...lines, first.diff];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        engines: { type: 'string', default: 'ports,i386' },
        against: { type: 'string' },
        arch: { type: 'string', default: 'x86' },
        script: { type: 'string' },
        ...RECIPE_OPTIONS,
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
