// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What `--against` names → a build to compare with: a folder, an archive, or one file.
 *
 * Only regular files in it are opened, so that a pipe or a device cannot block the comparison.
 */
import path from 'node:path';
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { type ForeignBuild, type ForeignEntry, foreignFiles } from '../foreign-build.ts';
import { treeFromArchive } from '../tree.ts';

/**
 * Load a build that was made elsewhere. Throws ToolError for what does not exist or cannot be read.
 */
export function loadForeign(name: string): ForeignBuild {
  const host = new NodeHost();
  const status = host.stat(name);
  if (status === undefined) {
    throw new ToolError('no such file or directory', { code: 'ENOENT', file: name });
  }
  if (status.kind === 'directory') return foreignFolder(host, name);
  if (status.kind === 'file') return foreignFile(host, name);
  const message = 'expected a folder, an archive or a file to compare with';
  throw new ToolError(message, { code: 'bad-entry', file: name });
}

function foreignFolder(host: NodeHost, folder: string): ForeignBuild {
  return {
    entry: (name, follow = false) => entryAt(host, `${folder}/${name}`, follow),
    names: (name) =>
      host.stat(`${folder}/${name}`)?.kind === 'directory'
        ? host.list(`${folder}/${name}`).filter((entry) => entry !== '.git')
        : [],
  };
}

function entryAt(host: NodeHost, file: string, follow: boolean): ForeignEntry | undefined {
  const status = follow ? host.stat(file) : host.lstat(file);
  return status && { ...status, read: () => host.readFile(file) };
}

/** An archive, or one file of a build under its own name. */
function foreignFile(host: NodeHost, name: string): ForeignBuild {
  try {
    return foreignFiles(treeFromArchive(host.readFile(name), name));
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'no-archive') throw error;
  }
  const own = path.basename(name);
  return {
    entry: (wanted) => (wanted === own ? entryAt(host, name, true) : undefined),
    names: () => [],
  };
}
