// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Type names, and the structs, unions and enums that they may define.
 *
 * type-name: ("extern" | "const" | tag) … names below, then "const"? ("*" ("const" | "restrict")*)*
 *
 * Quirks kept: a tag is also found without its keyword, and a primitive or typedef of that name
 * first; `;` after a tag makes a new struct; structs are packed; members of anonymous members move
 * only one level deep.
 * Behaviour defined by cc_types.c of M2-Planet 1.13.1.
 */
import type { Compilation } from './compilation.ts';
import { parseConstant } from './constants.ts';
import { type Member, Members, type Type } from './types.ts';

/** Identities for types without a tag. No token and no listed type has them. */
const ANONYMOUS = { struct: -1, union: -2, enum: -3 } as const;

/**
 * type-name, or undefined (with the current token left after "extern" and "const") when there is
 * none.
 */
export function parseOptionalTypeName(c: Compilation): Type | undefined {
  c.requireToken('Received EOF instead of type name');
  if (c.is('extern')) c.advance();
  if (c.is('const')) c.advance();
  let type: Type | undefined;
  const keyword = c.token.text;
  if (keyword === 'struct' || keyword === 'union') {
    c.advance();
    type = lookupType(c);
    const following = c.following.text;
    if (c.is('{') || following === '{' || following === ';') {
      return parseStructOrUnion(c, keyword);
    }
    type ??= c.types.declareStruct(c.token.text, c.token.id, true);
  } else if (keyword === 'enum') {
    c.advance();
    type = lookupType(c);
    if (type === undefined) return parseEnum(c);
  } else {
    type = lookupType(c);
    if (type === undefined) return undefined;
  }
  c.advance();
  if (c.is('const')) c.advance();
  while (c.startsWith('*')) {
    type = type.indirect;
    c.advance();
    while (c.is('const') || c.is('restrict')) c.advance();
  }
  return type;
}

/** type-name. */
export function parseTypeName(c: Compilation): Type {
  const type = parseOptionalTypeName(c);
  if (type === undefined) throw c.error(`Unknown type ${c.token.text}`, c.token, 'unknown-type');
  return type;
}

function lookupType(c: Compilation): Type | undefined {
  return lookupPrimitive(c) ?? c.types.findTagged(c.token.text);
}

/**
 * primitive: name | ("unsigned" | "signed")? ("char" | "short" "int"? | "long" "long"? "int"?
 *   | "int")?
 *
 * Afterwards the current token is the last word of the type.
 */
export function lookupPrimitive(c: Compilation): Type | undefined {
  const { basic } = c.types;
  const { text } = c.token;
  if (c.options.bootstrapMode !== true) {
    switch (text) {
      case 'unsigned':
      case 'signed': {
        if (c.following === c.end) throw c.error('NULL token received in multi token type lookup');
        const isSigned = text === 'signed';
        if (acceptNext(c, 'char')) return isSigned ? basic.signedChar : basic.unsignedChar;
        if (acceptNext(c, 'short')) return parseShort(c, isSigned);
        if (acceptNext(c, 'long')) return parseLong(c, isSigned);
        acceptNext(c, 'int');
        return isSigned ? basic.int : basic.unsigned;
      }
      case 'short':
        return parseShort(c, true);
      case 'long':
        return parseLong(c, true);
    }
  }
  return c.types.findPrimitive(text);
}

/** "short" "int"? */
function parseShort(c: Compilation, isSigned: boolean): Type {
  if (c.following === c.end)
    throw c.error("NULL token received in multi token type lookup 'short'");
  acceptNext(c, 'int');
  return isSigned ? c.types.basic.short : c.types.basic.unsignedShort;
}

/** "long" "long"? "int"? */
function parseLong(c: Compilation, isSigned: boolean): Type {
  const { basic } = c.types;
  if (c.following === c.end) throw c.error("NULL token received in multi token type lookup 'long'");
  const isLongLong = acceptNext(c, 'long');
  if (isLongLong && c.following === c.end) {
    throw c.error("NULL token received in multi token type lookup 'long long'");
  }
  acceptNext(c, 'int');
  if (isLongLong) return isSigned ? basic.longLong : basic.unsignedLongLong;
  return isSigned ? basic.long : basic.unsignedLong;
}

function acceptNext(c: Compilation, text: string): boolean {
  if (c.following.text !== text) return false;
  c.skip();
  return true;
}

/** struct: name? ("{" member* "}")? with the keyword already read. */
function parseStructOrUnion(c: Compilation, keyword: 'struct' | 'union'): Type {
  let head: Type | undefined;
  if (c.startsWith('{')) {
    head = c.types.declareStruct(`anonymous ${keyword}`, ANONYMOUS[keyword], false);
  } else {
    const name = c.token;
    head = lookupType(c);
    c.advance();
    if (head === undefined) head = c.types.declareStruct(name.text, name.id, true);
    else if (head.size !== 0) {
      throw c.error(`struct '${head.name}' already has definition.`, name, 'redefined');
    }
  }
  if (!c.startsWith('{')) return head; // a forward declaration: size 0
  c.expect('{', 'ERROR in create_struct\n Missing {');
  c.requireToken('Incomplete struct definition at end of file');
  const members: Member[] = [];
  let offset = 0;
  let largest = 0;
  while (!c.startsWith('}')) {
    const member = parseMemberDeclaration(c, offset);
    members.push(member);
    if (member.size === 0) throw c.error('Can not use non-defined type in object.');
    offset = keyword === 'union' ? 0 : (offset + member.size) | 0;
    if (member.size > largest) largest = member.size;
    c.expect(';', 'ERROR in create_struct\n Missing ;');
    c.requireToken('Unterminated struct');
  }
  c.advance();
  head.size = keyword === 'union' ? largest : offset;
  // Quirk kept: a struct without members does not count as a struct.
  head.members = members.length === 0 ? undefined : new Members(members);
  head.indirect.members = head.members;
  return head;
}

/**
 * member: type-name (name ("[" constant "]")? | function-pointer
 *   | nothing, for an anonymous struct)
 */
function parseMemberDeclaration(c: Compilation, offset: number): Member {
  const declared = parseTypeName(c);
  const start = c.token;
  let type = declared;
  let name: string | undefined;
  if (c.startsWith('(')) {
    c.warnings?.member(c, start, declared, true);
    name = parseFunctionPointer(c)?.text;
    type = c.types.basic.functionPointer;
  } else if (!c.startsWith(';')) {
    name = c.token.text;
    c.advance();
  } else {
    moveAnonymousMembers(c, declared, offset);
    name = '';
  }
  // Quirk kept: a function pointer has the size of the type that the function returns.
  if (c.is('[')) c.warnings?.member(c, start, declared, false);
  const size = c.is('[') ? parseMemberArray(c, declared.target) : declared.size;
  return { name, type, offset, size };
}

/** Move the members of an anonymous struct or union to its place in the outer one. */
function moveAnonymousMembers(c: Compilation, type: Type, offset: number): void {
  const { members, name } = type;
  if (members === undefined) throw c.error('Missing name for non-struct/union type.');
  if (name !== 'anonymous struct' && name !== 'anonymous union') {
    throw c.error('Anonymous members can not have a type name.');
  }
  for (const member of members.list) member.offset = (member.offset + offset) | 0;
}

/** Quirk kept: the elements have the size of the type that the member's type points to. */
function parseMemberArray(c: Compilation, element: Type): number {
  c.advance();
  const size = Math.imul(parseConstant(c), element.size);
  if (size === 0) throw c.error('Struct only supports [num] form');
  c.expect(']', 'Struct only supports [num] form');
  return size;
}

/** enum: name? "{" (name ("=" constant)? ","?)* "}" with the keyword already read. */
function parseEnum(c: Compilation): Type {
  let head: Type;
  if (c.is('{')) {
    head = c.types.declareEnum('anonymous enum', ANONYMOUS.enum, false);
  } else {
    c.notInBootstrapMode('non-anonymous enum statement');
    head = c.types.declareEnum(c.token.text, c.token.id, true);
    c.advance();
  }
  c.expect('{', 'ERROR in create_enum\n Missing {');
  c.requireToken('Incomplete enum definition at end of file');
  let value = 0;
  while (!c.startsWith('}')) {
    const name = c.token.text;
    c.constants.set(name, undefined);
    c.advance();
    if (c.is('=')) {
      c.advance();
      value = parseConstant(c);
    } else c.notInBootstrapMode('enum statement');
    c.constants.set(name, value);
    value = (value + 1) | 0;
    if (c.is(',')) c.advance();
    c.requireToken('Unterminated enum');
  }
  c.advance();
  return head;
}

/**
 * function-pointer: "(" "*" name? ")" "(" parameters ")"; the parameters are read and forgotten.
 *
 * The result is the token of the name.
 */
export function parseFunctionPointer(c: Compilation): { text: string; id: number } | undefined {
  c.advance();
  c.expect('*', "Required '*' after '(' in struct function pointer.");
  let name: { text: string; id: number } | undefined;
  if (!c.startsWith(')')) {
    name = c.token;
    c.advance();
  }
  c.expect(')', "Required ')' after name in struct function pointer.");
  c.expect('(', "Required '(' after ')' in struct function pointer.");
  while (!c.startsWith(')')) {
    parseTypeName(c);
    if (c.startsWith('(')) parseFunctionPointer(c);
    if (!c.startsWith(')') && !c.startsWith(',')) c.advance();
    if (c.startsWith(',')) c.advance();
  }
  c.advance();
  return name;
}

/** "typedef" type-name (name | function-pointer) ";" */
export function parseTypedef(c: Compilation): void {
  c.advance();
  const type = parseTypeName(c);
  c.requireToken('Received EOF while reading typedef');
  if (c.startsWith('(')) {
    const name = parseFunctionPointer(c);
    // For this name the built-in type is enough.
    if (name?.text !== 'FUNCTION') c.types.declareFunctionPointer(name?.text, name?.id ?? 0);
  } else {
    const existing = lookupPrimitive(c);
    c.types.mirror(type, existing, c.token.text, c.token.id);
    c.skip();
  }
  c.expect(';', 'ERROR in typedef statement\nMissing ;');
}
