// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Several archives → one tree: archives of upstream's repositories, as distributions pin them and
 * as GitHub makes them, without their submodules.
 *
 * Each is put at its place, which must be free: it must not exist, or be an empty folder.
 * Invariant: the order does not matter.
 */
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';

/** Upstream's repositories, and their place in a tree; the same in all layouts. */
const PLACES: Readonly<Record<string, string>> = {
  'stage0-posix': '/',
  'stage0-posix-x86': '/x86',
  'stage0-posix-amd64': '/AMD64',
  'stage0-posix-aarch64': '/AArch64',
  'stage0-posix-armv7l': '/armv7l',
  'stage0-posix-riscv32': '/riscv32',
  'stage0-posix-riscv64': '/riscv64',
  'bootstrap-seeds': '/bootstrap-seeds',
  'M2-Mesoplanet': '/M2-Mesoplanet',
  'M2-Planet': '/M2-Planet',
  M2libc: '/M2libc',
  'mescc-tools': '/mescc-tools',
  'mescc-tools-extra': '/mescc-tools-extra',
  'mes-m2': '/mes-m2',
};

export interface TreePart {
  /** The name for messages. */
  readonly name: string;
  /** Absolute path in the tree. */
  readonly place: string;
  readonly files: MemoryFiles;
}

/**
 * Where a repository's archive belongs, from the name of its folder (`M2-Planet-1.13.1`); undefined
 * for any other.
 */
export function placeOf(folder: string): string | undefined {
  const repositories = Object.keys(PLACES).sort((a, b) => b.length - a.length);
  const found = repositories.find((name) => folder === name || folder.startsWith(`${name}-`));
  return found === undefined ? undefined : PLACES[found];
}

/** The whole tree. Throws ToolError if two parts claim the same place. */
export function joinParts(parts: readonly TreePart[]): MemoryFiles {
  const depth = ({ place }: TreePart) => (place === '/' ? 0 : place.split('/').length);
  const sorted = [...parts].sort((a, b) => depth(a) - depth(b));
  const root = sorted[0]?.place === '/' ? sorted.shift() : undefined;
  const whole = root?.files ?? new MemoryFiles();
  for (const part of sorted) put(whole, part);
  return whole;
}

function put(whole: MemoryFiles, { name, place, files }: TreePart): void {
  const at = place.lastIndexOf('/');
  const folder = place.slice(at + 1);
  const found = folder === '' ? whole.root : whole.find(place, false);
  const isFree =
    found === undefined ||
    (found.kind === 'directory' && found.entries.size === 0 && place !== '/');
  if (!isFree) {
    const message = `its place, ${visible(place)}, has files already: PATH=ARCHIVE puts it elsewhere`;
    throw new ToolError(message, { code: 'place-taken', file: name });
  }
  if (at > 0) whole.createDirectories(place.slice(0, at));
  const parent = whole.get(place.slice(0, at) || '/');
  if (parent.kind === 'directory') parent.entries.set(folder, files.root);
}
