// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A checkout of live-bootstrap and a stage0-posix tree → the world in which its first script runs.
 *
 * As lib/generator.py lays it out for a chroot with external sources: stage0-posix at the root, its
 * seed shell as /init, the files of `seed` over that, `steps` whole, and a configuration. Archives
 * come to /external/distfiles when the package that asks for them begins (climb.ts), so that a
 * world does not depend on how far somebody wants to climb. Invariant: the checkout's files are
 * taken as they are.
 *
 * Behaviour defined by lib/generator.py and rootfs.py of live-bootstrap 984b8322.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { seedShellPath } from '../architectures.ts';
import { configurationText } from './configuration.ts';
import type { PlannedPackage } from './manifest.ts';
import { type AcceptedSource, readSources, type SourceArchive } from './sources.ts';

export const DISTFILES = '/external/distfiles';
/** Links to folders inside what links to folders lead to. */
const MAX_LINKS = 4;
const MANIFEST = '/steps/manifest';
const STAGE0 = '/seed/stage0-posix';

/** The manifest of a checkout. Throws ToolError for a tree that is not one. */
export function manifestOf(checkout: MemoryFiles): Uint8Array {
  for (const path of [MANIFEST, '/seed/seed.kaem', '/steps/env']) {
    if (checkout.find(path)?.kind === 'file') continue;
    const message = `this is not a checkout of live-bootstrap: there is no ${path.slice(1)}`;
    throw new ToolError(message, { code: 'no-checkout' });
  }
  return bytesAt(checkout, MANIFEST) as Uint8Array;
}

/** The archives that packages ask for, in that order; each once. */
export function archivesOf(
  checkout: MemoryFiles,
  packages: readonly PlannedPackage[],
): Map<PlannedPackage, SourceArchive[]> {
  const seen = new Set<string>();
  return new Map(
    packages.map((one) => {
      const file = `steps/${one.name}/sources`;
      const bytes = bytesAt(checkout, `/${file}`);
      const archives = bytes === undefined ? [] : readSources(bytes, file, one.name);
      const isFirst = ({ name, sha256 }: SourceArchive) => !seen.has(`${name} ${sha256}`);
      const added = archives.filter(isFirst);
      for (const { name, sha256 } of added) seen.add(`${name} ${sha256}`);
      return [one, added];
    }),
  );
}

/**
 * The world before its first script. `stage0` replaces the checkout's submodule. Throws ToolError
 * if a part is missing.
 */
export function layOutWorld(checkout: MemoryFiles, stage0: MemoryFiles | undefined): MemoryFiles {
  const world = new MemoryFiles();
  copyBelow(stage0Of(checkout, stage0), '/', world, '');
  const init = bytesAt(world, seedShellPath('x86') as string) as Uint8Array;
  world.writeFile('/init', init, 0o755);
  for (const [path, node] of checkout.entries('/seed')) {
    const name = path.slice('/seed/'.length);
    if (!name.includes('/') && node.kind === 'file') put(world, `/${name}`, node.bytes, node.mode);
  }
  world.createDirectories('/steps');
  copyBelow(checkout, '/steps', world, '/steps');
  put(world, '/steps/bootstrap.cfg', encodeUtf8(configurationText()), 0o644);
  world.createDirectories(DISTFILES);
  return world;
}

function stage0Of(checkout: MemoryFiles, given: MemoryFiles | undefined): MemoryFiles {
  const submodule = checkout.find(STAGE0);
  const own = submodule?.kind === 'directory' ? checkout.below(submodule) : new MemoryFiles();
  const stage0 = given ?? own;
  if (stage0.find(seedShellPath('x86') as string)?.kind === 'file') return stage0;
  const message =
    given === undefined
      ? 'the checkout has no stage0-posix in seed/stage0-posix: git submodule update --init --recursive gets it, or --stage0 names a release'
      : 'this is not a stage0-posix tree: it has no seed shell for x86';
  throw new ToolError(message, { code: 'no-stage0' });
}

/** Links become what they lead to, as they do in the generator's copy. */
function copyBelow(
  from: MemoryFiles,
  folder: string,
  world: MemoryFiles,
  to: string,
  links = 0,
): void {
  const prefix = folder === '/' ? '' : folder;
  for (const [path, node] of from.entries(folder)) {
    const target = `${to}${path.slice(prefix.length)}`;
    const resolved = node.kind === 'link' ? from.find(path) : node;
    if (resolved?.kind === 'file') put(world, target, resolved.bytes, resolved.mode);
    else if (resolved?.kind === 'directory' && links < MAX_LINKS) {
      world.createDirectories(target, resolved.mode);
      if (node.kind === 'link') copyBelow(from, from.realPath(path), world, target, links + 1);
    } else {
      const message =
        resolved === undefined ? 'this link leads to nothing in the tree' : 'links in a circle';
      throw new ToolError(message, { code: 'bad-entry', file: path.slice(1) });
    }
  }
}

/** Write a file, or replace it with its mode. */
function put(world: MemoryFiles, path: string, bytes: Uint8Array, mode: number): void {
  if (world.find(path, false) !== undefined) world.remove(path);
  world.writeFile(path, bytes, mode);
}

/**
 * The scripts compare an archive with the digest in `sources`, so that has to be the one of the
 * archive that is there. The one change to a file of the checkout; it takes no time in the world.
 */
export function acceptIn(world: MemoryFiles, { published, sha256 }: AcceptedSource): void {
  for (const [path, node] of world.files('/steps')) {
    if (!/^\/steps\/[^/]+\/sources$/.test(path)) continue;
    const text = decodeUtf8(node.bytes);
    if (text.includes(published)) node.bytes = encodeUtf8(text.replaceAll(published, sha256));
  }
}

function bytesAt(files: MemoryFiles, path: string): Uint8Array | undefined {
  const node = files.find(path);
  return node?.kind === 'file' ? node.bytes : undefined;
}
