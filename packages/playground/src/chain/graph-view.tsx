// SPDX-License-Identifier: GPL-3.0-or-later
/** The chain as a graph, the same as in the HTML report. */
import {
  type AttachedGraph,
  attachGraph,
  type CheckDocument,
  GRAPH_STYLE,
  graphMarkup,
  type PageElement,
} from '@stage0-ts/stage0';
import { useEffect, useMemo, useRef } from 'preact/hooks';

export interface GraphViewProps {
  readonly document: CheckDocument;
  /** Step of the chosen process; a number below 0 for a binary that came with the tree. */
  readonly chosen: number | undefined;
  readonly onChoose: (step: number) => void;
}

export function GraphView({ document, chosen, onChoose }: GraphViewProps) {
  const region = useRef<HTMLElement>(null);
  const attached = useRef<AttachedGraph | undefined>();
  const latest = useRef(onChoose);
  latest.current = onChoose;
  const markup = useMemo(() => ({ __html: graphMarkup(document) }), [document]);
  useEffect(() => {
    const root = region.current as unknown as PageElement;
    attached.current = attachGraph(root, (step) => latest.current(step));
  }, [markup]);
  useEffect(() => attached.current?.choose(chosen), [chosen, markup]);
  return (
    <>
      <style>{GRAPH_STYLE}</style>
      <section
        ref={region}
        class="chain-graph"
        aria-label="Graph of the processes"
        dangerouslySetInnerHTML={markup}
      />
    </>
  );
}
