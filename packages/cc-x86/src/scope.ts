// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The variables of one function: name → stack slot, innermost first.
 *
 * Arguments and locals are two name spaces. Leaving a block removes the locals declared in it and
 * restores those that they hid; every step is O(1).
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (sym_declare, sym_lookup,
 * collect_arguments, collect_local).
 */
import type { Type } from './types.ts';

export interface Variable {
  readonly name: string;
  /** Undefined if a structure was defined in the place of the type. */
  readonly type: Type | undefined;
  /** Offset from the base pointer in bytes; at most -4. */
  readonly depth: number;
}

interface Local extends Variable {
  /** The local of the same name that this one hides. */
  readonly hidden: Local | undefined;
}

const SLOT = 4;
/** Offset of main's first local: below argc, argv and what the start code pushes. */
const FIRST_IN_MAIN = -20;

export class Scope {
  /** The function's name. */
  readonly name: string;
  private readonly parameters = new Map<string, Variable>();
  private lastParameter: Variable | undefined;
  private readonly locals: Local[] = [];
  private readonly visible = new Map<string, Local>();

  constructor(name: string) {
    this.name = name;
  }

  /** How many locals are on the stack. */
  get localCount(): number {
    return this.locals.length;
  }

  declareParameter(name: string, type: Type | undefined): void {
    const depth = (this.lastParameter?.depth ?? 0) - SLOT;
    this.lastParameter = { name, type, depth };
    this.parameters.set(name, this.lastParameter);
  }

  declareLocal(name: string, type: Type | undefined): void {
    const local = { name, type, depth: this.nextDepth(), hidden: this.visible.get(name) };
    this.locals.push(local);
    this.visible.set(name, local);
  }

  /** Forget all locals except the first `count`. */
  leave(count: number): void {
    while (this.locals.length > count) {
      const { name, hidden } = this.locals.pop() as Local;
      if (hidden === undefined) this.visible.delete(name);
      else this.visible.set(name, hidden);
    }
  }

  findLocal(name: string): Variable | undefined {
    return this.visible.get(name);
  }

  findParameter(name: string): Variable | undefined {
    return this.parameters.get(name);
  }

  /** Between the arguments and the first local there is room for the return address. */
  private nextDepth(): number {
    const last = this.locals[this.locals.length - 1];
    if (last !== undefined) return last.depth - SLOT;
    if (this.name === 'main') return FIRST_IN_MAIN;
    return (this.lastParameter?.depth ?? 0) - 2 * SLOT;
  }
}
