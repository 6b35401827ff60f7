// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The facts of a cross-check → what they mean, in words, and an exit status.
 *
 * There are four verdicts: the builds *agree*; they *differ*; the build is *wrong* in both; or it
 * *cannot* be judged. Only the first is ok, and it has to be earned: anything that was not compared
 * or had to be trusted prevents it, unless the caller accepted that; then the report names it.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { Artifact } from './artifacts.ts';
import type { TimedBuild } from './build.ts';
import { commandLine, type Divergence } from './compare.ts';
import { RUNS_NO_CODE } from './engines.ts';
import type { AgainstResult } from './foreign-build.ts';
import type { OtherFile } from './other-code.ts';
import type { SelfRebuild } from './self-rebuild.ts';
import type { Coverage, TrustedBinary, Uncompared } from './trust.ts';

export type VerdictKind = 'agree' | 'differ' | 'wrong' | 'cannot';

export interface CheckVerdict {
  readonly kind: VerdictKind;
  /** 0 agree, 1 differ or wrong, 3 cannot judge. */
  readonly exitStatus: 0 | 1 | 3;
  /** One sentence for everybody. */
  readonly sentence: string;
  /** What prevents "agree", the most serious first, each with what to do about it. */
  readonly reasons: readonly Reason[];
  /** What the caller accepted, and the evidence for an "agree". */
  readonly notes: readonly string[];
}

export interface Reason {
  readonly kind: Exclude<VerdictKind, 'agree'>;
  readonly text: string;
}

/** What a verdict is based on. */
export interface Facts {
  readonly engines: readonly [string, string];
  readonly builds: readonly [TimedBuild, TimedBuild];
  readonly divergence: Divergence | undefined;
  readonly otherCode: readonly OtherFile[];
  readonly selfRebuild: SelfRebuild | undefined;
  readonly trusted: readonly TrustedBinary[];
  readonly coverage: Coverage;
  readonly against: AgainstResult | undefined;
  /** The caller accepts that a part is not compared. */
  readonly partial: boolean;
  /** The caller chose the script and the shell that runs it. */
  readonly ownScript: boolean;
}

const EXIT_STATUS = { agree: 0, differ: 1, wrong: 1, cannot: 3 } as const;

export function judge(facts: Facts): CheckVerdict {
  const reasons = byGravity([...reasonsOf(facts)]);
  const kind = reasons[0]?.kind ?? 'agree';
  const sentence = sentenceOf(kind, facts, reasons);
  return { kind, exitStatus: EXIT_STATUS[kind], sentence, reasons, notes: notesOf(facts) };
}

function byGravity(reasons: readonly Reason[]): Reason[] {
  const order: readonly VerdictKind[] = ['differ', 'wrong', 'cannot'];
  return [...reasons].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function* reasonsOf(facts: Facts): Generator<Reason> {
  if (facts.divergence !== undefined) yield divergenceReason(facts.divergence);
  yield* trustReasons(facts);
  // If a process cannot be compared, it is not known whether later differences are faults.
  if (facts.divergence?.excuse !== undefined) return;
  yield* rebuildReasons(facts);
  yield* buildReasons(facts);
  yield* coverageReasons(facts);
  if (facts.against !== undefined) yield* againstReasons(facts.against, facts.partial);
}

function divergenceReason({ excuse, step, argv, message }: Divergence): Reason {
  const where = step === 0 ? '' : `in step ${step}, ${commandLine({ argv })}: `;
  if (excuse === undefined) {
    const text = `${where}${visible(message)}. Either the program that ran there does not do what its source says, or our port has a mistake: run that one command with both, and follow the bytes with stage0 explain`;
    return { kind: 'differ', text };
  }
  const text = `${where}${excuse}; what comes after was not compared. If the tree is not a release that our ports follow, stage0 build --engine i386 builds it with its own programs`;
  return { kind: 'cannot', text };
}

function* trustReasons({ trusted }: Facts): Generator<Reason> {
  for (const { path, standing, by, program, step, sha256 } of trusted) {
    const name = visible(path);
    if (standing === 'differs-from-source') {
      const text = `${name} is not what its source says: the build makes ${visible(by)} from it, and that has other bytes`;
      yield { kind: 'differ', text };
    } else if (standing === 'unknown') {
      const use = program === path ? 'is run' : `becomes the program ${visible(program)}`;
      const text = `${name} is a binary that came with the tree and ${use} (step ${step}), and nothing here says what it is (sha256 ${sha256}). If you know it, accept it with --trust ${name}`;
      yield { kind: 'cannot', text };
    }
  }
}

function* rebuildReasons({ selfRebuild }: Facts): Generator<Reason> {
  if (selfRebuild === undefined || selfRebuild.same) return;
  const text = `${visible(selfRebuild.compiler)}, run as a program, does not make itself again from its source`;
  yield { kind: 'differ', text };
}

/** A build can be wrong with both engines. */
function* buildReasons({ builds: [left, right], divergence }: Facts): Generator<Reason> {
  if (divergence !== undefined) return;
  if (left.status !== 0 || left.failures.length > 0 || right.status !== 0) {
    const advice = left.advice.map(visible).join('; ');
    const text = `the script fails, in both builds alike (${advice === '' ? 'see below' : advice})`;
    yield { kind: 'wrong', text };
  }
  const named = (wanted: Artifact['verdict'], what: string): Reason[] => {
    const names = left.artifacts.filter(({ verdict }) => verdict === wanted);
    if (names.length === 0) return [];
    return [
      { kind: 'wrong', text: `${what}: ${names.map(({ path }) => visible(path)).join(', ')}` },
    ];
  };
  yield* named('differs', `other digests than in ${left.arch}.answers`);
  yield* named('missing', `in ${left.arch}.answers, but missing`);
  yield* named('not-made', `in ${left.arch}.answers, and no process of the build made them`);
}

const WHY_UNCOMPARED: Readonly<Record<Uncompared['reason'], string>> = {
  launcher: 'launchers, which mean our port in both builds',
  'same-binary': 'the same machine code in both builds',
  'same-port': 'our port in both builds',
  'first-shell': 'the first shell, which is our port in both builds',
};

function* coverageReasons({ coverage, partial, ownScript, builds }: Facts): Generator<Reason> {
  if (builds.some(({ processes }) => processes.length === 0)) return;
  if (coverage.compared === 0) {
    const text =
      'there is no process in which machine code ran in one build and our port in the other, so nothing independent was compared';
    yield { kind: 'cannot', text };
    return;
  }
  if (partial) return;
  for (const { reason, path, steps } of coverage.uncompared) {
    if (reason === 'first-shell' && ownScript) continue;
    const count = steps.length === 1 ? 'one process, ' : `${steps.length} processes, `;
    const which = ` (${visible(path)}${steps.length > 1 ? ', …' : ''})`;
    const isShell = reason === 'first-shell';
    const text = `not compared: ${isShell ? '' : count}${WHY_UNCOMPARED[reason]}${isShell ? '' : which}. Accept it with --partial`;
    yield { kind: 'cannot', text };
  }
}

function* againstReasons(against: AgainstResult, partial: boolean): Generator<Reason> {
  const { compared, differing, missingPublished, modes, otherInputs, extra } = against;
  const list = (paths: readonly string[]) => paths.map(visible).join(', ');
  if (compared === 0) {
    const example = missingPublished[0] ?? 'x86/bin/M1';
    const name = example.slice(example.lastIndexOf('/') + 1);
    const text = `no file of the build is in the folder to compare with: expected for example ${visible(example)}, bin/${visible(name)} or ${visible(name)}; the folder above or below may be the right one`;
    yield { kind: 'cannot', text };
    return;
  }
  if (differing.length > 0)
    yield { kind: 'differ', text: `their files differ: ${list(differing)}` };
  if (otherInputs.length > 0) {
    yield { kind: 'differ', text: `they have other sources or seeds: ${list(otherInputs)}` };
  }
  if (modes.length > 0) yield { kind: 'differ', text: `they have other modes: ${list(modes)}` };
  if (extra.length > 0) {
    yield { kind: 'differ', text: `they have files that the build does not make: ${list(extra)}` };
  }
  if (missingPublished.length > 0 && !partial) {
    const text = `they lack published files: ${list(missingPublished)}. Accept it with --partial`;
    yield { kind: 'wrong', text };
  }
}

function sentenceOf(kind: VerdictKind, facts: Facts, reasons: readonly Reason[]): string {
  const { engines, builds, coverage, against } = facts;
  const other = new Set(facts.otherCode.map(({ path }) => path));
  const made = builds[0].artifacts.filter(
    ({ verdict, sha256, path }) => sha256 !== '' && verdict !== 'given' && !other.has(path),
  ).length;
  const worlds = `${ENGINE_WORDS[engines[0]] ?? engines[0]} and ${ENGINE_WORDS[engines[1]] ?? engines[1]}`;
  if (kind === 'differ') return `The builds do not agree: ${reasons[0]?.text ?? ''}.`;
  if (kind === 'wrong') return `The build is not right: ${reasons[0]?.text ?? ''}.`;
  if (kind === 'cannot') return `This cannot be judged: ${reasons[0]?.text ?? ''}.`;
  const elsewhere =
    against === undefined
      ? ''
      : `, and ${against.compared} of them in the folder to compare with are the same`;
  const { compared, processes, descendants } = coverage;
  const noCode = engines.every((name) => RUNS_NO_CODE.has(name));
  const ours =
    descendants === 0 || noCode ? 'our port' : 'our port, or a program that came from our ports';
  const theirs = noCode ? "the tree's own source" : 'machine code';
  const counted =
    compared === processes
      ? `in ${compared} of ${processes} processes ${theirs} was compared with ${ours}`
      : `only in ${compared} of ${processes} processes was ${theirs} compared with ${ours}`;
  return `The builds agree: ${worlds} leave the same ${made} files${elsewhere}; ${counted}.`;
}

/** What each engine does, in a sentence. */
const ENGINE_WORDS: Readonly<Record<string, string>> = {
  ports: 'our ports',
  i386: "the tree's own programs in our i386 machine",
  native: "the tree's own programs on this computer",
  exact: 'a build that ran no machine code of the tree',
  diverse: 'a build that ran no machine code of the tree',
};

const STANDING: Readonly<Record<TrustedBinary['standing'], string>> = {
  'made-from-source': 'the build makes the same bytes from source, as',
  'differs-from-source': 'NOT WHAT ITS SOURCE SAYS:',
  known: 'published:',
  allowed: 'you said that you trust it',
  data: 'data, and no program came from it',
  unknown: 'UNKNOWN',
};

/** A line about each trusted binary. */
export function trustLines(trusted: readonly TrustedBinary[]): string[] {
  return trusted.map(({ path, size, sha256, program, standing, by }) => {
    const use = program === path ? ', run' : program === '' ? '' : `, becomes ${visible(program)}`;
    const why = `${STANDING[standing]} ${visible(by)}`.trimEnd();
    return `${visible(path)}, ${size} bytes${use}: ${why}\n  sha256 ${sha256}`;
  });
}

function* notes({
  coverage,
  partial,
  selfRebuild,
  builds,
  ownScript,
  otherCode,
}: Facts): Generator<string> {
  for (const { reason, steps } of coverage.uncompared) {
    if (partial || (reason === 'first-shell' && ownScript)) {
      const count =
        reason === 'first-shell' ? '' : `${steps.length} of ${coverage.processes} processes, `;
      yield `not compared, as accepted: ${count}${WHY_UNCOMPARED[reason]}`;
    }
  }
  if (otherCode.length > 0) {
    const paths = otherCode.map(({ path }) => visible(path)).join(', ');
    const [first] = otherCode;
    const { arch } = builds[0];
    const whose = arch === 'x86' ? 'our' : "the release's";
    yield `other code by design, from step ${first?.step} on, as ${whose} M2-Planet did the work of cc_${arch}: ${paths}`;
  }
  if (selfRebuild?.same) {
    yield `${visible(selfRebuild.compiler)}, run as a program, makes itself again from its source (that alone would prove nothing: a compiler with a trap does so, too)`;
  }
  const given = builds[0].artifacts.filter(({ verdict }) => verdict === 'given');
  if (given.length > 0) {
    const paths = given.map(({ path }) => visible(path)).join(', ');
    yield `in ${builds[0].arch}.answers, but a text of the tree that nothing makes: ${paths}`;
  }
  const listed = builds[0].artifacts.filter(({ expected }) => expected !== null);
  if (listed.length === 0) yield 'the tree has no published digests, so none were compared';
}

function notesOf(facts: Facts): string[] {
  return [...notes(facts)];
}
