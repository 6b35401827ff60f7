// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The macros that are defined at a point in the program.
 *
 * A later definition hides an earlier one until `#undef` uncovers it (quirk kept), so each name has
 * a stack. `__LINE__` and `__FILE__` are always found, and cannot be hidden.
 * Behaviour defined by cc_macro.c of M2-Planet 1.13.1.
 */
import { Origin } from './origin.ts';
import { nameToLatin1 } from './text.ts';
import { lineOf, replacementToken, syntheticToken, type Token } from './token.ts';

/** A macro. */
export interface Macro {
  readonly name: string;
  /** The replacement, in a list of its own; null if it is empty. */
  expansion: Token | null;
  /**
   * Parameters of a function-like macro; undefined for an object-like one. For an empty parameter
   * list the array has one entry, undefined, which no token matches.
   */
  parameters: (string | undefined)[] | undefined;
}

export class MacroTable {
  private readonly stacks = new Map<string, Macro[]>();
  /**
   * How many definitions exist. Upstream's __LINE__ and __FILE__ leave some behind, which count
   * too.
   */
  private count = 0;

  /** Define a macro whose whole value is one token, which may be empty. */
  definePredefined(name: string, value: string, file: string, line: number, id: number): void {
    const macro = this.define(name);
    macro.expansion = syntheticToken(value, id, Origin.synthetic(file, line));
  }

  /** Start a new definition of `name`, still empty, that hides the older ones. */
  define(name: string): Macro {
    const macro: Macro = { name, expansion: null, parameters: undefined };
    const stack = this.stacks.get(name);
    if (stack === undefined) this.stacks.set(name, [macro]);
    else stack.push(macro);
    this.count++;
    return macro;
  }

  /** The macro that `token` names, if any. */
  find(token: Token): Macro | undefined {
    const { text } = token;
    if (text === '__LINE__') return this.builtin(token, String(lineOf(token)));
    if (text === '__FILE__') return this.builtin(token, `"${nameToLatin1(token.origin.file)}`);
    const stack = this.stacks.get(text);
    return stack === undefined ? undefined : stack[stack.length - 1];
  }

  /**
   * Drop the newest definition of `name`. False if nothing at all is defined: there upstream
   * crashes.
   */
  undefine(name: string): boolean {
    if (this.count === 0) return false;
    const stack = this.stacks.get(name);
    if (stack !== undefined && stack.length > 0) {
      stack.pop();
      if (stack.length === 0) this.stacks.delete(name);
      this.count--;
    }
    return true;
  }

  /** A macro for this one use, whose replacement is the value. */
  private builtin(token: Token, value: string): Macro {
    this.count++;
    const expansion = replacementToken(token, value);
    return { name: token.text, expansion, parameters: undefined };
  }
}
