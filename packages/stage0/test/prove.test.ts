// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 prove`: seeds, mutants of them on this computer's kernel, and planted faults. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import { MemoryHost } from '@stage0-ts/host/memory';
import { LADDER, releaseFor, runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import { ALL_BYTES, difference } from '../src/prove/compare.ts';
import { conform, tellingWords } from '../src/prove/conformance.ts';
import { behaviour, explore, type ProgramFile } from '../src/prove/explore.ts';
import { judge, mutant, mutantBits } from '../src/prove/judge.ts';
import { type MealyTable, run } from '../src/prove/mealy.ts';
import { minimise } from '../src/prove/minimise.ts';
import { ENDING, OPENING, prove } from '../src/prove/prove.ts';
import { mutantLine, proofText } from '../src/prove/text.ts';
import { exit, guest } from './guests.ts';

const SEED = 'bootstrap-seeds/POSIX/x86/hex0-seed';
const ladder: ProgramFile = {
  path: 'hex0-seed',
  bytes: fs.readFileSync(path.join(LADDER, SEED)),
};
const G = new Set([0x47, 0x67]);
const withoutG = ALL_BYTES.filter((byte) => !G.has(byte));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-prove-test-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

const isNative = (() => {
  const probe = path.join(scratch, 'probe');
  fs.writeFileSync(probe, guest(exit(7)), { mode: 0o755 });
  return spawnSync(probe).status === 7;
})();
runsIf(isNative, 'mutants of seeds on a kernel', 'This kernel runs no i386 programs');

/** What the program shows on this kernel: how it ends, what it prints, the output and its mode. */
function natively({ bytes }: ProgramFile, input: readonly number[], before?: string): string {
  const folder = fs.mkdtempSync(path.join(scratch, 'run-'));
  fs.writeFileSync(path.join(folder, 'hex0'), bytes, { mode: 0o755 });
  fs.writeFileSync(path.join(folder, 'in'), Uint8Array.from(input), { mode: 0o644 });
  const output = path.join(folder, 'out');
  if (before !== undefined) fs.writeFileSync(output, before, { mode: 0o644 });
  // A mutant may write for ever, so its time and the size of its files are limited.
  const script = 'umask 022; ulimit -c 0; ulimit -f 64; exec ./hex0 in out';
  const { status, signal, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd: folder,
    timeout: 400,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const made = fs.existsSync(output)
    ? `${fs.statSync(output).mode.toString(8)} ${fs.readFileSync(output, 'hex')}`
    : 'no output';
  const left = fs.readFileSync(path.join(folder, 'in'), 'hex');
  fs.rmSync(folder, { recursive: true });
  return [status, signal, stdout.toString('hex'), stderr.toString('hex'), made, left].join(' ');
}

/** Inputs that are tried on the kernel if the model could not follow a mutant. */
const TRIALS = [
  '',
  '4',
  '48',
  '48 69\n',
  '#4\n48',
  ';',
  '\n',
  'g',
  'G4',
  'fF00',
  'aB',
  '0123456789',
  '\xff',
];

/** The first of these inputs for which the two programs show different things on this kernel. */
function trialOnKernel(changed: ProgramFile, seed: ProgramFile): string | undefined {
  return TRIALS.find((text) => {
    const input = [...Buffer.from(text, 'latin1')];
    return natively(changed, input) !== natively(seed, input);
  });
}

/**
 * Judge `count` mutants. A mutant that is reported as different is run beside the seed. If the
 * model could not follow a mutant to the end, both are run with some inputs, because the kernel may
 * decide the question.
 */
function judgeMutants(seed: ProgramFile, reference: MealyTable, count: number) {
  const sums = { equal: 0, different: 0, open: 0, hidden: 0, shown: 0, settled: 0 };
  const lines: string[] = [];
  for (const bit of mutantBits(seed, count)) {
    const changed = mutant(seed, bit);
    const judgement = judge(changed, reference, { maxStates: 50_000 });
    sums[judgement.kind]++;
    let line = mutantLine(bit, judgement);
    if (judgement.kind === 'different') {
      const { input } = judgement.difference;
      expect(behaviour(changed, input)).not.toBe(behaviour(seed, input));
      if (isNative) {
        // Flags of open may make a difference only if there is an output already.
        const shows = [undefined, 'older and longer'].some(
          (before) => natively(changed, input, before) !== natively(seed, input, before),
        );
        sums[shows ? 'shown' : 'hidden']++;
        line += shows ? '' : '  (does not show on the kernel)';
      }
    }
    if (judgement.kind === 'open' && isNative) {
      const input = trialOnKernel(changed, seed);
      if (input !== undefined) sums.settled++;
      const found =
        input === undefined
          ? 'the same with all trials'
          : `different with ${JSON.stringify(input)}`;
      line += `; on the kernel ${found}`;
    }
    lines.push(line);
  }
  return { sums, text: lines.join('\n') };
}

/** The table of the ladder's seed: complete, and without inputs that have a G. */
let table: MealyTable;
let tableWithoutG: MealyTable;
beforeAll(() => {
  const explored = explore(ladder).table;
  table = minimise(explored);
  tableWithoutG = minimise(explored, withoutG);
}, 120_000);

describe("the ladder's seed", () => {
  it('is proved to do what the port does, where the port has G as no digit', () => {
    const proof = prove(ladder, { except: G });
    expect(proof.verdict).toBe('equal');
    expect(proof.seed.exploration.open).toBeUndefined();
    expect(proof.seed.minimal.rows.length).toBe(34);
    expect(proof.port?.upTo).toBe(35);
    const text = proofText(proof);
    expect(text).toMatch(/^Proved: with every input without "Gg", hex0-seed does what our port/);
    expect(text).toContain('it asks for up to 4096 bytes at once');
    expect(text).toContain('flags that are in a state     direction');
  });

  it('differs from the port with a G, as its source says', () => {
    const options = { bytes: ALL_BYTES, margin: 1, opening: OPENING, ending: ENDING };
    const found = conform(table, (input) => assemble(input), options).difference?.input ?? [];
    expect(found.length).toBe(2);
    expect(String.fromCharCode(...found)).toMatch(/[Gg]/);
  });

  it('behaves on the kernel as the table says', ({ skip }) => {
    skip(!isNative, 'no i386 programs here');
    for (const text of ['', '4', '48 69', '#48\n;4 8\n6#9\n9 a', 'gG4!8', '0\n#', '\0\xff4 8']) {
      const input = [...Buffer.from(text, 'latin1')];
      const bytes = run(table, input).replace(ENDING, '');
      expect(natively(ladder, input)).toBe(
        `0    100700 ${bytes} ${Buffer.from(input).toString('hex')}`,
      );
    }
  });

  it('has mutants that are different, and are so on the kernel, or are equal', () => {
    const { sums, text } = judgeMutants(ladder, table, 6);
    expect(sums.equal + sums.different + sums.open).toBe(6);
    expect(sums.open, text).toBeLessThan(10);
    if (isNative) expect(sums.shown, text).toBe(sums.different - sums.hidden);
    expect(sums.hidden, text).toBeLessThan(3);
  });
});

describe('what is planted', () => {
  const source = fs.readFileSync(path.join(LADDER, 'seed/hex0.hex0'), 'latin1');
  /** The ladder's seed with a part of its source replaced. */
  const seedWith = (from: string, to: string): ProgramFile => {
    expect(source.split(from).length).toBe(2);
    const bytes = assemble(encodeUtf8(source.replace(from, to)));
    expect(bytes.length).toBe(ladder.bytes.length);
    return { path: 'planted', bytes };
  };
  it('another comment sign is found by its shortest input', () => {
    const judgement = judge(seedWith('3C 3B  ', '3C 3A  '), table);
    expect(judgement).toMatchObject({
      kind: 'different',
      difference: { input: expect.anything() },
    });
    if (judgement.kind !== 'different') return;
    const { input } = judgement.difference;
    expect(input.length).toBe(3);
    expect(input.some((byte) => byte === 0x3a || byte === 0x3b)).toBe(true);
  });

  it('another mode of the output differs before anything is read', () => {
    expect(judge(seedWith('BA C0 01 00 00', 'BA C9 01 00 00'), table)).toMatchObject({
      kind: 'different',
      difference: { input: [], left: '[open in 0][open out 577 mode 711]' },
    });
  });

  it('another exit status', () => {
    const judgement = judge(seedWith('31 DB                   # xor', 'B3 01 # mov'), table);
    expect(judgement.kind).toBe('different');
    if (judgement.kind === 'different') expect(judgement.difference.input).toEqual([]);
  });

  it('a system call outside the model is not a proof', () => {
    const bytes = guest([20]); // getpid
    expect(prove({ path: 'getpid', bytes }).verdict).toBe('open');
    expect(explore({ path: 'getpid', bytes }).open).toBe('after the start it makes system call 20');
  });

  it('more states than allowed are not a proof', () => {
    const proof = prove(ladder, { maxStates: 100 });
    expect(proof.verdict).toBe('open');
    expect(proofText(proof)).toMatch(/^Not proved: .* it has more than 100 states\.$/m);
  });

  it('the suite finds a port that has one more state and is wrong there', () => {
    const options = { bytes: withoutG, margin: 1, opening: OPENING, ending: ENDING };
    /** A hex0 in which a tab directly after the end of a comment hides the rest. */
    const port = (input: Uint8Array) => {
      const at = Buffer.from(input).indexOf('#\n\t', 0, 'latin1');
      return assemble(at < 0 ? input : input.subarray(0, at));
    };
    const found = conform(tableWithoutG, port, options).difference;
    expect(Buffer.from(found?.input ?? []).toString('latin1')).toMatch(/^#\n\t..$/);
  });

  it('distinguishing words separate every two states, and the same states twice are the same table', () => {
    const { rows } = tableWithoutG;
    const words = tellingWords(tableWithoutG, withoutG);
    const shown = rows.map((_, state) => {
      return words.map((word) => run(tableWithoutG, word, state)).join();
    });
    expect(new Set(shown).size).toBe(34);
    const twice: MealyTable = { opening: OPENING, rows: [...rows, ...rows] };
    expect(minimise(twice).rows.length).toBe(34);
    expect(difference(tableWithoutG, minimise(twice), withoutG)).toBeUndefined();
  });
});

const release = releaseFor("the proof of upstream's seed");
describe.skipIf(release === undefined)("upstream's seed", () => {
  let seed: ProgramFile;
  let source: Uint8Array;
  beforeAll(() => {
    const files = new MemoryHost({ files: loadTree(release as string) });
    seed = { path: 'hex0-seed', bytes: files.readFile(`/${SEED}`) };
    source = files.readFile('/x86/hex0_x86.hex0');
  });

  it('ends at 17,534 states and is proved equal to the port', () => {
    const proof = prove(seed);
    expect(proof.verdict).toBe('equal');
    const { states, transitions, changedBytes, liveFlags } = proof.seed.exploration;
    expect({ states, transitions, changedBytes, liveFlags }).toEqual({
      states: 17_534,
      transitions: 4_506_238,
      changedBytes: 8,
      liveFlags: 0,
    });
    expect(proof.seed.minimal.rows.length).toBe(34);
  });

  it("is what its source assembles to, and differs from the ladder's by G alone", () => {
    const proof = prove(seed, { other: { path: 'x86/hex0', bytes: assemble(source) } });
    expect(proof.verdict).toBe('equal');
    expect(proofText(proof)).toContain('x86/hex0: the same file');
    const found = difference(proof.seed.minimal, table, ALL_BYTES);
    expect(found).toMatchObject({ input: [0x30, 0x47], left: '10!exit 0', right: '!exit 0' });
    expect(difference(proof.seed.minimal, table, withoutG)).toBeUndefined();
  });

  // docs/proof.md reports STAGE0_MUTANTS=200, which takes half an hour.
  const count = Number(process.env['STAGE0_MUTANTS'] ?? 12);
  const mutants = 'has mutants: each different with an input, equal, or not closed';
  it(mutants, { timeout: 10_000 + count * 60_000 }, () => {
    const { sums, text } = judgeMutants(seed, minimise(explore(seed).table), count);
    console.log(`${text}\n${JSON.stringify(sums)}`);
    expect(sums.equal + sums.different + sums.open).toBe(count);
    if (isNative) expect(sums.open - sums.settled, text).toBeLessThanOrEqual(count / 20);
    expect(sums.hidden, text).toBeLessThanOrEqual(Math.ceil(count / 20));
  });
});
