// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A laid-out world and an engine → live-bootstrap's own scripts, run package after package.
 *
 * The scripts are not ours: the seed shell starts kaem.x86, which makes and starts all others. What
 * happens here is watching; boundaries.ts says what shows of a package. When one begins, the
 * archives that it asks for come to the world, and when it has ended, its published digests are
 * compared. After a package that kaem builds the world can be saved: the script runs again from its
 * beginning when the climb goes on, and what it had started before is not run again but ends as it
 * did. What bash builds cannot be saved so: its variables and functions are in a bash that still
 * runs. Invariant: the packages are those of the plan, in that order.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import { type MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { seedShellPath } from '../architectures.ts';
import { fittedTo, type NamedEngine } from '../engines.ts';
import type { ProcessRecord } from '../records.ts';
import { runUntilStopped, systemNamed } from '../run.ts';
import { copyTree } from '../tree.ts';
import { treeDigest } from '../tree-digest.ts';
import { type RunEvent, Watch } from '../watch.ts';
import { archiveTexts } from './archive-texts.ts';
import { type BegunPackage, Boundaries } from './boundaries.ts';
import { acceptIn, DISTFILES } from './layout.ts';
import { type PlannedPackage, packageLabel } from './manifest.ts';
import {
  isAsPublished,
  type PublishedFile,
  publishedOfArchive,
  publishedOfPackage,
  publishedOfSeed,
  publishedOfStage0,
} from './published.ts';
import type { PackageReport } from './report.ts';
import { type AcceptedSource, type SourceArchive, wantedArchives } from './sources.ts';
import {
  type EndedChild,
  type LoadedWorld,
  type PlacedArchive,
  type RunningScript,
  requireFit,
  WORLD_VERSION,
  type WorldDocument,
  type WorldEntry,
  worldEntries,
} from './world.ts';

/** The environment that rootfs.py gives to the first shell. */
const ENVIRONMENT = ['PATH=/bin'];

/** Mode of the archives in the world. */
const ARCHIVE_MODE = 0o644;

export interface ClimbOptions {
  /** The world before its first script; see layout.ts. It is not changed. */
  readonly layout: MemoryFiles;
  /** All packages, in order. */
  readonly plan: readonly PlannedPackage[];
  /** The last package to build. */
  readonly until: PlannedPackage;
  /** What each package asks for that no earlier one did. */
  readonly archives: ReadonlyMap<PlannedPackage, readonly SourceArchive[]>;
  /** Checked contents of archives, by name. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Archives to take in place of the published ones, where a package asks for them. */
  readonly accepted: readonly AcceptedSource[];
  /** One that shows its processes. */
  readonly engine: NamedEngine;
  /** What its machine rounds for programs: see WorldDocument. */
  readonly rounding?: string | undefined;
  /** Version of stage0-ts, for saved worlds. */
  readonly version: string;
  /** Bytes that all files of the world may hold together. */
  readonly filesLimit: number;
  /** A saved world to go on from. */
  readonly from?: ResumedWorld;
  /** Called first, for each package that a resumed world has. */
  readonly onResumed?: (report: PackageReport) => void;
  /**
   * Called when a package is built. `save` gives the world as it is then; undefined where no climb
   * could go on from it.
   */
  readonly onPackage?: (report: PackageReport, save: (() => SavedWorld) | undefined) => void;
  readonly onEvent?: (event: RunEvent) => void;
  /** Takes standard output of everything. Default: dropped. */
  readonly stdout?: (bytes: Uint8Array) => void;
  /** A clock in milliseconds. Default: none. */
  readonly now?: () => number;
  readonly shouldStop?: () => boolean;
}

/** A world as data; see world.ts. The document still lacks the digest of the entries' text. */
export interface SavedWorld {
  readonly document: Omit<WorldDocument, 'entries'>;
  readonly entries: readonly WorldEntry[];
  /** The contents that the entries name are in these files. */
  readonly files: MemoryFiles;
}

export interface ResumedWorld {
  readonly document: WorldDocument;
  readonly world: LoadedWorld;
}

export interface ClimbResult {
  readonly engine: string;
  /** The packages that were built, those of a resumed world first. */
  readonly packages: readonly PackageReport[];
  /** How many of them a resumed world had. */
  readonly resumed: number;
  /** The accepted archives that packages have asked for. */
  readonly accepted: readonly AcceptedSource[];
  /** What the machine rounded, in this climb or before the world was saved. */
  readonly rounding: string | undefined;
  /** True if the last wished package was built. */
  readonly isReached: boolean;
  readonly files: MemoryFiles;
  /** Absolute paths of files that were made. */
  readonly made: readonly string[];
  /** The same of symbolic links. */
  readonly madeLinks: readonly string[];
  /** Exit status of the scripts, 0 if the climb was ended after the last wished package. */
  readonly status: number;
  /** Where to look if it is not reached. */
  readonly failures: readonly ProcessRecord[];
}

/**
 * Climb. Throws ToolError when a limit ended it, when a world cannot be resumed, and when the
 * scripts build something else than the plan.
 */
export function climb(options: ClimbOptions): ClimbResult {
  return new Climb(options).run();
}

class Climb {
  private readonly options: ClimbOptions;
  private readonly layoutDigest: string;
  private readonly files: MemoryFiles;
  private readonly watch: Watch;
  private readonly engine: NamedEngine;
  private readonly packages: PackageReport[];
  private readonly placed: PlacedArchive[];
  private readonly accepted: AcceptedSource[];
  /** What each running process has started so far. */
  private readonly children = new Map<number, EndedChild[]>();
  private readonly boundaries: Boundaries;
  private building: PlannedPackage | undefined;
  private latest: ProcessRecord | undefined;
  /** The next one in the plan. */
  private next: number;
  private stepsBefore = 0;
  private timeBefore: number;
  private isDone = false;
  private failure: ToolError | undefined;

  constructor(options: ClimbOptions) {
    this.options = options;
    this.layoutDigest = treeDigest(options.layout);
    const { from, engine } = options;
    this.engine = fittedTo(engine, options.layout, 'x86');
    if (from !== undefined) this.requireFit(from);
    this.files = from?.world.files ?? copyTree(options.layout, options.filesLimit);
    this.packages = [...(from?.document.packages ?? [])];
    for (const report of this.packages) options.onResumed?.(report);
    this.placed = [...(from?.document.archives ?? [])];
    this.accepted = [...(from?.document.accepted ?? [])];
    this.boundaries = new Boundaries(from !== undefined);
    this.engine.madeByMachine?.resume(from?.document.madeByMachine ?? []);
    this.next = this.packages.filter(({ name }) => this.isPlanned(name)).length;
    this.timeBefore = options.now?.() ?? 0;
    this.watch = new Watch(this.files, {
      engine: { ...this.engine, run: (image, argv, host) => this.start(image, argv, host) },
      onEvent: (event) => this.follow(event),
      shouldStop: () => this.isDone || options.shouldStop?.() === true,
      forget: true,
      ...(this.engine.refusesGiven === true && {
        isSource: archiveTexts([...options.contents.values()]),
      }),
      ...(options.now && { now: options.now }),
      ...(from && { earlier: from.world }),
    });
  }

  run(): ClimbResult {
    const { until, plan } = this.options;
    const status = this.next > plan.indexOf(until) ? 0 : this.runScripts();
    if (this.failure !== undefined) throw this.failure;
    const { packages, accepted, files, watch, engine, isDone } = this;
    const resumed = this.options.from?.document.packages.length ?? 0;
    const isReached = isDone || this.next > plan.indexOf(until);
    const made = [...watch.madeFiles().keys()];
    const failures = isReached ? [] : watch.failures;
    const reached = { packages, resumed, accepted, isReached, rounding: this.rounding };
    return {
      engine: engine.name,
      ...reached,
      files,
      made,
      madeLinks: watch.madeLinks(),
      status,
      failures,
    };
  }

  private runScripts(): number {
    const { files, watch, options } = this;
    const { from } = options;
    if (files.find('/tmp') === undefined) files.createDirectories('/tmp');
    const host = new MemoryHost({
      files,
      currentDirectory: from?.document.script.directory ?? '/',
      engine: watch.run,
      systemName: systemNamed('i686'),
      stdout: (bytes) => options.stdout?.(bytes),
    });
    const seed = `.${seedShellPath('x86')}`;
    const { path, argv, environment } = from?.document.script ?? {
      path: seed,
      argv: [seed, 'kaem.x86'],
      environment: ENVIRONMENT,
    };
    try {
      return runUntilStopped(files, watch, () => {
        const end = host.run(path, argv, environment);
        return end.kind === 'exited' ? end.status : 128 + end.signal;
      });
    } catch (error) {
      if (this.isDone || this.failure !== undefined) return 0;
      throw error;
    }
  }

  private requireFit({ document }: ResumedWorld): void {
    const { version, archives, accepted } = this.options;
    requireFit(document, {
      stage0: version,
      engine: this.engine.name,
      layout: this.layoutDigest,
      archives: wantedArchives([...archives.values()].flat(), accepted),
    });
  }

  private isPlanned(name: string): boolean {
    return this.options.plan.some((one) => one.name === name);
  }

  /** The engine: what a resumed script had started before ends as it did then. */
  private start: NamedEngine['run'] = (image, argv, host) => {
    const before = this.endedBefore(this.latest as ProcessRecord);
    return before?.end ?? this.engine.run(image, argv, host);
  };

  private endedBefore(process: ProcessRecord): EndedChild | undefined {
    const { from } = this.options;
    if (from === undefined || process.parent !== 1) return undefined;
    const already = this.children.get(1)?.length ?? 0;
    const child = from.document.script.children[already];
    if (child === undefined) return undefined;
    const isSame =
      child.directory === process.directory && child.argv.join('\0') === process.argv.join('\0');
    if (isSame) return child;
    this.fail(
      'other-world',
      `this world cannot be resumed: ${process.path} was not started before`,
    );
    return undefined;
  }

  private fail(code: string, message: string): void {
    this.failure ??= new ToolError(message, { code });
    this.isDone = true;
  }

  private follow(event: RunEvent): void {
    const { process, kind } = event;
    if (kind === 'start') this.started(process);
    else if (kind === 'end') this.ended(process);
    this.options.onEvent?.(event);
  }

  private started(process: ProcessRecord): void {
    this.latest = process;
    this.children.set(process.step, []);
    const isSkipped = this.isSkipped(process);
    if (isSkipped || this.isOldScript(process)) this.stepsBefore = process.step;
    const begun = isSkipped ? undefined : this.boundaries.started(process);
    if (begun !== undefined) this.begin(begun, process.step);
  }

  private isSkipped({ parent }: ProcessRecord): boolean {
    const { from } = this.options;
    if (from === undefined || parent !== 1) return false;
    return (this.children.get(1)?.length ?? 0) < from.document.script.children.length;
  }

  /** The script that a saved world was building with: it began before. */
  private isOldScript({ step }: ProcessRecord): boolean {
    return this.options.from !== undefined && step === 1;
  }

  /** A package begins: what it asks for comes to the world. */
  private begin({ name, shell, script }: BegunPackage, step: number): void {
    if (this.packages.length === 0) this.reportFirst(step);
    const { plan, archives } = this.options;
    const planned = plan[this.next];
    const isPass = script === undefined || script === `pass${planned?.pass}.kaem`;
    const isPlanned = planned?.name === name && planned.shell === shell && isPass;
    if (planned === undefined || !isPlanned || this.building !== undefined) {
      const wanted = planned === undefined ? 'nothing more' : packageLabel(planned);
      const begun = `the scripts build ${name} with ${script ?? shell}`;
      const before = this.building && `, before the end of ${packageLabel(this.building)}`;
      this.fail('other-plan', `${begun}${before ?? `, and the manifest says ${wanted}`}`);
      return;
    }
    this.building = planned;
    for (const { name: archive } of archives.get(planned) ?? []) this.place(archive);
  }

  private place(name: string): void {
    const bytes = this.options.contents.get(name);
    if (bytes === undefined) return;
    this.files.createDirectories(DISTFILES);
    this.files.writeFile(`${DISTFILES}/${name}`, bytes, ARCHIVE_MODE);
    this.placed.push({ name, sha256: sha256Hex(bytes) });
    const accepted = this.options.accepted.find((one) => one.name === name);
    if (accepted === undefined) return;
    acceptIn(this.files, accepted);
    this.accepted.push(accepted);
  }

  /** The parts of the climb before its first package. */
  private reportFirst(step: number): void {
    const { files, options } = this;
    const [milliseconds, steps] = this.sinceLast(step - 1);
    const stage0 = publishedOfStage0(files, options.layout);
    this.add({ name: 'stage0-posix', pass: 1, steps, milliseconds, published: stage0 });
    const seed = publishedOfSeed(files, options.layout);
    this.add({ name: 'seed', pass: 1, steps: 0, milliseconds: 0, published: seed });
  }

  private ended(process: ProcessRecord): void {
    const { step, parent, argv, directory, end } = process;
    if (step !== this.boundaries.script?.step) this.children.delete(step);
    if (end !== undefined) this.children.get(parent)?.push({ argv, directory, end });
    const isBuilt = this.boundaries.ended(process);
    const { building } = this;
    if (isBuilt !== undefined) this.building = undefined;
    if (isBuilt === true && building !== undefined) this.built(building);
  }

  private built(planned: PlannedPackage): void {
    this.next++;
    const { name, pass, shell } = planned;
    const [milliseconds, steps] = this.sinceLast(this.watch.steps);
    const published = this.publishedOf(planned);
    // What is wrong here makes all that follows wrong.
    this.isDone = planned === this.options.until || !published.every(isAsPublished);
    const save = shell === 'kaem' ? () => this.save() : undefined;
    this.add({ name, pass, steps, milliseconds, published }, save);
  }

  private publishedOf(planned: PlannedPackage): PublishedFile[] {
    const { plan, layout } = this.options;
    const { name, pass, shell } = planned;
    // These lists are of first builds; a later pass makes the same files in another way.
    if (shell === 'kaem') return pass === 1 ? publishedOfPackage(this.files, layout, name) : [];
    const earlier = plan.slice(0, plan.indexOf(planned));
    const revision = earlier.filter((one) => one.name === name && one.shell === shell).length;
    return publishedOfArchive(this.files, layout, name, revision);
  }

  private add(report: PackageReport, save?: () => SavedWorld): void {
    this.packages.push(report);
    this.options.onPackage?.(report, save);
  }

  private sinceLast(steps: number): [milliseconds: number, steps: number] {
    const now = this.options.now?.() ?? 0;
    const since = [now - this.timeBefore, steps - this.stepsBefore] as [number, number];
    this.timeBefore = now;
    this.stepsBefore = steps;
    return since;
  }

  private get rounding(): string | undefined {
    return this.options.rounding ?? this.options.from?.document.rounding;
  }

  private save(): SavedWorld {
    const { files, watch, options, rounding } = this;
    const entries = worldEntries(files, watch);
    const document = {
      kind: 'stage0-ts climb' as const,
      version: WORLD_VERSION,
      stage0: options.version,
      engine: this.engine.name,
      layout: this.layoutDigest,
      accepted: [...this.accepted],
      archives: [...this.placed],
      packages: [...this.packages],
      script: this.runningScript(),
      clock: files.clock,
      madeByMachine: this.engine.madeByMachine?.list() ?? [],
      ...(rounding !== undefined && { rounding }),
    } satisfies Omit<WorldDocument, 'entries'>;
    return { document, entries, files };
  }

  private runningScript(): RunningScript {
    const script = this.boundaries.script as ProcessRecord;
    const { path, argv, environment, directory, step } = script;
    return { path, argv, environment, directory, children: [...(this.children.get(step) ?? [])] };
  }
}
