// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The program: typedefs, global variables, functions.
 *
 * program: (typedef | ("inline" | "static" | "_Noreturn")* type-name (";" | variables ";" | function))*
 * variables: (name | function-pointer) initializer ("," "*"* variables)?
 * function: name "(" parameters ")" (";" | statement)
 *
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import type { Compilation } from './compilation.ts';
import { constantExpression } from './constants.ts';
import { globalInitializer } from './initializers.ts';
import { requireVariableName } from './locals.ts';
import { statement } from './statements.ts';
import { FunctionSymbol, type Variable } from './symbols.ts';
import type { Token } from './token.ts';
import type { Type } from './types.ts';
import { functionPointer, typedef, typeName } from './types-parser.ts';

const SPECIFIERS: ReadonlySet<string> = new Set(['inline', 'static', '_Noreturn']);

/** `, ; = [` after a name make it a variable. */
const BEHIND_VARIABLE: ReadonlySet<number> = new Set([0x2c, 0x3b, 0x3d, 0x5b]);

/** program */
export function program(c: Compilation): void {
  while (!c.atEnd) {
    if (c.at('#')) throw c.error('unhandled macro directive');
    if (c.token.text === 'typedef') typedef(c);
    else declaration(c);
  }
}

function declaration(c: Compilation): void {
  while (SPECIFIERS.has(c.token.text)) c.advance();
  const type = typeName(c);
  if (c.at(';')) {
    c.skip();
    return;
  }
  if (c.following === c.end) throw c.error('Unterminated global');
  if (c.at('(') || BEHIND_VARIABLE.has(c.following.first)) variables(c, type);
  else {
    c.advance();
    if (c.token.text !== '(') throw c.error(`Received ${c.token.text} in program`);
    function_(c, c.token.prev as Token);
  }
}

/** variables ";" */
function variables(c: Compilation, first: Type): void {
  const base = first.target.target;
  let type = first;
  do {
    let name: string | undefined;
    if (c.at('(')) {
      name = functionPointer(c)?.text;
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
    variable.elements = globalInitializer(c, type, name);
    if (c.at(',')) {
      c.advance();
      type = base;
      for (; c.at('*'); c.advance()) type = type.indirect;
    }
  } while (!c.at(';'));
  c.expect(';', 'Expected ; after global declarations');
}

/** "(" parameters ")" (";" | statement) */
function function_(c: Compilation, nameToken: Token): void {
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
  } else parameters(c, current);
  c.requireToken('Function definitions either need to be prototypes or full');
  if (c.at(';')) {
    c.advance();
    return;
  }
  c.beginFunction(nameToken);
  statement(c);
  current.statics.clear();
  if (!c.output.endsInReturn) {
    if (name === 'main') c.emit.loadImmediate('zero', 0, 'declare function');
    c.ret();
  }
  const { localsSize } = current;
  c.endFunction(localsSize === 0 ? undefined : c.emit.frame(localsSize));
}

/** parameters: (type-name (name ("[" constant? "]")*)? ","?)* ("." "." ".")? and the ")" */
function parameters(c: Compilation, current: FunctionSymbol): void {
  let offset: number | undefined;
  c.advance();
  while (c.token.text !== ')') {
    if (c.at('.')) {
      for (let i = 0; i < 3; i++) {
        c.expect('.', 'Invalid token found in variadic arguments token');
      }
      c.notInBootstrapMode('variadic functions');
      break; // quirk kept: whatever is here is taken for the parenthesis
    }
    const type = typeName(c);
    c.requireToken('Received EOF when attempting to collect arguments');
    if (c.at(')')) continue;
    if (!c.at(',')) {
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
      arrayParameter(c, variable);
    }
    if (c.at(',')) c.advance();
    c.requireToken('Argument list never completed');
  }
  c.advance();
}

/** ("[" constant? "]")*: each makes the type a pointer. */
function arrayParameter(c: Compilation, variable: Variable): void {
  while (c.at('[')) {
    c.advance();
    if (!c.at(']')) constantExpression(c);
    c.expect(']', "Invalid token received in argument array, expected ']'.");
    variable.type = variable.type.indirect;
  }
}
