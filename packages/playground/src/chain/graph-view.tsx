// SPDX-License-Identifier: GPL-3.0-or-later
/** The chain as a graph: processes in columns, each right of what it reads from. Tab and Enter choose as the mouse does. */
import type { CheckDocument, GraphNode } from '@stage0-ts/stage0';
import { useEffect, useRef } from 'preact/hooks';

export interface GraphViewProps {
  readonly graph: readonly GraphNode[];
  readonly document: CheckDocument;
  /** Step of the chosen process. */
  readonly chosen: number | undefined;
  readonly onChoose: (step: number) => void;
}

const COLUMN = 190;
const ROW = 34;
const WIDTH = 150;
const HEIGHT = 24;
const LABEL = 20;

export function GraphView({ graph, document, chosen, onChoose }: GraphViewProps) {
  const region = useRef<HTMLElement>(null);
  useEffect(() => {
    const box = region.current?.querySelector('g.chosen');
    box?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [chosen]);
  const place = new Map(graph.map((node) => [node.step, node]));
  const width = (Math.max(0, ...graph.map(({ column }) => column)) + 1) * COLUMN;
  const height = (Math.max(0, ...graph.map(({ row }) => row)) + 1) * ROW + 10;
  const wrong = new Set(
    document.processes
      .filter(({ outputs }) => outputs.some(({ sha256 }) => sha256[0] !== sha256[1]))
      .map(({ step }) => step),
  );
  const edges = graph.flatMap((to) =>
    to.from.map((step) => [place.get(step) as GraphNode, to] as const),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
    <section ref={region} class="scroll graph" tabIndex={0} aria-label="Graph of the processes">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group">
        <title>Processes of the chain</title>
        {edges.map(([from, to]) => (
          <path
            key={`${from.step}-${to.step}`}
            d={curve(from, to)}
            class={from.step === chosen || to.step === chosen ? 'chosen' : ''}
          />
        ))}
        {graph.map((node) => {
          const classes = [wrong.has(node.step) ? 'bad' : '', node.step === chosen ? 'chosen' : ''];
          return (
            <g
              key={node.step}
              role="button"
              tabindex={0}
              aria-label={`step ${node.step}: ${node.label}`}
              aria-pressed={node.step === chosen}
              class={classes.join(' ')}
              transform={`translate(${node.column * COLUMN} ${node.row * ROW + 4})`}
              onClick={() => onChoose(node.step)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                onChoose(node.step);
              }}
            >
              <title>{node.label}</title>
              <rect width={WIDTH} height={HEIGHT} rx={4} />
              <text x={8} y={16}>
                {node.label.length > LABEL ? `${node.label.slice(0, LABEL - 1)}…` : node.label}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}

function curve(from: GraphNode, to: GraphNode): string {
  const [x1, y1] = [from.column * COLUMN + WIDTH, from.row * ROW + HEIGHT / 2 + 4];
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + HEIGHT / 2 + 4];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
