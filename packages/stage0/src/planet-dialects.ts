// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree → the dialect of its M2-Planet, for our port of M2-Planet.
 *
 * The digests of all of upstream's sources decide together: a tree with only some of these files
 * has neither of the two compilers. If no dialect is known, the port stays that of 1.9.1.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import type { DialectName } from '@stage0-ts/m2-planet';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/** Dialects of commits that upstream has not released: the digest of every source. */
export const PLANET_DIALECTS: ReadonlyMap<DialectName, ReadonlyMap<string, string>> = new Map([
  [
    '01a9ea5',
    new Map([
      [
        'M2-Planet/cc-minimal.c',
        'bed90932d6ed6b75a4cffb8c1767479f56ad89cc8916ff257219dde6e9d46815',
      ],
      ['M2-Planet/cc.c', '1627e86003719f3c714f12459991092f7dbc1e6eb2ec4beb195b847645fe8dfb'],
      ['M2-Planet/cc.h', '4ea75a3ae7e9559bc8f80c07892d14f31525dba99e075587548a38685319a7c4'],
      ['M2-Planet/cc_core.c', '2bf3a55ad72894abac317ef82be88c57ce16e8cd1be516851b074cc36c5592b9'],
      ['M2-Planet/cc_emit.c', 'fee9eef38574837b7e57a0aeef635a3b0dbb49cef4c693292cf27d90bcd1176a'],
      ['M2-Planet/cc_emit.h', '741830843c361f219f4d8d7cc523bcfc3b91b50de592c6edaa8d5915d026e584'],
      [
        'M2-Planet/cc_globals.c',
        '9ca4b663b780802979bb59acaacc35e9f0238526737dde2a3c8ca94ef753ebf5',
      ],
      [
        'M2-Planet/cc_globals.h',
        'a074fa57b339af1b99405a712f3858f62ed87b7dc415dff81fc2cd3af237a45c',
      ],
      ['M2-Planet/cc_macro.c', '8f1b2360f82cca6cb2fe85f2af62b9e40316c6bd79eec5d0d97483cc921e819c'],
      ['M2-Planet/cc_reader.c', 'c54db85d4bbf5f66afe2f1c6f8ba2b969a9d4584356c9d2970227ba1f6e33d27'],
      [
        'M2-Planet/cc_strings.c',
        '723809f52ab919ac540e574cdd196c02aba2ce662753417e4b47958416656a4c',
      ],
      ['M2-Planet/cc_types.c', '710a5b53ad66c3f25cccdd00ac645aa44136b11b72dcef7aabfc51be0dc8520c'],
    ]),
  ],
]);

/**
 * The dialect in which our port follows the tree's M2-Planet; undefined if that is the release's,
 * unknown or missing.
 */
export function planetDialect(files: MemoryFiles): DialectName | undefined {
  for (const [dialect, sources] of PLANET_DIALECTS) {
    if ([...sources].every(([path, digest]) => digestOf(files, path) === digest)) return dialect;
  }
  return undefined;
}

function digestOf(files: MemoryFiles, path: string): string | undefined {
  const node = files.find(`/${path}`);
  return node?.kind === 'file' ? sha256Hex(node.bytes) : undefined;
}
