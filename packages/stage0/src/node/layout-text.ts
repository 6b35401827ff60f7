// SPDX-License-Identifier: GPL-3.0-or-later
/** Sentences → lines of at most 100 characters, for help texts. */

const WIDTH = 100;
/** The column of the text after a term. */
const INDENT = 25;

/** The text in paragraphs, which are separated by an empty line. */
export function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .map((part) => wrap(part, WIDTH).join('\n'))
    .join('\n\n');
}

/** A term with its text beside it, or below it if the term is long. */
export function hanging(term: string, text: string): string {
  const lines = text.split('\n').flatMap((line) => wrap(line, WIDTH - INDENT));
  const indented = lines.map((line) => `${' '.repeat(INDENT)}${line}`);
  const [first = '', ...rest] = indented;
  if (term.length > INDENT - 3) return [`  ${term}`, ...indented].join('\n');
  return [`  ${term}${first.slice(term.length + 2)}`, ...rest].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
