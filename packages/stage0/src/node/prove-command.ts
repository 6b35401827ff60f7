// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 prove SEED`: the command line around {@link prove}. */
import { parseArgs } from 'node:util';
import { NodeHost } from '@stage0-ts/host/node';
import type { ProgramFile } from '../prove/explore.ts';
import { judge, mutant, mutantBits } from '../prove/judge.ts';
import type { MealyTable } from '../prove/mealy.ts';
import { minimise } from '../prove/minimise.ts';
import { type Proof, prove } from '../prove/prove.ts';
import { mutantLine, proofText } from '../prove/text.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 prove SEED [OPTION…]

Prove what a hex0 seed does with every input: explore all states that it can have between two reads,
make the smallest table that does the same, and compare that with our port of hex0. Nothing of the
program is run on this computer. docs/proof.md says why this is a proof, and of what.

  SEED                   an i386 program that is called as hex0 INPUT OUTPUT
  --with PROGRAM         compare it with this program too, which is explored in the same way
  --except BYTES         only inputs without these characters, as in --except Gg
  --margin N             states that our port may have more than the seed, 0 to 2 (default: 1)
  --max-states N         give up beyond so many states (default: 50000)
  --mutants N            turn over N single bits of its code, one after the other, and say of each
                         program whether it is different, with a shortest input

Exit status: 0 proved equal, 1 different, 2 usage, 3 the set of states does not close, or there is
no such program.
`;

const STATUS: Readonly<Record<Proof['verdict'], number>> = { equal: 0, different: 1, open: 3 };

/** The exit status; throws UsageError and ToolError. */
export function proveCommand(args: readonly string[]): number {
  const { values, positionals } = parse(args);
  if (values.help) {
    print(HELP);
    return 0;
  }
  const [seed] = positionals;
  if (seed === undefined || positionals.length > 1) {
    throw new UsageError('prove takes one SEED', HELP);
  }
  const maxStates = numberOf('--max-states', values['max-states'], 1, 1_000_000);
  const mutants = numberOf('--mutants', values.mutants, 0, 1_000_000);
  const file = load(seed);
  const proof = prove(file, {
    other: values.with === undefined ? undefined : load(values.with),
    except: exceptFrom(values.except),
    margin: numberOf('--margin', values.margin, 0, 2),
    maxStates,
  });
  print(proofText(proof));
  if (mutants > 0 && proof.seed.exploration.open === undefined) {
    printMutants(file, minimise(proof.seed.exploration.table), mutants, maxStates);
  }
  return STATUS[proof.verdict];
}

/** A line for each as it is done, and the sums. */
function printMutants(
  file: ProgramFile,
  table: MealyTable,
  count: number,
  maxStates: number,
): void {
  print('\nprograms with one bit of the code turned over (offset.bit)\n');
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
    throw new UsageError('--except takes ASCII characters', HELP);
  }
  return new Set(codes);
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a number from ${least} to ${most}`, HELP);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        with: { type: 'string' },
        except: { type: 'string', default: '' },
        margin: { type: 'string', default: '1' },
        'max-states': { type: 'string', default: '50000' },
        mutants: { type: 'string', default: '0' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, HELP);
  }
}
