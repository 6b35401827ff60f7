// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Constant expressions, and sizeof.
 *
 * Quirks kept: only + and - (and * in the newer dialect), all alike and right-associative (`9-3-2`
 * is 8, `2*3+1` too); a constant ends at one of `, ] ; } :`.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  PLUS,
  SEMICOLON,
  SINGLE_QUOTE,
  STAR,
} from './characters.ts';
import type { Compilation } from './compilation.ts';
import { characterAt } from './literals.ts';
import type { Variable } from './symbols.ts';
import { isDigit, isNameStart, parseInteger } from './text.ts';
import { parseTypeName } from './types-parser.ts';

/** `, ] ; } :` */
const ENDS: ReadonlySet<number> = new Set([COMMA, CLOSE_BRACKET, SEMICOLON, CLOSE_BRACE, COLON]);

/** constant: term | term ("+" | "-" | "*") constant */
export function parseConstant(c: Compilation): number {
  const left = parseTerm(c);
  const { first } = c.token;
  if (first === PLUS) {
    c.advance();
    return (left + parseConstant(c)) | 0;
  }
  if (first === MINUS) {
    const operator = c.token;
    c.advance();
    c.warnings?.difference(operator, c.following);
    return (left - parseConstant(c)) | 0;
  }
  if (first === STAR && c.dialect.hasConstantProducts) {
    const operator = c.token;
    c.advance();
    c.warnings?.constantProduct(operator, c.following);
    return Math.imul(left, parseConstant(c));
  }
  if (ENDS.has(first)) return left;
  throw c.error(`Invalid token '${c.token.text}' used in constant expression.`);
}

/** term: "-" term | "+" term | "sizeof" … | character | name | number */
function parseTerm(c: Compilation): number {
  const { first, text } = c.token;
  if (first === MINUS) {
    c.advance();
    return -parseTerm(c) | 0;
  }
  if (first === PLUS) {
    c.advance();
    return parseTerm(c);
  }
  if (text === 'sizeof') return parseSizeof(c);
  if (first === SINGLE_QUOTE) {
    const value = c.literal(() => characterAt(text, 1));
    c.skip();
    return value;
  }
  if (isNameStart(first)) {
    const value = c.constants.get(text);
    if (value === undefined) {
      throw c.error(`Unable to find symbol '${text}' for use in constant expression.`);
    }
    c.advance();
    return value;
  }
  if (isDigit(first)) {
    c.warnings?.number(c.token);
    c.advance();
    return parseInteger(text);
  }
  throw c.error(`Invalid token '${text}' used in constant_expression_term.`);
}

/** "sizeof" "(" (string | "*"* variable | type-name) ")" */
export function parseSizeof(c: Compilation): number {
  c.advance();
  c.expect('(', 'ERROR in unary_expr\nMissing (');
  const size = c.options.bootstrapMode === true ? parseBootstrapSize(c) : parseOperandSize(c);
  c.expect(')', 'ERROR in unary_expr\nMissing )');
  return size;
}

/** Bootstrap mode does not accept variables here. */
function parseBootstrapSize(c: Compilation): number {
  return parseTypeName(c).size;
}

function parseOperandSize(c: Compilation): number {
  if (c.startsWith('"')) {
    // The token has the opening quote but no NUL, so its length is right. An escape counts as the
    // characters of its source.
    const { length } = c.token.text;
    c.advance();
    return length;
  }
  let stars = 0;
  for (; c.startsWith('*'); stars++) c.advance();
  const { text } = c.token;
  const variable = findVariable(c, text);
  if (variable === undefined && !isConstant(c, text)) {
    if (stars !== 0) throw c.error('Unable to dereference type for sizeof.');
    return parseTypeName(c).size;
  }
  c.advance();
  if (variable === undefined) return c.types.basic.int.size;
  let { type } = variable;
  for (; stars > 0; stars--) type = type.target;
  return variable.elements === 0 ? type.size : Math.imul(type.size, variable.elements);
}

/** A constant hides locals and arguments of the same name, but not static locals. */
function isConstant(c: Compilation, name: string): boolean {
  return c.constants.has(name) && c.function?.statics.has(name) !== true;
}

/** Quirk kept: outside functions, the locals of the last function are still found. */
function findVariable(c: Compilation, name: string): Variable | undefined {
  const fixed = c.function?.statics.get(name);
  if (fixed !== undefined || c.constants.has(name)) return fixed;
  return c.function?.locals.find(name) ?? c.function?.arguments.get(name) ?? c.globals.get(name);
}
