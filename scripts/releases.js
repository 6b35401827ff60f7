// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run releases -- FOLDER [NAME…]`: cross-check every tree in FOLDER, a folder or an archive
// each, with `stage0 check`. `npm run releases -- --architectures FOLDER [NAME…]`: build each for
// the other architectures, with `stage0 build`.
//
// Rows of the tables in docs/releases.md are replaced, or added, one a tree; those of trees that
// are not in FOLDER stay. The digests of all that upstream's programs made go to
// test-vectors/releases/NAME.sha256, for a tree whose builds agree. A tree of another layout has
// NAME.options beside it: the words that `stage0 check` needs for it, by blanks.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEngine, layoutOf } from '@stage0-ts/stage0';
import { loadTree } from '../packages/stage0/dist/node/load-tree.js';

const local = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const PAGE = local('docs/releases.md');
const DIGESTS = local('test-vectors/releases');
const ARCHIVE = /\.tar(?:\.(?:gz|xz|bz2))?$/;
const ARCHITECTURES = ['amd64', 'aarch64', 'riscv32', 'riscv64'];
const CHECKS = {
  name: 'releases',
  head: [
    '| tree | compared | sources that our ports do not follow | answers | files the same | result | seconds | digest of the tree |',
    '|---|---|---|---|---|---|---|---|',
  ],
};
const BUILDS = {
  name: 'architectures',
  head: [`| tree | ${ARCHITECTURES.join(' | ')} |`, '|---|---|---|---|---|'],
};
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** The trees of a folder: name → path. */
function treesIn(folder) {
  const entries = fs.readdirSync(folder).map((entry) => [entry, path.join(folder, entry)]);
  const trees = entries.filter(
    ([entry, file]) => ARCHIVE.test(entry) || fs.statSync(file).isDirectory(),
  );
  return trees.map(([entry, file]) => [entry.replace(ARCHIVE, ''), file]);
}

/** The document that a command of stage0 prints about a tree, and how long it takes. */
function stage0(command, tree, words) {
  const program = local('packages/stage0/dist/bin/stage0.js');
  const start = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, command, tree, '--json', '--quiet', ...words],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  const document = stdout.startsWith('{') ? JSON.parse(stdout) : undefined;
  return { document, stderr, seconds: (performance.now() - start) / 1000 };
}

function check(name, tree) {
  const options = path.join(path.dirname(tree), `${name}.options`);
  const words = fs.existsSync(options) ? fs.readFileSync(options, 'utf8').trim().split(/\s+/) : [];
  const { document, stderr, seconds } = stage0('check', tree, words);
  if (document === undefined) throw new Error(`${name}: no verdict\n${stderr}`);
  const line = row(name, tree, { document, seconds });
  record(CHECKS, name, line);
  if (document.ok) fs.writeFileSync(`${DIGESTS}/${name}.sha256`, digests(document));
  else process.exitCode = 1;
  console.log(line);
}

/** The published answers that a diverse build for each other architecture makes. */
function buildOthers(name, tree) {
  const cells = ARCHITECTURES.map((arch) => {
    if (!hasScript(tree, arch)) return '–';
    const { document, stderr } = stage0('build', tree, ['--arch', arch, '--engine', 'diverse']);
    if (document?.ok !== true) process.exitCode = 1;
    if (document === undefined) console.error(`${name}, ${arch}: ${stderr.trim()}`);
    return document === undefined ? 'no build' : answersOf(document);
  });
  const line = `| ${[name, ...cells].join(' | ')} |`;
  record(BUILDS, name, line);
  console.log(line);
}

function hasScript(tree, arch) {
  const files = loadTree(tree);
  return files.find(`/${arch}.answers`) !== undefined && layoutOf(files, arch) !== undefined;
}

function answersOf({ artifacts }) {
  const listed = artifacts.filter(
    ({ expected, verdict }) => expected !== null && verdict !== 'given',
  );
  const matching = listed.filter(({ verdict }) => verdict === 'match');
  return `${matching.length}/${listed.length}`;
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
function record({ name: table, head }, name, line) {
  const [from, to] = [`<!-- npm run releases: ${table} from here -->`, '<!-- to here -->'];
  const page = fs.readFileSync(PAGE, 'utf8');
  const start = page.indexOf(`${from}\n`);
  const end = page.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`${PAGE} has no place for the table ${table}`);
  const old = page.slice(start, end).split('\n');
  const lines = old.slice(head.length + 1).filter((one) => one.startsWith('|'));
  const rows = new Map(lines.map((one) => [one.split('|')[1].trim(), one]));
  rows.set(name, line);
  const sorted = [...rows].sort(([a], [b]) => byName(a, b)).map(([, one]) => one);
  const text = [from, ...head, ...sorted, ''].join('\n');
  fs.writeFileSync(PAGE, `${page.slice(0, start)}${text}${page.slice(end)}`);
}

const isFlag = (word) => word === '--architectures';
const [folder, ...names] = process.argv.slice(2).filter((word) => !isFlag(word));
if (folder === undefined) {
  console.error('usage: npm run releases -- [--architectures] FOLDER [NAME…]');
  process.exit(2);
}
// npm runs scripts in the repository; names on the command line are meant where npm was called.
const all = treesIn(path.resolve(process.env.INIT_CWD ?? process.cwd(), folder));
const trees = all.filter(([name]) => names.length === 0 || names.includes(name));
if (trees.length === 0) throw new Error(`${folder}: no tree that is meant is in it`);
fs.mkdirSync(DIGESTS, { recursive: true });
const run = process.argv.some(isFlag) ? buildOthers : check;
for (const [name, tree] of trees) run(name, tree);
