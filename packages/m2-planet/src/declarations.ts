// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The program: typedefs, global variables, functions.
 *
 * program: (typedef | ("inline" | "static" | "_Noreturn")* type-name (";" | variables ";"
 *   | function))*
 * variables: (name | function-pointer) initializer ("," "*"* variables)?
 * function: name "(" parameters ")" (";" | statement)
 *
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import { COMMA, EQUALS, OPEN_BRACKET, SEMICOLON } from './characters.ts';
import type { Compilation } from './compilation.ts';
import { parseConstant } from './constants.ts';
import { parseGlobalInitializer } from './initializers.ts';
import { requireVariableName } from './locals.ts';
import { parseStatement } from './statements.ts';
import { FunctionSymbol, type Variable } from './symbols.ts';
import type { Token } from './token.ts';
import type { Type } from './types.ts';
import { parseFunctionPointer, parseTypedef, parseTypeName } from './types-parser.ts';

const SPECIFIERS: ReadonlySet<string> = new Set(['inline', 'static', '_Noreturn']);

/** After a name, one of `, ; = [` means that the name is a variable. */
const AFTER_VARIABLE: ReadonlySet<number> = new Set([COMMA, SEMICOLON, EQUALS, OPEN_BRACKET]);

/** program */
export function parseProgram(c: Compilation): void {
  while (!c.atEnd) {
    if (c.startsWith('#')) throw c.error('unhandled macro directive');
    if (c.is('typedef')) parseTypedef(c);
    else parseDeclaration(c);
  }
}

function parseDeclaration(c: Compilation): void {
  while (SPECIFIERS.has(c.token.text)) c.advance();
  const type = parseTypeName(c);
  if (c.startsWith(';')) {
    c.skip();
    return;
  }
  if (c.following === c.end) throw c.error('Unterminated global');
  if (c.startsWith('(') || AFTER_VARIABLE.has(c.following.first)) parseVariables(c, type);
  else {
    c.advance();
    if (!c.is('(')) throw c.error(`Received ${c.token.text} in program`);
    parseFunction(c, c.token.prev as Token);
  }
}

/** variables ";" */
function parseVariables(c: Compilation, first: Type): void {
  const base = first.target.target;
  let type = first;
  do {
    let name: string | undefined;
    if (c.startsWith('(')) {
      name = parseFunctionPointer(c)?.text;
      type = c.types.basic.functionPointer;
    } else {
      name = c.token.text;
      c.advance();
    }
    if (name === undefined) throw c.error('a global function pointer must have a name');
    const variable: Variable = {
      kind: 'global',
      name,
      type,
      elements: 1,
      isLocalArray: false,
      depth: 0,
    };
    c.globals.set(name, variable);
    variable.elements = parseGlobalInitializer(c, type, name);
    if (c.startsWith(',')) {
      c.advance();
      type = base;
      for (; c.startsWith('*'); c.advance()) type = type.indirect;
    }
  } while (!c.startsWith(';'));
  c.expect(';', 'Expected ; after global declarations');
}

/** "(" parameters ")" (";" | statement) */
function parseFunction(c: Compilation, nameToken: Token): void {
  const name = nameToken.text;
  const current = new FunctionSymbol(name);
  c.function = current;
  c.functions.set(name, current);
  if (c.emit.mainHasNoParameters && name === 'main') {
    c.expect('(', 'Impossible error ( vanished');
    c.expect(
      ')',
      'Reality ERROR (USING KNIGHT-NATIVE)\nHardware does not support arguments\n' +
        'thus neither can main on this architecture\ntry tape_01 and tape_02 instead',
    );
  } else parseParameters(c, current);
  c.requireToken('Function definitions either need to be prototypes or full');
  if (c.startsWith(';')) {
    c.advance();
    return;
  }
  c.beginFunction(nameToken);
  parseStatement(c);
  current.statics.clear();
  if (!c.output.endsInReturn) {
    if (name === 'main') c.emit.loadImmediate('value', 0, 'declare function');
    c.ret();
  }
  const { localsSize } = current;
  c.endFunction(localsSize === 0 ? undefined : c.emit.frame(localsSize));
}

/** parameters: (type-name (name ("[" constant? "]")*)? ","?)* ("." "." ".")? and the ")" */
function parseParameters(c: Compilation, current: FunctionSymbol): void {
  let offset: number | undefined;
  c.advance();
  while (!c.is(')')) {
    if (c.startsWith('.')) {
      for (let i = 0; i < 3; i++) {
        c.expect('.', 'Invalid token found in variadic arguments token');
      }
      c.notInBootstrapMode('variadic functions');
      break; // quirk kept: any token here counts as the parenthesis
    }
    const type = parseTypeName(c);
    c.requireToken('Received EOF when attempting to collect arguments');
    if (c.startsWith(')')) continue;
    if (!c.startsWith(',')) {
      const { text } = c.token;
      requireVariableName(c, text, 'argument');
      offset = c.emit.argumentOffset(offset);
      const variable: Variable = {
        kind: 'argument',
        name: text,
        type,
        elements: 1,
        isLocalArray: false,
        depth: offset,
      };
      c.advance();
      current.arguments.set(text, variable);
      parseArrayParameter(c, variable);
    }
    if (c.startsWith(',')) c.advance();
    c.requireToken('Argument list never completed');
  }
  c.advance();
}

/** ("[" constant? "]")*: each makes the type a pointer. */
function parseArrayParameter(c: Compilation, variable: Variable): void {
  while (c.startsWith('[')) {
    c.advance();
    if (!c.startsWith(']')) parseConstant(c);
    c.expect(']', "Invalid token received in argument array, expected ']'.");
    variable.type = variable.type.indirect;
  }
}
