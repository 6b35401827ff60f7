// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Text of any origin → text that is safe to show: on one line, in its own order, and without
 * anything that a terminal interprets.
 *
 * What a terminal or a page interprets or does not show becomes an escape: control characters
 * (escape sequences, line ends, tabs), characters that turn the direction of writing or have no
 * width, and bytes that are not UTF-8. Everything printable stays, a backslash too: the same text
 * can be made visible twice.
 */

/**
 * Unicode's "other" characters: controls (C0, DEL, C1), format characters (bidirectional, zero
 * width, byte order mark, tags), lone surrogates, unassigned characters; and the two separators of
 * lines and paragraphs.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** The text with `\n`, `\x1b`, `\u202e` for what is not printable; `\x80` is not UTF-8. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => SHORT.get(character) ?? escaped(character));
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  // This surrogate stands for a byte that is not UTF-8: see decodeUtf8 in package bytes.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  return code > 0xffff ? `\\u{${hex(code, 0)}}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
