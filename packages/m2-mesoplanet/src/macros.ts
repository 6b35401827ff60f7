// SPDX-License-Identifier: GPL-3.0-or-later
/** The table of macros. Definitions of one name stack: #undef uncovers the older. */
import type { Token } from './token.ts';

/** A parameter of a function-like macro. */
export interface Parameter {
  readonly name: string;
  /**
   * The tokens of its arguments, most recent use first.
   *
   * Quirk kept: upstream puts the tokens of each use before the earlier ones and then reverses the
   * whole list, so arguments pile up from use to use.
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

  /** Drop the latest definition of the name, if there is one. */
  undefine(name: string): void {
    const stack = this.stacks.get(name);
    stack?.pop();
    if (stack?.length === 0) this.stacks.delete(name);
  }

  find(name: string): Macro | undefined {
    return this.stacks.get(name)?.at(-1);
  }
}
