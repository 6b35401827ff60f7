// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A place in a source → why it may be wrong although it looks right: invisible characters that
 * editors and Windows put into files. In most of the languages a carriage return or a byte order
 * mark counts as part of a word.
 */
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const WINDOWS =
  'the line ends in CR LF (Windows line ends); convert the file, ' +
  'e.g. git config core.autocrlf false';
const MARKED = 'the file begins with a byte order mark (EF BB BF); save it without one';

/** A hint about the line of the byte at `offset`, if there is one. */
export function hintAt(bytes: Uint8Array, offset: number): string | undefined {
  const start = offset === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, offset - 1) + 1;
  if (start === 0 && BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte)) return MARKED;
  const newline = bytes.indexOf(LINE_FEED, offset);
  return newline > 0 && bytes[newline - 1] === CARRIAGE_RETURN ? WINDOWS : undefined;
}
