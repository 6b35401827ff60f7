// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The two lines under an error message: the source line and a caret below the byte at fault.
 *
 * A line may be a megabyte long or contain any bytes, so only a window of it is shown, and each
 * byte is one column wide: tabs as blanks, other control and non-ASCII bytes as dots.
 */
const WINDOW = 72;
const BEFORE_CARET = 48;

/**
 * The source line of the byte at `offset`, and a line with a caret. Both lines end in a newline.
 */
export function codeFrame(bytes: Uint8Array, offset: number): string {
  const at = Math.min(offset, bytes.length);
  const lineStart = at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
  const newline = bytes.indexOf(0x0a, at);
  const lineEnd = newline < 0 ? bytes.length : newline;
  const start = Math.max(lineStart, at - BEFORE_CARET);
  const end = Math.min(lineEnd, start + WINDOW);
  let text = '';
  for (let i = start; i < end; i++) text += column(bytes[i] as number);
  const left = start > lineStart ? '…' : '';
  const right = end < lineEnd ? '…' : '';
  return `  ${left}${text}${right}\n  ${' '.repeat(left.length + at - start)}^\n`;
}

function column(byte: number): string {
  if (byte === 0x09) return ' ';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
