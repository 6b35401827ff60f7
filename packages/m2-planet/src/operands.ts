// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Operands of expressions: literals, prefix operators, casts, calls, and what may follow an
 * operand.
 *
 * postfix: primary ("[" expression "]" | "->" member | "." member | "++" | "--"
 *   | "(" arguments ")")*
 *
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1; its many miscompilations are kept, because
 * they are bytes of the output. The larger ones are named where they arise.
 */

import { load, store } from './access.ts';
import { BANG, DOUBLE_QUOTE, OPEN_PAREN, SINGLE_QUOTE, STAR, TILDE } from './characters.ts';
import type { Compilation } from './compilation.ts';
import { parseSizeof } from './constants.ts';
import { parseExpression, withZeroSaved } from './expressions.ts';
import { characterAt, stringLiteral } from './literals.ts';
import { isAssignment, isIncrement, previousText } from './operators.ts';
import { isDigit, isNameStart, parseInteger } from './text.ts';
import type { Token } from './token.ts';
import { isPointer, type Member } from './types.ts';
import { parseFunctionPointer, parseOptionalTypeName } from './types-parser.ts';
import { parseVariable } from './variables.ts';

/** postfix. */
export function parsePostfix(c: Compilation): void {
  parsePrimary(c);
  parsePostfixOperators(c);
}

/**
 * All operators after an operand.
 *
 * Quirk kept: the order of the tests. Each operator starts another round of tests, and when that
 * returns, the outer rounds continue with their remaining tests.
 */
export function parsePostfixOperators(c: Compilation): void {
  c.requireToken('Unexpected EOF, improperly terminated primary expression');
  if (c.is('[')) {
    parseIndex(c);
    parsePostfixOperators(c);
  }
  if (c.is('->')) {
    parseArrow(c);
    parsePostfixOperators(c);
  }
  if (c.is('.')) {
    parseDot(c);
    parsePostfixOperators(c);
  }
  if (isIncrement(c.token.text)) {
    parsePostfixIncrement(c);
    parsePostfixOperators(c);
  }
  if (c.startsWith('(')) {
    if (!c.expressionType.isFunctionPointer) {
      throw c.error('Attempted to use operator ( on non-function pointer');
    }
    parseCall(c, undefined);
  }
}

/**
 * primary: "&"? ("sizeof" … | "-" primary | "!" postfix | "~" postfix | ("++" | "--") postfix
 *   | "(" type ")" primary | "(" expression ")" | character | string+ | name "(" arguments ")"
 *   | variable | number)
 */
function parsePrimary(c: Compilation): void {
  c.requireToken('Received EOF where primary expression expected');
  c.mark(c.token);
  const start = c.token;
  if (c.warnings !== undefined) c.warnings.value = 'any';
  c.addressOf = start.text === '&';
  if (c.addressOf) {
    c.advance();
    c.mark(c.token);
  }
  const { text, first } = c.token;
  if (text === 'sizeof') {
    c.emit.loadImmediate('value', parseSizeof(c), 'load sizeof');
  } else if (isNameStart(first)) parseName(c);
  else if (isDigit(first)) {
    c.warnings?.number(c.token);
    c.emit.loadImmediate('value', parseInteger(text), 'primary expr number');
    c.advance();
  } else if (text === '-') {
    c.emit.beginNegate();
    withZeroSaved(c, () => parsePrimary(c));
    c.emit.endNegate();
    c.warnings?.prefixFirst(c, start, 'minus');
    if (c.warnings !== undefined) c.warnings.value = 'any';
  } else if (first === BANG) {
    c.warnings?.not(c.token);
    c.emit.beginNot(); // quirk kept: `!!` and `!=` are a single not
    withZeroSaved(c, () => parsePostfix(c));
    c.emit.endNot();
    c.warnings?.tested();
    if (c.warnings !== undefined) c.warnings.value = 'truth';
  } else if (first === TILDE) {
    withZeroSaved(c, () => parsePostfix(c));
    c.emit.complement();
    if (c.warnings !== undefined) c.warnings.value = 'any';
  } else if (text === '--' || text === '++') parsePrefixIncrement(c);
  else if (first === OPEN_PAREN) parseParenthesis(c);
  else if (first === SINGLE_QUOTE) {
    c.warnings?.character(c.token);
    const value = c.literal(() => characterAt(text, 1));
    c.emit.loadImmediate('value', value, 'primary expr char');
    c.advance();
  } else if (first === DOUBLE_QUOTE) parseString(c);
  else if (first === STAR) parseVariableOperand(c);
  else throw c.error(`Received ${text} in primary_expr`);
  if (start.text === '&') c.warnings?.addressOf(c, start);
}

/** A call by name, or a variable. */
function parseName(c: Compilation): void {
  const known = c.functions.get(c.token.text);
  if (c.following === c.end) throw c.error('unexpected end of file');
  if (known !== undefined && c.following.first === OPEN_PAREN) {
    c.advance();
    parseCall(c, known.name);
  } else parseVariableOperand(c);
}

/** variable, and the operators after it if the first is a member access. */
function parseVariableOperand(c: Compilation): void {
  if (parseVariable(c)) parsePostfixOperators(c);
}

/** "(" type ")" primary | "(" expression ")" */
function parseParenthesis(c: Compilation): void {
  const open = c.token;
  c.advance();
  let type = parseOptionalTypeName(c);
  if (type === undefined) {
    parseExpression(c);
    c.expect(')', "Error in Primary expression\nDidn't get )");
    return;
  }
  if (c.startsWith('(')) {
    parseFunctionPointer(c);
    type = c.types.basic.functionPointer;
  }
  c.expect(')', "Invalid character received in cast. Expected ')'.");
  parsePrimary(c);
  c.expressionType = type;
  c.warnings?.prefixFirst(c, open, 'cast');
  c.warnings?.cast(c, open, type);
}

/** string+: adjacent strings are joined. */
function parseString(c: Compilation): void {
  if (c.following === c.end) throw c.error('a string by itself is not valid C');
  const start = c.token;
  const text = joinStrings(c);
  c.mark(start);
  const shared = c.dialect.sharesStrings ? c.strings.get(text) : undefined;
  c.emit.loadAddress('value', '', shared ?? writeString(c, text, start), 'primary expr string');
}

/** The text that one token would have for all the string tokens here. */
function joinStrings(c: Compilation): string {
  const start = c.token;
  const parts = [start.text];
  let { length } = start.text;
  for (c.advance(); c.startsWith('"'); c.advance()) {
    c.notInBootstrapMode('string literal concatenation');
    parts.push(c.token.text.slice(1));
    length += c.token.text.length - 1;
    if (length >= c.maxString) throw c.error('concat string exceeded max string length', start);
  }
  return parts.join('');
}

/** Write a string to its section. The result is its label. */
function writeString(c: Compilation, text: string, start: Token): string {
  const { strings } = c.output;
  const label = c.checkName(`STRING_${nextLabel(c)}`);
  strings.writeLatin1(`:${label}\n`);
  strings.writeLatin1(c.literal(() => stringLiteral(text, c.maxString), start));
  c.strings.set(text, label);
  return label;
}

/** The next label of the function; strings and control flow share its numbers. */
export function nextLabel(c: Compilation): string {
  if (c.function === undefined) throw c.error('an expression outside of a function');
  return c.checkName(c.function.nextLabel());
}

/**
 * "(" (expression ","?)* ")" after a function's name, or after an expression when there is no name.
 */
export function parseCall(c: Compilation, function_: string | undefined): void {
  const callee = c.token.prev ?? c.token;
  c.expect('(', 'ERROR in process_expression_list\nNo ( was found');
  c.mark(callee);
  c.requireToken('Improper function call');
  const throughPointer = function_ === undefined;
  c.emit.beginCall(throughPointer);
  let hasArguments = false;
  while (!c.startsWith(')')) {
    const argument = c.token;
    const mark = c.warnings?.mark ?? 0;
    parseExpression(c);
    c.warnings?.used();
    if (throughPointer) c.warnings?.pointerLost(argument, mark);
    c.requireToken('incomplete function call, received EOF instead of )');
    c.mark(callee);
    c.emit.push('value', 'function argument');
    hasArguments = true;
    if (c.startsWith(',')) c.advance();
  }
  c.expect(')', 'ERROR in process_expression_list\nNo ) was found');
  c.mark(callee);
  c.emit.endArguments();
  if (throughPointer) c.emit.callPointer();
  else c.emit.callFunction(function_);
  c.emit.endCall(hasArguments, throughPointer);
  c.warnings?.called(c, function_);
}

/** "[" expression "]". Quirk kept: elements are words, except those of exactly `char*`. */
function parseIndex(c: Compilation): void {
  const before = previousText(c, 2);
  const bracket = c.token;
  const array = c.expressionType;
  const { addressOf } = c;
  withZeroSaved(c, () => parseExpression(c));
  c.warnings?.used();
  c.expressionType = array;
  const isChar = array.name === 'char*';
  if (!isChar) {
    c.emit.scale(array.target.size, 'primary expr array');
    c.warnings?.product(c);
  }
  c.emit.add('value', 'operand', 'primary expr array');
  c.expect(']', 'ERROR in postfix_expr\nMissing ]');
  c.requireToken('truncated array expression');
  const { text } = c.token;
  const isElementAddress = addressOf && c.dialect.hasElementAddresses;
  const wantsAddress =
    isAssignment(text) ||
    text === '.' ||
    isIncrement(before) ||
    isIncrement(text) ||
    isElementAddress;
  if (text === '[') c.expressionType = array.target;
  c.warnings?.index(c, bracket, array, !wantsAddress);
  if (wantsAddress) return;
  if (isChar) c.emit.load(1, true);
  else c.emit.load(c.emit.wordSize, array.isSigned);
}

/** "->" name */
function parseArrow(c: Compilation): void {
  const name = c.following;
  const member = parseMember(c);
  if (member.offset !== 0) {
    c.emit.addImmediate('value', member.offset, '-> offset calculation');
  }
  // Quirk kept: a member is never signed, and an array that fits into a register is loaded as a
  // value.
  const isChanged = isAssignment(c.token.text) || isMemberIncrement(c);
  const isLoaded = !c.startsWith('.') && !isChanged && member.size <= c.emit.wordSize;
  c.warnings?.arrow(c, name, member, isLoaded);
  if (isLoaded) load(c, member.size, false);
}

/** "." name */
function parseDot(c: Compilation): void {
  c.notInBootstrapMode('Member access using .');
  const name = c.following;
  const member = parseMember(c);
  if (member.offset !== 0) {
    c.emit.addImmediate('value', member.offset, '. offset calculation');
  }
  const { text } = c.token;
  const isLoaded = !isAssignment(text) && !isMemberIncrement(c) && text !== '[' && text !== '.';
  c.warnings?.dot(c, name, member, isLoaded);
  if (isLoaded) load(c, c.expressionType.size, c.expressionType.isSigned);
}

/**
 * True before a ++ or -- that changes the member. In 1.13.1 it changes what the member's value
 * points to instead.
 */
function isMemberIncrement(c: Compilation): boolean {
  return c.dialect.stepsMembers && isIncrement(c.token.text);
}

function parseMember(c: Compilation): Member {
  c.output.comment('looking up offset');
  c.advance();
  const { text } = c.token;
  const parent = c.expressionType;
  const member = parent.members?.find(text);
  if (member === undefined) {
    const message = `ERROR in lookup_member ${parent.name ?? ''}->${text} does not exist`;
    throw c.error(message, c.token, 'no-member');
  }
  c.expressionType = member.type;
  c.advance();
  return member;
}

/** operand ("++" | "--") */
function parsePostfixIncrement(c: Compilation): void {
  const isMinus = c.startsWith('-');
  c.warnings?.step(c, c.token, c.token.prev);
  c.advance();
  c.output.comment('postfix inc/dec');
  c.emit.push('operand', 'Old register one value');
  c.emit.push('value', 'Address of variable');
  c.emit.dereference('value', 'Get value');
  c.emit.pop('operand', 'Address of variable');
  c.emit.push('value', 'Value before postfix operator');
  c.emit.push('operand', 'Address of variable');
  const step = isPointer(c.expressionType) ? c.expressionType.target.size : 1;
  if (isMinus) c.emit.subtractImmediate('value', step, 'Subtract offset');
  else c.emit.addImmediate('value', step, 'Add offset');
  c.emit.pop('operand', 'Address of variable');
  store(c, c.expressionType.size);
  c.emit.pop('value', 'Value before postfix operator');
  c.emit.pop('operand', 'Previous value');
  for (; c.pendingDereferences > 0; c.pendingDereferences--) {
    c.expressionType = c.expressionType.target;
    load(c, c.expressionType.size, c.expressionType.isSigned);
  }
  c.output.comment('postfix inc/dec end');
}

/** ("++" | "--") postfix */
function parsePrefixIncrement(c: Compilation): void {
  const operator = c.token;
  const isMinus = c.startsWith('-');
  c.notInBootstrapMode('prefix operators --/++');
  c.output.comment('prefix inc/dec');
  c.emit.push('value', 'Previous value');
  c.advance();
  parsePostfix(c);
  c.warnings?.prefixStep(c, operator);
  c.emit.pop('operand', 'Restore previous value');
  c.emit.push('operand', 'Previous value');
  c.emit.push('value', 'Address of variable');
  c.emit.dereference('value', 'Deref to get value');
  const step = isPointer(c.expressionType) ? c.expressionType.target.size : 1;
  if (isMinus) c.emit.subtractImmediate('value', step, 'Sub prefix from deref value');
  else c.emit.addImmediate('value', step, 'Add prefix to deref value');
  c.emit.pop('operand', 'Address of variable');
  store(c, c.expressionType.size);
  c.emit.pop('operand', 'Previous value');
  c.output.comment('prefix inc/dec end');
}
