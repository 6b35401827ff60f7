// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Statements.
 *
 * statement: "{" statement* "}" | label ":" | local-declaration | "if" … | "switch" … | "do" …
 *   | "while" … | "for" … | "asm" … | "goto" label ";" | "return" expression? ";" | "break" ";"
 *   | "continue" ";" | "static" declaration ";" | expression ";" | ";"
 *
 * Quirks kept: labels are global to the program; in 1.13.1 a `;` alone is not a statement.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */

import { visible } from '@stage0-ts/diagnostics';
import { CLOSE_BRACE, COLON, OPEN_BRACE } from './characters.ts';
import type { Compilation } from './compilation.ts';
import { parseConstant } from './constants.ts';
import { parseExpression } from './expressions.ts';
import { parseGlobalInitializer } from './initializers.ts';
import { parseLocalDeclaration } from './locals.ts';
import { nextLabel } from './operands.ts';
import type { FunctionSymbol, JumpTargets } from './symbols.ts';
import { unsigned } from './text.ts';
import { lineOf, type Token } from './token.ts';
import { lookupPrimitive, parseOptionalTypeName, parseTypeName } from './types-parser.ts';

/** statement. */
export function parseStatement(c: Compilation): void {
  c.requireToken('expected a C statement but received EOF');
  c.expressionType = c.types.basic.int;
  const { token } = c;
  c.mark(token);
  if (token.first === OPEN_BRACE) parseBlock(c);
  else if (c.following.first === COLON) {
    c.output.text(`:${token.text}\t#C goto label\n`);
    c.skip();
    c.advance();
  } else if (startsDeclaration(c)) {
    c.token = token; // a type of several words has moved it
    parseLocalDeclaration(c);
  } else (KEYWORD_STATEMENTS.get(token.text) ?? parseExpressionStatement)(c);
}

function startsDeclaration(c: Compilation): boolean {
  if (lookupPrimitive(c) !== undefined) return true;
  const { text } = c.token;
  return text === 'enum' || text === 'struct' || text === 'union' || text === 'const';
}

/** The statements that begin with a keyword. */
const KEYWORD_STATEMENTS: ReadonlyMap<string, (c: Compilation) => void> = new Map([
  ['if', parseIf],
  ['switch', parseSwitch],
  ['do', parseDo],
  ['while', parseWhile],
  ['for', parseFor],
  ['asm', parseAsm],
  ['goto', parseGoto],
  ['return', parseReturn],
  ['break', parseBreak],
  ['continue', parseContinue],
  ['static', parseStaticLocal],
  [';', parseEmptyStatement],
]);

/** expression ";" */
function parseExpressionStatement(c: Compilation): void {
  parseExpression(c);
  c.warnings?.tested();
  c.expect(';', 'ERROR in statement\nMISSING ;');
}

/** ";" */
function parseEmptyStatement(c: Compilation): void {
  if (c.dialect.hasEmptyStatements) c.advance();
  else parseExpressionStatement(c);
}

/** "goto" label ";" */
function parseGoto(c: Compilation): void {
  c.advance();
  c.mark(c.token);
  c.emit.jump('', c.token.text, 'Goto');
  c.advance();
  c.expect(';', 'ERROR in statement\nMissing ;');
}

/** "return" expression? ";" */
function parseReturn(c: Compilation): void {
  const keyword = c.token;
  c.advance();
  if (!c.startsWith(';')) parseExpression(c);
  c.warnings?.used();
  c.expect(';', 'ERROR in return_result\nMISSING ;');
  c.mark(keyword);
  c.ret(keyword);
}

/** "{" statement* "}": locals of the block end with it. */
function parseBlock(c: Compilation): void {
  c.advance();
  const { locals } = c.function as FunctionSymbol;
  const mark = locals.mark();
  while (!c.is('}')) {
    parseStatement(c);
    c.requireToken('Received EOF in recursive statement prior to }');
  }
  c.skip();
  locals.release(mark);
}

/** "if" "(" expression ")" statement ("else" statement)? */
function parseIf(c: Compilation): void {
  const keyword = c.token;
  const label = nextLabel(c);
  c.output.comment('IF_', label);
  c.skip();
  c.expect('(', 'ERROR in process_if\nMISSING (');
  parseExpression(c);
  c.warnings?.tested();
  c.mark(keyword);
  c.emit.jumpIfZero('ELSE_', label, 'Jump to else');
  c.expect(')', 'ERROR in process_if\nMISSING )');
  parseStatement(c);
  c.requireToken('Reached EOF inside of function');
  const hasElse = c.is('else');
  if (hasElse) c.emit.jump('_END_IF_', label, 'Else statement');
  c.output.label('ELSE_', label);
  if (hasElse) {
    c.advance();
    parseStatement(c);
    c.requireToken();
  }
  c.output.label('_END_IF_', label);
}

/** Compile `body` with other targets for break and continue. */
function withTargets(c: Compilation, targets: JumpTargets, body: () => void): void {
  const outer = c.targets;
  c.targets = targets;
  body();
  c.targets = outer;
}

/**
 * "switch" "(" expression ")" "{" ("case" constant ":" statement*)* ("default" ":" statement*)? "}"
 *
 * The cases come first, then the table of jumps to them, the last case first. Quirks kept: a case
 * without a break, and with no default after it, runs into the table; cases after default, and
 * statements between a break and the next case, are errors.
 */
function parseSwitch(c: Compilation): void {
  c.notInBootstrapMode('switch/case statements');
  const label = nextLabel(c);
  const targets = { breakPrefix: '_SWITCH_END_', continuePrefix: undefined, label };
  withTargets(c, targets, () => {
    c.output.comment('switch_', label);
    c.skip();
    c.expect('(', 'ERROR in process_switch\nMISSING (');
    parseExpression(c);
    c.warnings?.used();
    c.expect(')', 'ERROR in process_switch\nMISSING )');
    c.emit.move('operand', 'value', 'process switch');
    c.emit.jump('_SWITCH_TABLE_', label, 'Jump to the switch table');
    c.expect('{', 'ERROR in process_switch\nMISSING {');
    const cases: number[] = [];
    let keyword = c.token;
    let last = keyword;
    for (; c.is('case'); c.requireToken('incomplete switch statement')) {
      keyword = c.token;
      last = parseCase(c, label, cases);
    }
    const hasDefault = c.is('default');
    if (hasDefault) parseDefault(c, label);
    else if (cases.length > 0) c.warnings?.lastCase(keyword, last);
    c.expect('}', 'ERROR in process_switch\nMISSING }');
    writeSwitchTable(c, label, cases, hasDefault);
  });
}

/**
 * "case" constant ":" statement*. The result is the first token of the last statement. Quirk kept:
 * before the closing brace the colon may be missing.
 */
function parseCase(c: Compilation, label: string, cases: number[]): Token {
  c.advance();
  const value = parseConstant(c);
  c.requireToken();
  if (!c.startsWith(':')) {
    c.options.onWarning?.(visible(`${c.token.origin.file}:${lineOf(c.token)}:`));
    return c.token;
  }
  cases.push(value);
  c.output.label('_SWITCH_CASE_', `${unsigned(value)}_${label}`);
  c.advance();
  let last = c.token;
  for (;;) {
    c.requireToken('incomplete case statement');
    const statementStart = c.token;
    const { text, first } = statementStart;
    if (text === 'case' || text === 'default' || first === CLOSE_BRACE) break;
    parseStatement(c);
    last = statementStart;
    if (text === 'break') break;
  }
  c.requireToken('incomplete case statement');
  return last;
}

function parseDefault(c: Compilation, label: string): void {
  c.advance();
  c.expect(':', 'ERROR in process_switch\nMISSING : after default');
  c.output.label('_SWITCH_DEFAULT_', label);
  c.requireToken('recieved EOF before switch closing }');
  while (!c.is('}')) {
    parseStatement(c);
    c.requireToken('recieved EOF before switch closing }');
  }
  c.emit.jump('_SWITCH_END_', label, 'jump over the switch table');
}

function writeSwitchTable(
  c: Compilation,
  label: string,
  cases: readonly number[],
  hasDefault: boolean,
): void {
  c.output.label('_SWITCH_TABLE_', label);
  for (const value of [...cases].reverse()) {
    c.emit.loadImmediate('value', value, 'Load case value');
    c.emit.jumpIfEqual('_SWITCH_CASE_', `${unsigned(value)}_${label}`, 'Jump to case if equal');
  }
  if (hasDefault) c.emit.jump('_SWITCH_DEFAULT_', label, 'Default to default:');
  c.output.label('_SWITCH_END_', label);
}

/** "for" "(" (local-declaration | expression? ";") expression ";" expression ")" statement */
function parseFor(c: Compilation): void {
  const keyword = c.token;
  const label = nextLabel(c);
  const targets = { breakPrefix: 'FOR_END_', continuePrefix: 'FOR_ITER_', label };
  withTargets(c, targets, () => {
    c.output.comment('FOR_initialization_', label);
    c.advance();
    c.expect('(', 'ERROR in process_for\nMISSING (');
    const start = c.token;
    if (parseOptionalTypeName(c) !== undefined) {
      c.token = start;
      parseLocalDeclaration(c);
    } else if (!c.is(';')) {
      parseExpression(c);
      c.expect(';', 'ERROR in process_for\nMISSING ;1');
    } else c.expect(';', 'ERROR in process_for\nMISSING ;3');
    c.output.label('FOR_', label);
    parseExpression(c);
    c.warnings?.tested();
    c.emit.jumpIfZero('FOR_END_', label, 'Jump to end');
    c.emit.jump('FOR_THEN_', label, 'Go to body');
    c.output.label('FOR_ITER_', label);
    c.expect(';', 'ERROR in process_for\nMISSING ;2');
    parseExpression(c);
    c.emit.jump('FOR_', label, 'Check conditional');
    c.output.label('FOR_THEN_', label);
    c.expect(')', 'ERROR in process_for\nMISSING )');
    parseStatement(c);
    c.requireToken('Reached EOF inside of function');
    c.mark(keyword);
    c.emit.jump('FOR_ITER_', label, 'Repeat iteration');
    c.output.label('FOR_END_', label);
  });
}

/** "do" statement "while" "(" expression ")" ";" */
function parseDo(c: Compilation): void {
  const keyword = c.token;
  const label = nextLabel(c);
  const targets = { breakPrefix: 'DO_END_', continuePrefix: 'DO_TEST_', label };
  withTargets(c, targets, () => {
    c.output.label('DO_', label);
    c.advance();
    parseStatement(c);
    c.requireToken();
    c.output.label('DO_TEST_', label);
    c.expect('while', 'ERROR in process_do\nMISSING while');
    c.expect('(', 'ERROR in process_do\nMISSING (');
    parseExpression(c);
    c.warnings?.tested();
    c.expect(')', 'ERROR in process_do\nMISSING )');
    c.expect(';', 'ERROR in process_do\nMISSING ;');
    c.mark(keyword);
    c.emit.jumpIfNotZero('DO_', label, 'Rerun loop');
    c.output.label('DO_END_', label);
  });
}

/** "while" "(" expression ")" statement */
function parseWhile(c: Compilation): void {
  const keyword = c.token;
  const label = nextLabel(c);
  const targets = { breakPrefix: 'END_WHILE_', continuePrefix: 'WHILE_', label };
  withTargets(c, targets, () => {
    c.output.label('WHILE_', label);
    c.skip();
    c.expect('(', 'ERROR in process_while\nMISSING (');
    parseExpression(c);
    c.warnings?.tested();
    c.mark(keyword);
    c.emit.jumpIfZero('END_WHILE_', label, 'Jump to end');
    c.output.comment('THEN_while_', label);
    c.expect(')', 'ERROR in process_while\nMISSING )');
    parseStatement(c);
    c.requireToken('Reached EOF inside of function');
    c.mark(keyword);
    c.emit.jump('WHILE_', label, 'Repeat loop');
    c.output.label('END_WHILE_', label);
  });
}

/**
 * "asm" "(" string* ")" ";": the texts of the strings as they are in the source, each on a line.
 */
function parseAsm(c: Compilation): void {
  c.warnings?.impure();
  c.skip();
  c.expect('(', 'ERROR in process_asm\nMISSING (');
  for (; c.startsWith('"'); c.advance()) {
    c.mark(c.token);
    c.output.text(c.token.text.slice(1));
    c.output.text('\n');
  }
  c.expect(')', 'ERROR in process_asm\nMISSING )');
  c.expect(';', 'ERROR in process_asm\nMISSING ;');
}

function parseBreak(c: Compilation): void {
  const { targets } = c;
  if (targets === undefined) throw c.error('Not inside of a loop or case statement');
  c.advance();
  c.emit.jump('', c.checkName(targets.breakPrefix + targets.label), 'Break statement');
  c.expect(';', 'ERROR in break statement\nMissing ;');
}

function parseContinue(c: Compilation): void {
  const { targets } = c;
  if (targets?.continuePrefix === undefined) throw c.error('Not inside of a loop');
  c.advance();
  c.emit.jump('', c.checkName(targets.continuePrefix + targets.label), 'Continue statement');
  c.expect(';', 'ERROR in continue statement\nMissing ;');
}

/**
 * "static" type-name name initializer ";": a global with the function's name in front of its own.
 */
function parseStaticLocal(c: Compilation): void {
  c.advance();
  c.notInBootstrapMode('static local variable');
  const current = c.function as FunctionSymbol;
  const type = parseTypeName(c);
  const local = c.token.text;
  const variable = {
    kind: 'static' as const,
    name: c.checkName(`${current.name}_${local}`),
    type,
    elements: 1,
    isLocalArray: false,
    depth: 0,
  };
  current.statics.set(local, variable);
  c.advance();
  variable.elements = parseGlobalInitializer(c, type, variable.name);
  c.expect(';', 'Expected ; after static variable declarations');
}
