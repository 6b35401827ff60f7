// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Random programs for every language of stage0, and the driver that compares ours with upstream's
 * on them.
 */
export { type Find, type FuzzOptions, fuzz, type Summary } from './fuzz.ts';
export type { Language } from './language.ts';
export { LANGUAGES } from './languages/index.ts';
export { limitProcess } from './limits.ts';
export { available } from './peers.ts';
export { saveFind } from './save.ts';
