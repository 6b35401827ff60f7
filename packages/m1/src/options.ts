// SPDX-License-Identifier: GPL-3.0-or-later
/** The options of M1 and their defaults, which are upstream's. */
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
   * Determines how numbers without sigils, immediates and the ends of strings are written. Default
   * `knight-native`.
   */
  readonly architecture?: Architecture;
  /** True for the highest byte of a number first. Default true. */
  readonly bigEndian?: boolean;
  /** Default `hex`. */
  readonly byteMode?: ByteMode;
}

export interface ExpandOptions extends ArchitectureOptions, FindingOptions {
  /**
   * Receives, for each piece of the text, its token and the DEFINE that this names. Default: no map
   * is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

export const DEFAULT_OPTIONS: Required<ArchitectureOptions> = {
  architecture: 'knight-native',
  bigEndian: true,
  byteMode: 'hex',
};

export function isKnight(architecture: Architecture): boolean {
  return architecture === 'knight-native' || architecture === 'knight-posix';
}

export function isRiscV(architecture: Architecture): boolean {
  return architecture === 'riscv32' || architecture === 'riscv64';
}
