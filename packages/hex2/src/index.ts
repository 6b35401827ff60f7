// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The linkers of stage0: hex2-0, hand-written for x86, and hex2 of mescc-tools, for every
 * architecture.
 */
export { type LinkMinimalOptions, linkMinimal } from './hex2-0.ts';
export { hex2_0 } from './hex2-0-program.ts';
export { link } from './link.ts';
export {
  ARCHITECTURES,
  type Architecture,
  type ArchitectureOptions,
  type ByteMode,
  type LinkOptions,
} from './options.ts';
export { hex2 } from './program.ts';
export type { LinkResult, LinkSymbol } from './result.ts';
