// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * No line of code or comment is longer than 100 characters. The formatter sees to the code; a
 * longer line is one that it could not break, as a string, template or regular expression is in it.
 * It does not touch comments, so that these are what this test is for.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const MAX_COLUMNS = 100;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The i386 machine and the pages come later. */
const LATER = /^packages\/(i386|playground)\//;

/** What the formatter does not break. */
const LITERALS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.JsxText,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.TemplateExpression,
]);

/** Numbers of the lines that are too long without need. */
function longLines(text: string, name: string): number[] {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind);
  const literals: ts.TextRange[] = [];
  const comments: ts.TextRange[] = [];
  const visit = (node: ts.Node): void => {
    if (LITERALS.has(node.kind)) literals.push({ pos: node.getStart(file), end: node.end });
    if (!ts.isJsxText(node)) {
      comments.push(...(ts.getLeadingCommentRanges(text, node.pos) ?? []));
      comments.push(...(ts.getTrailingCommentRanges(text, node.end) ?? []));
    }
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  const touches = (start: number, end: number) => (range: ts.TextRange) =>
    range.pos < end && range.end > start;
  return text.split('\n').flatMap((line, at) => {
    if (line.length <= MAX_COLUMNS) return [];
    const start = file.getPositionOfLineAndCharacter(at, 0);
    const onLine = touches(start, start + line.length);
    return comments.some(onLine) || !literals.some(onLine) ? [at + 1] : [];
  });
}

function sources(): string[] {
  const words = ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.tsx', '*.js'];
  const { stdout } = spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  return stdout.split('\n').filter((name) => name !== '' && !LATER.test(name));
}

it('no source has a line of more than 100 characters', () => {
  const names = sources();
  expect(names.length).toBeGreaterThan(400);
  const found = names.flatMap((name) => {
    const file = path.join(ROOT, name);
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    return longLines(text, name).map((line) => `${name}:${line}`);
  });
  expect(found).toEqual([]);
});

const LONG = 'word '.repeat(25);

it.each([
  ['a comment', `// ${LONG}`, [1]],
  ['a block comment', `/** ${LONG} */\nconst a = 1;`, [1]],
  ['a comment after code', `const a = 1; // ${LONG}`, [1]],
  ['a comment after a string', `const a = 'a'; // ${LONG}`, [1]],
  ['a comment in a block', `function f() {\n  // ${LONG}\n}`, [2]],
  ['code', `const a = [${'1, '.repeat(50)}];`, [1]],
  ['a string', `const a = '${LONG}';`, []],
  ['a comment in a template', `const a = \`\n// ${LONG}\`;`, []],
  ['a regular expression', `const a = /${LONG}/;`, []],
])('%s counts as it should', (_, text, lines) => {
  expect(longLines(text, 'a.ts')).toEqual(lines);
});
