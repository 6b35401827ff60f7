// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The macro assemblers of stage0: M0, hand-written for x86, and M1 of mescc-tools, for every
 * architecture.
 */
export { expand } from './expand.ts';
export { type ExpandMinimalOptions, expandMinimal } from './m0.ts';
export { M0 } from './m0-program.ts';
export {
  ARCHITECTURES,
  type Architecture,
  type ArchitectureOptions,
  type ByteMode,
  type ExpandOptions,
} from './options.ts';
export { M1 } from './program.ts';
