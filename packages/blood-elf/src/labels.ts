// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * M1 source → the labels in it.
 *
 * A label starts at any `:` outside of comments and strings, in the middle of a token too, and ends
 * at a blank, tab, line feed or `>`; its first character may be anything.
 *
 * Behaviour defined by mescc-tools 1.7.0, blood-elf.c (first_pass and what it calls).
 */
import { errorAt, type Source } from '@stage0-ts/diagnostics';

export interface Label {
  /** The bytes of the name, up to its first NUL. */
  readonly name: Uint8Array;
  /** Offset in the source of the first byte of the name. */
  readonly offset: number;
  /** Number of the source; -1 for a name from the command line. */
  readonly source: number;
}

/** Longest name in bytes: upstream has a buffer of 4096, the last byte zero. */
const MAX_NAME = 4095;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const GREATER = 0x3e;

/** 1 for bytes that mean nothing between labels. */
const PLAIN: Uint8Array = plainTable();

/**
 * Append the labels of `source`, which has this number, to `labels`. Throws ToolError for a label
 * that has no name or more than 4095 bytes.
 */
export function findLabels(source: Source, labels: Label[], number = 0): void {
  const { bytes } = source;
  for (let at = 0; at < bytes.length; at++) {
    // this is true for nearly all bytes, and is the faster test
    if (PLAIN[bytes[at] as number] === 1) continue;
    switch (bytes[at]) {
      case COLON: {
        const end = nameEnd(source, at);
        labels.push({
          name: asCString(bytes.subarray(at + 1, end)),
          offset: at + 1,
          source: number,
        });
        at = end; // the byte that ends the name is consumed
        break;
      }
      case HASH:
      case SEMICOLON:
        at = commentEnd(bytes, at);
        break;
      case QUOTE:
        at = bytes.indexOf(QUOTE, at + 1);
        if (at < 0) return; // a string without an end extends to the end of the file
        break;
    }
  }
}

/** Offset after the name that follows the `:` at `colon`. */
function nameEnd(source: Source, colon: number): number {
  const { bytes } = source;
  if (colon + 1 === bytes.length) {
    throw errorAt(source, colon, 'empty-label', 'Can not have an EOF token');
  }
  let at = colon + 2;
  while (at < bytes.length && !endsName(bytes[at] as number)) at++;
  if (at - colon - 1 > MAX_NAME) {
    throw errorAt(source, colon, 'label-too-long', 'Token exceeds token length restriction');
  }
  return at;
}

function endsName(byte: number): boolean {
  return byte === BLANK || byte === TAB || byte === LINE_FEED || byte === GREATER;
}

/** Offset of the line end that ends the comment at `start`, or the end of the file. */
function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
  return at;
}

function asCString(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
}

function plainTable(): Uint8Array {
  const table = new Uint8Array(256).fill(1);
  for (const byte of [COLON, HASH, SEMICOLON, QUOTE]) table[byte] = 0;
  return table;
}
