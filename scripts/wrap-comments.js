// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node scripts/wrap-comments.js FILE…`, a part of `npm run format`: comments with a line of more
 * than 100 characters are wrapped; the formatter does the code.
 *
 * Only a paragraph that has a long line changes. What is indented, in a list or a table, and the
 * productions of a grammar keep their lines: they are broken where they must be. Invariant: a
 * second run changes nothing.
 */
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const MAX_COLUMNS = 100;
/** Lines that begin so begin a paragraph. */
const OPENING = /^(Quirks? (kept|of)|Invariants?:|Behaviour defined|[a-z-]+( = |: )|"[a-z])/;
const ITEM = /^(@param \w+ |@\w+ |[-*] |\d+\. )/;
const PRODUCTION = /^[a-z][a-z-]*(\([\w ]+\))? ?[:=] .*["|]/;

/** The text with its comments wrapped. */
export function wrapComments(text, name) {
  const edits = [];
  const comments = commentsOf(text, name);
  for (let at = 0; at < comments.length; at++) {
    const lineStart = text.lastIndexOf('\n', comments[at].pos) + 1;
    const before = text.slice(lineStart, comments[at].pos);
    const group = groupFrom(text, comments, at, before);
    at += group.length - 1;
    const range = { start: lineStart, pos: group[0].pos, end: group.at(-1).end };
    const lines = text.slice(range.start, range.end).split('\n');
    if (lines.every((line) => line.length <= MAX_COLUMNS)) continue;
    const edit = before.trim() === '' ? wrapped(text, group, before) : moved(text, range, before);
    if (edit !== undefined) edits.push({ ...range, ...edit });
  }
  return edits.reduceRight(
    (all, { pos, end, by }) => all.slice(0, pos) + by + all.slice(end),
    text,
  );
}

function commentsOf(text, name) {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind);
  const found = new Map();
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.JsxText) return;
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const range of ranges) found.set(range.pos, range);
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return [...found.values()].sort((left, right) => left.pos - right.pos);
}

/** A block comment, or line comments below each other; the licence is on its own. */
function groupFrom(text, comments, first, before) {
  const group = [comments[first]];
  const isLine = ({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia;
  const isLicence = ({ pos, end }) => text.slice(pos, end).includes('SPDX');
  if (!isLine(group[0]) || before.trim() !== '') return group;
  for (const next of comments.slice(first + 1)) {
    const last = group.at(-1);
    const gap = text.slice(last.end, next.pos);
    if (!isLine(next) || gap !== `\n${before}` || isLicence(last)) break;
    group.push(next);
  }
  return group;
}

/** A comment on lines of its own. */
function wrapped(text, group, indent) {
  const bodies = group.map(({ pos, end }) => text.slice(pos, end));
  if (bodies.some((body) => /^\/\/ (biome-ignore|@ts-)/.test(body))) return undefined;
  if (bodies[0].startsWith('//')) {
    const lines = bodies.map((body) => body.replace(/^\/\/ ?/, '').trimEnd());
    const rows = wrapLines(lines, MAX_COLUMNS - indent.length - 3);
    return { by: rows.map((row) => `// ${row}`.trimEnd()).join(`\n${indent}`) };
  }
  const opening = bodies[0].startsWith('/**') ? '/**' : '/*';
  const lines = bodies[0].slice(opening.length, -2).split('\n');
  const plain = lines.map((line) => line.replace(/^\s*\* ?|^ /, '').trimEnd());
  while (plain[0] === '') plain.shift();
  while (plain.at(-1) === '') plain.pop();
  const rows = wrapLines(plain, MAX_COLUMNS - indent.length - 3);
  const block = rows.map((row) => `${indent} * ${row}`.trimEnd()).join('\n');
  return { by: `${opening}\n${block}\n${indent} */` };
}

/** A comment after code goes before its line. */
function moved(text, { start, pos, end }, code) {
  const comment = text.slice(pos, end);
  if (!comment.startsWith('//') || comment.includes('biome-ignore')) return undefined;
  const indent = /^\s*/.exec(code)[0];
  const rows = wrap(comment.slice(2).trim(), MAX_COLUMNS - indent.length - 3);
  const above = rows.map((row) => `${indent}// ${row}\n`).join('');
  return { pos: start, by: above + code.trimEnd() };
}

function wrapLines(lines, width) {
  const rows = [];
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    if (isOfItsOwn(lines[at])) rows.push(...hanging(lines[at], width));
    else {
      while (end < lines.length && !isOfItsOwn(lines[end]) && !OPENING.test(lines[end])) end++;
      const part = lines.slice(at, end);
      if (part.every((line) => line.length <= width)) rows.push(...part);
      else if (PRODUCTION.test(part[0])) rows.push(...part.flatMap((line) => hanging(line, width)));
      else rows.push(...wrap(part.join(' '), width));
    }
    at = end;
  }
  return rows;
}

function isOfItsOwn(line) {
  return line === '' || /^(\s{2,}|\||```)/.test(line) || ITEM.test(line.trimStart());
}

/** A line that keeps its indentation; what does not fit goes below it, further in. */
function hanging(line, width) {
  if (line.length <= width) return [line];
  const indent = /^\s*/.exec(line)[0];
  const more = `${indent}  `;
  const [first, ...rest] = wrap(line.trim(), width - more.length);
  return [indent + first, ...rest.map((row) => more + row)];
}

function wrap(text, width) {
  const rows = [];
  for (const word of text.split(/\s+/)) {
    const row = rows.at(-1);
    if (row === undefined || row.length + 1 + word.length > width) rows.push(word);
    else rows[rows.length - 1] = `${row} ${word}`;
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const name of process.argv.slice(2)) {
    const text = fs.readFileSync(name, 'utf8');
    const better = wrapComments(text, name);
    if (better !== text) fs.writeFileSync(name, better);
  }
}
