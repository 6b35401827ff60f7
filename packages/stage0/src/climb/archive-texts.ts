// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Archives of sources → which texts are sources: those that our own ports unpack from them.
 *
 * In a climb that runs no binary of the tree, what a program reads from an archive must not become
 * a program, unless it is text: a source. Which text that is, is not left to the program that
 * unpacks, which was built on the way. Sources of the nineties have names of people in ISO 8859, so
 * a text may have some letters of that. Invariant: an archive that our ports cannot unpack has no
 * sources, so that what is unpacked from it does not run.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import { readTar } from '@stage0-ts/mescc-tools-extra';
import { isText } from '../artifacts.ts';
import { unpack } from '../tree.ts';
import { digestOf } from './world.ts';

/**
 * True for a text of one of `archives`. They are unpacked here and now: once programs run, these
 * have the memory.
 */
export function archiveTexts(archives: readonly Uint8Array[]): (bytes: Uint8Array) => boolean {
  const digests: ReadonlySet<string> = new Set(archives.flatMap(textsOf));
  return (bytes) => digests.has(digestOf(bytes));
}

function textsOf(archive: Uint8Array): string[] {
  try {
    const files = readTar(unpack(archive, 'archive')).filter(({ type }) => type === 'file');
    return files.filter(({ data }) => isSourceText(data)).map(({ data }) => digestOf(data));
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}

/** The first letter or sign of ISO 8859 that is not of ASCII. Those before it are controls. */
const FIRST_LETTER = 0xa0;
/** Of so many bytes one may be such a letter: two or three names in a file, and no machine code. */
const BYTES_A_LETTER = 100;

/** True for text, and for text with few letters of ISO 8859. */
export function isSourceText(bytes: Uint8Array): boolean {
  if (isText(bytes)) return true;
  const others = bytes.filter((byte) => byte < FIRST_LETTER);
  return (bytes.length - others.length) * BYTES_A_LETTER <= bytes.length && isText(others);
}
