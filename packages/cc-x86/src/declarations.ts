// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Declarations: tokens → types, constants, global variables and functions.
 *
 *     program     = { enumeration | constant | structure | type name ";" | type name function }
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (program, declare_function,
 * collect_arguments).
 */
import type { Compilation } from './compilation.ts';
import type { Token } from './reader.ts';
import { compileStatement } from './statements.ts';
import { parseTypeName } from './type-names.ts';

/**
 * program = { enumeration | constant | type-name [ name ( ";" | function ) ] }
 *
 * A dialect has either enumerations or constants.
 *
 * Quirk kept: a global that is neither a plain variable nor a function (`int x = 5;`, `int a[9];`,
 * `int a, b;`) silently ends the program at that place.
 */
export function compileProgram(c: Compilation): void {
  while (!c.atEnd()) {
    const { constants } = c.dialect;
    if (c.is(constants)) {
      if (constants === 'enum') parseEnumeration(c);
      else parseConstant(c);
      continue;
    }
    const type = parseTypeName(c);
    if (type === undefined) continue; // this was the definition of a structure
    const nameToken = c.next();
    const name = nameToken.text;
    c.globals.set(name, type);
    if (c.is(';')) {
      c.globalData.writeLatin1(`:GLOBAL_${name}\nNULL\n`);
      c.next();
    } else if (c.is('(')) compileFunction(c, nameToken);
    else return;
  }
}

/**
 * enumeration = "enum" "{" name "=" token { "," name "=" token } [ "," ] "}" ";" ; values are
 *     copied as they are.
 */
function parseEnumeration(c: Compilation): void {
  c.expect('enum');
  c.expect('{');
  for (;;) {
    const name = c.next().text;
    c.expect('=');
    c.constants.set(name, c.next().text);
    if (!c.is(',')) break;
    c.next();
    if (c.is('}')) break;
  }
  c.expect('}');
  c.expect(';');
}

/** constant = "CONSTANT" name token */
function parseConstant(c: Compilation): void {
  c.expect('CONSTANT');
  const name = c.next().text;
  c.constants.set(name, c.next().text);
}

/** function = parameters ( ";" | statement ) */
function compileFunction(c: Compilation, nameToken: Token): void {
  const name = nameToken.text;
  c.beginFunction(name);
  parseParameters(c);
  if (c.is(';')) {
    c.next();
    return;
  }
  c.provenance?.beginDefinition(0, nameToken.at, nameToken.end);
  c.emit(`# Defining function ${name}\n:FUNCTION_${name}\n`);
  compileStatement(c);
  if (!c.endsInReturn) c.emitReturn();
  c.provenance?.endDefinition();
}

/** parameters = "(" { type-name [ name ] [ "," ] } ")" */
function parseParameters(c: Compilation): void {
  c.expect('(');
  while (!c.is(')')) {
    const type = parseTypeName(c);
    if (!c.is(')') && !c.is(',')) c.scope.declareParameter(c.next().text, type);
    if (c.is(',')) c.next();
  }
  c.expect(')');
}
