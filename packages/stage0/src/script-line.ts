// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which line of a kaem script started a process: script and argument vector → offset of the
 * command.
 *
 * A shell does not record it, so the line is found by its words: each command of the script is
 * compared with the argument vector, where a variable may stand for any text and the program may
 * have been found on the PATH.
 *
 * Scripts are not trusted, so there is no backtracking. A command is cut at its variables, and the
 * pieces are searched in order, each after the previous one. The leftmost match is always
 * sufficient.
 */
import { decodeLatin1, hostToLatin1 } from '@stage0-ts/bytes';

/** Longer commands are not searched for: no kernel accepts them. */
const MAX_COMMAND = 1 << 16;

/**
 * Matches any text. Scripts and arguments are byte strings here, so they cannot contain this
 * character.
 */
const ANYTHING = '\u{100}';

/** Start and end of the first command that can be the given one; undefined if none can. */
export function findCommand(
  script: Uint8Array,
  argv: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  const wanted = `${oneBlank(argv.map(hostToLatin1).join(' '))} `;
  if (wanted.length > MAX_COMMAND) return undefined;
  const commands = commandsOf(decodeLatin1(script)).map((command) => ({
    ...command,
    words: wordsOf(command.text),
  }));
  const found =
    commands.find(({ words }) => words.length > 0 && canBe(words, wanted)) ??
    commands.find(({ words }) => words.length > 1 && canBeAliased(words, wanted));
  if (found === undefined) return undefined;
  const { text, start } = found;
  const indent = text.length - text.trimStart().length;
  return { start: start + indent, end: start + text.trimEnd().length };
}

interface Command {
  readonly text: string;
  readonly start: number;
}

/** Each command is a line; a backslash at the end continues it on the next line. */
function commandsOf(script: string): Command[] {
  const commands: Command[] = [];
  for (let start = 0, from = 0; start < script.length; ) {
    const lineEnd = script.indexOf('\n', from);
    const end = lineEnd < 0 ? script.length : lineEnd;
    from = end + 1;
    if (script[end - 1] === '\\' && end < script.length && end > start) continue;
    if (end - start <= MAX_COMMAND) commands.push({ text: script.slice(start, end), start });
    start = from;
  }
  return commands;
}

/** The words without quotes, comments and line ends; `${NAME}` and `$@` become {@link ANYTHING}. */
function wordsOf(command: string): string[] {
  const words = command
    .replaceAll('\\\n', ' ')
    .split(/\s/)
    .map((word) => word.replaceAll('"', ''));
  const comment = words.findIndex((word) => word.startsWith('#'));
  const kept = comment < 0 ? words : words.slice(0, comment);
  return kept.filter((word) => word !== '').map(withoutVariables);
}

function withoutVariables(word: string): string {
  let result = '';
  for (let at = 0; ; ) {
    const dollar = word.indexOf('$', at);
    if (dollar < 0) return result + word.slice(at);
    const end = word[dollar + 1] === '@' ? dollar + 1 : word.indexOf('}', dollar);
    const isVariable = end > dollar && (word[dollar + 1] === '{' || word[dollar + 1] === '@');
    result += word.slice(at, dollar) + (isVariable ? ANYTHING : '$');
    at = isVariable ? end + 1 : dollar + 1;
    // If there is no } after this, there is none after later ones either.
    if (end < 0 && word[dollar + 1] === '{') return result + word.slice(at);
  }
}

/** The program may have been found on the PATH; then its name has a folder in front. */
function canBe(words: readonly string[], wanted: string): boolean {
  const pattern = `${words.join(' ')} `;
  return matches(pattern, wanted) || matches(`${ANYTHING}/${pattern}`, wanted);
}

/** Here the first word is an alias, so any text may take its place. */
function canBeAliased([, ...rest]: readonly string[], wanted: string): boolean {
  return matches(`${ANYTHING} ${rest.join(' ')} `, wanted);
}

/** Each run of blanks becomes one blank, as the shell divides words. */
function oneBlank(text: string): string {
  return text.split(/\s/).filter(Boolean).join(' ');
}

function matches(pattern: string, text: string): boolean {
  const pieces = pattern.split(ANYTHING);
  const first = pieces[0] as string;
  if (pieces.length === 1) return text === first;
  const last = pieces.pop() as string;
  if (!text.startsWith(first)) return false;
  let [at, before] = [first.length, first];
  for (const piece of pieces.slice(1)) {
    const found = text.indexOf(piece, at - shared(before, piece));
    if (found < 0) return false;
    at = found + piece.length;
    if (piece !== '') before = piece;
  }
  return text.endsWith(last) && text.length - last.length >= at - shared(before, last);
}

/** Where a variable is empty, its blanks on both sides become one. */
function shared(before: string, after: string): number {
  return before.endsWith(' ') && after.startsWith(' ') ? 1 : 0;
}
