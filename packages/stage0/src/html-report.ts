// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check → one self-contained HTML file: the verdict, the chain as a graph to click through,
 * and every digest. The document itself is in the page as JSON.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument, ProcessDocument } from './check-document.ts';
import type { AgainstResult, FirstWrong } from './foreign-build.ts';
import { type GraphNode, layOut } from './graph.ts';
import type { ArchiveDocument } from './subject.ts';
import { trustLines, type VerdictKind } from './verdict.ts';

const COLUMN = 190;
const ROW = 34;
const BOX = { width: 150, height: 24 };
/** Characters that fit into a box. */
const LABEL = 19;

/** The whole page. */
export function htmlReport(shown: CheckDocument): string {
  const document = madeVisible(shown);
  const title = `stage0 check, ${document.arch}: ${TITLES[document.verdict.kind]}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body class="${document.ok ? 'good' : 'bad'}">
<h1>${escapeHtml(title)}</h1>
${verdict(document)}
${summary(document)}
<h2>Binaries that came with the tree</h2>
${trusted(document)}
<h2>The chain</h2>
<p>Each box is a process, named by the file that it makes; lines lead from what it reads. Click one, or use the arrow keys.</p>
<div class="scroll" id="graph">${graph(document)}</div>
<div id="detail" aria-live="polite"></div>
<h2>Artifacts</h2>
${artifacts(document)}
<script type="application/json" id="document">${JSON.stringify(document).replace(/</g, '\\u003c')}</script>
<script>${SCRIPT}</script>
</body></html>
`;
}

const TITLES: Readonly<Record<VerdictKind, string>> = {
  agree: 'the builds agree',
  differ: 'NOT THE SAME',
  wrong: 'WRONG',
  cannot: 'cannot be judged',
};

/** The same document with all control characters escaped: names and outputs come from the tree. */
function madeVisible<Value>(value: Value): Value {
  if (typeof value === 'string') return value.split('\n').map(visible).join('\n') as Value;
  if (Array.isArray(value)) return value.map(madeVisible) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, madeVisible(part)]),
  ) as Value;
}

function verdict({ verdict: { sentence, reasons, notes }, choice }: CheckDocument): string {
  const chosen = choice === null ? [] : [`Compared with ${choice}.`];
  const more = [...chosen, ...reasons.slice(1).map(({ text }) => `Also: ${text}.`), ...notes];
  const items = more.map((text) => `<li>${escapeHtml(text)}</li>`).join('');
  return `<p class="verdict">${escapeHtml(sentence)}</p>${items === '' ? '' : `<ul>${items}</ul>`}`;
}

function summary(document: CheckDocument): string {
  const { divergence, against, coverage, archive, parts, tool, command } = document;
  const { tree, release, nar, layout } = document;
  const rows = document.builds.map(({ engine, matching, published, made, processes }) => [
    engine,
    `${matching} of ${published} published digests, ${made} files, ${processes} processes`,
  ]);
  rows.push([
    'compared',
    `${coverage.compared} of ${coverage.processes} processes: port and program`,
  ]);
  rows.push(['tree', `${tree}, ${release ?? 'not a release that is known here'}`]);
  if (nar !== null) rows.push(['Nix archive of the tree', `${nar.sri} (${nar.nixBase32})`]);
  if (layout !== null) rows.push(['layout', layout]);
  if (archive !== null) rows.push(['archive', archiveText(archive)]);
  for (const part of parts) rows.push([`part in ${part.place}`, archiveText(part)]);
  if (tool !== null) rows.push(['program', tool]);
  if (command !== null) rows.push(['command', command]);
  if (divergence !== null) {
    rows.push(['first difference', `step ${divergence.step}: ${divergence.argv.join(' ')}`]);
    rows.push(...divergence.inputs.map(({ path, sha256 }) => ['', `reads ${path} (${sha256})`]));
    rows.push(['', divergence.message]);
  }
  if (against !== null) rows.push(...againstRows(against));
  const failures = document.builds[0].failures || document.builds[1].failures;
  const diff = divergence?.diff || against?.first?.diff || '';
  const blocks = [diff, failures].filter((text) => text !== '');
  return table(rows) + blocks.map((text) => `<pre>${escapeHtml(text)}</pre>`).join('');
}

function table(rows: readonly (readonly string[])[]): string {
  const body = rows.map(
    ([name, value]) =>
      `<tr><th>${escapeHtml(name as string)}</th><td>${escapeHtml(value as string)}</td></tr>`,
  );
  return `<table>${body.join('')}</table>`;
}

function trusted({ trusted: list }: CheckDocument): string {
  if (list.length === 0) return '<p>None.</p>';
  const items = trustLines(list).map((text) => `<li>${escapeHtml(text)}</li>`);
  return `<ul>${items.join('')}</ul>`;
}

function againstRows({ compared, differing, missing, first }: AgainstResult): string[][] {
  const counts = `${differing.length} of ${compared} files differ, ${missing.length} missing`;
  if (first === undefined) return [['compared folder', counts]];
  return [
    ['compared folder', counts],
    ['it begins with', `${first.file}, step ${first.step}: ${first.argv.join(' ')}`],
    ['its inputs', inputsOf(first)],
    ['later ones', differing.slice(1).join(', ') || 'none'],
  ];
}

function inputsOf({ wrongInputs, unknownInputs }: FirstWrong): string {
  if (wrongInputs.length > 0) return `wrong already: ${wrongInputs.join(', ')}`;
  if (unknownInputs.length > 0)
    return `right, as far as they are there; not there to compare: ${unknownInputs.join(', ')}`;
  return 'right, so it is this program that went wrong';
}

function graph(document: CheckDocument): string {
  const nodes = layOut(document.processes);
  const place = new Map(nodes.map((node) => [node.step, node]));
  const spoiled = new Set(document.against?.differing);
  const bad = new Set(
    document.processes.filter((one) => !agrees(one, spoiled)).map(({ step }) => step),
  );
  const width = (Math.max(0, ...nodes.map(({ column }) => column)) + 1) * COLUMN;
  const height = (Math.max(0, ...nodes.map(({ row }) => row)) + 1) * ROW + 10;
  const lines = nodes.flatMap((node) =>
    node.from.map((step) => edge(place.get(step) as GraphNode, node)),
  );
  const boxes = nodes.map((node, at) => box(node, bad.has(node.step), at === 0));
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group">${lines.join('')}${boxes.join('')}</svg>`;
}

/** True when both engines left the same files, and the compared folder has them too. */
function agrees({ outputs, ends }: ProcessDocument, spoiled: ReadonlySet<string>): boolean {
  const same = outputs.every(({ path, sha256 }) => sha256[0] === sha256[1] && !spoiled.has(path));
  return ends[0] === ends[1] && same;
}

function edge(from: GraphNode, to: GraphNode): string {
  const [x1, y1] = [from.column * COLUMN + BOX.width, from.row * ROW + BOX.height / 2 + 4];
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + BOX.height / 2 + 4];
  const middle = (x1 + x2) / 2;
  return `<path data-from="${from.step}" data-to="${to.step}" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`;
}

/** Tab stops at one box; the arrow keys move to the others. */
function box({ step, label, column, row }: GraphNode, bad: boolean, stop: boolean): string {
  const [x, y] = [column * COLUMN, row * ROW + 4];
  const short = label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label;
  const state = bad ? ', not the same' : '';
  return `<g tabindex="${stop ? 0 : -1}" role="button" aria-label="step ${step}: ${escapeHtml(label)}${state}" data-at="${column},${row}" data-step="${step}" class="${bad ? 'bad' : 'good'}" transform="translate(${x} ${y})"><title>${escapeHtml(label)}</title><rect width="${BOX.width}" height="${BOX.height}" rx="4"/><text x="8" y="16">${escapeHtml(short)}</text></g>`;
}

function artifacts({ artifacts: list, engines, against }: CheckDocument): string {
  const [differing, missing] = [new Set(against?.differing), new Set(against?.missing)];
  const rows = list.map(({ path, size, mode, sha256, second, expected, ok }) => {
    const other = sha256 === second ? 'the same' : second || 'missing';
    const word = ok
      ? expected !== null
        ? 'as published'
        : sha256 === second
          ? 'agree'
          : 'other code by design'
      : 'WRONG';
    const theirs = differing.has(path) ? 'DIFFERS' : missing.has(path) ? 'missing' : 'the same';
    const good = ok && !differing.has(path);
    return `<tr class="${good ? 'good' : 'bad'}"><td><button type="button" data-path="${escapeHtml(path)}">${escapeHtml(path)}</button></td><td>${size}</td><td>${mode}</td><td>${word}</td>${against === null ? '' : `<td>${theirs}</td>`}<td><code>${sha256}</code></td><td><code>${other}</code></td></tr>`;
  });
  const folder = against === null ? '' : '<th>folder</th>';
  return `<div class="scroll" tabindex="0" role="region" aria-label="Artifacts"><table><thead><tr><th>path</th><th>bytes</th><th>mode</th><th>verdict</th>${folder}<th>${engines[0]}</th><th>${engines[1]}</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
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
:root { color-scheme: light dark; --good: light-dark(#1a7f37, #4cc470); --bad: light-dark(#b3261e, #ff8a80); --accent: light-dark(#0a5fbf, #6fb2ff); --line: #8888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; } h3 { font-size: 1rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.1rem; max-width: 50rem; overflow-wrap: anywhere; } li { overflow-wrap: anywhere; white-space: pre-line; }
body.good h1 { color: var(--good); } body.bad h1 { color: var(--bad); }
table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { white-space: nowrap; } .scroll td { white-space: nowrap; }
code, pre { font: 12px/1.4 ui-monospace, monospace; } pre { overflow-x: auto; } tr.bad { color: var(--bad); font-weight: bold; }
button { all: unset; color: var(--accent); text-decoration: underline; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.scroll { overflow: auto; max-height: 36rem; border: 1px solid var(--line); padding: .5rem; }
svg { display: block; } svg text { font: 12px ui-monospace, monospace; fill: currentColor; } svg rect { fill: Canvas; stroke: var(--good); }
svg g { cursor: pointer; outline: none; } svg g.bad rect { stroke: var(--bad); stroke-width: 3; }
svg g:focus-visible rect, svg g.chosen rect { fill: light-dark(#dcebfa, #1d3a57); stroke-width: 3; }
svg path { fill: none; stroke: var(--line); } svg path.chosen { stroke: var(--accent); stroke-width: 2; }
#detail { min-height: 6rem; padding: .5rem 0; } #detail td:first-child { white-space: nowrap; }
#detail .bad { color: var(--bad); font-weight: bold; }
`;

const SCRIPT = `
const report = JSON.parse(document.getElementById('document').textContent);
const detail = document.getElementById('detail');
const nodes = [...document.querySelectorAll('svg g')];
const add = (parent, name, text) => { const made = parent.appendChild(document.createElement(name)); made.textContent = text; return made; };
function show(step) {
  const process = report.processes.find((one) => one.step === step);
  for (const one of document.querySelectorAll('svg .chosen')) one.classList.remove('chosen');
  for (const one of document.querySelectorAll('[data-step="' + step + '"],[data-to="' + step + '"],[data-from="' + step + '"]'))
    one.classList.add('chosen');
  for (const one of nodes) one.setAttribute('tabindex', Number(one.dataset.step) === step ? '0' : '-1');
  detail.replaceChildren();
  add(detail, 'h3', 'Step ' + step + ': ' + process.argv.join(' '));
  add(detail, 'p', report.engines.map((name, at) => name + ': ' + process.ends[at] + ', ' + process.milliseconds[at] + ' ms').join('; '));
  if (process.standIn) add(detail, 'p', 'stand-in for ' + process.standIn.tool + ': ' + process.standIn.port + '; ' + process.standIn.reason);
  const table = detail.appendChild(document.createElement('table'));
  const row = (what, path, digest) => {
    const made = table.insertRow();
    add(made, 'td', what); add(made, 'td', path); add(add(made, 'td', ''), 'code', digest);
    return made;
  };
  for (const { path, sha256 } of process.inputs) row('reads', path, sha256);
  for (const { path, sha256 } of process.outputs) {
    const same = sha256[0] === sha256[1];
    const digests = same ? [sha256[0] ?? 'nothing'] : sha256.map((one) => one ?? 'nothing');
    row('leaves', path, digests.join(' and ')).className = same ? '' : 'bad';
  }
}
function open(node) {
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: 'nearest', inline: 'center' });
  show(Number(node.dataset.step));
}
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** The nearest box in the direction of an arrow. */
function neighbour(node, [right, down]) {
  const place = (one) => one.dataset.at.split(',').map(Number);
  const [column, row] = place(node);
  const there = nodes.filter((one) => right === 0 ? place(one)[0] === column && Math.sign(place(one)[1] - row) === down : place(one)[0] === column + right);
  const distance = (one) => Math.abs(place(one)[1] - row);
  return there.sort((a, b) => distance(a) - distance(b))[0];
}
for (const node of nodes) {
  node.addEventListener('click', () => open(node));
  node.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const next = step ? neighbour(node, step) : event.key === 'Enter' || event.key === ' ' ? node : undefined;
    if (step || next) event.preventDefault();
    if (next) open(next);
  });
}
for (const button of document.querySelectorAll('[data-path]')) button.addEventListener('click', () => {
  const steps = new Set(report.processes.filter(({ outputs }) => outputs.some(({ path }) => path === button.dataset.path)).map(({ step }) => step));
  const maker = nodes.filter((one) => steps.has(Number(one.dataset.step))).at(-1);
  if (maker) open(maker);
  detail.scrollIntoView({ block: 'nearest' });
});
const wrong = document.querySelector('svg g.bad');
if (wrong) { document.getElementById('graph').scrollLeft = wrong.dataset.at.split(',')[0] * ${COLUMN} - 200; show(Number(wrong.dataset.step)); }
`;

function archiveText({ name, sha256, nixBase32 }: ArchiveDocument): string {
  return `${sha256} (${nixBase32} as Nix and Guix write it), ${name}`;
}
