// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Debian's mescc-tools (1.4.0, built by gcc) as a live peer: every vector of hex2, M1, blood-elf
 * and kaem, and random programs. Where the two versions differ is listed in
 * debian-differences.json, and only there. Modes are left out: Debian's files come out 0644.
 */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { LANGUAGES, type Language } from '@stage0-ts/fuzz';
import type { Program, SystemName } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { TOOLS } from '@stage0-ts/stage0';
import {
  builtCommands,
  type Change,
  type Command,
  listCases,
  loadCase,
  loadOutcome,
  type Outcome,
  runInFolder,
  runInMemory,
  type VectorCase,
} from '@stage0-ts/vectors/run';
import { runsIf } from '@stage0-ts/vectors/test-support';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import differences from '../debian-differences.json' with { type: 'json' };
import { difference } from '../src/compare.ts';

const SEED = 140;
const PROGRAMS = 200;
const MAX_RUN_MILLISECONDS = 20_000;
const debian = (tool: string) => `/usr/bin/${tool}`;
const peers = ['hex2', 'M1', 'blood-elf', 'kaem', 'get_machine'].filter((tool) =>
  fs.existsSync(debian(tool)),
);
runsIf(peers.length === 5, "the comparison with Debian's mescc-tools", 'They are not installed');

interface Difference {
  readonly name: string;
  readonly tool: string;
  readonly cases: readonly string[];
  /**
   * A regular expression for command line, sources and our error: programs on which the two may
   * differ.
   */
  readonly programs?: string;
}
const known: readonly Difference[] = differences;

/** Debian's program; ours if Debian has none. */
function find(tool: string): Command {
  return fs.existsSync(debian(tool))
    ? { file: debian(tool), arguments: [] }
    : builtCommands()(tool);
}

it('the list of differences names only existing cases and tools', () => {
  for (const { tool, cases } of known) {
    expect(tool.split(' ').filter((name) => TOOLS[name] === undefined)).toEqual([]);
    for (const name of cases) {
      const [folder, vector] = name.split('/') as [string, string];
      expect(listCases(folder)).toContain(vector);
    }
  }
});

function withoutModes(outcome: Outcome): Outcome {
  const plain = (change: Change): Change =>
    change.kind === 'file' ? { ...change, mode: 0 } : change;
  const changes = [...outcome.changes].map(([name, change]) => [name, plain(change)] as const);
  return { ...outcome, changes: new Map(changes) };
}

/**
 * What differs between a recorded outcome and Debian's. Every part is compared, however both ended.
 */
function againstRecording(expected: Outcome, found: Outcome): string | undefined {
  if (expected.end !== found.end) return `exit ${expected.end}, Debian's ${found.end}`;
  return difference(
    { ...withoutModes(expected), end: 0 },
    { ...withoutModes(found), end: 0 },
    true,
  );
}

describe.each(peers.filter((tool) => tool !== 'get_machine'))('vectors of %s', (tool) => {
  const differing = known
    .flatMap(({ cases }) => cases)
    .filter((name) => name.startsWith(`${tool}/`));
  const vectors = listCases(tool)
    .map((name) => loadCase(tool, name))
    .filter(({ settings }) => settings.rejects === undefined);

  it('lists only cases that exist', () => {
    expect(vectors.map(({ name }) => name)).toEqual(expect.arrayContaining(differing));
  });
  it.each(vectors.map((vector) => ({ name: vector.name, vector })))('$name', ({ name, vector }) => {
    const found = runInFolder(vector, find, MAX_RUN_MILLISECONDS);
    const what = againstRecording(loadOutcome(vector), found);
    if (differing.includes(name)) expect(what).toBeDefined();
    else expect(what).toBeUndefined();
  });
});

describe.each(peers.filter((tool) => tool !== 'get_machine' && tool !== 'kaem'))(
  'random programs of %s',
  (tool) => {
    const language = LANGUAGES.find(({ name }) => name === tool) as Language;
    const patterns = known
      .filter((one) => one.tool.split(' ').includes(tool) && one.programs !== undefined)
      .map(({ programs }) => new RegExp(programs as string));

    it('do the same, or use what is listed', () => {
      let same = 0;
      const property = fc.property(language.cases, (program) => {
        const ours = runInMemory(program, TOOLS[tool] as Program, TOOLS);
        const theirs = runInFolder(program, find, MAX_RUN_MILLISECONDS);
        const what = difference(withoutModes(theirs), withoutModes(ours), false);
        if (what === undefined) same++;
        else if (!patterns.some((pattern) => pattern.test(whole(program, ours))))
          throw new Error(what);
      });
      fc.assert(property, { seed: SEED, numRuns: PROGRAMS });
      expect(same).toBeGreaterThan(PROGRAMS / 2);
    });
  },
);

function whole({ settings, input }: VectorCase, ours: Outcome): string {
  const sources = [...input.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
  return [settings.arguments.join(' '), ...sources, ours.stderr].join('\n');
}

describe.each(peers.filter((tool) => tool === 'get_machine'))('%s', (tool) => {
  it.each([[], ['--os'], ['--endian'], ['--hex2'], ['--blood'], ['--override', 'x86']])(
    'answers as ours: %j %j',
    (...options) => {
      const theirs = spawnSync(debian(tool), options, { encoding: 'utf8' });
      const [sysname, machine] = ['-s', '-m'].map((option) =>
        spawnSync('uname', [option], { encoding: 'utf8' }).stdout.trim(),
      );
      let stdout = '';
      const host = new MemoryHost({
        files: new MemoryFiles(),
        systemName: { sysname, machine } as SystemName,
        stdout: (bytes) => {
          stdout += Buffer.from(bytes).toString();
        },
      });
      const end = (TOOLS[tool] as Program)([tool, ...options], host);
      expect({ end, stdout }).toEqual({ end: theirs.status, stdout: theirs.stdout });
    },
  );
});
