// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The seed's source. The digits of the chosen piece are marked, and the line that is being read
 * while it runs.
 */
import { Rows } from '../shared/rows.tsx';
import type { Seed } from './seeds.ts';

export interface SourceViewProps {
  readonly seed: Seed;
  /** Offsets in the seed whose digits are marked. */
  readonly from: number;
  readonly to: number;
  /** Offset of the byte that is made next, while the seed runs. */
  readonly reading: number | undefined;
  readonly onChoose: (offset: number) => void;
}

export function SourceView({ seed, from, to, reading, onChoose }: SourceViewProps) {
  const { lines, places } = seed;
  const first = places[from]?.line ?? 0;
  const now = reading === undefined ? undefined : places[reading];
  const row = (index: number) => {
    const marked = places.slice(from, to).filter(({ line }) => line === index);
    const [start, end] = [marked[0]?.start ?? 0, marked.at(-1)?.end ?? 0];
    const text = lines[index] ?? '';
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the bytes have them, and choose the same
      <div
        key={index}
        role="option"
        tabIndex={-1}
        aria-selected={marked.length > 0}
        class={now?.line === index ? 'reading' : ''}
        onClick={() => {
          const offset = places.findIndex(({ line }) => line === index);
          if (offset >= 0) onChoose(offset);
        }}
      >
        <span class="number">{index + 1}</span> {text.slice(0, start)}
        <mark class="mark-twin">{text.slice(start, end)}</mark>
        {text.slice(end)}
      </div>
    );
  };
  return (
    <Rows
      class="text"
      role="listbox"
      aria-label={`Source: ${seed.sourceName}`}
      count={lines.length}
      row={row}
      reveal={now?.line ?? first}
      subject={seed}
    />
  );
}
