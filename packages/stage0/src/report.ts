// SPDX-License-Identifier: GPL-3.0-or-later
/** A build's result as text for people and as a document for programs. */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { visible } from '@stage0-ts/diagnostics';
import type { Artifact } from './artifacts.ts';
import type { BuildResult } from './build.ts';
import { releaseOf } from './known-releases.ts';
import { nixBase32 } from './nix-base32.ts';
import type { Printed, ProcessRecord } from './records.ts';
import type { RunResult } from './run.ts';
import type { StandInUse } from './stand-in-uses.ts';
import { type ArchiveFacts, type GivenDocument, givenDocument, type Subject } from './subject.ts';

/** How many bytes of a failed process's output are shown. */
const MAX_SHOWN = 4096;

const SHOWN = {
  match: 'ok',
  differs: 'DIFFERS',
  missing: 'MISSING',
  'not-made': 'NOT MADE',
  given: 'given',
  unlisted: '-',
} as const;

/**
 * A table of the artifacts, the failures, what was built, and a closing line; ends in a newline.
 */
export function buildTable(result: BuildResult, subject?: Subject): string {
  const { artifacts } = result;
  const width = Math.max(8, ...artifacts.map(({ path }) => path.length));
  const lines = [`${'artifact'.padEnd(width)}      size  mode  ${'sha256'.padEnd(64)}  answer`];
  for (const { path, size, mode, sha256, verdict } of artifacts) {
    const bits = mode.toString(8).padStart(4, '0');
    lines.push(
      `${visible(path).padEnd(width)}  ${String(size).padStart(8)}  ${bits}  ${sha256.padEnd(64)}  ${SHOWN[verdict]}`,
    );
  }
  if (result.standIns.length > 0) lines.push('', ...standInLines(result));
  const failures = describeFailures(result).trimEnd();
  if (failures !== '') lines.push('', failures);
  for (const sentence of result.advice) lines.push('', visible(sentence));
  if (subject !== undefined) lines.push('', ...subjectLines(subject));
  lines.push('', summary(result), '');
  return lines.join('\n');
}

/** What was built or checked, by its digests. */
export function subjectLines(subject: Subject): string[] {
  const { tool, command, archive, parts = [], tree, nar, layout } = subject;
  const lines: string[] = [];
  if (tool !== undefined) lines.push(visible(tool));
  if (command !== undefined) lines.push(`command  ${visible(command)}`);
  if (archive !== undefined) lines.push(...archiveLines('archive', archive, ''));
  for (const part of parts) lines.push(...archiveLines('part   ', part, ` in ${part.place}`));
  const name = releaseOf(archive?.sha256 ?? '') ?? releaseOf(tree);
  const known = name === undefined ? 'not a release that is known here' : `this is ${name}`;
  lines.push(`tree     ${tree}  ${known}`);
  return [
    ...lines,
    ...pinLines(givenDocument({ tree, ...(nar !== undefined && { nar }) }).nar, layout),
  ];
}

/** The digest by which Nix and Guix pin the tree, and the tree's layout. */
export function pinLines(nar: GivenDocument['nar'], layout: string | null = null): string[] {
  const lines: string[] = [];
  if (nar !== null) {
    lines.push(`nar      ${nar.sri}`, `         ${nar.nixBase32}  the same as Guix writes it`);
  }
  if (layout !== null) lines.push(`layout   ${visible(layout)}`);
  return lines;
}

function archiveLines(word: string, { sha256, name }: ArchiveFacts, where: string): string[] {
  return [
    `${word}  ${sha256}  ${visible(name + where)}`,
    `         ${nixBase32(sha256)}  the same as Nix and Guix write it`,
  ];
}

function standInLines({ standIns, arch }: BuildResult): string[] {
  const width = Math.max(...standIns.map(({ tool }) => tool.length));
  const portWidth = Math.max(...standIns.map(({ port }) => port.length));
  return [
    `stand-ins, for tools of ${arch} that have no port of their own:`,
    ...standIns.map(({ tool, port, reason, steps }) => {
      const count = `${steps.length}x`.padStart(4);
      return `  ${tool.padEnd(width)}  by ${port.padEnd(portWidth)} ${count}  ${reason}`;
    }),
  ];
}

function summary({ artifacts, processes, standIns, arch, ok }: BuildResult): string {
  const listed = artifacts.filter(
    ({ expected, verdict }) => expected !== null && verdict !== 'given',
  );
  const matching = listed.filter(({ verdict }) => verdict === 'match');
  const made = artifacts.filter(
    ({ verdict }) => !['missing', 'not-made', 'given'].includes(verdict),
  );
  const counts = `${matching.length} of ${listed.length} of ${arch}.answers`;
  const stoodIn = standIns.reduce((sum, { steps }) => sum + steps.length, 0);
  const note = stoodIn === 0 ? '' : `, ${stoodIn} of them stand-ins`;
  return `${ok ? 'ok' : 'FAILED'}: ${counts}, ${made.length} files made by ${processes.length} processes${note}`;
}

/** The programs that failed and what they printed. If none did, what the script's shell printed. */
export function describeFailures({
  failures,
  status,
  shell,
}: Pick<RunResult, 'failures' | 'status' | 'shell'>): string {
  const parts = failures.map((process) => `${describeFailure(process)}\n`);
  if (status !== 0 && failures.length === 0 && shell !== undefined) {
    parts.push(printedBy(shell.stderr));
  }
  return parts.join('\n');
}

function describeFailure(process: ProcessRecord): string {
  const { end } = process;
  const how =
    end?.kind === 'killed'
      ? `was killed by signal ${end.signal}`
      : `exited with status ${end?.status}`;
  const head = `step ${process.step}: ${visible(process.argv.join(' '))}\n  ${how}\n`;
  return `${head}${printedBy(process.stdout)}${printedBy(process.stderr)}`.trimEnd();
}

/** The last lines that a process printed, safe to show. */
function printedBy(printed: Printed): string {
  const text = decodeUtf8(printed.bytes.subarray(-MAX_SHOWN));
  return text.split('\n').map(visible).join('\n');
}

/** The document of `--json`. */
export interface BuildDocument {
  readonly version: 1;
  readonly arch: string;
  readonly engine: string;
  readonly ok: boolean;
  /** Exit status of the tree's script. */
  readonly status: number;
  readonly processes: number;
  /** Tools whose work something other than their own port did, and in which steps. */
  readonly standIns: readonly StandInUse[];
  readonly failures: readonly { readonly step: number; readonly argv: readonly string[] }[];
  /** Modes as octal text. */
  readonly artifacts: readonly (Omit<Artifact, 'mode'> & { readonly mode: string })[];
  /**
   * Digests of the tree before the build (see treeDigest), and of its archives. Absent if they are
   * not known.
   */
  readonly tree?: string;
  readonly nar?: GivenDocument['nar'];
  readonly layout?: string;
  readonly archive?: GivenDocument['archive'];
  readonly parts?: GivenDocument['parts'];
}

/** Only the fields that are known. */
function subjectDocument(subject: Subject): Partial<BuildDocument> {
  const { archive, parts, nar } = givenDocument(subject);
  const { tree, layout } = subject;
  return {
    tree,
    ...(layout !== undefined && { layout }),
    ...(nar !== null && { nar }),
    ...(archive !== null && { archive }),
    ...(parts.length > 0 && { parts }),
  };
}

/** The result as plain data. */
export function buildDocument(result: BuildResult, subject?: Subject): BuildDocument {
  return {
    version: 1,
    ...(subject !== undefined && subjectDocument(subject)),
    arch: result.arch,
    engine: result.engine,
    ok: result.ok,
    status: result.status,
    processes: result.processes.length,
    standIns: result.standIns,
    failures: result.failures.map(({ step, argv }) => ({ step, argv })),
    artifacts: result.artifacts.map((artifact) => ({
      ...artifact,
      mode: artifact.mode.toString(8).padStart(4, '0'),
    })),
  };
}
