// SPDX-License-Identifier: GPL-3.0-or-later
/** The table of macros, and the numbers in #if. Definitions of one name stack: #undef uncovers the older. */
import type { Token } from './token.ts';

/** A parameter of a function-like macro. */
export interface Parameter {
  readonly name: string;
  /**
   * The tokens of its arguments, most recent use first.
   *
   * Quirk kept: upstream puts the tokens of each use in front of what is there and then turns the whole
   * list around, so arguments pile up from use to use.
   */
  tokens: Token[];
}

export interface Macro {
  readonly name: string;
  parameters: Parameter[];
  /** First token of the expansion, linked to the rest; undefined for an empty macro. */
  expansion: Token | undefined;
}

export class MacroTable {
  private readonly stacks = new Map<string, Macro[]>();

  define(macro: Macro): void {
    const stack = this.stacks.get(macro.name);
    if (stack === undefined) this.stacks.set(macro.name, [macro]);
    else stack.push(macro);
  }

  /** Forget the latest definition of the name, if there is one. */
  undefine(name: string): void {
    const stack = this.stacks.get(name);
    stack?.pop();
    if (stack?.length === 0) this.stacks.delete(name);
  }

  find(name: string): Macro | undefined {
    return this.stacks.get(name)?.at(-1);
  }
}

/** Digit sets by prefix: 0b, 0x, a leading 0, none. */
const RADICES: readonly (readonly [prefix: string, radix: number, digits: RegExp])[] = [
  ['0b', 2, /^[01_]*$/],
  ['0x', 16, /^[0-9A-Fa-f_]*$/],
  ['0', 8, /^[0-7_]*$/],
  ['', 10, /^-?[0-9_]*$/],
];

/** A number in #if: binary, hexadecimal, octal or decimal with `_` anywhere, mod 2^32; 0 for anything else. */
export function parseNumber(text: string): number {
  for (const [prefix, radix, digits] of RADICES) {
    if (!text.startsWith(prefix)) continue;
    const rest = text.slice(prefix.length);
    if (!digits.test(rest)) return 0;
    let value = 0;
    for (const digit of rest.replace(/[-_]/g, '')) {
      value = (Math.imul(value, radix) + Number.parseInt(digit, radix)) | 0;
    }
    return rest.startsWith('-') ? -value | 0 : value;
  }
  return 0;
}
