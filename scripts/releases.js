// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run releases -- FOLDER [NAME…]`: cross-check every tree in FOLDER, a folder or an archive each, with `stage0 check`.
//
// Rows of the table in docs/releases.md are replaced, or added, one a tree; those of trees that are not in FOLDER stay.
// The digests of all that upstream's programs made go to test-vectors/releases/NAME.sha256, for a tree whose builds agree.
// A tree of another layout has NAME.options beside it: the words that `stage0 check` needs for it, by blanks.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEngine } from '@stage0-ts/stage0';
import { loadTree } from '../packages/stage0/dist/node/load-tree.js';

const local = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const PAGE = local('docs/releases.md');
const DIGESTS = local('test-vectors/releases');
const MARKS = ['<!-- npm run releases: from here -->', '<!-- to here -->'];
const ARCHIVE = /\.tar(?:\.(?:gz|xz|bz2))?$/;
const HEAD = [
  '| tree | compared | sources that our ports do not follow | answers | files the same | result | seconds | digest of the tree |',
  '|---|---|---|---|---|---|---|---|',
];
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** The trees of a folder: name → path. */
function treesIn(folder) {
  const entries = fs.readdirSync(folder).map((entry) => [entry, path.join(folder, entry)]);
  const trees = entries.filter(
    ([entry, file]) => ARCHIVE.test(entry) || fs.statSync(file).isDirectory(),
  );
  return trees.map(([entry, file]) => [entry.replace(ARCHIVE, ''), file]);
}

/** What `stage0 check` says of a tree, and how long it takes. */
function check(name, tree) {
  const options = path.join(path.dirname(tree), `${name}.options`);
  const words = fs.existsSync(options) ? fs.readFileSync(options, 'utf8').trim().split(/\s+/) : [];
  const command = [local('packages/stage0/dist/bin/stage0.js'), 'check', tree, '--json', '--quiet'];
  const start = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, [...command, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (!stdout.startsWith('{')) throw new Error(`${name}: no verdict\n${stderr}`);
  return { document: JSON.parse(stdout), seconds: (performance.now() - start) / 1000 };
}

function row(name, tree, { document, seconds }) {
  const { builds, engines, artifacts, divergence, verdict } = document;
  const answers = builds.map(({ matching, published }) => `${matching}/${published}`);
  const same = artifacts.filter(({ sha256, second }) => sha256 === second && sha256 !== '');
  const unfollowed = chooseEngine(loadTree(tree)).unfollowed;
  const result = verdict.kind === 'agree' && divergence === null ? 'agree' : verdict.sentence;
  const cells = [
    name,
    engines.join(', '),
    unfollowed.join(', ') || 'none',
    builds[0].published === 0 ? 'none published' : [...new Set(answers)].join(' and '),
    `${same.length}/${artifacts.length}`,
    result,
    Math.round(seconds),
    `\`${document.tree}\``,
  ];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

/** As sha256sum writes them: what the tree's own programs made, the second of the two builds. */
function digests({ artifacts }) {
  const made = artifacts.filter(({ second }) => second !== '');
  const lines = made.map(({ path: file, second }) => `${second}  ${file}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}

/** Put the row into the page, in the place of the tree's old one. */
function record(name, line) {
  const page = fs.readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(`${MARKS[0]}\n`);
  const [table, after] = rest.split(MARKS[1]);
  const rows = new Map(
    table
      .split('\n')
      .slice(HEAD.length)
      .filter((one) => one.startsWith('|'))
      .map((one) => [one.split('|')[1].trim(), one]),
  );
  rows.set(name, line);
  const sorted = [...rows].sort(([a], [b]) => byName(a, b)).map(([, one]) => one);
  const lines = [MARKS[0], ...HEAD, ...sorted, MARKS[1]].join('\n');
  fs.writeFileSync(PAGE, `${before}${lines}${after}`);
}

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run releases -- FOLDER [NAME…]');
  process.exit(2);
}
// npm runs scripts in the repository; names on the command line are meant where npm was called.
const all = treesIn(path.resolve(process.env.INIT_CWD ?? process.cwd(), folder));
const trees = all.filter(([name]) => names.length === 0 || names.includes(name));
if (trees.length === 0) throw new Error(`${folder}: no tree that is meant is in it`);
fs.mkdirSync(DIGESTS, { recursive: true });
for (const [name, tree] of trees) {
  const result = check(name, tree);
  const line = row(name, tree, result);
  console.log(line);
  record(name, line);
  if (result.document.ok) fs.writeFileSync(`${DIGESTS}/${name}.sha256`, digests(result.document));
  else process.exitCode = 1;
}
