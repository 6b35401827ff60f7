// SPDX-License-Identifier: GPL-3.0-or-later
/** The architectures that M1 and hex2 know, by upstream's names. */
export const ARCHITECTURES: readonly string[] = [
  'knight-native',
  'knight-posix',
  'x86',
  'amd64',
  'armv7l',
  'aarch64',
  'ppc64le',
  'riscv32',
  'riscv64',
];
