// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 prove SEED`: the command line around {@link prove}. */
import { NodeHost } from '@stage0-ts/host/node';
import type { ProgramFile } from '../prove/explore.ts';
import { judge, mutant, mutantBits } from '../prove/judge.ts';
import type { MealyTable } from '../prove/mealy.ts';
import { minimise } from '../prove/minimise.ts';
import { type Proof, prove } from '../prove/prove.ts';
import { mutantLine, proofText } from '../prove/text.ts';
import type { Arguments } from './command.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

const STATUS: Readonly<Record<Proof['verdict'], number>> = { equal: 0, different: 1, open: 3 };

/** The exit status; throws UsageError and ToolError. */
export function proveCommand(given: Arguments): number {
  const [seed = ''] = given.operands;
  const other = given.optionalText('with');
  const maxStates = numberOf(given, 'max-states', 1, 1_000_000);
  const mutants = numberOf(given, 'mutants', 0, 1_000_000);
  const file = load(seed);
  const proof = prove(file, {
    other: other === undefined ? undefined : load(other),
    except: exceptFrom(given.optionalText('except') ?? ''),
    margin: numberOf(given, 'margin', 0, 2),
    maxStates,
  });
  print(proofText(proof));
  if (mutants > 0 && proof.seed.exploration.open === undefined) {
    printMutants(file, minimise(proof.seed.exploration.table), mutants, maxStates);
  }
  return STATUS[proof.verdict];
}

/** Print a line for each mutant when it is done, and then the sums. */
function printMutants(
  file: ProgramFile,
  table: MealyTable,
  count: number,
  maxStates: number,
): void {
  print('\nprograms with one bit of the code flipped (offset.bit)\n');
  const sums = { equal: 0, different: 0, open: 0 };
  for (const bit of mutantBits(file, count)) {
    const judgement = judge(mutant(file, bit), table, { maxStates });
    sums[judgement.kind]++;
    print(`${mutantLine(bit, judgement)}\n`);
  }
  print(`${sums.equal} equal, ${sums.different} different, ${sums.open} not closed\n`);
}

function load(path: string): ProgramFile {
  return { path, bytes: new NodeHost().readFile(path) };
}

function exceptFrom(text: string): Set<number> {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number);
  if (codes.some((code) => code > 127)) {
    throw new UsageError('--except takes ASCII characters');
  }
  return new Set(codes);
}

function numberOf(given: Arguments, name: string, least: number, most: number): number {
  const text = given.text(name);
  const value = /^[0-9]+$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes a number from ${least} to ${most}`);
}
