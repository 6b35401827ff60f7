// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The fenced blocks of a Markdown file. Their commands are taken apart as the course's page does
 * it.
 */
import fs from 'node:fs';

export { commandsOf, outputPattern } from '../../playground/src/course/console-text.ts';

export interface Block {
  /** Line in the document, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** The second word of the fence: the name of the file whose content the block is. */
  readonly file: string | undefined;
  /** True for commands that check an exercise, which the fence of their console says. */
  readonly isCheck: boolean;
  readonly text: string;
}

/** The blocks, in order. Throws for a block without an end. */
export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  const lines = fs.readFileSync(document, 'utf8').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\S+)(?: (\S+))?(?: from=\S+)?$/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${document}:${at + 1}: the block has no end`);
    const text = lines.slice(at + 1, end).map((line) => `${line}\n`);
    const [, language = '', word] = fence;
    const isConsole = language === 'console';
    const file = isConsole ? undefined : word;
    const isCheck = isConsole && word === 'check';
    blocks.push({ line: at + 1, language, file, isCheck, text: text.join('') });
    at = end;
  }
  return blocks;
}
