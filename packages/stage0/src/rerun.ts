// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One recorded process, run again on what it read → the provenance maps of what it wrote.
 *
 * The world of the second run holds only the process's inputs as they were and the links of the
 * tree. Children of the process do not run again: their outputs have maps of their own.
 */
import type { ProvenanceMap } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, MemoryHost, type TreeNode } from '@stage0-ts/host/memory';
import { ARCHITECTURES } from './architectures.ts';
import { firstDifference } from './compare-trees.ts';
import type { NamedEngine } from './engines.ts';
import { type Journal, RecordingHost } from './recording-host.ts';
import type { ProcessRecord } from './records.ts';
import { systemNamed } from './run.ts';

/** A file that a process wrote, with the files that its map calls sources. */
export interface MappedOutput {
  readonly map: ProvenanceMap;
  readonly bytes: Uint8Array;
  /** Absolute path of each source of the map, links resolved. */
  readonly sources: readonly string[];
}

/** A symbolic link of a tree: absolute path and target. */
export type Symlink = readonly [path: string, target: string];

/**
 * The map of the file that the process left at `path` with these bytes. Undefined if the tool makes
 * no maps, or if the program comes from the tree: how that works is not known.
 *
 * A program that chooses free names, as M2-Mesoplanet does, may write to another path this time.
 * Throws a ToolError when the file comes out differently.
 */
export function rerun(
  process: ProcessRecord,
  output: { readonly path: string; readonly bytes: Uint8Array },
  { arch, ports }: { readonly arch: string; readonly ports: NamedEngine },
  links: readonly Symlink[],
): MappedOutput | undefined {
  const { path, bytes } = output;
  const { nature } = process;
  if (nature === 'machine' || nature === 'native') return undefined; // not a port
  const files = worldOf(process, path, links);
  const written: MappedOutput[] = [];
  let named: MappedOutput | undefined;
  let pending: { readonly name: string; readonly map: ProvenanceMap } | undefined;
  const machine = ARCHITECTURES.get(arch)?.machine;
  const host = new MemoryHost({
    files,
    environment: process.environment,
    ...(machine === undefined ? {} : { systemName: systemNamed(machine) }),
    provenance: (name, map) => {
      pending = { name, map };
    },
  });
  if (process.root !== '/') host.changeRoot(process.root);
  host.changeDirectory(process.directory);
  // Some names in a map are not files: `STDIN`
  const place = (name: string) => (host.node(name) === undefined ? name : host.worldPath(name));
  const made = (target: string, node: TreeNode): void => {
    if (pending === undefined || node.kind !== 'file' || place(pending.name) !== target) return;
    const mapped = { map: pending.map, bytes: node.bytes, sources: pending.map.sources.map(place) };
    if (target === path) named = mapped;
    written.push(mapped);
    pending = undefined;
  };
  const image = { path: process.path, bytes: new Uint8Array() };
  ports.run(image, process.argv, new RecordingHost(host, { ...UNSEEN, made }));
  if (written.length === 0) return undefined;
  const same = [named, ...written].find((one) => one && firstDifference(one.bytes, bytes) < 0);
  if (same !== undefined) return same;
  const message = `step ${process.step} does not make this file again as it was`;
  throw new ToolError(message, { code: 'not-repeated', file: path.slice(1) });
}

const nothing = () => {};

const UNSEEN: Journal = {
  read: nothing,
  made: nothing,
  changed: nothing,
  moves: nothing,
  received: nothing,
  gave: nothing,
  handed: nothing,
  captured: nothing,
  stdout: nothing,
  stderr: nothing,
};

/** A world with the files that the process read, and the folders that it wrote to. */
function worldOf(process: ProcessRecord, output: string, links: readonly Symlink[]): MemoryFiles {
  const files = new MemoryFiles();
  files.createDirectories(`${process.root}${process.directory}`);
  for (const path of [output, ...process.outputs.keys()]) files.createDirectories(folder(path));
  for (const [path, { bytes, mode }] of process.inputs) {
    files.createDirectories(folder(path));
    files.writeFile(path, bytes, mode);
  }
  for (const [path, target] of links) {
    files.createDirectories(folder(path));
    if (files.find(path, false) === undefined) files.create(path, { kind: 'link', target });
  }
  return files;
}

/** Every symbolic link below the root. */
export function symlinksOf(files: MemoryFiles): Symlink[] {
  const links: Symlink[] = [];
  const visit = (node: TreeNode, path: string): void => {
    if (node.kind === 'link') links.push([path, node.target]);
    else if (node.kind === 'directory') {
      for (const [name, entry] of node.entries) visit(entry, `${path}/${name}`);
    }
  };
  visit(files.root, '');
  return links;
}

function folder(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
