// SPDX-License-Identifier: GPL-3.0-or-later
/** The options of hex2 and their defaults, which are upstream's. */
import type { ProvenanceMap } from '@stage0-ts/bytes';
import type { FindingOptions } from '@stage0-ts/diagnostics';

/** Architectures by upstream's names. */
export const ARCHITECTURES = [
  'knight-native',
  'knight-posix',
  'x86',
  'amd64',
  'armv7l',
  'aarch64',
  'ppc64le',
  'riscv32',
  'riscv64',
] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/** How bytes are written: two hexadecimal, three octal or eight binary digits. */
export type ByteMode = 'hex' | 'octal' | 'binary';

export interface ArchitectureOptions {
  /**
   * Determines how displacements are counted, and what `^`, `<` and `.` mean. Default
   * `knight-native`.
   */
  readonly architecture?: Architecture;
  /** True for the highest byte first, in references and in RISC-V words. Default true. */
  readonly bigEndian?: boolean;
  /** Address of the first byte, modulo 2^32. Default 0. */
  readonly baseAddress?: number;
  /** Default `hex`. */
  readonly byteMode?: ByteMode;
}

export interface LinkOptions extends ArchitectureOptions, FindingOptions {
  /**
   * Receives, for each byte, its digits or reference, and the label that this names. Default: no
   * map is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

export const DEFAULT_OPTIONS: Required<ArchitectureOptions> = {
  architecture: 'knight-native',
  bigEndian: true,
  baseAddress: 0,
  byteMode: 'hex',
};

/** True for architectures whose images consist of words that references change; see riscv.ts. */
export function isRiscV(architecture: Architecture): boolean {
  return architecture === 'riscv32' || architecture === 'riscv64';
}
