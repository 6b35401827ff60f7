// SPDX-License-Identifier: GPL-3.0-or-later
/** cc_x86, the first C compiler of stage0: a subset of C to M1 assembly for i386. */
export { type CompileOptions, compile } from './cc-x86.ts';
export type { DialectName } from './dialects.ts';
export { ccX86, ccX86For } from './program.ts';
