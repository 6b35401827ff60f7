// SPDX-License-Identifier: GPL-3.0-or-later
/** The options that bound what a build may take, shared by the subcommands: so that every run ends. */
import type { EngineOptions } from '@stage0-ts/i386';
import { UsageError } from './usage.ts';

/** For `parseArgs`, where one program runs. */
export const PROGRAM_LIMIT_OPTIONS = {
  interpret: { type: 'boolean', default: false },
  'time-limit': { type: 'string', default: '3600' },
  'memory-limit': { type: 'string', default: '' },
  'instruction-limit': { type: 'string', default: '' },
  'file-limit': { type: 'string', default: '' },
  'process-limit': { type: 'string', default: '' },
} as const;

/** For `parseArgs`, where a tree is built. */
export const LIMIT_OPTIONS = {
  interpret: { type: 'boolean', default: false },
  'time-limit': { type: 'string', default: '3600' },
  'memory-limit': { type: 'string', default: '' },
  'instruction-limit': { type: 'string', default: '' },
  'file-limit': { type: 'string', default: '' },
  'process-limit': { type: 'string', default: '' },
  'files-limit': { type: 'string', default: '1G' },
} as const;

/** Their lines of a help text. */
export const PROGRAM_LIMIT_HELP = `  --interpret            run programs in the machine's interpreter alone: slower, and the definition
  --time-limit SECONDS   stop after so long (default: 3600)
  --memory-limit BYTES   what one program in the machine may take, as in 500M or 1G
  --instruction-limit N  what one program in the machine may execute
  --file-limit BYTES     what one file may hold that such a program writes (default: 1G)
  --process-limit N      how many of them may wait for each other (default: 100)`;
export const LIMIT_HELP: string = `${PROGRAM_LIMIT_HELP}
  --files-limit BYTES    what all files of the tree may hold together (default: 1G)`;

interface LimitValues {
  readonly interpret: boolean;
  readonly 'time-limit': string;
  readonly 'files-limit'?: string;
  readonly 'memory-limit': string;
  readonly 'instruction-limit': string;
  readonly 'file-limit': string;
  readonly 'process-limit': string;
}

export interface Limits {
  readonly engine: EngineOptions;
  /** Bytes of all files together. */
  readonly files: number;
  /** True when the time is over. */
  readonly shouldStop: () => boolean;
  /** Seconds. */
  readonly seconds: number;
}

/** The values; the time begins now. Throws UsageError with the help text `usage`. */
export function limitsFrom(values: LimitValues, usage: string): Limits {
  const amount = (name: keyof LimitValues) => amountOf(name, String(values[name]), usage);
  const seconds = amount('time-limit') as number;
  const end = performance.now() + seconds * 1000;
  const shouldStop = () => performance.now() > end;
  const given = {
    memoryLimit: amount('memory-limit'),
    instructionLimit: amount('instruction-limit'),
    fileLimit: amount('file-limit'),
    processLimit: amount('process-limit'),
  };
  const engine = {
    mode: values.interpret ? ('interpret' as const) : ('translate' as const),
    shouldStop,
    ...given,
  };
  return {
    engine,
    files: values['files-limit'] === undefined ? 0 : (amount('files-limit') as number),
    shouldStop,
    seconds,
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function amountOf(name: string, text: string, usage: string): number | undefined {
  if (text === '' && name !== 'time-limit' && name !== 'files-limit') return undefined;
  const parts = /^(\d+)([kmg]?)$/i.exec(text);
  if (parts === null || Number(parts[1]) === 0) {
    throw new UsageError(`--${name} takes a number above 0, as in 500 or 2G, not ${text}`, usage);
  }
  return Number(parts[1]) * (UNITS[(parts[2] as string).toLowerCase()] as number);
}
