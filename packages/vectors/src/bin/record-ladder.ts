#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `record-ladder FOLDER`: build test-vectors/ladder with upstream's binaries in FOLDER; write
 * x86.answers.
 *
 * The ladder continues with programs that it has made itself. For the answers, upstream's binary
 * runs in place of each. Then the ladder is built again by its own programs on this machine,
 * which must give the same.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeCommands } from '../commands.ts';

const LADDER = fileURLToPath(new URL('../../../../test-vectors/ladder', import.meta.url));
const ANSWERS = path.join(LADDER, 'x86.answers');

const SHELL = 'bootstrap-seeds/POSIX/x86/kaem-optional-seed';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: record-ladder FOLDER\n');
  process.exit(2);
}
process.umask(0o022);
const find = nativeCommands(folder);
// The script ends with a check of the answers, so the first build may fail there. The other builds
// must not fail.
fs.writeFileSync(ANSWERS, '');
fs.writeFileSync(ANSWERS, build('upstream').answers);
const { answers } = build('upstream');
for (const programs of ['upstream', 'own'] as const) {
  const { status, output, answers: again } = build(programs);
  if (status === 0 && again === fs.readFileSync(ANSWERS, 'utf8')) continue;
  process.stderr.write(`${programs}: ${output}`);
  process.exit(1);
}
process.stdout.write(`${answers.split('\n').length - 1} answers recorded\n`);

/**
 * @param programs which programs run: only upstream's binaries, or those that the ladder has
 *   already made.
 */
function build(programs: 'upstream' | 'own'): {
  status: number | null;
  output: string;
  answers: string;
} {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-ladder-'));
  try {
    fs.cpSync(LADDER, scratch, { recursive: true });
    for (const tool of fs.readdirSync(path.join(scratch, 'tools'))) {
      fs.copyFileSync(find(tool).file, path.join(scratch, 'tools', tool));
      fs.chmodSync(path.join(scratch, 'tools', tool), 0o755);
    }
    if (programs === 'upstream') useUpstream(scratch);
    const shell = programs === 'upstream' ? 'tools/kaem-minimal' : SHELL;
    const child = spawnSync(shell, ['kaem.x86'], {
      cwd: scratch,
      env: {},
      encoding: 'utf8',
    });
    const made = ['bin', 'out'].flatMap((folder) => files(path.join(scratch, folder)));
    const lines = made.map((file) => {
      const digest = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
      return `${digest}  ${path.relative(scratch, file)}\n`;
    });
    return { status: child.status, output: child.stdout + child.stderr, answers: lines.join('') };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** The programs that the scripts start in bin/ become upstream's programs of the same names. */
function useUpstream(tree: string): void {
  for (const script of ['kaem.x86', 'utilities.kaem', 'build.kaem']) {
    const file = path.join(tree, script);
    const text = fs
      .readFileSync(file, 'utf8')
      .replaceAll('./bootstrap-seeds/POSIX/x86/hex0-seed', './tools/hex0')
      .replaceAll('./bin/', './tools/')
      .replaceAll('"bin:', '"');
    fs.writeFileSync(file, text);
  }
}

/** Everything that does not exist before a build, sorted. */
function files(directory: string): string[] {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  const found = entries.flatMap((entry) => {
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) return files(full);
    return entry.name === 'README.md' ? [] : [full];
  });
  return found.sort();
}
