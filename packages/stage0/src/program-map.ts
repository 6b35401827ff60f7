// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An i386 program → what its bytes are: fields of its headers, instructions, and data, each in
 * words.
 *
 * `stage0 explain` and the page of the seed use this. Invariant: every byte of the program is in a
 * piece; where headers overlap, in two.
 */
import {
  describeInstruction,
  elfFields,
  formatInstruction,
  reachableCode,
  readExecutable,
} from '@stage0-ts/i386';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { loadBias } from './elf-address.ts';
import { SEED_NOTES } from './seed-notes.ts';

export interface ProgramPiece {
  readonly kind: 'field' | 'instruction' | 'data';
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the byte after the last one. */
  readonly end: number;
  /** Address of the first byte. */
  readonly address: number;
  /** `e_entry (ELF header)`, or the instruction in Intel's syntax; empty for data. */
  readonly name: string;
  /** What it says or does, without a full stop; empty for data. */
  readonly meaning: string;
  /** What an instruction does with the flags; empty for nothing. */
  readonly flags: string;
  /** What it is for, if this program is known; otherwise null. */
  readonly note: string | null;
}

/** In the order of the file; empty if the file is not an i386 program. */
export function programMap(image: Uint8Array): ProgramPiece[] {
  const base = loadBias(image);
  const fields = elfFields(image);
  const code = codeOf(image, base);
  if (base === undefined || code === undefined) return [];
  const notes = SEED_NOTES.get(sha256Hex(image));
  const noteAt = (start: number) => notes?.get(start) ?? null;
  const pieces: ProgramPiece[] = fields.map(({ start, end, header, name, meaning }) => ({
    kind: 'field',
    ...{ start, end, address: base + start, name: `${name} (${header})`, meaning },
    flags: '',
    note: noteAt(start),
  }));
  for (const [address, instruction] of code) {
    const start = address - base;
    const { does, flags } = describeInstruction(instruction);
    const name = formatInstruction(instruction);
    const end = start + instruction.length;
    pieces.push({
      kind: 'instruction',
      start,
      end,
      address,
      name,
      meaning: does,
      flags,
      note: noteAt(start),
    });
  }
  return withData(pieces, image.length, base);
}

function codeOf(image: Uint8Array, base: number | undefined) {
  try {
    const { entry } = readExecutable(image, 'program');
    return reachableCode((address) => image[address - (base ?? 0)], entry);
  } catch {
    return undefined; // for another architecture, or not a program
  }
}

/** The pieces in order; everything between them is data. */
function withData(pieces: readonly ProgramPiece[], size: number, base: number): ProgramPiece[] {
  const sorted = [...pieces].sort((a, b) => a.start - b.start || a.end - b.end);
  const all: ProgramPiece[] = [];
  let at = 0;
  const fillTo = (end: number) => {
    const piece = { kind: 'data', name: '', meaning: '', flags: '', note: null } as const;
    if (end > at) all.push({ ...piece, start: at, end, address: base + at });
  };
  for (const piece of sorted) {
    fillTo(piece.start);
    all.push(piece);
    at = Math.max(at, piece.end);
  }
  fillTo(size);
  return all;
}

/** The pieces that contain a byte: one, or two where headers overlap. */
export function piecesAt(pieces: readonly ProgramPiece[], offset: number): ProgramPiece[] {
  return pieces.filter(({ start, end }) => start <= offset && offset < end);
}
