// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The tree of the tutorial's chapter 9, in memory: honest, and with the bad compiler that the
 * chapter's listings make.
 *
 * Everything comes from the page and from docs/tutorial/attack, so that what the tests plant is
 * what a reader plants.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { build, copyTree, machineEngine, runScript } from '@stage0-ts/stage0';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { loadTree } from '../src/node/load-tree.ts';
import { blocksOf } from './documents.ts';

const TUTORIAL = new URL('../../../docs/tutorial/', import.meta.url);
export const CHAPTER: string = fileURLToPath(new URL('9-trusting-trust.md', TUTORIAL));
/** Where the tree has its cached compiler, which came with it. */
export const CACHED = '/cached/cc_x86';
export const MADE = '/bin/cc_x86';

/** A file beside the chapter. */
export function attackFile(name: string): Uint8Array {
  return readFileSync(new URL(`attack/${name}`, TUTORIAL));
}

export function bytesOf(files: MemoryFiles, path: string): Uint8Array {
  const node = files.get(path);
  if (node.kind !== 'file') throw new Error(`${path} is not a file`);
  return node.bytes;
}

/** With a launcher of our port as the first compiler. */
function treeWithLauncher(): MemoryFiles {
  const ladder = loadTree(LADDER);
  const files = copyTree(ladder);
  for (const folder of ['/cached', '/bin', '/out']) files.createDirectories(folder);
  files.writeFile(CACHED, bytesOf(ladder, '/tools/cc_x86'), 0o755);
  files.writeFile('/src/cc_x86.c', attackFile('cc_x86.c'), 0o644);
  for (const name of ['kaem.x86', 'x86.answers']) {
    files.writeFile(`/${name}`, attackFile(name), 0o644);
  }
  return files;
}

/** The tree with the honest compiler that came with it, and what it builds. */
export function honestTree(): { readonly tree: MemoryFiles; readonly built: MemoryFiles } {
  const built = treeWithLauncher();
  const { ok } = build(built);
  if (!ok) throw new Error('the tree of the chapter does not build');
  const tree = treeWithLauncher();
  tree.writeFile(CACHED, bytesOf(built, MADE), 0o755);
  return { tree, built };
}

/** The compiler with the trap, made in the machine from the chapter's listings. */
export function trappedCompiler({ tree, built }: ReturnType<typeof honestTree>): Uint8Array {
  const files = copyTree(tree);
  files.createDirectories('/tree');
  for (const [path, node] of tree.entries()) {
    if (node.kind === 'directory') files.createDirectories(`/tree${path}`);
    else if (node.kind === 'file') files.writeFile(`/tree${path}`, node.bytes, node.mode);
  }
  for (const folder of ['/honest/bin', '/honest/out']) files.createDirectories(folder);
  for (const [path, node] of built.entries()) {
    if (node.kind === 'file' && /^\/(?:bin|out)\//.test(path)) {
      files.writeFile(`/honest${path}`, node.bytes, node.mode);
    }
  }
  for (const { file, text } of blocksOf(CHAPTER)) {
    if (file !== undefined) files.writeFile(`/${file}`, encodeUtf8(text), 0o644);
  }
  const { status } = runScript(files, { script: 'attack.kaem', engine: machineEngine() });
  if (status !== 0) throw new Error(`attack.kaem ends with status ${status}`);
  return bytesOf(files, '/evil');
}

/** The tree with another compiler in place of its own. */
export function withCompiler(tree: MemoryFiles, compiler: Uint8Array): MemoryFiles {
  const files = copyTree(tree);
  files.writeFile(CACHED, compiler, 0o755);
  return files;
}
