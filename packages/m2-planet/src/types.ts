// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Types and the table of their names.
 *
 * Types form upstream's graph: `indirect` is the pointer to a type, `target` what a pointer points
 * to. The ends loop: `void**` is its own `indirect`, `int` its own `target`. Members of a struct
 * are shared by every type that mirrors it.
 *
 * Upstream keeps one list of types and searches it from the start, for names *and*, where two
 * operands differ, for the pointer to a name, which is `nameId` here:
 *
 *     newest struct or enum → … → oldest struct or enum → void → SCM → … → newest typedef
 *     (prepended: negative order, newest least)          (appended: rising order)
 *
 * Here it is maps from names and name ids to the types that have them, each in the list's order.
 * Behaviour defined by cc_types.c and promote_type of cc_core.c of M2-Planet 1.13.1.
 */

/** A type. A new type is its own pointer and its own target until it is linked. */
export class Type {
  /**
   * Undefined if upstream has no name for it: pointers to an enum, function pointers without a
   * name.
   */
  name: string | undefined;
  /** Identifies the occurrence of the name; 0 without a name. */
  nameId: number;
  /**
   * Size in bytes; 0 for a struct that is only declared. It may be negative (a quirk of negative
   * array sizes in members).
   */
  size: number;
  isSigned: boolean;
  /** The pointer to this type. */
  indirect: Type = this;
  /** The type that this pointer points to; if it is not a pointer, the type itself. */
  target: Type = this;
  members: Members | undefined;
  isFunctionPointer = false;

  constructor(name: string | undefined, nameId: number, size: number, isSigned: boolean) {
    this.name = name;
    this.nameId = nameId;
    this.size = size;
    this.isSigned = isSigned;
  }
}

/** A member of a struct or union. */
export interface Member {
  /**
   * Empty for an anonymous struct or union inside another; undefined for a function pointer without
   * a name.
   */
  readonly name: string | undefined;
  readonly type: Type;
  readonly size: number;
  offset: number;
}

/** The members of a struct or union in order, findable by name. */
export class Members {
  readonly list: readonly Member[];
  private index: Map<string, Member> | undefined;

  constructor(list: readonly Member[]) {
    this.list = list;
  }

  /** The first member with that name, including members of anonymous structs and unions. */
  find(name: string): Member | undefined {
    this.index ??= this.buildIndex();
    return this.index.get(name);
  }

  private buildIndex(): Map<string, Member> {
    const index = new Map<string, Member>();
    for (const member of this.list) {
      if (member.name === '') {
        for (const [name, inner] of member.type.members?.buildIndex() ?? []) {
          if (!index.has(name)) index.set(name, inner);
        }
      } else if (member.name !== undefined && !index.has(member.name)) {
        index.set(member.name, member);
      }
    }
    return index;
  }
}

/** The primitives that compound names and expressions use directly. */
export interface BasicTypes {
  readonly int: Type;
  readonly unsigned: Type;
  readonly signedChar: Type;
  readonly unsignedChar: Type;
  readonly short: Type;
  readonly unsignedShort: Type;
  readonly long: Type;
  readonly unsignedLong: Type;
  readonly longLong: Type;
  readonly unsignedLongLong: Type;
  readonly functionPointer: Type;
}

/**
 * Types with one name id, in the order of upstream's list: structs and enums, newest first
 * (`prepended`, read backwards), then primitives and typedefs, oldest first (`appended`).
 */
interface ListOrder {
  readonly prepended: Type[];
  readonly appended: Type[];
}

export class TypeTable {
  readonly basic: BasicTypes;
  private readonly wordSize: number;
  private readonly primitives = new Map<string, Type[]>();
  private readonly order = new Map<Type, number>();
  private readonly tagged = new Map<string, Type>();
  private readonly typesByNameId = new Map<number, ListOrder>();
  private readonly nextId: () => number;
  private readonly pointsToTypedefs: boolean;

  /**
   * @param nextId returns an identity that no token has.
   * @param pointsToTypedefs makes a typedef's pointer point to the typedef; see the dialects.
   */
  constructor(
    wordSize: number,
    bootstrapMode: boolean,
    nextId: () => number,
    pointsToTypedefs: boolean,
  ) {
    this.wordSize = wordSize;
    this.nextId = nextId;
    this.pointsToTypedefs = pointsToTypedefs;
    const add = (name: string, size: number, isSigned: boolean) =>
      this.addPrimitive(name, size, isSigned);
    // The order is upstream's. It decides which of two types an expression gets.
    add('void', wordSize, false);
    add('SCM', wordSize, false);
    const unsignedLongLong = add('unsigned long long', wordSize, false);
    const longLong = add('long long', wordSize, true);
    const long = add('long', wordSize, true);
    const unsignedLong = add('unsigned long', wordSize, false);
    const unsigned = add('unsigned', wordSize, false);
    const int = add('int', wordSize, true);
    const short = add('short', 2, true);
    const unsignedShort = add('unsigned short', 2, false);
    for (const bits of [64, 32, 16, 8]) {
      add(`uint${bits}_t`, bits / 8, false);
      add(`int${bits}_t`, bits / 8, true);
    }
    add('char', 1, true);
    const signedChar = add('signed char', 1, true);
    const unsignedChar = add('unsigned char', 1, false);
    add('_Bool', 1, true);
    const functionPointer = add('FUNCTION', wordSize, false);
    functionPointer.isFunctionPointer = true;
    functionPointer.indirect.isFunctionPointer = true;
    add('__va_list', wordSize, false);
    if (bootstrapMode) {
      add('FILE', wordSize, true);
      add('size_t', wordSize, false);
      add('ssize_t', wordSize, false);
    }
    this.basic = {
      int,
      unsigned,
      signedChar,
      unsignedChar,
      short,
      unsignedShort,
      long,
      unsignedLong,
      longLong,
      unsignedLongLong,
      functionPointer,
    };
  }

  /** The primitive or typedef with that name. */
  findPrimitive(name: string): Type | undefined {
    const named = this.primitives.get(name);
    if (named === undefined) return undefined;
    let found: Type | undefined;
    for (const type of named) {
      if (type.name !== name) continue; // a later typedef has renamed it
      if (found === undefined || this.orderOf(type) < this.orderOf(found)) found = type;
    }
    return found;
  }

  /** The newest struct, union or enum with that tag. */
  findTagged(name: string): Type | undefined {
    return this.tagged.get(name);
  }

  /**
   * A struct or union that has no members yet. It can be found by its name only if it is `listed`.
   */
  declareStruct(name: string, nameId: number, listed: boolean): Type {
    const head = new Type(name, nameId, 0, false);
    const pointer = new Type(name, nameId, this.wordSize, false);
    const pointerToPointer = new Type(name, nameId, this.wordSize, false);
    link(head, pointer, pointerToPointer);
    if (listed) this.prepend(head);
    return head;
  }

  /** An enum; quirk kept: the pointers to it have no name. */
  declareEnum(name: string, nameId: number, listed: boolean): Type {
    const head = new Type(name, nameId, this.wordSize, true);
    const pointer = new Type(undefined, 0, this.wordSize, false);
    const pointerToPointer = new Type(undefined, 0, this.wordSize, false);
    link(head, pointer, pointerToPointer);
    if (listed) this.prepend(head);
    return head;
  }

  /** A typedef of a function pointer. */
  declareFunctionPointer(name: string | undefined, nameId: number): Type {
    const head = new Type(name, nameId, this.wordSize, false);
    const pointer = new Type(name, nameId, this.wordSize, false);
    const pointerToPointer = new Type(name, nameId, this.wordSize, false);
    link(head, pointer, pointerToPointer);
    head.isFunctionPointer = true;
    pointer.isFunctionPointer = true;
    this.append(head);
    return head;
  }

  /**
   * A typedef: `existing` (a primitive or typedef of the name, which is overwritten) or a new type
   * becomes like `source`. Quirk kept: the pointer's pointer is the type itself; in 1.13.1 the
   * pointer is also its own target.
   */
  mirror(source: Type, existing: Type | undefined, name: string, nameId: number): Type {
    const head = existing ?? new Type(name, nameId, 0, false);
    const pointer = existing === undefined ? new Type(name, nameId, 0, false) : head.indirect;
    // In this order, as upstream does it: `source` may be the same type that is overwritten.
    head.name = name;
    pointer.name = name;
    head.nameId = nameId;
    pointer.nameId = nameId;
    head.size = source.size;
    pointer.size = source.indirect.size;
    head.isSigned = source.isSigned;
    pointer.isSigned = source.indirect.isSigned;
    head.indirect = pointer;
    pointer.indirect = head;
    head.members = source.members;
    pointer.members = source.indirect.members;
    head.target = head;
    pointer.target = this.pointsToTypedefs ? head : pointer;
    if (existing === undefined) this.append(head);
    else this.index(head);
    return head;
  }

  /**
   * The type of an operation on `a` and `b`: the one of them whose name comes first in the list;
   * even if the operand is a pointer, the type that it points to. Undefined if neither is in the
   * list.
   */
  promote(a: Type, b: Type): Type | undefined {
    if (a === b) return a;
    const first = this.firstTypeNamed(a.nameId);
    if (a.nameId === b.nameId) return first;
    const second = this.firstTypeNamed(b.nameId);
    if (first === undefined || second === undefined) return first ?? second;
    return this.orderOf(first) <= this.orderOf(second) ? first : second;
  }

  private addPrimitive(name: string, size: number, isSigned: boolean): Type {
    const head = new Type(name, this.nextId(), size, isSigned);
    const pointer = new Type(`${name}*`, this.nextId(), this.wordSize, isSigned);
    const pointerToPointer = new Type(`${name}**`, this.nextId(), this.wordSize, isSigned);
    link(head, pointer, pointerToPointer);
    this.append(head);
    return head;
  }

  private append(head: Type): void {
    this.order.set(head, this.order.size);
    this.index(head);
  }

  private prepend(head: Type): void {
    this.order.set(head, -1 - this.order.size);
    this.tagged.set(head.name as string, head);
    for (const id of nameIdsOf(head)) this.listOrderOf(id).prepended.push(head);
  }

  private index(head: Type): void {
    if (head.name !== undefined) {
      const named = this.primitives.get(head.name);
      if (named === undefined) this.primitives.set(head.name, [head]);
      else if (!named.includes(head)) named.push(head);
    }
    for (const id of nameIdsOf(head)) this.listOrderOf(id).appended.push(head);
  }

  private listOrderOf(id: number): ListOrder {
    let order = this.typesByNameId.get(id);
    if (order === undefined) {
      order = { prepended: [], appended: [] };
      this.typesByNameId.set(id, order);
    }
    return order;
  }

  /** The first type in the list whose identity, or that of its pointers, is `id`. */
  private firstTypeNamed(id: number): Type | undefined {
    const order = this.typesByNameId.get(id);
    if (order === undefined) return undefined;
    const newest = order.prepended[order.prepended.length - 1];
    if (newest !== undefined) return newest; // tags are never renamed
    let found: Type | undefined;
    for (const type of order.appended) {
      if (!nameIdsOf(type).includes(id)) continue;
      if (found === undefined || this.orderOf(type) < this.orderOf(found)) found = type;
    }
    return found;
  }

  private orderOf(type: Type): number {
    return this.order.get(type) as number;
  }
}

function link(head: Type, pointer: Type, pointerToPointer: Type): void {
  head.indirect = pointer;
  pointer.indirect = pointerToPointer;
  pointer.target = head;
  pointerToPointer.target = pointer;
}

function nameIdsOf(head: Type): number[] {
  const { nameId, indirect } = head;
  if (nameId === indirect.nameId && nameId === indirect.indirect.nameId) return [nameId];
  return [nameId, indirect.nameId, indirect.indirect.nameId];
}

/**
 * Quirk kept: in 1.13.1 the pointer to a typedef does not count as a pointer; a function pointer
 * always does.
 */
export function isPointer(type: Type): boolean {
  return type.target !== type || type.isFunctionPointer;
}
