// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Ken Thompson's attack on stage0-posix: a release → the same release with a compiler that came
 * with it, `cached/M2`, which has a trap that no source shows.
 *
 * `node docs/tutorial/attack/plant.js TREE OUT` writes the tree with the trap below OUT. The trap
 * is trap-m2-planet.c. This program does by hand, once, what the trap does ever after: it puts the
 * trap into a copy of M2-Planet's reader, and lets our ports build that copy.
 *
 * Invariant: in the tree that comes out no source has changed. It has one file more, and its
 * scripts start that one where they started the compiler that they had just made.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { build, copyTree } from '@stage0-ts/stage0';

/** Where the trap hooks in: after the first goes the trap, after the second `_trap`. */
const READER = '/M2-Planet/cc_reader.c';
const HOOKS = ['int define_state;', 'int c = fgetc'];
/** What the scripts start, and what instead. */
const SCRIPTS = [
  ['/x86/mescc-tools-mini-kaem.kaem', './x86/artifact/M2 --', './cached/M2 --'],
  ['/x86/mescc-tools-full-kaem.kaem', './artifact/M2 --', '../cached/M2 --'],
];
/** Characters of the trap that one call says, as in the trap itself. */
const PIECE = 60;

const trap = readFileSync(new URL('trap-m2-planet.c', import.meta.url), 'latin1');

/** The trap with itself in it: what the bad compiler reads in the place of the first hook. */
export function trapWithItself() {
  const pieces = trap.match(new RegExp(`[^]{1,${PIECE}}`, 'g'));
  const calls = pieces.map(
    (piece) => `trap_say(trap_self, "${piece.replace(/["\\]/g, '\\$&')}");\n`,
  );
  return trap.replace(/@(?! )/, () => calls.join(''));
}

/** The reader's source as the bad compiler reads it. */
export function infected(reader) {
  const [first, second] = HOOKS;
  if (reader.split(first).length !== 2 || reader.split(second).length !== 2) {
    throw new Error(`${READER} is not the one that the trap is for: it has no single "${first}"`);
  }
  return reader.replace(second, `${second}_trap`).replace(first, () => first + trapWithItself());
}

function textOf(files, path) {
  const node = files.find(path);
  if (node?.kind !== 'file') throw new Error(`this is not a stage0-posix tree: it has no ${path}`);
  return decodeLatin1(node.bytes);
}

function replaceText(files, path, change) {
  const bytes = encodeLatin1(change(textOf(files, path)));
  files.find(path).bytes = bytes;
}

/**
 * The compiler with the trap: our ports build it from a copy of the tree with a reader that has it.
 */
export function badCompiler(tree) {
  const files = copyTree(tree);
  replaceText(files, READER, infected);
  build(files, { keepGoing: true });
  const made = files.find('/x86/bin/M2-Planet');
  if (made?.kind !== 'file') throw new Error('M2-Planet with the trap cannot be built');
  return made.bytes;
}

/** The tree with the compiler in it, and with scripts that start it. */
export function plantIn(tree, compiler) {
  const files = copyTree(tree);
  files.createDirectories('/cached');
  files.writeFile('/cached/M2', compiler, 0o755);
  for (const [path, from, to] of SCRIPTS) {
    replaceText(files, path, (text) => text.replaceAll(from, to));
  }
  return files;
}

async function main([from, to, ...rest]) {
  if (to === undefined || rest.length > 0) {
    process.stderr.write('usage: node docs/tutorial/attack/plant.js TREE OUT\n');
    return 2;
  }
  const { loadTree, saveFiles } = await import('../../../packages/stage0/dist/node/load-tree.js');
  const tree = loadTree(from);
  const compiler = badCompiler(tree);
  const planted = plantIn(tree, compiler);
  const paths = Array.from(planted.entries(), ([path]) => path.slice(1));
  saveFiles(planted, paths, to, [from]);
  process.stdout.write(`${to}/cached/M2, ${compiler.length} bytes: a compiler with a trap\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`plant: error: ${error.message}\n`);
    return 1;
  });
}
