// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Type names and the structures that they may define.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (type_name, create_struct,
 * build_member).
 */
import type { Compilation } from './compilation.ts';
import { readInteger } from './literals.ts';
import type { Member, Type } from './types.ts';

/**
 * type-name = [ "struct" ] name { "*" } | "struct" name structure
 *
 * Undefined for the definition of a structure, wherever it is. What follows it then has no type.
 */
export function parseTypeName(c: Compilation): Type | undefined {
  const isStructure = c.is('struct');
  if (isStructure) c.next();
  const name = c.peek();
  let type = c.types.find(name.text);
  if (type === undefined && isStructure) {
    parseStructure(c);
    return undefined;
  }
  if (type === undefined) throw c.error('unknown-type', 'unknown type');
  c.next();
  while (c.peek().text.startsWith('*')) {
    type = type.pointer;
    c.next();
  }
  return type;
}

/** structure = name "{" { ( member | union ) ";" } "}" ";" ; members are packed. */
function parseStructure(c: Compilation): void {
  const type = c.types.defineStructure(c.next().text);
  c.expect('{');
  const members = new Map<string, Member>();
  let offset = 0;
  while (!c.peek().text.startsWith('}')) {
    const isUnion = c.dialect.hasUnions && c.is('union');
    const size = isUnion ? parseUnion(c, members, offset) : parseMember(c, members, offset);
    offset = (offset + size) | 0;
    c.expect(';');
  }
  c.next();
  c.expect(';');
  type.size = offset;
  for (const [name, found] of members) type.members.set(name, found);
}

/** union = "union" "{" { member ";" } "}" ; the result is the size of the largest member. */
function parseUnion(c: Compilation, members: Map<string, Member>, offset: number): number {
  c.expect('union');
  c.expect('{');
  let size = 0;
  while (!c.peek().text.startsWith('}')) {
    size = Math.max(size, parseMember(c, members, offset));
    c.expect(';');
  }
  c.next();
  return size;
}

/** member = type-name name [ "[" number "]" ] ; the result is its size in bytes. */
function parseMember(c: Compilation, members: Map<string, Member>, offset: number): number {
  const start = c.peek();
  const type = parseTypeName(c);
  const name = c.next().text;
  if (type === undefined)
    throw c.error('nested-structure', 'a structure inside a structure', start);
  let { size } = type;
  if (c.is('[')) {
    c.next();
    if (type.element === undefined) {
      throw c.error('structure-array', 'an array of structures as a member', start);
    }
    size = Math.imul(type.element.size, readInteger(c.next()));
    c.expect(']');
  }
  members.set(name, { type, offset, size });
  return size;
}
