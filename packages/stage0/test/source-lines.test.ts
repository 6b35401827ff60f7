// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * No line of code or comment is longer than 100 characters. The formatter sees to the code; a
 * longer line is one that it could not break, because of a string, template or regular expression.
 * Comments are wrapped by scripts/wrap-comments.js, a part of `npm run format`.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

const MAX_COLUMNS = 100;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Kinds of text that the formatter does not break. */
const LITERALS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.JsxText,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.TemplateExpression,
]);

/** A comment of this kind must be on one line. */
const IGNORED = /biome-ignore/;

/** The numbers of lines that are too long, although they could be broken. */
function longLines(text: string, name: string): number[] {
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind);
  const literals: ts.TextRange[] = [];
  const comments: ts.TextRange[] = [];
  const visit = (node: ts.Node): void => {
    if (LITERALS.has(node.kind)) literals.push({ pos: node.getStart(file), end: node.end });
    if (!ts.isJsxText(node)) {
      const around = [
        ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
        ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
      ];
      comments.push(...around.filter(({ pos, end }) => !IGNORED.test(text.slice(pos, end))));
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
  return stdout.split('\n').filter((name) => name !== '');
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

describe('npm run format', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wrap-comments-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  function formatted(texts: readonly string[]): string[] {
    const files = texts.map((text, at) => {
      const file = path.join(folder, `${at}.ts`);
      fs.writeFileSync(file, text);
      return file;
    });
    const script = path.join(ROOT, 'scripts/wrap-comments.js');
    expect(spawnSync(process.execPath, [script, ...files]).status).toBe(0);
    return files.map((file) => fs.readFileSync(file, 'utf8'));
  }

  const words = (count: number) => Array(count).fill('word').join(' ');
  const cases = {
    'a line': [`// ${words(25)}\n`, `// ${words(19)}\n// ${words(6)}\n`],
    'a block': [`/** ${words(25)} */\n`, `/**\n * ${words(19)}\n * ${words(6)}\n */\n`],
    'one paragraph, with its indentation': [
      `{\n  /**\n   * One.\n   * Two.\n   *\n   * ${words(25)}\n   * end.\n   */\n}\n`,
      `{\n  /**\n   * One.\n   * Two.\n   *\n   * ${words(19)}\n   * ${words(6)} end.\n   */\n}\n`,
    ],
    'after code': [`f(); // ${words(20)}\n`, `// ${words(19)}\n// word\nf();\n`],
    'an item': [`/** - ${words(25)} */\n`, `/**\n * - ${words(18)}\n *   ${words(7)}\n */\n`],
    'not the licence': [`// SPDX\n// ${words(20)}\n`, `// SPDX\n// ${words(19)}\n// word\n`],
    'not a template': [`\`\n// ${words(25)}\`;\n`, `\`\n// ${words(25)}\`;\n`],
    'nothing that fits': [`// a\n// b\nf(); // c\n`, `// a\n// b\nf(); // c\n`],
  };

  it('wraps comments, and what it wrapped stays', () => {
    const before = Object.values(cases).map(([text]) => text as string);
    const after = Object.values(cases).map(([, text]) => text as string);
    expect(formatted(before)).toEqual(after);
    expect(formatted(after)).toEqual(after);
  });
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
