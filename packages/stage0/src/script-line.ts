// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which line of a kaem script started a process: script and argument vector → offset of the command.
 *
 * A shell does not tell, so the line is found by its words: each command of the script is compared with the argument
 * vector, where a variable may stand for any text and the program may have been found on the PATH.
 */
import { decodeLatin1, hostToLatin1 } from '@stage0-ts/bytes';

/** Offset and end of the first command that can have been this one; undefined when none can. */
export function findCommand(
  script: Uint8Array,
  argv: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  const wanted = argv.map(hostToLatin1).join(' ');
  // A command goes on behind a backslash at the end of its line.
  const commands = [...decodeLatin1(script).matchAll(/(?:\\\n|[^\n])+/g)];
  const found =
    commands.find(([command]) => patternOf(command, false)?.test(wanted)) ??
    commands.find(([command]) => patternOf(command, true)?.test(wanted));
  if (found === undefined) return undefined;
  const { 0: command, index } = found;
  const indent = command.length - command.trimStart().length;
  return { start: index + indent, end: index + command.trimEnd().length };
}

/**
 * What the argument vector of a command looks like, joined by blanks; undefined for a line that is none.
 *
 * @param aliased the first word is an alias, so that any text may stand in its place.
 */
function patternOf(command: string, aliased: boolean): RegExp | undefined {
  const [program, ...rest] = command
    .replace(/(^|\s)#.*$/, '')
    .split(/(?:\s|\\\n)+/)
    .map((word) => word.replaceAll('"', ''))
    .filter((word) => word !== '');
  if (program === undefined || (aliased && rest.length === 0)) return undefined;
  const first = aliased ? '.*' : `(?:.*/)?${wordPattern(program)}`;
  return new RegExp(`^${[first, ...rest.map(wordPattern)].join(' +')} *$`, 's');
}

function wordPattern(word: string): string {
  return word
    .split(/\$\{[^}]*\}|\$@/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
}
