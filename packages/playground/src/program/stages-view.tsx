// SPDX-License-Identifier: GPL-3.0-or-later
/** The texts between the program and its bytes, with the tokens of the chosen byte marked. */
import { useEffect, useRef } from 'preact/hooks';
import type { Hop, Place } from './trail.ts';
import { decode, type Stage } from './translate.ts';

export function StagesView({ stages, hops }: { stages: readonly Stage[]; hops: readonly Hop[] }) {
  const between = stages.slice(0, -1);
  if (between.length === 0) return null;
  return (
    <>
      <h2>Texts on the way</h2>
      {between.map(({ tool, output }) => {
        const place = hops.find(({ origin }) => origin?.source.bytes === output)?.origin;
        return <StageText key={tool} {...{ tool, output, place }} />;
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
  const mark = useRef<HTMLElement>(null);
  useEffect(() => mark.current?.scrollIntoView({ block: 'nearest' }), [place]);
  const [start, end] =
    place === undefined ? [output.length, output.length] : [place.start, place.end];
  return (
    <details>
      <summary>what {tool} writes</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <pre class="text" tabIndex={0}>
        {decode(output.subarray(0, start))}
        <mark class="mark-twin" ref={mark}>
          {decode(output.subarray(start, end))}
        </mark>
        {decode(output.subarray(end))}
      </pre>
    </details>
  );
}
