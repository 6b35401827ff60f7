// SPDX-License-Identifier: GPL-3.0-or-later
/** The texts between the program and its bytes, with the tokens of the chosen byte marked. */
import { useMemo, useState } from 'preact/hooks';
import { lastUpTo } from '../shared/positions.ts';
import { Rows } from '../shared/rows.tsx';
import type { Hop, Place } from './trail.ts';
import { decode, type Stage } from './translate.ts';

export function StagesView({ stages, hops }: { stages: readonly Stage[]; hops: readonly Hop[] }) {
  const between = stages.slice(0, -1);
  if (between.length === 0) return null;
  return (
    <>
      <h2>Texts on the way</h2>
      {between.map(({ tool, output }, at) => {
        const place = hops.find(({ origin }) => origin?.source.bytes === output)?.origin;
        return <StageText key={`${at} ${tool}`} {...{ tool, output, place }} />;
      })}
    </>
  );
}

interface StageTextProps {
  readonly tool: string;
  readonly output: Uint8Array;
  readonly place: Place | undefined;
}

function StageText({ tool, output, place }: StageTextProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>what {tool} writes</summary>
      {open && <Lines {...{ tool, output, place }} />}
    </details>
  );
}

function Lines({ tool, output, place }: StageTextProps) {
  const starts = useMemo(() => lineStarts(output), [output]);
  const row = (index: number) => {
    const [from, to] = [starts[index] as number, starts[index + 1] ?? output.length];
    const text = (start: number, end: number) =>
      decode(output.subarray(Math.max(from, start), Math.min(to, end))).replace(/\n$/, '');
    const marked = place !== undefined && place.start < to && place.end > from;
    return (
      <div key={index}>
        {marked ? (
          <>
            {text(from, place.start)}
            <mark class="mark-twin">{text(place.start, place.end)}</mark>
            {text(place.end, to)}
          </>
        ) : (
          text(from, to)
        )}
      </div>
    );
  };
  const line = place && lastUpTo(place.start, starts.length, (at) => starts[at] as number);
  return (
    <Rows
      class="text"
      role="region"
      aria-label={`What ${tool} writes`}
      count={starts.length}
      row={row}
      reveal={line}
      subject={output}
    />
  );
}

function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(0x0a); at >= 0 && at + 1 < bytes.length; ) {
    starts.push(at + 1);
    at = bytes.indexOf(0x0a, at + 1);
  }
  return starts;
}
