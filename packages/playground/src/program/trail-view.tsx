// SPDX-License-Identifier: GPL-3.0-or-later
/** The trace from the chosen byte: each tool, its token in its line, and what the token names. */
import { locate } from '@stage0-ts/diagnostics';
import type { Hop, Place } from './trail.ts';
import { decode } from './translate.ts';

export function TrailView({ offset, hops }: { offset: number | undefined; hops: readonly Hop[] }) {
  if (offset === undefined) {
    return <p class="hint">Choose a byte, or move the cursor in the text: both sides light up.</p>;
  }
  return (
    <ol class="trail" aria-label="Where the byte comes from">
      {hops.map(({ tool, origin, definition }) => (
        <li key={tool}>
          <b>{tool}</b>
          {origin === undefined ? (
            <p>writes this by itself, whatever its input</p>
          ) : (
            <>
              <PlaceView place={origin} kind="twin" />
              {definition !== undefined && (
                <details open={hops.length === 1}>
                  <summary>which names</summary>
                  <PlaceView place={definition} kind="definition" />
                </details>
              )}
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function PlaceView({ place, kind }: { place: Place; kind: 'twin' | 'definition' }) {
  const { source, start, end } = place;
  const { bytes } = source;
  const { line, column } = locate(bytes, start);
  const lineStart = start - column + 1;
  const newline = bytes.indexOf(0x0a, end - 1);
  const lineEnd = newline < 0 ? bytes.length : Math.max(newline, end);
  return (
    <figure>
      <figcaption>
        {source.name}:{line}:{column}
      </figcaption>
      <code>
        {decode(bytes.subarray(lineStart, start)).trimStart()}
        <mark class={`mark-${kind}`}>{decode(bytes.subarray(start, end))}</mark>
        {decode(bytes.subarray(end, lineEnd))}
      </code>
    </figure>
  );
}
