// SPDX-License-Identifier: GPL-3.0-or-later
/** The bytes of two files around a place, side by side as hexadecimal rows. */
const ROW = 16;
/** Rows shown before and after the row with the first difference. */
const CONTEXT = 2;

/**
 * Rows of 16 bytes around offset `at`. A row that is the same on both sides is printed once.
 * Otherwise it is printed for each side, with the side's name, and with carets below the bytes that
 * differ.
 */
export function hexDiff(
  a: Uint8Array,
  b: Uint8Array,
  at: number,
  names: readonly [string, string],
): string {
  const width = Math.max(...names.map((name) => name.length));
  const middle = at - (at % ROW);
  const end = Math.min(middle + (CONTEXT + 1) * ROW, Math.max(a.length, b.length));
  let text = '';
  for (let row = Math.max(0, middle - CONTEXT * ROW); row < end; row += ROW) {
    const [left, right] = [rowText(a, row), rowText(b, row)];
    const offset = row.toString(16).padStart(8, '0');
    if (left === right) text += `${' '.repeat(width)} ${offset}  ${left}\n`;
    else {
      text += `${names[0].padEnd(width)} ${offset}  ${left}\n`;
      text += `${names[1].padEnd(width)} ${offset}  ${right}\n`;
      text += `${' '.repeat(width + 11)}${carets(a, b, row)}\n`;
    }
  }
  return text;
}

function rowText(bytes: Uint8Array, row: number): string {
  const part = bytes.subarray(row, row + ROW);
  const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = Array.from(part, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  );
  return `${hex.padEnd(3 * ROW)} ${text.join('')}`.trimEnd();
}

function carets(a: Uint8Array, b: Uint8Array, row: number): string {
  let line = '';
  for (let at = row; at < row + ROW; at++) line += a[at] === b[at] ? '   ' : '^^ ';
  return line.trimEnd();
}
