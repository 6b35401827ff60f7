// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * blood-elf: the section headers and symbol table that make stage0's binaries readable to
 * debuggers.
 */
export { type FooterOptions, footer } from './footer.ts';
export { findLabels, type Label } from './labels.ts';
export type { Radix } from './numbers.ts';
export { bloodElf } from './program.ts';
