// SPDX-License-Identifier: GPL-3.0-or-later
/** Texts made of pieces, and edits that turn a valid text into a nearly valid one. */
import * as fc from 'fast-check';

/** One edit of a list of pieces. `at` is taken modulo its length. */
type Edit =
  | { readonly kind: 'drop' | 'double' | 'swap' | 'cut'; readonly at: number }
  | { readonly kind: 'insert' | 'replace'; readonly at: number; readonly piece: string };

/**
 * The pieces joined, three times out of five unchanged, otherwise with one to three pieces dropped,
 * doubled, swapped with their neighbour, cut at a character, replaced by or followed by one of
 * `foreign`.
 */
export function nearly(
  pieces: fc.Arbitrary<readonly string[]>,
  foreign: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const at = fc.nat(9999);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ kind: fc.constantFrom('drop' as const, 'double', 'swap', 'cut'), at }),
    fc.record({ kind: fc.constantFrom('insert' as const, 'replace'), at, piece: foreign }),
  );
  const edits = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Edit[]>([]) },
    { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
  );
  return fc
    .tuple(pieces, edits)
    .map(([list, changes]) => changes.reduce<readonly string[]>(edited, list).join(''));
}

function edited(list: readonly string[], edit: Edit): readonly string[] {
  if (list.length === 0) return 'piece' in edit ? [edit.piece] : list;
  const at = edit.at % list.length;
  const [before, piece, after] = [list.slice(0, at), list[at] as string, list.slice(at + 1)];
  switch (edit.kind) {
    case 'drop':
      return [...before, ...after];
    case 'double':
      return [...before, piece, piece, ...after];
    case 'swap':
      return [...before, ...after.slice(0, 1), piece, ...after.slice(1)];
    case 'cut':
      return [...before, piece.slice(0, edit.at % (piece.length + 1)), ...after];
    case 'insert':
      return [...before, piece, edit.piece, ...after];
    case 'replace':
      return [...before, edit.piece, ...after];
  }
}

/** Any byte, as a byte string. */
export const anyByte: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 255 })
  .map((byte) => String.fromCharCode(byte));

/** Printable characters, except those in `without`. */
export function printable(without: string, maxLength: number): fc.Arbitrary<string> {
  const allowed = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const characters = allowed.filter((character) => !without.includes(character));
  return fc.array(fc.constantFrom(...characters), { maxLength }).map((list) => list.join(''));
}

/** The text, usually with a newline after it. */
export function withNewline(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const end = fc.oneof(
    { weight: 39, arbitrary: fc.constant('\n') },
    { weight: 1, arbitrary: fc.constant('') },
  );
  return fc.tuple(text, end).map((parts) => parts.join(''));
}

/** Lists of the pieces. */
export function several(
  piece: fc.Arbitrary<string>,
  maxLength: number,
): fc.Arbitrary<readonly string[]> {
  return fc.array(piece, { maxLength, size: 'max' });
}
