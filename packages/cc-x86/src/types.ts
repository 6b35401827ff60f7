// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The types of a program: the seven built-in ones and the structures that it defines.
 *
 * There is one step of indirection: `T*` and `T` point to each other for a structure, the other
 * types are their own pointers, and only `char` has `char*` and `char**`. Names are never
 * redefined.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (prim_types, lookup_type, create_struct,
 * promote_type).
 */

export interface Type {
  readonly name: string;
  /** Bytes; of a structure, the sum of its members once it is complete, and 0 before. */
  size: number;
  /** The type that a `*` after this one gives. */
  pointer: Type;
  /** The type of one element of a member declared as an array of this; structures have none. */
  element: Type | undefined;
  /**
   * By name; a later member of the same name hides the earlier. A structure and its pointer share
   * it.
   */
  members: Map<string, Member>;
  /**
   * The entry of the type list that has this type's name or points to it: the result of promotion.
   */
  listed: Type | undefined;
  /** Place in the type list; the higher is found first. */
  readonly rank: number;
}

export interface Member {
  readonly type: Type;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Bytes, of the whole array if it is one. */
  readonly size: number;
}

const REGISTER_SIZE = 4;

/** The type that marks a variable as callable. */
export const FUNCTION_TYPE = 'FUNCTION';
/** The only type that is indexed by bytes; no token of a program spells it. */
export const BYTE_POINTER = 'char*';

/** All types that a program may name. */
export class TypeTable {
  private readonly types = new Map<string, Type>();
  private readonly primitives = new Set<string>();

  constructor() {
    const names = ['void', 'int', 'char', 'FILE', FUNCTION_TYPE, 'unsigned', 'long'];
    for (const [place, name] of names.entries()) {
      this.types.set(name, makeType(name, name === 'char' ? 1 : REGISTER_SIZE, -place));
      this.primitives.add(name);
    }
    const char = this.types.get('char') as Type;
    const bytes = makeType(BYTE_POINTER, REGISTER_SIZE, 0);
    const strings = makeType('char**', REGISTER_SIZE, 0);
    char.pointer = bytes;
    bytes.pointer = strings;
    bytes.listed = char;
    strings.element = bytes;
    strings.listed = undefined; // nothing in the list points at char**
  }

  find(name: string): Type | undefined {
    return this.types.get(name);
  }

  /** True for a word that begins the declaration of a local. */
  isPrimitive(name: string): boolean {
    return this.primitives.has(name);
  }

  /** A new structure without members, known from now on: its members may point to it. */
  defineStructure(name: string): Type {
    const structure = makeType(name, 0, this.types.size);
    const pointer = makeType(name, REGISTER_SIZE, 0);
    structure.element = undefined;
    pointer.element = undefined;
    structure.pointer = pointer;
    pointer.pointer = structure;
    pointer.listed = structure;
    pointer.members = structure.members;
    this.types.set(name, structure);
    return structure;
  }
}

/**
 * The type of an expression of two operands: the one that is defined later. Quirk kept: a pointer
 * is found by what it points to, and becomes that; two `char**` have no common type.
 */
export function promote(a: Type | undefined, b: Type | undefined): Type | undefined {
  if (b === undefined) return a;
  if (a === undefined) return b;
  if (a.listed === undefined || b.listed === undefined) return a.listed ?? b.listed;
  return a.listed.rank >= b.listed.rank ? a.listed : b.listed;
}

function makeType(name: string, size: number, rank: number): Type {
  const type = { name, size, members: new Map<string, Member>(), rank } as Type;
  type.pointer = type;
  type.element = type;
  type.listed = type;
  return type;
}
