// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check's document → its report in plain text.
 *
 * It begins with one sentence that says what the result means; then come the evidence and the
 * tables. Everything that comes from the tree is escaped, so that no name or output can forge a
 * part of the report.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument } from './check-document.ts';
import { commandLine, type Divergence } from './compare.ts';
import { RUNS_NO_CODE } from './engines.ts';
import type { AgainstResult } from './foreign-build.ts';
import { pinLines, subjectLines } from './report.ts';
import { trustLines } from './verdict.ts';

const CLOSING = {
  agree: 'ok',
  differ: 'NOT THE SAME',
  wrong: 'WRONG',
  cannot: 'CANNOT JUDGE',
} as const;

/** The report; ends in a newline. */
export function checkText(document: CheckDocument): string {
  const { verdict, trusted, divergence, against, builds, choice } = document;
  const lines = [verdict.sentence, ''];
  if (choice !== null) lines.push(`compared with ${choice}.`, '');
  for (const { text } of verdict.reasons.slice(1)) lines.push(`also: ${text}.`);
  if (verdict.reasons.length > 1) lines.push('');
  if (divergence !== null) lines.push(...divergenceLines(divergence));
  if (against?.first !== undefined) lines.push(...firstWrongLines(against));
  const { tree, tool, command, archive, parts, nar, layout } = document;
  lines.push(
    ...subjectLines({
      tree,
      parts,
      ...(tool !== null && { tool }),
      ...(command !== null && { command }),
      ...(archive !== null && { archive }),
    }),
    ...pinLines(nar, layout),
    '',
  );
  for (const build of builds) {
    const { engine, matching, published, made, processes, milliseconds } = build;
    const answers = `${matching} of ${published} of ${document.arch}.answers`;
    const seconds = (milliseconds / 1000).toFixed(1);
    lines.push(`${engine}: ${answers}, ${made} files, ${processes} processes, ${seconds} s`);
  }
  const { processes, compared } = document.coverage;
  const what = document.engines.every((name) => RUNS_NO_CODE.has(name))
    ? "the tree's own source"
    : 'machine code of the tree';
  lines.push(`compared with ${what}: ${compared} of ${processes} processes`);
  const none = trusted.length === 0 ? ' none' : '';
  lines.push('', `binaries that came with the tree:${none}`);
  lines.push(...trustLines(trusted).map(indented));
  for (const note of verdict.notes) lines.push(note);
  if (against !== null) lines.push(againstLine(against));
  const failures = builds[0].failures || builds[1].failures;
  if (failures !== '') lines.push('', 'what failed:', failures);
  lines.push('', CLOSING[verdict.kind], '');
  return lines.join('\n');
}

function divergenceLines(divergence: Divergence): string[] {
  const { step, inputs, message, diff } = divergence;
  const head =
    step === 0
      ? 'first difference, of a file that no process was seen to touch:'
      : `first difference, step ${step}: ${commandLine(divergence)}`;
  const reads = inputs.map(({ path, sha256 }) => `  reads ${sha256}  ${visible(path)}`);
  return [head, ...reads, `  ${visible(message)}`, diff];
}

function againstLine(against: AgainstResult): string {
  const { compared, differing, missing, layout } = against;
  const where = layout === 'flat' ? ', a folder of programs' : '';
  return `compared folder${where}: ${differing.length} of ${compared} files differ, ${missing.length} missing`;
}

function firstWrongLines({ first, differing }: AgainstResult): string[] {
  if (first === undefined) return [];
  const list = (paths: readonly string[]) => paths.map(visible).join(', ');
  const lines = [
    `it begins with ${visible(first.file)}, made by step ${first.step}: ${commandLine(first)}`,
  ];
  if (first.wrongInputs.length > 0)
    lines.push(`  wrong inputs already: ${list(first.wrongInputs)}`);
  else if (first.unknownInputs.length > 0) {
    lines.push(
      '  the inputs that it has are right',
      `  missing, so not compared: ${list(first.unknownInputs)}`,
    );
  } else lines.push('  its inputs are right, so it is this program that went wrong');
  const victims = differing.length - 1;
  if (victims > 0)
    lines.push(`  ${victims} more that differ come later: ${list(differing.slice(1))}`);
  return [...lines, first.diff];
}

function indented(text: string): string {
  return `  ${text.replaceAll('\n', '\n  ')}`;
}
