#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/** `record-ladder FOLDER`: build test-vectors/ladder with upstream's binaries in FOLDER; write x86.answers. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeCommands } from '../commands.ts';

const LADDER = fileURLToPath(new URL('../../../../test-vectors/ladder', import.meta.url));
const ANSWERS = path.join(LADDER, 'x86.answers');

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: record-ladder FOLDER\n');
  process.exit(2);
}
process.umask(0o022);
const find = nativeCommands(folder);
// The script ends with a check of the answers, so the first build may fail there: the second must not.
fs.writeFileSync(ANSWERS, '');
fs.writeFileSync(ANSWERS, build().answers);
const { status, output, answers } = build();
if (status !== 0 || answers !== fs.readFileSync(ANSWERS, 'utf8')) {
  process.stderr.write(output);
  process.exit(1);
}
process.stdout.write(`${answers.split('\n').length - 1} answers recorded\n`);

function build(): { status: number | null; output: string; answers: string } {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-ladder-'));
  try {
    fs.cpSync(LADDER, scratch, { recursive: true });
    for (const tool of fs.readdirSync(path.join(scratch, 'tools'))) {
      fs.copyFileSync(find(tool).file, path.join(scratch, 'tools', tool));
      fs.chmodSync(path.join(scratch, 'tools', tool), 0o755);
    }
    const child = spawnSync('tools/kaem-minimal', ['kaem.x86'], {
      cwd: scratch,
      env: {},
      encoding: 'utf8',
    });
    const lines = files(path.join(scratch, 'out')).map((file) => {
      const digest = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
      return `${digest}  ${path.relative(scratch, file)}\n`;
    });
    return { status: child.status, output: child.stdout + child.stderr, answers: lines.join('') };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function files(directory: string): string[] {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  const found = entries.flatMap((entry) => {
    const full = path.join(directory, entry.name);
    return entry.isDirectory() ? files(full) : [full];
  });
  return found.sort();
}
