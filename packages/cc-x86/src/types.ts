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
  /**
   * Size in bytes. The size of a structure is 0 until it is complete, and then the sum of its
   * members.
   */
  size: number;
  /** The type with one more `*`. */
  pointer: Type;
  /** For a member that is an array of this type: the type of one element. Structures have none. */
  element: Type | undefined;
  /**
   * Members by name. A later member hides an earlier one of the same name. A structure and its
   * pointer share this map.
   */
  members: Map<string, Member>;
  /**
   * The entry in the type list that has this type's name or points to it: the result of promotion.
   */
  listed: Type | undefined;
  /** Position in the type list. A type with a higher rank is found first. */
  readonly rank: number;
}

export interface Member {
  readonly type: Type;
  /** Offset from the start of the structure, in bytes. */
  readonly offset: number;
  /** Size in bytes; for an array, the size of the whole array. */
  readonly size: number;
}

const REGISTER_SIZE = 4;

/** A variable of this type can be called. */
export const FUNCTION_TYPE = 'FUNCTION';
/** The only type that is indexed by bytes. No token of a program has this text. */
export const BYTE_POINTER = 'char*';

/** All types that a program can name. */
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
    strings.listed = undefined; // no entry of the list points to char**
  }

  find(name: string): Type | undefined {
    return this.types.get(name);
  }

  /** True for a word that begins the declaration of a local. */
  isPrimitive(name: string): boolean {
    return this.primitives.has(name);
  }

  /** A new structure without members. It is known from now on, so its members may point to it. */
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
 * The type of an expression with two operands: the type that was defined later. Quirk kept: a
 * pointer is found by the type that it points to, and becomes that type; two `char**` have no
 * common type.
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
