// SPDX-License-Identifier: GPL-3.0-or-later
/** The engines that the command line can name: their names alone, for texts that need no engine. */

export type EngineName = 'ports' | 'i386' | 'exact' | 'diverse' | 'native';

export const ENGINE_NAMES: readonly EngineName[] = ['ports', 'i386', 'exact', 'diverse', 'native'];
