// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * live-bootstrap's steps/manifest and a configuration → the packages to build, in order, and the
 * shell that builds each.
 *
 * Lines are read as its script-generator reads them: a directive, an argument, and perhaps a
 * condition in brackets. After bash, the scripts are bash's; after a jump to another kernel they
 * run there, so the plan ends. Invariant: nothing is built here; the checkout's own
 * script-generator makes the scripts, and the climb only compares them with this plan.
 *
 * Behaviour defined by seed/script-generator.c of live-bootstrap 984b8322.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { errorAt } from '@stage0-ts/diagnostics';

/** A package, and the how-manieth build of it this is. */
export interface PlannedPackage {
  readonly name: string;
  readonly pass: number;
  /** What runs the script that builds it. */
  readonly shell: 'kaem' | 'bash';
}

/** Name and pass as people write them: the pass is left out where it is the first. */
export function packageLabel({ name, pass }: Pick<PlannedPackage, 'name' | 'pass'>): string {
  return pass === 1 ? name : `${name}:${pass}`;
}

/** A word of a line, and where it begins in the file. */
interface Word {
  readonly text: string;
  readonly at: number;
}

const DIRECTIVES = new Set(['build:', 'improve:', 'define:', 'jump:', 'uninstall:']);

/** A package's name is a folder's name: nothing that leads elsewhere. */
const NAME = /^[A-Za-z0-9][\w.+-]*$/;

/** Such a package brings the shell of all later scripts. */
const NEXT_SHELL = /^bash-/;

/** Throws ToolError, with the place, for a line that script-generator would not accept. */
export function readManifest(
  bytes: Uint8Array,
  name: string,
  configuration: ReadonlyMap<string, string>,
): PlannedPackage[] {
  const reader = new ManifestReader(bytes, name, configuration);
  return reader.packages();
}

class ManifestReader {
  private readonly source: { readonly name: string; readonly bytes: Uint8Array };
  private readonly variables: Map<string, string>;
  /** How often each argument was given: the pass of a package is the next number. */
  private readonly passes = new Map<string, number>();

  constructor(bytes: Uint8Array, name: string, configuration: ReadonlyMap<string, string>) {
    this.source = { name, bytes };
    this.variables = new Map(configuration);
  }

  packages(): PlannedPackage[] {
    const found: PlannedPackage[] = [];
    let shell: PlannedPackage['shell'] = 'kaem';
    for (const words of linesOf(this.source.bytes)) {
      const [directive, ...others] = words as [Word, ...Word[]];
      if (!DIRECTIVES.has(directive.text)) {
        throw this.fail(directive, `expected one of ${[...DIRECTIVES].join(' ')}`);
      }
      if (directive.text === 'define:') this.define(directive, others);
      else if (this.applies(directive, others)) {
        const argument = others[0] as Word;
        if (directive.text === 'jump:') return found;
        const pass = (this.passes.get(argument.text) ?? 0) + 1;
        this.passes.set(argument.text, pass);
        if (directive.text !== 'build:') continue;
        if (!NAME.test(argument.text)) throw this.fail(argument, 'this is not a name of a package');
        found.push({ name: argument.text, pass, shell });
        if (NEXT_SHELL.test(argument.text)) shell = 'bash';
      }
    }
    return found;
  }

  /** define = name "=" ( logic | constant ) [ predicate ] */
  private define(directive: Word, words: readonly Word[]): void {
    const [name, equals, ...rest] = words;
    if (name === undefined || equals?.text !== '=' || rest.length === 0) {
      throw this.fail(equals ?? name ?? directive, 'define takes NAME = VALUE');
    }
    const isLogic = rest[0]?.text === '(';
    const [value, after] = isLogic
      ? this.predicate(rest, 0)
      : ([(rest[0] as Word).text, 1] as const);
    if (after < rest.length && this.predicate(rest, after)[0] !== 'True') return;
    this.variables.set(name.text, value);
  }

  private applies(directive: Word, words: readonly Word[]): boolean {
    if (words.length === 0 || words[0]?.text === '(') {
      throw this.fail(words[0] ?? directive, `${directive.text} needs an argument`);
    }
    const condition = words.findIndex(({ text }) => text === '(');
    return condition < 0 || this.predicate(words, condition)[0] === 'True';
  }

  /** predicate = "(" logic ")"; the value, and where the words go on. */
  private predicate(words: readonly Word[], at: number): readonly [value: string, after: number] {
    const open = words[at] as Word;
    if (open.text !== '(') throw this.fail(open, 'expected a condition in brackets');
    const [value, after] = this.logic(words, at + 1);
    if (words[after]?.text !== ')') throw this.fail(words[after] ?? open, 'expected )');
    return [value, after + 1];
  }

  /** logic = word | word ( "==" | "!=" ) word [ ( "||" | "&&" ) logic ] */
  private logic(words: readonly Word[], at: number): readonly [value: string, after: number] {
    const left = words[at];
    const operator = words[at + 1];
    const open = words[at - 1] as Word;
    if (left === undefined || operator === undefined) throw this.fail(left ?? open, 'expected )');
    if (operator.text === ')') return [left.text, at + 1];
    const right = words[at + 2];
    if ((operator.text !== '==' && operator.text !== '!=') || right === undefined) {
      throw this.fail(operator, 'expected == or != and a value');
    }
    const isEqual = (this.variables.get(left.text) ?? '') === right.text;
    const first = isEqual === (operator.text === '==');
    const join = words[at + 3];
    if (join?.text === ')' || join === undefined) return [first ? 'True' : 'False', at + 3];
    if (join.text !== '||' && join.text !== '&&') throw this.fail(join, 'expected ||, && or )');
    const [value, after] = this.logic(words, at + 4);
    const second = value === 'True';
    const both = join.text === '||' ? first || second : first && second;
    return [both ? 'True' : 'False', after];
  }

  private fail({ at }: Word, message: string): Error {
    return errorAt(this.source, at, 'bad-manifest', message);
  }
}

/** The words of each line that is not empty or a comment. */
function* linesOf(bytes: Uint8Array): Generator<Word[]> {
  let start = 0;
  for (const line of decodeUtf8(bytes).split('\n')) {
    const content = line.replace(/#.*$/s, '');
    const words: Word[] = [];
    for (const { 0: text, index } of content.matchAll(/[^ ]+/g)) {
      words.push({ text, at: start + encodeUtf8(line.slice(0, index)).length });
    }
    if (words.length > 0) yield words;
    start += encodeUtf8(line).length + 1;
  }
}
