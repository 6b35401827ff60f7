// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * TREE of the command line → files in memory: a folder of this machine, or an archive. And the
 * results back to disk.
 */
import path from 'node:path';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import type { ArchiveFacts, PartFacts } from '../subject.ts';
import type { PlainTree } from '../tar-tree.ts';
import { namedTreeFromArchive } from '../tree.ts';
import { adviceForFile } from '../tree-advice.ts';
import { joinParts, placeOf, type TreePart } from '../tree-parts.ts';
import { printError } from './streams.ts';

/** A tree, and where it came from. */
export interface LoadedTree {
  readonly files: MemoryFiles;
  /** undefined for a folder, and for a tree of several parts. */
  readonly archive: ArchiveFacts | undefined;
  /** Archives that are each a part of the tree. */
  readonly parts: readonly PartFacts[];
  /** The paths that were read on this machine. */
  readonly sources: readonly string[];
}

interface Loaded {
  readonly files: MemoryFiles;
  readonly archive: ArchiveFacts | undefined;
  /** The name of the folder. */
  readonly folder: string | undefined;
}

/**
 * Load the operands of a command line: one TREE, or several parts of one. The name of a part's
 * folder says where the part belongs, unless `PATH=TREE` does. Throws ToolError when a part cannot
 * be read or has no place.
 */
export function loadOperands(operands: readonly string[]): LoadedTree {
  const [only, ...others] = operands as [string, ...string[]];
  const isPlaced = (operand: string) => splitOperand(operand).place !== undefined;
  if (others.length === 0 && !isPlaced(only)) {
    const { files, archive } = loadTreeAs(only);
    return { files, archive, parts: [], sources: [only] };
  }
  const loaded = operands.map((operand) => loadPart(splitOperand(operand)));
  return {
    files: joinParts(loaded),
    archive: undefined,
    parts: loaded.flatMap(({ archive, place }) => (archive ? [{ ...archive, place }] : [])),
    sources: operands.map((operand) => splitOperand(operand).source),
  };
}

interface Operand {
  readonly place: string | undefined;
  readonly source: string;
}

/** `PATH=TREE`, unless there is a file with that whole name. */
function splitOperand(operand: string): Operand {
  const parts = /^([^=]*)=(.+)$/s.exec(operand);
  if (parts === null || new NodeHost().stat(operand) !== undefined) {
    return { place: undefined, source: operand };
  }
  const place = path.posix.resolve('/', parts[1] as string);
  return { place, source: parts[2] as string };
}

function loadPart({ place, source }: Operand): TreePart & Pick<Loaded, 'archive'> {
  const { files, archive, folder } = loadTreeAs(source);
  const found = place ?? placeOf(folder ?? '');
  if (found !== undefined) return { name: source, files, archive, place: found };
  const what = folder === undefined ? 'it has no folder of its own' : `its folder is ${folder}`;
  const message = `no place in the tree is known for this (${what}): PATH=ARCHIVE says where, and .=ARCHIVE is the root`;
  throw new ToolError(message, { code: 'no-place', file: source });
}

/** Load the tree. Version control folders stay out. Throws ToolError when it cannot be read. */
export function loadTree(name: string): MemoryFiles {
  return loadTreeAs(name).files;
}

/** Load the tree, and note where it came from. Throws ToolError when it cannot be read. */
function loadTreeAs(name: string): Loaded {
  const host = new NodeHost();
  const status = host.stat(name);
  if (status === undefined)
    throw new ToolError('no such file or directory', { code: 'ENOENT', file: name });
  if (status.kind !== 'directory') {
    const bytes = host.readFile(name);
    const archive = { name: path.basename(name), sha256: sha256Hex(bytes) };
    return { ...unpacked(bytes, name), archive };
  }
  const files = new MemoryFiles();
  loadFolder(host, files, name, '');
  return { files, archive: undefined, folder: path.basename(path.resolve(name)) };
}

/** If the archive cannot be read, adds to the error what the file is, where that is recognised. */
function unpacked(bytes: Uint8Array, name: string): PlainTree {
  try {
    return namedTreeFromArchive(bytes, name);
  } catch (error) {
    const advice = adviceForFile(bytes);
    if (!(error instanceof ToolError) || error.code !== 'no-archive' || advice === undefined) {
      throw error;
    }
    throw new ToolError(`${error.message}; ${advice}`, { code: error.code, file: name });
  }
}

function loadFolder(host: NodeHost, files: MemoryFiles, folder: string, prefix: string): void {
  for (const name of host.list(folder)) {
    if (name === '.git') continue;
    const from = `${folder}/${name}`;
    const to = `${prefix}/${name}`;
    const status = host.lstat(from);
    if (status?.kind === 'link') files.create(to, { kind: 'link', target: host.readLink(from) });
    else if (status?.kind === 'directory') {
      files.createDirectories(to, status.mode);
      loadFolder(host, files, from, to);
    } else if (status?.kind === 'file') {
      files.writeFile(to, host.readFile(from).slice(), status.mode);
    } else {
      const message = 'a source tree has only files, folders and symbolic links';
      throw new ToolError(message, { code: 'bad-entry', file: from });
    }
  }
}

/**
 * Permission bits that a saved file may have. Set-user-id and the like stay in the world in memory.
 */
const SAVED_MODE = 0o777;

/**
 * Write the files at `paths` (in the tree, without leading slash) below `folder`, with their modes.
 * `sources` are the paths that were read on this machine. Throws ToolError for a file that would
 * replace one of them.
 */
export function saveFiles(
  files: MemoryFiles,
  paths: Iterable<string>,
  folder: string,
  sources: readonly string[],
): void {
  const host = new NodeHost();
  for (const name of paths) {
    const node = files.find(`/${name}`);
    if (node?.kind !== 'file') continue;
    const target = placeBelow(host, folder, name, sources);
    // It may be a link that was made here before, by saveLinks.
    if (host.lstat(target)?.kind === 'link') host.remove(target);
    host.writeFile(target, node.bytes, node.mode & SAVED_MODE);
    host.chmod(target, node.mode & SAVED_MODE);
  }
}

/**
 * Where `name` is to be written below `folder`, of which the folders are made. Throws ToolError if
 * that would replace one of `sources`, or go through a symbolic link: one that an earlier run made
 * must not lead what is written elsewhere.
 */
function placeBelow(
  host: NodeHost,
  folder: string,
  name: string,
  sources: readonly string[],
): string {
  if (!isPortable(name)) {
    throw new ToolError('such a name cannot be written here', { code: 'bad-name', file: name });
  }
  const place = path.join(folder, name);
  requireNoSource(host, place, sources);
  let above = folder;
  for (const part of path.posix.dirname(name).split('/')) {
    above = path.join(above, part);
    if (above === path.join(folder) || host.lstat(above)?.kind !== 'link') continue;
    const message = 'this is a symbolic link, and a folder is needed here: choose another place';
    throw new ToolError(message, { code: 'ENOTDIR', file: above });
  }
  makeDirectories(host, path.dirname(place));
  return place;
}

/** Are the slashes the only characters of `name` that separate anything on this computer? */
function isPortable(name: string): boolean {
  return path.sep !== '\\' || !/[\\:]/.test(name);
}

/** What a run has made: absolute paths in the world. */
interface Made {
  readonly files: readonly string[];
  readonly links: readonly string[];
}

/**
 * `--out`: write what was made in `files` below `folder`; see {@link saveFiles}. Symbolic links
 * that could lead out of the world are left out, and named.
 */
export function saveMade(
  files: MemoryFiles,
  made: Made,
  folder: string,
  sources: readonly string[],
): void {
  const names = (paths: readonly string[]): string[] => paths.map((one) => one.slice(1));
  saveFiles(files, names(made.files), folder, sources);
  const leftOut = saveLinks(files, names(made.links), folder, sources);
  const [first] = leftOut;
  if (first === undefined) return;
  const rest = leftOut.length === 1 ? '' : ` and ${leftOut.length - 1} more`;
  printError(
    `note: not in ${visible(folder)}: symbolic links that could lead out of it: ${visible(first)}${rest}\n`,
  );
}

/** After all files, so that none is written through a link. Returns those that are left out. */
function saveLinks(
  files: MemoryFiles,
  paths: Iterable<string>,
  folder: string,
  sources: readonly string[],
): string[] {
  const host = new NodeHost();
  const leftOut: string[] = [];
  for (const name of paths) {
    const node = files.find(`/${name}`, false);
    if (node?.kind !== 'link') continue;
    if (couldLeadOut(name, node.target)) {
      leftOut.push(name);
      continue;
    }
    const place = placeBelow(host, folder, name, sources);
    if (host.lstat(place) !== undefined) host.remove(place);
    host.symlink(node.target, place);
  }
  return leftOut;
}

/**
 * May the link lead out of the tree? A `..` after a name is refused, too, whatever it says: with
 * `d`, a link to a folder above, `d/../x` can be outside. Those at the start count from the folder
 * of the link itself, in which no part is a link, so no chain of such links leads out.
 */
function couldLeadOut(name: string, target: string): boolean {
  if (target.startsWith('/') || !isPortable(target)) return true;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const named = parts.findIndex((part) => part !== '..');
  const up = named < 0 ? parts.length : named;
  return up > name.split('/').length - 1 || parts.includes('..', up);
}

/**
 * Throws ToolError when writing `target` would replace one of `sources`, which are files or
 * folders, or a file in one.
 */
export function requireNoSource(host: NodeHost, target: string, sources: readonly string[]): void {
  if (host.lstat(target) === undefined) return;
  for (let above = path.resolve(target); ; above = path.dirname(above)) {
    const source = sources.find((one) => host.sameFile(one, above));
    if (source !== undefined) {
      const message = `this is a part of ${source}, which was read: choose another place`;
      throw new ToolError(message, { code: 'output-is-input', file: target });
    }
    if (above === path.dirname(above)) return;
  }
}

/**
 * Node's own `recursive` loops for ever below /proc, where the system says that the parent is
 * missing.
 */
export function makeDirectories(host: NodeHost, folder: string): void {
  if (host.stat(folder) !== undefined) return;
  makeDirectories(host, path.dirname(folder));
  host.mkdir(folder, 0o777);
}
