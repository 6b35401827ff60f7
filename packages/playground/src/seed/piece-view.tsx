// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the chosen byte is: the field or instruction, in words, what it is for, and the source
 * line.
 */
import { type ProgramPiece, piecesAt } from '@stage0-ts/stage0';
import { hex } from '../shared/format.ts';
import type { Seed } from './seeds.ts';

export function PieceView({ seed, chosen }: { seed: Seed; chosen: number }) {
  const pieces = piecesAt(seed.pieces, chosen);
  const line = seed.places[chosen]?.line ?? 0;
  return (
    <section class="piece" aria-label="Byte" aria-live="polite">
      {pieces.map((piece) => (
        <Piece key={`${piece.start} ${piece.name}`} piece={piece} bytes={seed.bytes} />
      ))}
      <p class="where">
        {seed.sourceName}:{line + 1}
      </p>
      <pre class="line">{seed.lines[line]?.trim()}</pre>
    </section>
  );
}

const KINDS = { field: 'Header', instruction: 'Instruction', data: 'Data' } as const;

function Piece({ piece, bytes }: { piece: ProgramPiece; bytes: Uint8Array }) {
  const { kind, start, end, address, name, meaning, flags, note } = piece;
  const digits = Array.from(bytes.subarray(start, end), (byte) => hex(byte, 2).toUpperCase());
  const count = end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1}`;
  return (
    <>
      <h2>
        <span class={`kind ${kind}`}>{KINDS[kind]}</span> <code>{name}</code>
      </h2>
      <p class="dim">
        <code>{digits.join(' ')}</code>, {count}, at {hex(address, 8)}
      </p>
      <p>{sentence(meaning)}</p>
      {note !== null && <p class="note">{note}</p>}
      {flags !== '' && <p class="dim">Flags: {flags}.</p>}
    </>
  );
}

function sentence(text: string): string {
  if (text === '') return '';
  const whole = `${text[0]?.toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(whole) ? whole : `${whole}.`;
}
