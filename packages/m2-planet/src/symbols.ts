// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Symbols: variables and functions, and the scopes of a function's locals.
 *
 * Upstream prepends to linked lists and uses the first match; here the newest definition of a name
 * is in a map, and a scope that ends restores what its locals hid.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import type { Type } from './types.ts';

export type VariableKind = 'local' | 'argument' | 'global' | 'static';

export interface Variable {
  readonly kind: VariableKind;
  /** Its name in the output: that of a static local includes the function's name. */
  readonly name: string;
  /** An argument's type gains an indirection for each `[]` after its name. */
  type: Type;
  /**
   * Number of elements. Quirk kept: it is 0 for a global that is not an array, but 1 for a local.
   */
  elements: number;
  /** True for a local declared as an array. */
  isLocalArray: boolean;
  /** Place in the frame, in bytes from the base or locals pointer. */
  depth: number;
}

/** The locals that are visible at a point of a function. */
export class LocalScope {
  private readonly stack: { readonly variable: Variable; readonly hidden: Variable | undefined }[] =
    [];
  private readonly names = new Map<string, Variable>();

  find(name: string): Variable | undefined {
    return this.names.get(name);
  }

  declare(variable: Variable): void {
    this.stack.push({ variable, hidden: this.names.get(variable.name) });
    this.names.set(variable.name, variable);
  }

  /** The depth of the newest visible local; 0 if there is none. */
  get depth(): number {
    return this.stack[this.stack.length - 1]?.variable.depth ?? 0;
  }

  /** A mark to give to {@link release}. */
  mark(): number {
    return this.stack.length;
  }

  /** Forget the locals that were added since the mark. */
  release(mark: number): void {
    while (this.stack.length > mark) {
      const entry = this.stack.pop() as (typeof this.stack)[number];
      if (entry.hidden === undefined) this.names.delete(entry.variable.name);
      else this.names.set(entry.variable.name, entry.hidden);
    }
  }
}

/** A function, known from its declaration on. */
export class FunctionSymbol {
  readonly name: string;
  readonly locals: LocalScope = new LocalScope();
  readonly arguments: Map<string, Variable> = new Map();
  /** Static locals, by their names in the function; emptied at the end of the function. */
  readonly statics: Map<string, Variable> = new Map();
  /** Bytes for all its locals, including those whose scopes have ended. */
  localsSize = 0;
  /** The number of the next label, for strings and control flow. */
  private labels = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The next label: the function's name, an underscore and a number. */
  nextLabel(): string {
    return `${this.name}_${this.labels++}`;
  }
}

/** Where `break` and `continue` jump to; undefined prefixes where they are not allowed. */
export interface JumpTargets {
  readonly breakPrefix: string;
  readonly continuePrefix: string | undefined;
  readonly label: string;
}
