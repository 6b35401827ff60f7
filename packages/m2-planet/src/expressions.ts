// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Expressions → code that leaves their value in the register `value`.
 *
 * expression: bitwise | bitwise "=" expression | bitwise compound-assignment expression
 *
 * The binary operators are five levels, all left-associative: `* / %`, `+ -`, `<< >>`, the
 * comparisons, and `& && | || ^`. Invariant: `c.expressionType` is the type that upstream assigns
 * to the value, which often differs from C's (an operator keeps the type of the operand that comes
 * first in the list of types).
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import type { Compilation } from './compilation.ts';
import type { BinaryOperator, CompoundOperator } from './emit/emitter.ts';
import { parsePostfix } from './operands.ts';
import { isCompoundAssignment, previousText } from './operators.ts';
import type { Token } from './token.ts';
import { isPointer, type Type } from './types.ts';
import type { Warnings } from './warnings.ts';

/** How tightly an operator binds. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['+', 4],
  ['-', 4],
  ['<<', 3],
  ['>>', 3],
  ['<', 2],
  ['<=', 2],
  ['>=', 2],
  ['>', 2],
  ['==', 2],
  ['!=', 2],
  ['&', 1],
  ['&&', 1],
  ['|', 1],
  ['||', 1],
  ['^', 1],
]);

/** expression. */
export function parseExpression(c: Compilation): void {
  parseBinary(c, 1);
  const { text } = c.token;
  if (text === '=') parseAssignment(c);
  else if (isCompoundAssignment(text)) parseCompoundAssignment(c);
}

/** binary(level): operand (operator binary(level + 1))* for operators of at least `level`. */
function parseBinary(c: Compilation, lowest: number): void {
  const start = c.token;
  let before: Token | undefined;
  parsePostfix(c);
  for (;;) {
    if (c.atEnd) throw c.error('Received EOF in general_recursion');
    const { text } = c.token;
    const level = LEVELS.get(text);
    if (level === undefined || level < lowest) return;
    const operator = c.token;
    if (c.warnings === undefined) withZeroSaved(c, () => parseBinary(c, level + 1));
    else parseCheckedOperand(c, c.warnings, level, start, before);
    c.emit.binary(text as BinaryOperator, c.expressionType.isSigned);
    before = operator;
  }
}

/**
 * Like {@link parseBinary}, with the tests of --strict; `before` is the operator before this one.
 */
function parseCheckedOperand(
  c: Compilation,
  warnings: Warnings,
  level: number,
  start: Token,
  before: Token | undefined,
): void {
  const operator = c.token;
  const { text } = operator;
  const isSum = text === '+' || text === '-';
  const left = isSum && before === undefined ? warnings.typeOfOperand(c) : undefined;
  const leftValue = warnings.value;
  warnings.grouping(before, operator);
  if (text !== '||') warnings.used();
  withZeroSaved(c, () => {
    const operand = c.token;
    parseBinary(c, level + 1);
    const isSingle = isSum && !isProduct(operand, c.token);
    if (isSum) warnings.sum(c, operator, left, isSingle ? warnings.typeOfOperand(c) : undefined);
  });
  if (text !== '||') warnings.used();
  if (text === '*' || text === '/' || text === '%') warnings.product(c);
  if (text === '&&' || text === '||') warnings.logical(c, operator, start, leftValue);
  warnings.combine(text, leftValue);
}

/** True if tokens[start, end) contain a multiplication or division outside of brackets. */
function isProduct(start: Token, end: Token): boolean {
  let depth = 0;
  for (let token: Token | null = start.next; token !== null && token !== end; token = token.next) {
    if ('(['.includes(token.text)) depth++;
    else if (')]'.includes(token.text)) depth--;
    else if (depth === 0 && (LEVELS.get(token.text) ?? 0) > 4) return true;
  }
  return false;
}

/**
 * Save `value`, step over the operator, compute an operand, and restore the saved value as
 * `operand`. Of the two types, the result has the one that comes first in the list of types.
 */
export function withZeroSaved(c: Compilation, operand: () => void): void {
  const operator = c.token;
  c.mark(operator);
  c.emit.push('value', '_common_recursion');
  const left = c.expressionType;
  c.advance();
  operand();
  c.expressionType = promote(c, c.expressionType, left);
  c.mark(operator);
  c.emit.pop('operand', '_common_recursion');
}

function promote(c: Compilation, a: Type, b: Type): Type {
  const type = c.types.promote(a, b);
  if (type === undefined) throw c.error('impossible case 3 in promote_type');
  return type;
}

/** bitwise "=" expression */
function parseAssignment(c: Compilation): void {
  const size = storeSize(c);
  c.warnings?.assignment(c, size);
  withZeroSaved(c, () => parseExpression(c));
  c.warnings?.used();
  c.emit.store(size);
  c.expressionType = c.types.basic.int;
}

/** bitwise ("+=" | "-=" | …) expression */
function parseCompoundAssignment(c: Compilation): void {
  c.notInBootstrapMode('compound operator');
  const target = c.expressionType;
  const { text } = c.token;
  const isIndexed = previousText(c, 1) === ']';
  const isChar = isIndexed && target.name === 'char*';
  const size = storeSize(c);
  c.warnings?.compound(c, c.token, size, isChar);
  const scales = isPointer(target) && !isIndexed;
  const objectSize = target.target.size;
  withZeroSaved(c, () => parseExpression(c));
  c.warnings?.used();
  c.expressionType = promote(c, c.expressionType, target);
  c.emit.push('operand', 'compound operator');
  c.emit.loadTarget(isChar);
  // Quirk kept: the test uses the size of the object that the target points to, but the scaling
  // that of the result's type.
  if (scales && objectSize !== 1) c.emit.scale(c.expressionType.target.size, 'pointer arithmetic');
  if ((scales && objectSize !== 1) || '*/%'.includes(text.charAt(0))) c.warnings?.product(c);
  c.emit.compound(text.slice(0, -1) as CompoundOperator, c.expressionType.isSigned);
  c.emit.pop('operand', 'compound operator');
  c.emit.store(size);
  c.expressionType = c.types.basic.int;
}

/** The size of the assigned variable or, after an index, of the element. */
function storeSize(c: Compilation): number {
  const { size } = previousText(c, 1) === ']' ? c.expressionType.target : c.expressionType;
  if (!c.emit.hasSize(size)) {
    throw c.error(`Got unsupported size ${size} when storing number in register.`);
  }
  return size;
}
