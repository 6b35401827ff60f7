// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Variable references in a word → the word with their values.
 *
 *     word      = { text | "${" name "}" | "${" name ":-" default "}" | "$@" }
 *
 * Any other use of `$` is an error. Behaviour defined by mescc-tools 1.7.0, Kaem/variable.c.
 */

/** The values that expansion needs. All strings are byte strings. */
export interface Scope {
  /** The value of a variable, or undefined. */
  lookup(name: string): string | undefined;
  /** kaem's own argument vector, for `$@`. */
  readonly argv: readonly string[];
}

/** Why a word cannot be expanded. The caller adds the position. */
export class ExpansionError extends Error {}

/** Expand every reference in `word`. Throws {@link ExpansionError}. */
export function expand(word: string, scope: Scope): string {
  let at = word.indexOf('$');
  if (at < 0) return word;
  let value = word.slice(0, at);
  while (at < word.length) {
    if (word[at] !== '$') {
      value += word[at++];
      continue;
    }
    if (word[at + 1] === '@') {
      // Quirk kept: $@ drops the part of the word before it.
      value = allArguments(scope.argv);
      at += 2;
    } else if (word[at + 1] === '{') {
      const reference = readReference(word, at + 2);
      value += scope.lookup(reference.name) ?? reference.otherwise;
      at = reference.end + 1;
    } else {
      throw new ExpansionError(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: kaem's syntax, not ours
        'IMPROPERLY USED VARIABLE! Only ${foo} and $@ format are accepted at this time.',
      );
    }
  }
  return value;
}

interface Reference {
  readonly name: string;
  /** The value if the variable is unset. */
  readonly otherwise: string;
  /** Index of the closing brace. */
  readonly end: number;
}

function readReference(word: string, start: number): Reference {
  // Quirk kept: any :- in the rest of the word, even one of a later reference, makes this the form
  // with a default. The name then ends at the first colon.
  return word.indexOf(':-', start) < 0 ? readPlain(word, start) : readWithDefault(word, start);
}

function readWithDefault(word: string, start: number): Reference {
  const colon = word.indexOf(':', start);
  const end = word.indexOf('}', colon + 2);
  if (end < 0) throw new ExpansionError('IMPROPERLY TERMINATED VARIABLE');
  return { name: word.slice(start, colon), otherwise: word.slice(colon + 2, end), end };
}

function readPlain(word: string, start: number): Reference {
  // Quirk kept: a backslash leaves a gap in the name, which ends there.
  let nameEnd: number | undefined;
  for (let at = start; at < word.length; at++) {
    const char = word[at];
    if (char === '}') return { name: word.slice(start, nameEnd ?? at), otherwise: '', end: at };
    if (char === '\n' || char === '\u00ff') break; // as a signed char, 0xFF is upstream's EOF
    if (char === '\\') nameEnd ??= at;
  }
  throw new ExpansionError('IMPROPERLY TERMINATED VARIABLE!');
}

/** Quirk kept: the arguments from `--` on, including the dashes, as one word. */
function allArguments(argv: readonly string[]): string {
  const dashes = argv.indexOf('--');
  return dashes < 0 ? '' : argv.slice(dashes).join(' ');
}
