// SPDX-License-Identifier: GPL-3.0-or-later
/** TREE of the command line → files in memory: a folder of this machine, or an archive. */
import fs from 'node:fs';
import path from 'node:path';
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { treeFromArchive } from '../tree.ts';

/** Load the tree. Version control folders stay out. Throws ToolError when it cannot be read. */
export function loadTree(name: string): MemoryFiles {
  const host = new NodeHost();
  const status = host.status(name);
  if (status === undefined)
    throw new ToolError('no such file or directory', { code: 'ENOENT', file: name });
  if (status.kind !== 'directory') return treeFromArchive(host.readFile(name), name);
  const files = new MemoryFiles();
  loadFolder(files, name, '');
  return files;
}

function loadFolder(files: MemoryFiles, folder: string, prefix: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const from = path.join(folder, entry.name);
    const to = `${prefix}/${entry.name}`;
    if (entry.isSymbolicLink()) files.create(to, { kind: 'link', target: fs.readlinkSync(from) });
    else if (entry.isDirectory()) {
      files.createDirectories(to, fs.statSync(from).mode & 0o7777);
      loadFolder(files, from, to);
    } else if (entry.isFile()) {
      files.writeFile(to, fs.readFileSync(from), fs.statSync(from).mode & 0o7777);
    }
  }
}

/** Write the files at `paths` (in the tree, without leading slash) below `folder`, with their modes. */
export function saveFiles(files: MemoryFiles, paths: Iterable<string>, folder: string): void {
  const host = new NodeHost();
  for (const name of paths) {
    const node = files.find(`/${name}`);
    if (node?.kind !== 'file') continue;
    const target = path.join(folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    host.writeFile(target, node.bytes, node.mode);
    host.chmod(target, node.mode);
  }
}
