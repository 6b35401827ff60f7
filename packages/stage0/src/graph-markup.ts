// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A {@link Graph} → HTML: a legend, a field to search, buttons to zoom, and the picture as SVG,
 * which fits the window.
 *
 * The HTML report and the page of the chain show the same graph; graph-script.ts makes it
 * interactive, graph-style.ts styles it. Invariant: every name of the tree in it is escaped.
 */

import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument } from './check-document.ts';
import { type Graph, type GraphLanguage, type GraphNode, layOut } from './graph.ts';

/** In units of the picture. */
const COLUMN = 36;
const ROW = 18;
const LEFT = 20;
const LANE_HEAD = 15;
/** Room for the names of the last programs. */
const RIGHT = 110;
/** Length of a lane's band: beyond the picture, as far as any window goes. */
const BAND = 10_000;

const LANGUAGES: readonly (readonly [GraphLanguage, string])[] = [
  ['seed', 'came with the tree'],
  ['hex0', 'from hex0'],
  ['hex1', 'from hex1'],
  ['hex2', 'from hex2'],
  ['M1', 'from M1'],
  ['C', 'from C'],
  ['files', 'copied, joined, unpacked'],
];

/** The whole graph, for an element of the class `chain-graph`. */
export function graphMarkup(document: CheckDocument): string {
  const graph = layOut(document);
  const engines = document.engines.join(' and ');
  const differs = graph.nodes.some(({ state }) => state !== 'same');
  const states = differs
    ? `<li class="begins"><i></i>not the same with ${escapeHtml(engines)}</li><li class="follows"><i></i>follows from that</li>`
    : '';
  const used = new Set(graph.nodes.map(({ language }) => language));
  const legend = LANGUAGES.filter(([name]) => used.has(name)).map(
    ([name, text]) => `<li class="lang-${name}"><i></i>${text}</li>`,
  );
  return `<div class="graph-tools"><label>Search <input type="search" size="14" spellcheck="false"></label> <span class="graph-found" role="status"></span>
<span class="graph-zoom"><button type="button" data-zoom="-1" aria-label="Smaller">−</button><button type="button" data-zoom="0">Fit</button><button type="button" data-zoom="1" aria-label="Larger">+</button></span>
<ul class="graph-legend">${legend.join('')}${states}</ul></div>
<div class="graph-scroll">${picture(graph)}</div>`;
}

function picture(graph: Graph): string {
  const width = LEFT + graph.columns * COLUMN + RIGHT;
  const height = graph.rows * ROW + graph.lanes.length * LANE_HEAD + 6;
  const top = (row: number) => {
    const lanes = graph.lanes.filter(({ firstRow }) => firstRow <= row).length;
    return row * ROW + lanes * LANE_HEAD;
  };
  const places = new Map(
    graph.nodes.map((node) => [
      node.step,
      { x: LEFT + node.column * COLUMN, y: top(node.row) + ROW / 2, side: sideOf(node) },
    ]),
  );
  const lanes = graph.lanes.map(({ name, firstRow, rows }, at) => {
    const y = top(firstRow) - LANE_HEAD;
    const band = `<rect class="lane" x="0" y="${y}" width="${BAND}" height="${rows * ROW + LANE_HEAD}"/>`;
    return `${at % 2 === 0 ? band : ''}<text class="lane" x="4" y="${y + 11}">${escapeHtml(visible(name))}</text>`;
  });
  const edges = graph.nodes.flatMap((node) =>
    node.from.map((step) => edge(places, step, node, node.program === step)),
  );
  const boxes = graph.nodes.map((node, at) => box(node, places, at === 0));
  return `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMinYMin meet" style="--natural:${width}px" role="group" aria-label="The processes of the chain">${lanes.join('')}${edges.join('')}${boxes.join('')}</svg>`;
}

type Places = ReadonlyMap<
  number,
  { readonly x: number; readonly y: number; readonly side: number }
>;

/** From 200 bytes to two megabytes. */
function sideOf({ size }: GraphNode): number {
  const side = 6 + (Math.log10(Math.max(1, size)) - 2) * 2.5;
  return Math.round(Math.min(16, Math.max(5, side)) * 10) / 10;
}

function edge(places: Places, step: number, to: GraphNode, isProgram: boolean): string {
  const [a, b] = [places.get(step), places.get(to.step)];
  if (a === undefined || b === undefined) return '';
  const [x1, x2] = [a.x + a.side / 2, b.x - b.side / 2];
  const bend = Math.min((x2 - x1) / 2, COLUMN);
  const ends = `data-ends="${step} ${to.step}"`;
  return `<path ${ends}${isProgram ? ' class="runs"' : ''} d="M${x1} ${a.y}C${x1 + bend} ${a.y} ${x2 - bend} ${b.y} ${x2} ${b.y}"/>`;
}

const STATES = { same: '', begins: ', not the same', follows: ', not the same either' } as const;

/** Only one node is a tab stop; arrow keys move to the others. */
function box(node: GraphNode, places: Places, stop: boolean): string {
  const { step, label, language, size, state, isProgram, from } = node;
  const { x, y, side } = places.get(step) as { x: number; y: number; side: number };
  const bytes = `${size.toLocaleString('en')} bytes`;
  const who = step < 0 ? 'came with the tree' : `step ${step}`;
  const name = escapeHtml(visible(label));
  const shape =
    language === 'seed'
      ? `<circle r="${side / 2 + 1}"/>`
      : `<rect x="${-side / 2}" y="${-side / 2}" width="${side}" height="${side}" rx="3"/>`;
  const text = `<text x="${side / 2 + 3}" y="4"${isProgram ? '' : ' class="close"'}>${name}</text>`;
  return `<g tabindex="${stop ? 0 : -1}" role="button" aria-label="${who}: ${name}${STATES[state]}" data-step="${step}" data-from="${from.join(' ')}" data-x="${x}" data-y="${y}" class="lang-${language} ${state}" transform="translate(${x} ${y})"><title>${name}, ${bytes}</title>${shape}${text}</g>`;
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => names[character] as string);
}
