// SPDX-License-Identifier: GPL-3.0-or-later
/** The architectures that upstream publishes a kaem script and answers for. */

export interface ArchitectureFacts {
  /** The name of its folder, both in the tree and among the seeds. */
  readonly folder: string;
  /** What uname calls such a machine. */
  readonly machine: string;
}

/** By the name in `kaem.<arch>` and `<arch>.answers`. */
export const ARCHITECTURES: ReadonlyMap<string, ArchitectureFacts> = new Map([
  ['x86', { folder: 'x86', machine: 'i686' }],
  ['amd64', { folder: 'AMD64', machine: 'x86_64' }],
  ['aarch64', { folder: 'AArch64', machine: 'aarch64' }],
  ['riscv32', { folder: 'riscv32', machine: 'riscv32' }],
  ['riscv64', { folder: 'riscv64', machine: 'riscv64' }],
]);

/** Absolute path, in the tree, of the seed shell; undefined if the architecture has none. */
export function seedShellPath(arch: string): string | undefined {
  const facts = ARCHITECTURES.get(arch);
  return facts && `/bootstrap-seeds/POSIX/${facts.folder}/kaem-optional-seed`;
}

/** Why a tree without `kaem.<arch>` cannot be built for it. */
export function noScriptMessage(arch: string): string {
  const known = [...ARCHITECTURES.keys()].join(', ');
  const plain = `the tree has no kaem.${arch}`;
  if (arch === 'armv7l') {
    return `${plain}: upstream has sources for armv7l, but publishes neither a kaem script nor answers for it: there is nothing to run and nothing to compare with`;
  }
  return ARCHITECTURES.has(arch) ? plain : `${plain}: upstream's architectures are ${known}`;
}
