// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check → one HTML file that needs nothing else: the verdict, the chain as a graph to click through,
 * and every digest. The document itself is in the page as JSON.
 */
import type { CheckDocument, ProcessDocument } from './check-document.ts';
import { type GraphNode, layOut } from './graph.ts';

const COLUMN = 190;
const ROW = 34;
const BOX = { width: 150, height: 24 };

/** The whole page. */
export function htmlReport(document: CheckDocument): string {
  const title = `stage0 check, ${document.arch}: ${document.ok ? 'no divergence' : 'NOT THE SAME'}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body class="${document.ok ? 'good' : 'bad'}">
<h1>${escapeHtml(title)}</h1>
${summary(document)}
<h2>The chain</h2>
<p>Each box is a process, named by the file that it makes; lines lead from what it reads. Click one, or use Tab and Enter.</p>
<div class="scroll">${graph(document)}</div>
<div id="detail" aria-live="polite"></div>
<h2>Artifacts</h2>
${artifacts(document)}
<script type="application/json" id="document">${JSON.stringify(document).replace(/</g, '\\u003c')}</script>
<script>${SCRIPT}</script>
</body></html>
`;
}

function summary(document: CheckDocument): string {
  const [first, second] = document.engines;
  const rows = [
    ['engines', `${first} and ${second}`],
    ['tree', document.tree],
    ['processes', String(document.processes.length)],
  ];
  const { divergence, selfRebuild, against } = document;
  if (divergence !== null) {
    rows.push(['first divergence', `step ${divergence.step}: ${divergence.argv.join(' ')}`]);
    rows.push(...divergence.inputs.map(({ path, sha256 }) => ['', `reads ${path} (${sha256})`]));
    rows.push(['', divergence.message]);
  }
  if (selfRebuild !== null) {
    const verdict = selfRebuild.same ? 'reproduces itself' : 'DOES NOT reproduce itself';
    rows.push(['compiler', `${selfRebuild.compiler} ${verdict}`]);
  }
  if (against !== null) {
    const { compared, differing, first: wrong } = against;
    rows.push(['compared folder', `${differing.length} of ${compared} files differ`]);
    if (wrong !== undefined)
      rows.push(['first wrong', `${wrong.file}, by ${wrong.argv.join(' ')}`]);
  }
  const body = rows.map(
    ([name, value]) =>
      `<tr><th>${escapeHtml(name as string)}</th><td>${escapeHtml(value as string)}</td></tr>`,
  );
  const diff = divergence?.diff ?? against?.first?.diff ?? '';
  return `<table>${body.join('')}</table>${diff === '' ? '' : `<pre>${escapeHtml(diff)}</pre>`}`;
}

function graph(document: CheckDocument): string {
  const nodes = layOut(document.processes);
  const place = new Map(nodes.map((node) => [node.step, node]));
  const bad = new Set(
    document.processes.filter((process) => !agrees(process)).map(({ step }) => step),
  );
  const width = (Math.max(0, ...nodes.map(({ column }) => column)) + 1) * COLUMN;
  const height = (Math.max(0, ...nodes.map(({ row }) => row)) + 1) * ROW + 10;
  const lines = nodes.flatMap((node) =>
    node.from.map((step) => edge(place.get(step) as GraphNode, node)),
  );
  const boxes = nodes.map((node) => box(node, bad.has(node.step)));
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group">${lines.join('')}${boxes.join('')}</svg>`;
}

/** True when both engines left the same files. */
function agrees({ outputs, ends }: ProcessDocument): boolean {
  return ends[0] === ends[1] && outputs.every(({ sha256 }) => sha256[0] === sha256[1]);
}

function edge(from: GraphNode, to: GraphNode): string {
  const [x1, y1] = [from.column * COLUMN + BOX.width, from.row * ROW + BOX.height / 2 + 4];
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + BOX.height / 2 + 4];
  const middle = (x1 + x2) / 2;
  return `<path data-from="${from.step}" data-to="${to.step}" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`;
}

function box({ step, label, column, row }: GraphNode, bad: boolean): string {
  const [x, y] = [column * COLUMN, row * ROW + 4];
  const short = label.length > 22 ? `${label.slice(0, 21)}…` : label;
  return `<g tabindex="0" role="button" data-step="${step}" class="${bad ? 'bad' : 'good'}" transform="translate(${x} ${y})"><title>${escapeHtml(label)}</title><rect width="${BOX.width}" height="${BOX.height}" rx="4"/><text x="8" y="16">${escapeHtml(short)}</text></g>`;
}

function artifacts({ artifacts: list, engines }: CheckDocument): string {
  const rows = list.map(({ path, size, mode, sha256, expected, ok }) => {
    const second = sha256[0] === sha256[1] ? 'the same' : sha256[1];
    const verdict = ok ? (expected === null ? 'agree' : 'as expected') : 'WRONG';
    return `<tr class="${ok ? 'good' : 'bad'}"><td>${escapeHtml(path)}</td><td>${size}</td><td>${mode}</td><td><code>${sha256[0]}</code></td><td><code>${second}</code></td><td>${verdict}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>path</th><th>bytes</th><th>mode</th><th>${engines[0]}</th><th>${engines[1]}</th><th>verdict</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => names[character] as string);
}

const STYLE = `
:root { color-scheme: light dark; --good: #2a7a3b; --bad: #c0262d; --line: #8888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
body.good h1 { color: var(--good); } body.bad h1 { color: var(--bad); }
table { border-collapse: collapse; } th, td { padding: .15rem .6rem .15rem 0; text-align: left; vertical-align: top; }
code, pre { font: 12px/1.4 ui-monospace, monospace; } tr.bad { color: var(--bad); font-weight: bold; }
.scroll { overflow: auto; max-height: 36rem; border: 1px solid var(--line); padding: .5rem; }
svg text { font: 12px ui-monospace, monospace; fill: currentColor; } svg rect { fill: Canvas; stroke: var(--good); }
svg g { cursor: pointer; } svg g.bad rect { stroke: var(--bad); stroke-width: 3; }
svg g:focus rect, svg g.chosen rect { fill: light-dark(#dcebfa, #1d3a57); stroke-width: 3; }
svg path { fill: none; stroke: var(--line); } svg path.chosen { stroke: #4a90d9; stroke-width: 2; }
#detail { min-height: 6rem; padding: .5rem 0; } #detail td { word-break: break-all; }
`;

const SCRIPT = `
const report = JSON.parse(document.getElementById('document').textContent);
const detail = document.getElementById('detail');
const cell = (row, text) => { const td = row.insertCell(); td.textContent = text; };
function show(step) {
  const process = report.processes.find((one) => one.step === step);
  for (const one of document.querySelectorAll('svg .chosen')) one.classList.remove('chosen');
  for (const one of document.querySelectorAll('[data-step="' + step + '"],[data-to="' + step + '"],[data-from="' + step + '"]'))
    one.classList.add('chosen');
  detail.replaceChildren();
  const heading = detail.appendChild(document.createElement('h3'));
  heading.textContent = 'Step ' + step + ': ' + process.argv.join(' ');
  const times = detail.appendChild(document.createElement('p'));
  times.textContent = report.engines.map((name, at) => name + ': ' + process.ends[at] + ', ' + process.milliseconds[at] + ' ms').join('; ');
  if (process.standIn) detail.appendChild(document.createElement('p')).textContent = 'stand-in for ' + process.standIn.tool + ': ' + process.standIn.port + '; ' + process.standIn.reason;
  const table = detail.appendChild(document.createElement('table'));
  for (const input of process.inputs) { const row = table.insertRow(); cell(row, 'reads'); cell(row, input.path); cell(row, input.sha256); }
  for (const output of process.outputs) {
    const row = table.insertRow(); cell(row, 'leaves'); cell(row, output.path);
    cell(row, output.sha256[0] === output.sha256[1] ? output.sha256[0] ?? 'nothing' : output.sha256.join(' and '));
  }
}
for (const node of document.querySelectorAll('svg g')) {
  const open = () => show(Number(node.dataset.step));
  node.addEventListener('click', open);
  node.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(); } });
}
`;
