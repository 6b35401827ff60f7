// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command lines of replace, untar, ungz, unbz2 and unxz: options only, the last of each kind
 * counts.
 */
import { ToolError } from '@stage0-ts/diagnostics';

export interface OptionTable {
  /** Option → name for the value that follows it. */
  readonly values: Readonly<Record<string, string>>;
  /** Option → name for a switch. */
  readonly switches?: Readonly<Record<string, string>>;
}

export interface Options {
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Every value of every option, in the order of the command line. */
  readonly all: readonly { readonly name: string; readonly value: string }[];
  /** Switches in the order of the command line, repeated ones too. */
  readonly switches: readonly string[];
  /** True when there was a `-h` or `--help`. What follows it was not read. */
  readonly help: boolean;
}

/** Read the options of `argv`. Throws a ToolError for an unknown option and for a missing value. */
export function parseOptions(argv: readonly string[], table: OptionTable): Options {
  const values: Record<string, string | undefined> = Object.create(null);
  const all: { name: string; value: string }[] = [];
  const switches: string[] = [];
  for (let i = 1; i < argv.length; i++) {
    const argument = argv[i] as string;
    const name = own(table.values, argument);
    const flag = own(table.switches ?? {}, argument);
    if (argument === '-h' || argument === '--help') return { values, all, switches, help: true };
    if (name !== undefined) {
      const value = argv[++i];
      if (value === undefined) {
        throw new ToolError(`${argument} needs a value`, { code: 'usage' });
      }
      values[name] = value;
      all.push({ name, value });
    } else if (flag !== undefined) switches.push(flag);
    else throw new ToolError(`unknown option: ${argument}`, { code: 'usage' });
  }
  return { values, all, switches, help: false };
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Our own option: how many bytes may be decoded from an archive. */
export const LIMIT_OPTION: Readonly<Record<string, string>> = { '--limit': 'limit' };

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['M', 2 ** 20],
  ['G', 2 ** 30],
]);

/**
 * The value of `--limit`: a number of bytes, or one followed by k, M or G: units of 1024,
 * 1024² and 1024³ bytes. Undefined if the option is not given.
 */
export function limitOf(options: Options): number | undefined {
  const { limit } = options.values;
  if (limit === undefined) return undefined;
  const [, digits, unit = ''] = /^([0-9]{1,15})([kMG]?)$/.exec(limit) ?? [];
  if (digits === undefined) {
    const message = `--limit ${limit}: expected a number of bytes, or one followed by k, M or G`;
    throw new ToolError(message, { code: 'usage' });
  }
  return Number(digits) * (UNITS.get(unit) as number);
}
