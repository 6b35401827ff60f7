// SPDX-License-Identifier: GPL-3.0-or-later
/** hex1, the second language of stage0: hex0 with labels of one character. */
export { type AssembleOptions, assemble } from './hex1.ts';
export { hex1 } from './program.ts';
