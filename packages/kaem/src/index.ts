// SPDX-License-Identifier: GPL-3.0-or-later
/** The shells of stage0: kaem-minimal of the seed, and kaem of mescc-tools. */

export { kaemMinimal } from './minimal-program.ts';
export { type MinimalCommand, readMinimalCommands } from './minimal-reader.ts';
export { kaem } from './program.ts';
export { Shell, type ShellOptions } from './shell.ts';
export { type ShellName, scriptWarnings } from './warnings.ts';
