// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The digests that live-bootstrap publishes for a package, compared with what a world has.
 *
 * They are in `steps/PACKAGE/PACKAGE.x86.checksums`, or without the architecture; for the first
 * programs in files beside the seed's scripts, and for stage0 in `x86.answers`. The scripts compare
 * them too, with a program that they have built; this does not ask that program.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { readDigests } from '../artifacts.ts';

/** A file with a published digest. */
export interface PublishedFile {
  /** Absolute path in the world. */
  readonly path: string;
  readonly published: string;
  /** undefined where there is no such file. */
  readonly actual: string | undefined;
}

/** True if the file is there and has the digest. */
export function isAsPublished({ published, actual }: PublishedFile): boolean {
  return published === actual;
}

/** Those of a package that was just built. Empty if nothing is published for it. */
export function publishedOfPackage(
  files: MemoryFiles,
  layout: MemoryFiles,
  name: string,
): PublishedFile[] {
  const folder = `/steps/${name}`;
  const lists = [`${folder}/${name}.x86.checksums`, `${folder}/${name}.checksums`];
  const list = lists.find((path) => layout.find(path)?.kind === 'file');
  return list === undefined ? [] : compare(files, layout, list, folder);
}

/**
 * That of the package that bash has built: an archive with all that it installs. `revision` says
 * how often bash had built the package before.
 */
export function publishedOfArchive(
  files: MemoryFiles,
  layout: MemoryFiles,
  name: string,
  revision: number,
): PublishedFile[] {
  const archive = `/external/repo/${name}_${revision}.tar.bz2`;
  const all = compare(files, layout, '/steps/SHA256SUMS.pkgs', '/external/repo');
  return all.filter(({ path }) => path === archive);
}

/** Those of stage0 itself. */
export function publishedOfStage0(files: MemoryFiles, layout: MemoryFiles): PublishedFile[] {
  return compare(files, layout, '/x86.answers', '/');
}

/** Those of the programs that the seed's scripts build. */
export function publishedOfSeed(files: MemoryFiles, layout: MemoryFiles): PublishedFile[] {
  const lists = [...layout.files('/')].filter(([path]) => /^\/[^/]+\.x86\.checksums$/.test(path));
  return lists.flatMap(([path]) => compare(files, layout, path, '/'));
}

/**
 * The list is read from the layout, not from the world, in which a script may have written another.
 */
function compare(
  files: MemoryFiles,
  layout: MemoryFiles,
  list: string,
  folder: string,
): PublishedFile[] {
  const node = layout.find(list);
  if (node?.kind !== 'file') return [];
  const inWorld = (name: string) => pathIn(folder, name, list);
  return [...readDigests(node.bytes, list.slice(1), inWorld)].map(([path, published]) => {
    const made = files.find(path);
    const actual = made?.kind === 'file' ? sha256Hex(made.bytes) : undefined;
    return { path, published, actual };
  });
}

/** An absolute path without dots. */
function pathIn(folder: string, name: string, list: string): string {
  const path = name.startsWith('/') ? name : `${folder === '/' ? '' : folder}/${name}`;
  if (!/(^|\/)\.{0,2}(\/|$)/.test(path.slice(1))) return path;
  const message = `${name} is not a path of a file`;
  throw new ToolError(message, { code: 'bad-answers', file: list.slice(1) });
}
