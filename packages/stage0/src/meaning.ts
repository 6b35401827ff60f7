// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check → what its verdict means, and what had to be taken on trust: two sentences for
 * people.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument } from './check-document.ts';
import type { TrustedBinary } from './trust.ts';

const MEANINGS: Readonly<Record<Exclude<CheckDocument['verdict']['kind'], 'agree'>, string>> = {
  differ:
    'A program does not do what its source says, or our port has a mistake: what is red begins it, what is pale follows from it.',
  wrong: 'The builds agree with each other, but not with what was published.',
  cannot: 'This says nothing about the programs yet: not enough of them was compared.',
};

export function meaningOf({ verdict, trusted, coverage }: CheckDocument): string {
  const programs = trusted.filter(({ standing }) => standing !== 'data');
  const meaning = verdict.kind === 'agree' ? agreement(coverage) : MEANINGS[verdict.kind];
  return `${meaning} ${trustOf(programs)}`;
}

/** Claims no more than was compared. */
function agreement({ compared, processes }: CheckDocument['coverage']): string {
  const readers = 'as two implementations read it that share no code';
  if (compared === processes) {
    return `Every program of the chain is what its source says, ${readers}.`;
  }
  return `In ${compared} of ${processes} processes a program is what its source says, ${readers}; in the others nothing was compared.`;
}

function trustOf(programs: readonly TrustedBinary[]): string {
  if (programs.length === 0) return 'No binary came with the tree.';
  const made = programs.filter(({ standing }) => standing === 'made-from-source');
  const rest = programs.filter(({ standing }) => standing !== 'made-from-source');
  const isAll = rest.length === 0;
  const name = ({ path, size }: TrustedBinary) =>
    `${visible(baseName(path))} (${size.toLocaleString('en')} bytes)`;
  const list = (some: readonly TrustedBinary[]) => some.map(name).join(' and ');
  const remade =
    made.length === 0
      ? ''
      : `${list(made)} came with the tree, and the build makes the same bytes from source`;
  if (isAll) return `No binary was taken on trust: ${remade}.`;
  const also = remade === '' ? '' : ` ${remade}.`;
  return `Not vouched for by any source: ${list(rest)}.${also}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
