// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Global variables and their initializers → the section of global variables.
 *
 * initializer: nothing | "=" value | "[" constant? "]" ("=" "{" (value ","?)* "}")?
 * value: string | "0" | "&" name | "{" (value ","?)* "}" | constant
 *
 * A variable is a label and its words. An array is a pointer to its storage, which follows it.
 * Behaviour defined by cc_core.c of M2-Planet 1.13.1.
 */
import { AMPERSAND, COMMA, DOUBLE_QUOTE, EQUALS, LINE_FEED, SEMICOLON } from './characters.ts';
import type { Compilation } from './compilation.ts';
import { parseConstant } from './constants.ts';
import { stringLiteral } from './literals.ts';
import { wholeWords } from './locals.ts';
import { unsigned } from './text.ts';
import { isPointer, type Type } from './types.ts';

/** Largest array in bytes, as in upstream. */
const MAX_BYTES = 0x100000;
/** Largest number of zero words; upstream's memory cannot hold more. */
const MAX_WORDS = 1 << 24;

const HEX = '0123456789ABCDEF';
const NULL_LINE: Uint8Array = new Uint8Array([0x4e, 0x55, 0x4c, 0x4c, 0x0a]);

/**
 * initializer of the variable `name`. The result is the number of elements, or 0 if the variable is
 * not an array.
 */
export function parseGlobalInitializer(c: Compilation, type: Type, name: string): number {
  const { globals } = c.output;
  globals.writeLatin1(`:GLOBAL_${name}\n`);
  const { first } = c.token;
  if (first === SEMICOLON || first === COMMA) {
    writeZeros(c, type.size);
    return 0;
  }
  if (first === EQUALS) {
    c.advance();
    parseValue(c, type);
    pad(c, type.size);
    return 0;
  }
  c.notInBootstrapMode('global array definitions');
  const padding = c.emit.addressPadding === '' ? '' : ` ${c.emit.addressPadding.trimEnd()}`;
  globals.writeLatin1(`&GLOBAL_STORAGE_${name}${padding}\n:GLOBAL_STORAGE_${name}\n`);
  return parseArray(c, type);
}

/** "[" constant? "]" ("=" "{" … "}")? */
function parseArray(c: Compilation, type: Type): number {
  c.advance();
  let elements = 0;
  let size = 0;
  if (!c.startsWith(']')) {
    elements = parseConstant(c);
    if (elements < 0) throw c.error('Negative values are not supported for allocated arrays');
    size = Math.imul(elements, type.size);
    if (size === 0) throw c.error('Arrays with size of zero are not allowed.');
    if (size < 0 || size > MAX_BYTES) {
      throw c.error(
        "M2-Planet is very inefficient so you probably don't want to allocate over 1MB into your binary for NULLs",
      );
    }
  }
  c.expect(']', 'missing close bracket');
  if (c.startsWith('=')) {
    c.advance();
    c.expect('{', 'Missing { after = in global array');
    elements = parseArrayValues(c, type, elements);
    pad(c, Math.imul(elements, type.size));
    return elements;
  }
  if (size === 0) throw c.error('Array without size must have initializer list.');
  writeZeros(c, size);
  return elements;
}

/** (value ","?)* "}" and zeros for the rest of `elements`; 0 means as many as there are values. */
function parseArrayValues(c: Compilation, type: Type, elements: number): number {
  let count = 0;
  do {
    if (count >= elements && elements !== 0) {
      throw c.error('Too many elements in initializer list.');
    }
    parseValue(c, type);
    count++;
    if (c.startsWith(',')) c.advance();
  } while (!c.startsWith('}'));
  c.advance();
  for (let i = count; i < elements; i++) writeZeroElement(c, type.size);
  return elements === 0 ? count : elements;
}

function writeZeroElement(c: Compilation, size: number): void {
  if (size === 1 || size === 4 || size === 8) {
    writeNumber(c, 0, size);
    return;
  }
  let rest = size;
  for (; rest >= 4; rest -= 4) writeNumber(c, 0, 4);
  for (; rest > 0; rest--) writeNumber(c, 0, 1);
  c.output.globals.writeByte(LINE_FEED);
}

/** value */
function parseValue(c: Compilation, type: Type): void {
  if (isPointer(type)) parsePointerValue(c);
  else if (type.members !== undefined) parseStructValue(c, type);
  else writeNumber(c, parseConstant(c), type.size);
}

/** string | "0" | "&" name */
function parsePointerValue(c: Compilation): void {
  const { globals, strings } = c.output;
  c.mark(c.token);
  const { text, first } = c.token;
  if (first === DOUBLE_QUOTE) {
    // Quirk kept: the label is the string's text as it is in the source.
    const name = text.slice(1);
    globals.writeLatin1(`&GLOBAL_${name}_contents `);
    if (c.emit.wordSize === 8) writeNumber(c, 0, 4);
    strings.writeLatin1(`:GLOBAL_${name}_contents\n`);
    strings.writeLatin1(c.literal(() => stringLiteral(text, c.maxString)));
    c.advance();
  } else if (text === '0') {
    writeNumber(c, 0, c.emit.wordSize);
    c.advance();
  } else if (first === AMPERSAND) {
    c.advance();
    const name = c.token.text;
    if (c.functions.has(name)) globals.writeLatin1(`&FUNCTION_${name} `);
    else if (c.globals.has(name)) globals.writeLatin1(`&GLOBAL_${name} `);
    else throw c.error(`Unable to find address of '${name}'.`, c.token, 'undefined');
    globals.writeLatin1(c.emit.addressPadding);
    c.advance();
  } else throw c.error('Invalid initializer for global struct pointer member.');
}

/** "{" (value ","?)* "}": one value for each member, and zeros for members without a value. */
function parseStructValue(c: Compilation, type: Type): void {
  c.expect('{', 'Struct assignment initialization is invalid for globals.');
  c.requireToken('EOF in global struct initialization');
  const members = type.members?.list ?? [];
  let count = 0;
  do {
    const member = members[count++];
    if (member === undefined) {
      throw c.error('Global struct initializer list has too many values.');
    }
    parseValue(c, member.type);
    if (c.startsWith(',')) c.advance();
  } while (!c.startsWith('}'));
  for (const member of members.slice(count)) writeNumber(c, 0, member.size);
  c.output.globals.writeByte(LINE_FEED);
  c.expect('}', 'Struct assignment initialization is invalid for globals.');
  c.requireToken('EOF in global struct initialization');
}

/** A number of `size` bytes. Quirk kept: a number of 3 bytes, or of none, is not written at all. */
function writeNumber(c: Compilation, value: number, size: number): void {
  const { globals } = c.output;
  if (size === 1) writeByte(c, value);
  else if (size === 2) {
    globals.writeLatin1(value < 0 ? c.emit.negativeShortPrefix : '$');
    globals.writeLatin1(`${unsigned(value)} `);
  } else if (size >= 4) {
    globals.writeLatin1(`%${unsigned(value)} `);
    if (size === 8) globals.writeLatin1(value < 0 ? '%0xffffffff ' : '%0 ');
  }
}

/**
 * Quirk kept: the high digit of a negative byte comes from before the start of the table of digits,
 * where the released compiler has another string.
 */
function writeByte(c: Compilation, value: number): void {
  const { globals } = c.output;
  if (value > 127 || value < -128) {
    throw c.error(`Value out of range provided to 'integer_to_raw_byte_string': ${value}`);
  }
  if (value < 0 && c.options.logicalShiftRight === true) {
    throw c.error(`the compiler would look up a digit outside of its table: ${value}`);
  }
  const high = value >> 4;
  const digit = high < 0 ? c.dialect.beforeDigits.charAt(-high - 1) : HEX.charAt(high);
  globals.writeLatin1(digit === '\0' ? "'" : `'${digit}${HEX.charAt(value & 15)}' `);
}

/** Write whole words of zeros. */
function writeZeros(c: Compilation, size: number): void {
  const words = (wholeWords(c, size) >>> 0) / c.emit.wordSize;
  if (words > MAX_WORDS) throw c.error('this variable is larger than the compiler can write');
  for (let i = 0; i < words; i++) c.output.globals.write(NULL_LINE);
}

/** Write zero bytes up to a whole word, and the end of the line. */
function pad(c: Compilation, written: number): void {
  const { globals } = c.output;
  const rest = written % c.emit.wordSize;
  if (rest !== 0) for (let i = c.emit.wordSize - rest; i > 0; i--) globals.writeLatin1("'00' ");
  globals.writeByte(LINE_FEED);
}
