// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The chain as a graph: processes in columns, each right of what it reads from. It is one stop for
 * Tab; arrow keys choose.
 */
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
const LABEL = 19;

export function GraphView({ graph, document, chosen, onChoose }: GraphViewProps) {
  const region = useRef<HTMLElement>(null);
  const hadKey = useRef(false);
  useEffect(() => {
    const box = region.current as HTMLElement;
    const node = graph.find(({ step }) => step === chosen);
    if (node === undefined) return;
    box.scrollLeft = node.column * COLUMN - (box.clientWidth - WIDTH) / 2;
    box.scrollTop = node.row * ROW - (box.clientHeight - ROW) / 2;
    if (hadKey.current) box.querySelector<SVGElement>('g.chosen')?.focus({ preventScroll: true });
    hadKey.current = false;
  }, [chosen, graph]);
  const onKeyDown = (event: KeyboardEvent, node: GraphNode): void => {
    const wanted =
      event.key === 'Enter' || event.key === ' ' ? node : neighbour(graph, node, event.key);
    if (wanted === undefined) return;
    event.preventDefault();
    hadKey.current = true;
    onChoose(wanted.step);
  };
  const stop = graph.some(({ step }) => step === chosen) ? chosen : graph[0]?.step;
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
    <section ref={region} class="scroll graph" aria-label="Graph of the processes">
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
              tabindex={node.step === stop ? 0 : -1}
              aria-label={`step ${node.step}: ${node.label}`}
              aria-pressed={node.step === chosen}
              class={classes.join(' ')}
              transform={`translate(${node.column * COLUMN} ${node.row * ROW + 4})`}
              onClick={() => onChoose(node.step)}
              onKeyDown={(event) => onKeyDown(event, node)}
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

/** The box that an arrow key leads to: of the next column the nearest, of the same one the next. */
function neighbour(
  graph: readonly GraphNode[],
  { column, row }: GraphNode,
  key: string,
): GraphNode | undefined {
  const right = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const down = { ArrowUp: -1, ArrowDown: 1 }[key];
  const inColumn = (wanted: number) => graph.filter((node) => node.column === wanted);
  if (down !== undefined) return inColumn(column).find((node) => node.row === row + down);
  if (right === undefined) return undefined;
  const distance = (node: GraphNode) => Math.abs(node.row - row);
  return inColumn(column + right).sort((a, b) => distance(a) - distance(b))[0];
}

function curve(from: GraphNode, to: GraphNode): string {
  const [x1, y1] = [from.column * COLUMN + WIDTH, from.row * ROW + HEIGHT / 2 + 4];
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + HEIGHT / 2 + 4];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
