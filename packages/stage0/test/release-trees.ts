// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The trees of the folder that STAGE0_RELEASES names, as `npm run releases` takes them: a folder or
 * an archive each, with NAME.options beside those of another layout.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import {
  type CheckOptions,
  type CheckResult,
  check,
  chooseEngine,
  copyTree,
  diverseEngine,
  exactEngine,
  machineEngine,
  portsAndMachine,
} from '@stage0-ts/stage0';
import { loadTree } from '../src/node/load-tree.ts';
import { laidOut } from '../src/node/recipe-options.ts';
import { buildWords } from './build-words.ts';

export interface ReleaseTree {
  readonly name: string;
  readonly load: () => MemoryFiles;
  readonly recipe: Partial<CheckOptions>;
}

const FOLDER = process.env['STAGE0_RELEASES'];
const ARCHIVE = /\.tar(?:\.(?:gz|xz|bz2))?$/;
/** A tree takes about a minute. */
const AT_MOST = process.env['STAGE0_RELEASES_ALL'] === undefined ? 3 : Number.POSITIVE_INFINITY;

/** The trees that `wanted` names, or a selection. Trees that do not run are reported. */
export function releaseTrees(what: string, wanted: readonly string[]): ReleaseTree[] {
  const tell = (text: string) => console.warn(`\n*** DID NOT RUN: ${what}${text} ***\n`);
  if (FOLDER === undefined) {
    tell('. Set STAGE0_RELEASES to a folder of trees (docs/releases.md).');
    return [];
  }
  const there = fs.readdirSync(FOLDER).map((entry) => [entry.replace(ARCHIVE, ''), entry] as const);
  const found = there.filter(([name]) => wanted.includes(name));
  const chosen = spread(found, AT_MOST);
  const left = wanted.filter((name) => !chosen.some(([one]) => one === name));
  if (left.length > 0) {
    tell(` for ${left.join(', ')}: not there, or more than three (STAGE0_RELEASES_ALL=1).`);
  }
  return chosen.map(([name, entry]) => {
    const load = () => loadTree(path.join(FOLDER, entry));
    return { name, load, recipe: recipeOf(path.join(FOLDER, `${name}.options`), load()) };
  });
}

/** The first, the last, and some evenly spread between them. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, at) => {
    return all[Math.round((at * (all.length - 1)) / (count - 1))] as T;
  });
}

/** The recipe that the command line would choose for the tree. */
function recipeOf(file: string, files: MemoryFiles): Partial<CheckOptions> {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
  const args = text === '' ? [] : text.split(/\s+/);
  return laidOut(buildWords(...args), files).recipe;
}

const OURS = { ports: portsAndMachine, exact: exactEngine, diverse: diverseEngine };

/** Check the tree, as `stage0 check` without options does. */
export function checkRelease(files: MemoryFiles, recipe: Partial<CheckOptions>): CheckResult {
  const ours = OURS[chooseEngine(files).engine]();
  return check(() => copyTree(files), { ...recipe, engines: [ours, machineEngine()] });
}
