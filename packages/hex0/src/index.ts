// SPDX-License-Identifier: GPL-3.0-or-later
/** hex0, the first language of stage0: hexadecimal digits and comments. */
export { type AssembleOptions, assemble } from './hex0.ts';
export { hex0 } from './program.ts';
