// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The options of a compilation, with upstream's defaults, and the architectures that `-A` knows.
 */
import type { ProvenanceMap } from '@stage0-ts/bytes';
import type { Source, ToolError } from '@stage0-ts/diagnostics';
import type { DialectName } from './dialects.ts';

/** A name that `--architecture` accepts. */
export type Architecture =
  | 'knight-native'
  | 'knight-posix'
  | 'x86'
  | 'amd64'
  | 'armv7l'
  | 'aarch64'
  | 'riscv32'
  | 'riscv64';

/** A macro to predefine. Its value becomes one token, even an empty one. */
export type Define = readonly [name: string, value: string];

/** The macros that each architecture predefines. */
export const ARCHITECTURE_DEFINES: Readonly<Record<Architecture, readonly Define[]>> = {
  'knight-native': [['__knight__', '1']],
  'knight-posix': [['__knight_posix__', '1']],
  x86: [['__i386__', '1']],
  amd64: [['__x86_64__', '1']],
  armv7l: [['__arm__', '1']],
  aarch64: [['__aarch64__', '1']],
  riscv32: [
    ['__riscv', '1'],
    ['__riscv_xlen', '32'],
  ],
  riscv64: [
    ['__riscv', '1'],
    ['__riscv_xlen', '64'],
  ],
};

/** All architectures, by upstream's names. */
export const ARCHITECTURES: readonly Architecture[] = Object.keys(
  ARCHITECTURE_DEFINES,
) as Architecture[];

/** True for the names that upstream's `--architecture` accepts. */
export function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(ARCHITECTURE_DEFINES, name);
}

/** All options of {@link compile}. Each has upstream's default. */
export interface CompileOptions {
  /**
   * Which version's language and output; 1.13.1 by default (`--dialect`, which upstream does not
   * have).
   */
  readonly dialect?: DialectName | undefined;
  /** `knight-native` by default, as upstream. */
  readonly architecture?: Architecture;
  /** Macros to predefine, in order, after those of the architecture (`-D`). */
  readonly defines?: readonly Define[];
  /**
   * False if `defines` already contains the architecture's macros, where the command line put them.
   */
  readonly predefineArchitecture?: boolean;
  /** Follow `#include` lines (`--expand-includes`). Otherwise they are dropped. */
  readonly expandIncludes?: boolean;
  /** Folders that `#include` searches, in order (`-I`). */
  readonly includePaths?: readonly string[];
  /** Reads included files: the bytes at a path, or undefined if the file does not exist. */
  readonly readInclude?: (path: string) => Uint8Array | undefined;
  /** Stop after the preprocessor and write its tokens (`-E`). */
  readonly preprocessOnly?: boolean;
  /** End the code with the label ELF_data instead of ending the output with ELF_end (`--debug`). */
  readonly debug?: boolean;
  /**
   * Accept only what the cc_* compilers accept, and drop preprocessor lines unread
   * (`--bootstrap-mode`).
   */
  readonly bootstrapMode?: boolean;
  /** Limit on the length of a token or string, in bytes (`--max-string`). */
  readonly maxString?: number;
  /**
   * Shift right without regard to the sign wherever the compiler itself shifts: in `#if`, to split
   * a large constant on RISC-V, and for a negative byte in a list, which is then an error.
   * M2-Planet does that when it was built by a compiler whose `>>` is logical, such as cc_riscv32.
   * Only the shifts are reproduced: that build also misprints negative numbers that it writes as
   * unsigned ones. The command line has no such option.
   */
  readonly logicalShiftRight?: boolean;
  /**
   * Receives, for each piece of the output, its token and the name of its function. Default: no map
   * is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
  /**
   * Called for each thing that upstream compiles to something different from its meaning in C
   * (`--strict`).
   */
  readonly warnings?: ((warning: ToolError) => void) | undefined;
  /** Called with upstream's text for `#warning` and for ignored directives. */
  readonly onWarning?: (text: string) => void;
}

/** An input. The name is used for messages, `__FILE__` and quoted includes. */
export type SourceFile = Source;

export const DEFAULT_MAX_STRING = 4096;
