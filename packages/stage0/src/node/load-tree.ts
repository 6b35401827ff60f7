// SPDX-License-Identifier: GPL-3.0-or-later
/** TREE of the command line → files in memory: a folder of this machine, or an archive. */
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
  loadFolder(host, files, name, '');
  return files;
}

function loadFolder(host: NodeHost, files: MemoryFiles, folder: string, prefix: string): void {
  for (const name of host.list(folder)) {
    if (name === '.git') continue;
    const from = `${folder}/${name}`;
    const to = `${prefix}/${name}`;
    const status = host.linkStatus(from);
    if (status?.kind === 'link') files.create(to, { kind: 'link', target: host.readLink(from) });
    else if (status?.kind === 'directory') {
      files.createDirectories(to, status.mode);
      loadFolder(host, files, from, to);
    } else if (status?.kind === 'file') {
      files.writeFile(to, host.readFile(from).slice(), status.mode);
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
    makeDirectories(host, path.dirname(target));
    host.writeFile(target, node.bytes, node.mode);
    host.chmod(target, node.mode);
  }
}

/** Node's own `recursive` never ends where the system refuses a folder as if its parent were missing, as below /proc. */
function makeDirectories(host: NodeHost, folder: string): void {
  if (host.status(folder) !== undefined) return;
  makeDirectories(host, path.dirname(folder));
  host.mkdir(folder, 0o777);
}
