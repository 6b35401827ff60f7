// SPDX-License-Identifier: GPL-3.0-or-later
/** The style of the chain's graph, in the report and in the page; light and dark. */
export const GRAPH_STYLE = `
.chain-graph { --same-line: light-dark(#b9c0c8, #4a525c); --begins: light-dark(#b3261e, #ff6b60); --follows: light-dark(#f0b4af, #8a4a45); --mark: light-dark(#0a5fbf, #6fb2ff); }
.chain-graph .lang-seed { --fill: light-dark(#1b1f24, #e3e6ea); } .chain-graph .lang-hex0 { --fill: light-dark(#7a5cc7, #b59cf5); }
.chain-graph .lang-hex1 { --fill: light-dark(#3f7fd0, #74aef2); } .chain-graph .lang-hex2 { --fill: light-dark(#2a8f8f, #5cc4c4); }
.chain-graph .lang-M1 { --fill: light-dark(#4a9a4a, #74c274); } .chain-graph .lang-C { --fill: light-dark(#c98a1b, #e6b455); }
.chain-graph .lang-files { --fill: light-dark(#98a1ab, #6b7480); }
.chain-graph .begins { --fill: var(--begins); } .chain-graph .follows { --fill: var(--follows); }
.graph-tools { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; margin: .4rem 0; font-size: .9rem; }
.graph-tools input { font: inherit; max-width: 40vw; } .graph-found { min-width: 5.5rem; }
.graph-zoom button { all: revert; font: inherit; min-width: 2.2rem; cursor: pointer; }
.graph-legend { display: flex; flex-wrap: wrap; gap: 0 .9rem; list-style: none; margin: 0; padding: 0; }
.graph-legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; background: var(--fill); margin-right: .3rem; vertical-align: -.1rem; }
.graph-legend .lang-seed i { border-radius: 50%; }
.graph-scroll { overflow: auto; border: 1px solid var(--same-line); --high: 80vh; max-height: calc(var(--high) + 4px); }
.graph-scroll svg { display: block; width: min(100% * var(--zoom, 1), 1.4 * var(--zoom, 1) * var(--natural)); height: auto; max-height: calc(var(--high) * var(--zoom, 1)); }
.chain-graph svg text { font: 10.5px ui-monospace, "DejaVu Sans Mono", monospace; fill: currentColor; }
.chain-graph svg text.lane { opacity: .75; pointer-events: none; } .chain-graph rect.lane { fill: light-dark(#f4f6f8, #1d2127); }
.chain-graph svg g { cursor: pointer; outline: none; } .chain-graph svg g :is(rect, circle) { fill: var(--fill); }
.chain-graph svg path { fill: none; stroke: var(--same-line); stroke-width: 1; } .chain-graph svg path.runs { stroke: none; }
.chain-graph svg .close { display: none; } .chain-graph.large svg .close { display: inline; } .chain-graph.small svg text { display: none; }
.chain-graph svg g:is(:hover, :focus-visible, .chosen) text { display: inline; font-size: calc(max(10.5px, 11px / var(--scale, 1))); font-weight: 700; paint-order: stroke; stroke: light-dark(#fff, #14171b); stroke-width: 4px; }
.chain-graph svg g:is(:focus-visible, .chosen) :is(rect, circle) { stroke: var(--mark); stroke-width: 3; }
.chain-graph svg path.way { stroke: var(--mark); stroke-width: 1.5; } .chain-graph svg path.runs.way { stroke-dasharray: 3 3; }
.chain-graph.chosen svg g:not(.way, .chosen, .begins, .follows) :is(rect, circle) { opacity: .35; }
.chain-graph.searching svg g:not(.found) :is(rect, circle) { opacity: .15; } .chain-graph svg g.found text { display: inline; }
`;
