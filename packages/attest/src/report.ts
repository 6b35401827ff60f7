// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A verification in words: what was signed, by whom, what does not count and why, and whether
 * enough people did.
 */
import { visible } from '@stage0-ts/diagnostics';
import { architectureOf, treeOf } from './statement.ts';
import type { Claim, ReadStatement, SignatureResult, Verification } from './verify.ts';

/** The result as lines of text, each with a line feed at its end. */
export function verificationText(result: Verification): string {
  const { claims, signatures, disagreement } = result;
  const lines = [
    ...claims.flatMap((claim, at) => claimLines(claim, claims.length > 1 ? ` ${at + 1}` : '')),
    'signatures',
    ...(signatures.length === 0 ? ['  none'] : signatures.map(signatureLine)),
  ];
  if (disagreement !== undefined) {
    const { about, first, second } = disagreement;
    lines.push(
      `the statements do not agree, first about ${visible(about)}`,
      `  claim 1: ${visible(first)}`,
      `  claim 2: ${visible(second)}`,
    );
  }
  lines.push('', verdictLine(result));
  return lines.map((line) => `${line}\n`).join('');
}

function claimLines({ statements, people }: Claim, number: string): string[] {
  const [{ statement }] = statements as readonly [ReadStatement];
  const { subject } = statement;
  return [
    `claim${number}: these ${subject.length} files of ${architectureOf(statement)} come from this tree`,
    `  tree      ${treeOf(statement)}`,
    `  files     ${visible(subject[0]?.name ?? '')} … ${visible(subject.at(-1)?.name ?? '')}`,
    ...statements.flatMap(statementLines),
    `  signed by ${people.length === 0 ? 'nobody' : people.map(visible).join(', ')}`,
  ];
}

function statementLines({ file, statement, fault }: ReadStatement): string[] {
  const { externalParameters, internalParameters } = statement.predicate.buildDefinition;
  const engines = externalParameters.engines.map((pair) => pair.join(' and ')).join('; ');
  const { runtime } = internalParameters;
  return [
    `  statement ${visible(file)}, engines ${visible(engines)}${runtime ? `, on ${visible(runtime)}` : ''}`,
    ...(fault === undefined ? [] : [`            does not count: ${fault}`]),
  ];
}

function signatureLine({ file, person, fingerprint, refused }: SignatureResult): string {
  const who = person === undefined ? 'a stranger' : visible(person);
  const key = fingerprint === undefined ? '' : `, key ${fingerprint}`;
  const end = refused === undefined ? 'counts' : `does NOT count: ${visible(refused)}`;
  return `  ${visible(file)}: ${refused !== undefined && person === undefined ? '' : `${who}${key}, `}${end}`;
}

function verdictLine({ claims, threshold, ok, disagreement }: Verification): string {
  const [best] = claims;
  const count = best?.counted ?? 0;
  const people = `${count} of the ${threshold} people that the policy asks for signed it`;
  if (ok) return `ok: ${people}`;
  if (disagreement !== undefined) return `NOT ok: the statements do not agree (${people})`;
  return `NOT ok: ${people}`;
}

/** The same result as plain data, version 1. */
export function verificationDocument(result: Verification): unknown {
  const { claims, signatures, disagreement, threshold, ok } = result;
  return {
    version: 1,
    ok,
    threshold,
    claims: claims.map(({ statements, people, counted, reached }) => ({
      tree: treeOf((statements[0] as ReadStatement).statement),
      architecture: architectureOf((statements[0] as ReadStatement).statement),
      statements: statements.map(({ file, fault }) => ({ file, fault: fault ?? null })),
      people,
      counted,
      reached,
    })),
    signatures: signatures.map(({ file, person, fingerprint, refused }) => ({
      file,
      person: person ?? null,
      fingerprint: fingerprint ?? null,
      counts: refused === undefined,
      refused: refused ?? null,
    })),
    disagreement: disagreement ?? null,
  };
}
