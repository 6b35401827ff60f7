// SPDX-License-Identifier: GPL-3.0-or-later
/** M2-Planet, the C-subset compiler of stage0. */
export { compile } from './compile.ts';
export type { DialectName } from './dialects.ts';
export {
  ARCHITECTURES,
  type Architecture,
  type CompileOptions,
  type Define,
  type SourceFile,
} from './options.ts';
export { type Builder, m2Planet, m2PlanetBuiltBy, m2PlanetFor } from './program.ts';
