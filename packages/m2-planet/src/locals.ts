// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Declarations of local variables.
 *
 * local-declaration: type-name declarator ("," "*"* declarator)* ";"
 * declarator: (name | function-pointer) ("[" constant "]")? ("=" expression)?
 *
 * Quirk kept: an initializer is stored with the size of the declaration's first type, so that in
 * `char c = 'c', *p = "x"` only a byte of p is set.
 * Behaviour defined by collect_local of cc_core.c of M2-Planet 1.13.1.
 */
import { loadAddress, store } from './access.ts';
import type { Compilation } from './compilation.ts';
import { parseConstant } from './constants.ts';
import { parseExpression } from './expressions.ts';
import type { FunctionSymbol, Variable } from './symbols.ts';
import type { Type } from './types.ts';
import { parseFunctionPointer, parseTypeName } from './types-parser.ts';

/** Most elements of an array on the stack, as in upstream. */
const MAX_ELEMENTS = 0x100000;

/** Words that cannot name a variable. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'auto _Bool break case char const continue default do double else enum extern float for goto if ' +
    'int long _Noreturn register restrict return short signed sizeof static struct switch typedef ' +
    'union unsigned void volatile while'
  ).split(' '),
);

const FORBIDDEN = '[{(<=>)}]|&!^%;:\'"';

/** local-declaration. */
export function parseLocalDeclaration(c: Compilation): void {
  if (c.targets !== undefined) c.notInBootstrapMode('Variable inside loop');
  const first = parseTypeName(c);
  if (first.size === 0) {
    throw c.error(
      `Usage of struct '${first.name ?? ''}' without definition (forward declaration only).`,
    );
  }
  c.requireToken('Received EOF while collecting locals');
  const base = first.target.target;
  let type = first;
  do {
    parseDeclarator(c, type, first);
    if (c.startsWith(',')) {
      c.notInBootstrapMode('multiple variables per statement');
      c.advance();
      type = base;
      for (; c.startsWith('*'); c.advance()) type = type.indirect;
    }
  } while (!c.startsWith(';'));
  c.expect(';', 'ERROR in collect_local\nMissing ;');
}

function parseDeclarator(c: Compilation, declared: Type, first: Type): void {
  const current = c.function as FunctionSymbol;
  let name: string | undefined;
  let nameToken = c.token;
  let type = declared;
  if (c.startsWith('(')) {
    name = parseFunctionPointer(c)?.text;
    type = c.types.basic.functionPointer;
  } else {
    name = c.token.text;
    nameToken = c.token;
    c.advance();
  }
  if (name === undefined) throw c.error('a local function pointer must have a name');
  requireVariableName(c, name, 'local');
  c.output.comment('Defining local ', name);
  const variable: Variable = {
    kind: 'local',
    name,
    type,
    elements: 1,
    isLocalArray: c.is('['),
    depth: 0,
  };
  if (variable.isLocalArray) variable.elements = parseArraySize(c);
  const size = wholeWords(c, Math.imul(type.size, variable.elements));
  variable.depth = c.emit.localOffset(current.locals.depth, size);
  current.localsSize = (current.localsSize + size) | 0;
  current.locals.declare(variable);
  if (c.is('=')) {
    if (variable.elements !== 1) throw c.error('Stack arrays can not be initialized.');
    c.warnings?.initializer(nameToken, type, first);
    c.advance();
    parseExpression(c);
    c.warnings?.used();
    loadAddress(c, 'operand', name);
    store(c, first.size);
  }
}

/** The size rounded up to whole words, in unsigned 32-bit arithmetic. */
export function wholeWords(c: Compilation, size: number): number {
  const { wordSize } = c.emit;
  const words = Math.floor(((size + wordSize - 1) >>> 0) / wordSize);
  return Math.imul(words, wordSize);
}

/** "[" constant "]" */
function parseArraySize(c: Compilation): number {
  c.notInBootstrapMode('array on the stack');
  c.advance();
  const elements = parseConstant(c);
  if (elements === 0) throw c.error('Size zero is not supported for arrays on the stack');
  if (elements < 0) throw c.error('Negative values are not supported for arrays on the stack');
  if (elements > MAX_ELEMENTS) {
    throw c.error(
      "M2-Planet is very inefficient so you probably don't want to allocate over 1MB onto the stack",
    );
  }
  c.expect(']', 'ERROR in collect_local\nMissing ] after local array size');
  return elements;
}

/** Refuse names that are operators or keywords. */
export function requireVariableName(c: Compilation, name: string, what: string): void {
  if (name !== '' && FORBIDDEN.includes(name.charAt(0))) {
    throw c.error(`forbidden character in ${what} variable name`);
  }
  if (KEYWORDS.has(name)) {
    throw c.error(`You are not allowed to use a keyword as a ${what} variable name`);
  }
}
