// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The value of the expression after `#if` and `#elif`.
 *
 * Quirks kept: every level is right-associative; `+ - * / % << >>` are one level, the comparisons
 * the next, `& && | || ^` the last; `&&` and `||` are bitwise (1&&2 is 0); of a macro only the
 * first token counts, as a number; anything that starts no operand is 0 and stays unread.
 * Behaviour defined by cc_macro.c of M2-Planet 1.13.1, as the shipped binary computes it.
 */

import { catchStackOverflow } from '@stage0-ts/diagnostics';
import { BANG, CLOSE_PAREN, MINUS, OPEN_PAREN } from './characters.ts';
import type { MacroCursor } from './macro-cursor.ts';
import { isDigit, isNameStart, parseInteger } from './text.ts';

const LOWEST = -0x80000000;

type Operator = (left: number, right: number) => number;

const truth = (condition: boolean): number => (condition ? 1 : 0);

const ARITHMETIC: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['+', (left, right) => (left + right) | 0],
  ['-', (left, right) => (left - right) | 0],
  ['*', Math.imul],
  ['/', (left, right) => (left / right) | 0],
  ['%', (left, right) => (left % right) | 0],
  ['>>', (left, right) => left >> right],
  ['<<', (left, right) => left << right],
]);

const LOGICAL: ReadonlyMap<string, Operator> = new Map([
  ...ARITHMETIC,
  ['>>', (left, right) => (left >>> right) | 0],
]);

const COMPARISONS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['<', (left, right) => truth(left < right)],
  ['<=', (left, right) => truth(left <= right)],
  ['>=', (left, right) => truth(left >= right)],
  ['>', (left, right) => truth(left > right)],
  ['==', (left, right) => truth(left === right)],
  ['!=', (left, right) => truth(left !== right)],
]);

const BITWISE: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['&', (left, right) => left & right],
  ['&&', (left, right) => left & right],
  ['|', (left, right) => left | right],
  ['||', (left, right) => left | right],
  ['^', (left, right) => left ^ right],
]);

/** bitwise: comparison | comparison ("&" | "&&" | "|" | "||" | "^") bitwise */
export function evaluateExpression(cursor: MacroCursor): number {
  return catchStackOverflow(
    () => evaluateBitwise(cursor),
    (message) => cursor.error(message),
  );
}

function evaluateBitwise(cursor: MacroCursor): number {
  return evaluateLevel(cursor, BITWISE, evaluateComparison);
}

/** comparison: arithmetic | arithmetic ("<" | "<=" | ">=" | ">" | "==" | "!=") comparison */
function evaluateComparison(cursor: MacroCursor): number {
  return evaluateLevel(cursor, COMPARISONS, evaluateArithmetic);
}

/** arithmetic: primary | primary ("+" | "-" | "*" | "/" | "%" | ">>" | "<<") arithmetic */
function evaluateArithmetic(cursor: MacroCursor): number {
  const logical = cursor.options.logicalShiftRight === true;
  return evaluateLevel(cursor, logical ? LOGICAL : ARITHMETIC, evaluatePrimary);
}

function evaluateLevel(
  cursor: MacroCursor,
  operators: ReadonlyMap<string, Operator>,
  operand: (cursor: MacroCursor) => number,
): number {
  const left = operand(cursor);
  const token = cursor.current('macro expression');
  const operator = operators.get(token.text);
  if (operator === undefined) return left;
  cursor.remove();
  const right = evaluateLevel(cursor, operators, operand);
  if (token.text === '/' || token.text === '%') {
    const what = token.text === '/' ? 'divide' : 'modulus';
    if (right === 0) throw cursor.error(`${what} by zero not valid even in C macros`, token);
    if (left === LOWEST && right === -1) throw cursor.error(`${what} overflows`, token);
  }
  return operator(left, right);
}

/**
 * primary: "-" primary | "!" primary | "(" bitwise ")" | "defined" name | "defined" "(" name ")"
 *   | name | number
 */
function evaluatePrimary(cursor: MacroCursor): number {
  const token = cursor.current('macro primary expression');
  const { first, text } = token;
  if (text === 'defined') return evaluateDefined(cursor);
  if (isNameStart(first)) return evaluateName(cursor);
  if (isDigit(first)) {
    cursor.remove();
    return parseInteger(text);
  }
  if (first === MINUS) {
    cursor.remove();
    return -evaluatePrimary(cursor) | 0;
  }
  if (first === BANG) {
    cursor.remove();
    return truth(evaluatePrimary(cursor) === 0);
  }
  if (first === OPEN_PAREN) {
    cursor.remove();
    const value = evaluateBitwise(cursor);
    cursor.expect(CLOSE_PAREN, 'missing ) in macro expression');
    return value;
  }
  return 0;
}

function evaluateDefined(cursor: MacroCursor): number {
  cursor.remove();
  const parenthesis = cursor.current('macro defined expression').first === OPEN_PAREN;
  if (parenthesis) cursor.remove();
  const found = cursor.macros.find(cursor.current('macro defined expression')) !== undefined;
  cursor.remove();
  if (parenthesis) cursor.expect(CLOSE_PAREN, 'missing close parenthesis for defined()');
  return truth(found);
}

/** An undefined name is 0. */
function evaluateName(cursor: MacroCursor): number {
  const token = cursor.current('macro expression');
  const macro = cursor.macros.find(token);
  let value = 0;
  if (macro !== undefined) {
    if (macro.expansion === null) throw cursor.error('hold->expansion is a null', token);
    value = parseInteger(macro.expansion.text);
  }
  cursor.remove();
  return value;
}
