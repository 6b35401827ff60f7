// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check → one self-contained HTML file: the verdict, the chain as a graph to click through,
 * and every digest. The document itself is in the page as JSON.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument } from './check-document.ts';
import type { AgainstResult, FirstWrong } from './foreign-build.ts';
import { escapeHtml, graphMarkup } from './graph-markup.ts';
import { attachGraph } from './graph-script.ts';
import { GRAPH_STYLE } from './graph-style.ts';
import { meaningOf } from './meaning.ts';
import type { ArchiveDocument } from './subject.ts';
import { trustLines, type VerdictKind } from './verdict.ts';

/** The whole page. */
export function htmlReport(shown: CheckDocument): string {
  const document = madeVisible(shown);
  const title = `stage0 check, ${document.arch}: ${TITLES[document.verdict.kind]}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}${GRAPH_STYLE}</style></head>
<body class="${document.ok ? 'good' : 'bad'}">
<h1>${escapeHtml(title)}</h1>
${verdict(document)}
<h2>The chain</h2>
<p>Each box is a process, named by the file that it makes; the larger the file, the larger the box. Lines lead from what it reads. Click one, or use the arrow keys.</p>
<div class="chain-graph" id="graph">${graphMarkup(document)}</div>
<div id="detail" aria-live="polite"></div>
<h2>What was checked</h2>
${summary(document)}
<h2>Binaries that came with the tree</h2>
${trusted(document)}
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

function verdict(document: CheckDocument): string {
  const { choice } = document;
  const { sentence, reasons, notes } = document.verdict;
  const meaning = meaningOf(document);
  const chosen = choice === null ? [] : [`Compared with ${choice}.`];
  const more = [...chosen, ...reasons.slice(1).map(({ text }) => `Also: ${text}.`), ...notes];
  const items = more.map((text) => `<li>${escapeHtml(text)}</li>`).join('');
  return `<p class="verdict">${escapeHtml(meaning)}</p><p>${escapeHtml(sentence)}</p>${items === '' ? '' : `<ul>${items}</ul>`}`;
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
    return `right, except for those that are missing and so not compared: ${unknownInputs.join(', ')}`;
  return 'right, so it is this program that went wrong';
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

const STYLE = `
:root { color-scheme: light dark; --good: light-dark(#1a7f37, #4cc470); --bad: light-dark(#b3261e, #ff8a80); --accent: light-dark(#0a5fbf, #6fb2ff); --line: #8888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; } h3 { font-size: 1rem; overflow-wrap: anywhere; }
p { overflow-wrap: anywhere; } .verdict { font-size: 1.15rem; max-width: 55rem; } li { overflow-wrap: anywhere; white-space: pre-line; }
body.good h1 { color: var(--good); } body.bad h1 { color: var(--bad); }
table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { white-space: nowrap; } .scroll td { white-space: nowrap; }
code, pre { font: 12px/1.4 ui-monospace, monospace; } pre { overflow-x: auto; } tr.bad { color: var(--bad); font-weight: bold; }
button { all: unset; color: var(--accent); text-decoration: underline; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.scroll { overflow: auto; max-height: 36rem; border: 1px solid var(--line); padding: .5rem; }
#detail { min-height: 6rem; padding: .5rem 0; } #detail td:first-child { white-space: nowrap; }
#detail .bad { color: var(--bad); font-weight: bold; }
`;

/** The function's own text, without the indentation of its lines. */
const GRAPH_SCRIPT = String(attachGraph).replace(/^\s+/gm, '');

const SCRIPT = `
const report = JSON.parse(document.getElementById('document').textContent);
const detail = document.getElementById('detail');
const add = (parent, name, text) => { const made = parent.appendChild(document.createElement(name)); made.textContent = text; return made; };
function show(step) {
  detail.replaceChildren();
  if (step < 0) {
    const { path, size, sha256 } = report.trusted[-1 - step];
    add(detail, 'h3', path + ', ' + size + ' bytes, came with the tree');
    add(add(detail, 'p', ''), 'code', sha256);
    return;
  }
  const process = report.processes.find((one) => one.step === step);
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
const graph = (${GRAPH_SCRIPT})(document.getElementById('graph'), show);
const open = (step) => { graph.choose(step); show(step); };
const steps = new Set([...document.querySelectorAll('svg g')].map((one) => Number(one.dataset.step)));
for (const button of document.querySelectorAll('[data-path]')) button.addEventListener('click', () => {
  const makers = report.processes.filter(({ step, outputs }) => steps.has(step) && outputs.some(({ path }) => path === button.dataset.path));
  if (makers.length > 0) open(makers.at(-1).step);
  detail.scrollIntoView({ block: 'nearest' });
});
const wrong = document.querySelector('svg g.begins');
if (wrong) open(Number(wrong.dataset.step));
`;

function archiveText({ name, sha256, nixBase32 }: ArchiveDocument): string {
  return `${sha256} (${nixBase32} as Nix and Guix write it), ${name}`;
}
