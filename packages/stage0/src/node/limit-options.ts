// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The options that limit what a build may use, shared by the subcommands: so that every run ends.
 */
import type { EngineOptions } from '@stage0-ts/i386';
import type { Arguments, Options } from './command.ts';
import { UsageError } from './usage.ts';

/** Options of commands that run one program. */
export const PROGRAM_LIMIT_OPTIONS: Options = {
  interpret: {
    help: "run programs in the machine's interpreter alone: slower, and the definition",
  },
  'time-limit': { value: 'SECONDS', help: 'stop after this time', default: '3600' },
  'memory-limit': {
    value: 'BYTES',
    help: 'how much one program in the machine may use, as in 500M or 1G',
  },
  'instruction-limit': { value: 'N', help: 'what one program in the machine may execute' },
  'file-limit': {
    value: 'BYTES',
    help: 'what one file may hold that such a program writes (default: 1G)',
  },
  'process-limit': {
    value: 'N',
    help: 'how many of them may wait for each other (default: 100)',
  },
};

/** For commands that run other people's programs. */
export const ROUND_OPTION: Options = {
  'round-functions': {
    help: 'let programs in the machine use fyl2x, whose last bits differ between processors',
  },
};

/** Options of commands that build a tree. */
export const LIMIT_OPTIONS: Options = {
  ...PROGRAM_LIMIT_OPTIONS,
  'files-limit': {
    value: 'BYTES',
    help: 'what all files of the tree may hold together',
    default: '1G',
  },
};

export interface Limits {
  readonly engine: EngineOptions;
  /** Limit for all files together, in bytes. */
  readonly files: number;
  /** True when the time is up. */
  readonly shouldStop: () => boolean;
  /** Seconds. */
  readonly seconds: number;
}

/** The values of the options; the time starts now. Throws UsageError. */
export function limitsFrom(given: Arguments): Limits {
  const seconds = amountOf(given, 'time-limit') as number;
  const end = performance.now() + seconds * 1000;
  const shouldStop = () => performance.now() > end;
  const engine = {
    mode: given.has('interpret') ? ('interpret' as const) : ('translate' as const),
    shouldStop,
    memoryLimit: amountOf(given, 'memory-limit'),
    instructionLimit: amountOf(given, 'instruction-limit'),
    fileLimit: amountOf(given, 'file-limit'),
    processLimit: amountOf(given, 'process-limit'),
    roundFunctions: given.knows('round-functions') && given.has('round-functions'),
  };
  const files = given.knows('files-limit') ? (amountOf(given, 'files-limit') as number) : 0;
  return { engine, files, shouldStop, seconds };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function amountOf(given: Arguments, name: string): number | undefined {
  const text = given.optionalText(name);
  if (text === undefined) return undefined;
  const parts = /^(\d+)([kmg]?)$/i.exec(text);
  if (parts === null || Number(parts[1]) === 0) {
    throw new UsageError(`--${name} takes a number above 0, as in 500 or 2G, not ${text}`);
  }
  return Number(parts[1]) * (UNITS[(parts[2] as string).toLowerCase()] as number);
}
