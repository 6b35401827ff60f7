// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 climb CHECKOUT`: live-bootstrap's own scripts from hex0-seed on. See docs/climb.md. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type ClimbResult, climb } from '../climb/climb.ts';
import { compareWorlds } from '../climb/compare.ts';
import { CONFIGURATION } from '../climb/configuration.ts';
import { archivesOf, layOutWorld, manifestOf } from '../climb/layout.ts';
import { type PlannedPackage, packageLabel, readManifest } from '../climb/manifest.ts';
import {
  allAsPublished,
  climbSentence,
  type PackageReport,
  packageLine,
  wrongLines,
} from '../climb/report.ts';
import {
  type AcceptedSource,
  acceptedSources,
  type FoundSources,
  findSources,
  type SourceArchive,
} from '../climb/sources.ts';
import type { ProcessRecord } from '../records.ts';
import { describeFailures } from '../report.ts';
import type { Arguments } from './command.ts';
import { engineNamed } from './engine-table.ts';
import { limitsFrom } from './limit-options.ts';
import { loadTree, saveMade } from './load-tree.ts';
import { ProgressLine, ProgressText, wantsProgress } from './progress.ts';
import { print, printError } from './streams.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';
import { loadWorld, readWorld, saveWorld } from './world-folder.ts';

/** For V8, to take less memory. All three together cost no time that could be measured. */
const V8_FLAGS = [
  // The heap grows by so much before garbage is collected, not by up to 300: ten thousand processes
  // leave much that lives for long.
  '--heap-growing-percent=20',
  // Compile one function at a time. A large one takes 65 MB, which the C library then keeps.
  '--wasm-num-compilation-tasks=1',
  // Let the machine collect the memories of processes that have ended.
  '--expose-gc',
];

function takeLessMemory(): void {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  // Only new contexts have it, and none in an engine without that flag.
  Object.assign(globalThis, { gc: runInNewContext('globalThis.gc') });
}

/** Exit status 0 or 1; throws UsageError, and ToolError for what cannot be judged. */
export function climbCommand(given: Arguments): number {
  const [checkoutName = ''] = given.operands;
  const limits = limitsFrom(given);
  const engineName = given.text('engine');
  if (engineName === 'native') {
    throw new UsageError('a climb needs an engine that shows its processes: native does not');
  }
  requireOwnWorld(given);
  takeLessMemory();
  const engine = engineNamed(engineName, limits);
  const checkout = loadTree(checkoutName);
  const stage0Name = given.optionalText('stage0');
  const stage0 = stage0Name === undefined ? undefined : loadTree(stage0Name);
  const plan = readManifest(manifestOf(checkout), 'steps/manifest', CONFIGURATION);
  const archives = archivesOf(checkout, plan);
  const accepted = acceptedSources([...archives.values()].flat(), acceptedOf(given));
  const { until, contents } = findAll(given, plan, archives, accepted);
  const layout = layOutWorld(checkout, stage0);
  const resumed = given.optionalText('resume');
  const saved = given.optionalText('save');
  const progress = wantsProgress(given.has('quiet')) ? new ProgressLine() : undefined;
  const isListed = given.has('steps');
  const lines = new ProgressText();
  const from = resumed === undefined ? undefined : loadWorld(resumed, limits.files);
  let isSaving = true;
  const result = climb({
    layout,
    plan,
    until,
    archives,
    contents,
    accepted,
    engine,
    rounding: given.has('round-functions') ? 'fyl2x' : undefined,
    version: version(),
    filesLimit: limits.files,
    ...(from && { from }),
    onResumed: (report) => print(`${packageLine(report)}, resumed\n`),
    onPackage: (report, save) => {
      progress?.clear();
      print([packageLine(report), ...wrongLines(report), ''].join('\n'));
      if (saved === undefined) return;
      if (save !== undefined) saveWorld(saved, save());
      else if (isSaving && isOfBash(plan, report)) {
        printError(`note: ${notSaved(saved, report)}\n`);
        isSaving = false;
      }
    },
    onEvent: (event) => {
      if (isListed && event.kind === 'start') listStep(event.process);
      else progress?.show(lines.of(engineName, event));
    },
    now: () => performance.now(),
    shouldStop: limits.shouldStop,
  });
  progress?.clear();
  const out = given.optionalText('out');
  if (out !== undefined) {
    const { files, made, madeLinks } = result;
    const read = [checkoutName, given.text('distfiles')];
    saveMade(files, { files: made, links: madeLinks }, out, read);
  }
  return report(given, result);
}

function isOfBash(plan: readonly PlannedPackage[], report: PackageReport): boolean {
  return plan.some((one) => one.shell === 'bash' && packageLabel(one) === packageLabel(report));
}

function notSaved(folder: string, { name, pass }: PackageReport): string {
  const label = packageLabel({ name, pass });
  return `${visible(folder)} keeps the world before ${label}: bash builds it and what follows, and still runs`;
}

/** The log of a long climb: what runs now, and since when. */
function listStep({ step, directory, argv }: ProcessRecord): void {
  const seconds = (performance.now() / 1000).toFixed(0);
  printError(`${seconds} s, step ${step}, ${visible(`${directory}: ${argv.join(' ')}`)}\n`);
}

/** How far to go, and the archives for that. */
function findAll(
  given: Arguments,
  plan: readonly PlannedPackage[],
  archives: ReadonlyMap<PlannedPackage, readonly SourceArchive[]>,
  accepted: readonly AcceptedSource[],
): { readonly until: PlannedPackage } & Pick<FoundSources, 'contents'> {
  const folder = given.text('distfiles');
  const wish = given.optionalText('until');
  const wished = wish === undefined ? undefined : packageNamed(plan, wish);
  const last = wished ?? plan.at(-1);
  if (last === undefined) {
    throw new ToolError('the manifest builds nothing', { code: 'bad-manifest' });
  }
  const read = readerOf(folder);
  const upTo = (one: PlannedPackage) =>
    plan.slice(0, plan.indexOf(one) + 1).flatMap((each) => archives.get(each) ?? []);
  const all = findSources(upTo(last), read, accepted, folder);
  const needed = wished === undefined ? withoutMissing(plan, archives, all) : wished;
  const sources = needed === last ? all : findSources(upTo(needed), read, accepted, folder);
  const [first] = sources.problems;
  if (first !== undefined) {
    const text = sources.problems.map(({ message }) => message).join('\n');
    throw new ToolError(text, { code: first.kind });
  }
  if (needed !== last) {
    const [why] = all.problems.filter(({ kind }) => kind === 'missing');
    printError(`note: the climb ends with ${packageLabel(needed)}: ${why?.message}\n`);
  }
  return { until: needed, contents: sources.contents };
}

/**
 * The last package before the first with a missing archive. An archive that is there and
 * wrong is an error wherever it is needed.
 */
function withoutMissing(
  plan: readonly PlannedPackage[],
  archives: ReadonlyMap<PlannedPackage, readonly SourceArchive[]>,
  { problems }: FoundSources,
): PlannedPackage {
  const missing = problems.find(({ kind }) => kind === 'missing');
  if (missing === undefined) return plan.at(-1) as PlannedPackage;
  const at = plan.findIndex((one) => archives.get(one)?.includes(missing.archive));
  const before = plan[at - 1];
  if (before !== undefined) return before;
  throw new ToolError(missing.message, { code: 'missing' });
}

function packageNamed(plan: readonly PlannedPackage[], label: string): PlannedPackage {
  const found = plan.find((one) => packageLabel(one) === label);
  if (found !== undefined) return found;
  const known = plan.map(packageLabel).join(', ');
  throw new UsageError(`--until takes a package of the manifest, of: ${known}; not ${label}`);
}

/** Contents by name. A link is followed; what is not a file then cannot be an archive. */
function readerOf(folder: string): (name: string) => Uint8Array | undefined {
  const host = new NodeHost();
  if (host.stat(folder)?.kind !== 'directory') {
    throw new ToolError('there is no such folder of archives', { code: 'ENOENT', file: folder });
  }
  return (name) => {
    const file = `${folder}/${name}`;
    const status = host.stat(file);
    if (status === undefined) return undefined;
    if (status.kind === 'file') return host.readFile(file);
    throw new ToolError('an archive is a file, and this is not', { code: 'bad-entry', file });
  };
}

function acceptedOf(given: Arguments): Map<string, string> {
  const digests = new Map<string, string>();
  for (const text of given.texts('accept-source')) {
    const [, name, sha256] = /^([^=]+)=([0-9a-f]{64})$/.exec(text) ?? [];
    if (name === undefined || sha256 === undefined) {
      throw new UsageError(`--accept-source takes NAME=SHA256, not ${text}`);
    }
    if (digests.has(name)) throw new UsageError(`--accept-source names ${name} twice`);
    digests.set(name, sha256);
  }
  return digests;
}

function report(given: Arguments, result: ClimbResult): number {
  const { engine, packages, accepted, resumed, rounding, isReached, failures, status } = result;
  const facts = { engine, packages, accepted, resumed, rounds: rounding !== undefined };
  if (!isReached) {
    printError(describeFailures({ failures, status, shell: undefined }));
    const last = packages.at(-1);
    const after = last === undefined ? 'their start' : packageLabel(last);
    print(`FAILED: the scripts ended with status ${status} after ${after}\n`);
    return 1;
  }
  print(`${climbSentence(facts)}\n`);
  const other = given.optionalText('against');
  const isSame = other === undefined || compareWith(given, other);
  return isSame && allAsPublished(facts) ? 0 : 1;
}

/** Before hours are spent. */
function requireOwnWorld(given: Arguments): void {
  if (given.optionalText('against') === undefined || ownWorld(given) !== undefined) return;
  throw new UsageError('--against compares saved worlds: it needs --save or --resume');
}

function ownWorld(given: Arguments): string | undefined {
  return given.optionalText('save') ?? given.optionalText('resume');
}

function compareWith(given: Arguments, other: string): boolean {
  const own = ownWorld(given) as string;
  const { sentence, differences } = compareWorlds(readWorld(own), readWorld(other));
  for (const { path, message } of differences.slice(0, 20)) {
    print(`  ${visible(path)}: ${message}\n`);
  }
  print(`${sentence}\n`);
  return differences.length === 0;
}
