#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `fuzz LANGUAGE [--native TREE] [--count N] [--seed S] [--save DIR]`; exits with 1 if it found
 * something, 2 for usage.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nativeCommands } from '@stage0-ts/vectors/run';
import { fuzz } from '../fuzz.ts';
import { LANGUAGES } from '../languages/index.ts';
import { limitProcess } from '../limits.ts';
import { saveFind } from '../save.ts';

const USAGE = `usage: npm run fuzz -- LANGUAGE [--native TREE] [--count N] [--seed S] [--save DIR]

Run N random programs (default 1000) of LANGUAGE, one for each seed from S (default 1) on, with our program in
memory and with upstream's binary in TREE, a stage0-posix folder in which the x86 chain has been built. Programs
on which they differ are made small and written to DIR (default: stage0-fuzz in the system's folder for such).
Without --native ours runs twice and must end well.

Languages: ${LANGUAGES.map(({ name }) => name).join(' ')}
`;
const PROGRESS = 1000;

process.exitCode = main();

function main(): number {
  const arguments_ = readArguments();
  if (arguments_ === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { language, count, seed, native, folder } = arguments_;
  process.umask(0o022);
  if (native !== undefined) limitProcess();
  const summary = fuzz(language, {
    count,
    seed,
    native: native === undefined ? undefined : nativeCommands(native),
    onFind: (find) => {
      process.stdout.write(`seed ${find.seed}: ${find.what}\n  ${saveFind(find, folder)}\n`);
    },
    onProgress: (done) => {
      if (done % PROGRESS === 0) process.stderr.write(`${language.name}: ${done} of ${count}\n`);
    },
  });
  const explained = [...summary.explained].map(([name, times]) => `${name} ${times}`).join(', ');
  process.stdout.write(
    `${language.name}: ${summary.programs} programs from seed ${seed}, ${summary.accepted} accepted, ` +
      `${summary.finds.length} differences, explained: ${explained === '' ? 'none' : explained}\n`,
  );
  return summary.finds.length === 0 ? 0 : 1;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        native: { type: 'string' },
        count: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        save: { type: 'string', default: path.join(os.tmpdir(), 'stage0-fuzz') },
      },
    });
    const language = LANGUAGES.find(({ name }) => name === positionals[0]);
    const [count, seed] = [Number(values.count), Number(values.seed)];
    const whole = Number.isSafeInteger(count) && Number.isSafeInteger(seed) && count > 0;
    if (language === undefined || positionals.length !== 1 || !whole) return undefined;
    return { language, count, seed, native: values.native, folder: values.save };
  } catch {
    return undefined;
  }
}
