// SPDX-License-Identifier: GPL-3.0-or-later
// `npm start [-- TREE [OPTION…]]`: stage0 build, of the ladder in test-vectors/ unless a tree is named.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const stage0 = fileURLToPath(new URL('../packages/stage0/dist/bin/stage0.js', import.meta.url));
const ladder = fileURLToPath(new URL('../test-vectors/ladder', import.meta.url));
const args = process.argv.slice(2);
if (args.every((arg) => arg.startsWith('-'))) args.unshift(ladder);
const { status } = spawnSync(process.execPath, [stage0, 'build', ...args], { stdio: 'inherit' });
process.exitCode = status ?? 130;
