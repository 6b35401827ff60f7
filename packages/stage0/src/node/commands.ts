// SPDX-License-Identifier: GPL-3.0-or-later
/** The subcommands of `stage0`: a name, one line of help, and how each is loaded. */

export interface Command {
  readonly name: string;
  /** What comes after the name. */
  readonly synopsis: string;
  readonly summary: string;
  /**
   * Exit status when an error ends it: 3 where 1 is a verdict, so that a typing error is not one.
   */
  readonly errorStatus?: number;
  readonly load: () => Promise<(args: readonly string[]) => number>;
}

/** "Differs" and "could not look" are not the same to a script. */
const CANNOT_JUDGE = 3;

export const COMMANDS: readonly Command[] = [
  {
    name: 'build',
    synopsis: 'TREE',
    summary: 'rebuild a stage0-posix tree with our ports and check every artifact',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./build-command.ts')).buildCommand,
  },
  {
    name: 'check',
    synopsis: 'TREE',
    summary: 'build it with two engines and compare every file of every process',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./check-command.ts')).checkCommand,
  },
  {
    name: 'explain',
    synopsis: 'TREE AT',
    summary: 'show where a byte of an artifact comes from, down to the source',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./explain-command.ts')).explainCommand,
  },
  {
    name: 'prove',
    synopsis: 'SEED',
    summary: 'prove what a hex0 seed does with every input',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./prove-command.ts')).proveCommand,
  },
  {
    name: 'run',
    synopsis: 'SCRIPT',
    summary: 'run any kaem script on a tree in memory',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    name: 'exec',
    synopsis: 'PROGRAM',
    summary: 'run an i386 Linux program in the machine',
    load: async () => (await import('./exec-command.ts')).execCommand,
  },
];
