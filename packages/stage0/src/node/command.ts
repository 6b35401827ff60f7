// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a subcommand is: one value, from which its parsing and its help come.
 *
 * Invariant: a command reads no option that it does not declare, so that help, suggestions,
 * completion and man page are complete.
 */
import { parseArgs } from 'node:util';
import { hanging, paragraphs } from './layout-text.ts';
import { nearestName } from './suggest.ts';
import { UsageError } from './usage.ts';

export interface Command {
  readonly name: string;
  /** One line for lists of commands. */
  readonly summary: string;
  readonly operands: readonly Operand[];
  /** What it does, in sentences; an empty line begins a paragraph. */
  readonly about: string;
  readonly options: Options;
  /** What the help prints after the options, if there is more to say. */
  readonly notes?: string;
  /** What the exit statuses mean. */
  readonly exitStatus: string;
  /**
   * Exit status when an error ends the command: 3 where 1 is a verdict, so that a typing error does
   * not look like one.
   */
  readonly errorStatus?: number;
  /** Options end at the first operand; the words after it belong to a program. */
  readonly optionsFirst?: true;
  readonly load: () => Promise<Run>;
}

/** Does the work; the result is the exit status. Throws UsageError and ToolError. */
export type Run = (given: Arguments) => number | Promise<number>;

export interface Operand {
  readonly name: string;
  /** Absent where the name and `about` say enough. */
  readonly help?: string;
  readonly isOptional?: true;
  /** Only the last operand can be repeated. */
  readonly isRepeated?: true;
}

export interface Option {
  /** What the help calls its value; absent for a switch. */
  readonly value?: string;
  /** A line feed in it begins a new line of the help. */
  readonly help: string;
  /** Its value if the command line does not give one. */
  readonly default?: string;
  readonly isRepeated?: true;
  readonly isRequired?: true;
}

/** As `parseArgs` returns it. */
interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** By name, in the order of the help text. */
export type Options = Readonly<Record<string, Option>>;

/** The words of a command line, by the names that the command declares for them. */
export class Arguments {
  /** The words as they were given. */
  readonly words: readonly string[];
  readonly operands: readonly string[];
  private readonly options: Options;
  private readonly values: ReadonlyMap<string, readonly string[]>;

  constructor(
    words: readonly string[],
    operands: readonly string[],
    options: Options,
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.words = words;
    this.operands = operands;
    this.options = options;
    this.values = values;
  }

  /** True if the command has such an option. */
  knows(name: string): boolean {
    return Object.hasOwn(this.options, name);
  }

  /** True for a switch that was given. */
  has(name: string): boolean {
    return this.given(name).length > 0;
  }

  /** The value of an option that was given or has a default. */
  text(name: string): string {
    return this.optionalText(name) as string;
  }

  /** The last value that was given, or the default; undefined if there is neither. */
  optionalText(name: string): string | undefined {
    return this.given(name).at(-1) ?? this.options[name]?.default;
  }

  /** All values that were given. */
  texts(name: string): readonly string[] {
    return this.given(name);
  }

  private given(name: string): readonly string[] {
    if (!this.knows(name)) throw new Error(`the command does not declare --${name}`);
    return this.values.get(name) ?? [];
  }
}

/**
 * Read the words after a command's name, by its table. Undefined when they ask for help.
 *
 * @throws UsageError for words that the table does not allow.
 */
export function readArguments(command: Command, words: readonly string[]): Arguments | undefined {
  const own = command.optionsFirst ? words.slice(0, firstOperand(command, words)) : words;
  const { tokens } = parseArgs({ ...parserConfig(command, own), strict: false, tokens: true });
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName } = token;
    if (name === 'help') return undefined;
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    if (option === undefined) throw unknownOption(command, rawName);
    values.set(name, [...(values.get(name) ?? []), optionValue(option, token)]);
  }
  operands.push(...words.slice(own.length));
  requireWords(command, operands, values);
  return new Arguments(words, operands, command.options, values);
}

/** The value of an option on the command line; '' for a switch. */
function optionValue({ value: wanted }: Option, token: OptionToken): string {
  const { rawName, value, inlineValue } = token;
  if (wanted === undefined) {
    if (value === undefined) return '';
    throw new UsageError(`${rawName} takes no value`);
  }
  if (!value) throw new UsageError(`${rawName} takes a value: ${wanted}`);
  if (inlineValue || !/^-./.test(value)) return value;
  throw new UsageError(`${rawName} takes a value: ${wanted}; ${rawName}=${value} if that is it`);
}

function firstOperand(command: Command, words: readonly string[]): number {
  const { tokens } = parseArgs({ ...parserConfig(command, words), strict: false, tokens: true });
  return tokens.find(({ kind }) => kind === 'positional')?.index ?? words.length;
}

function parserConfig(command: Command, words: readonly string[]) {
  const entries = Object.entries(command.options).map(([name, { value }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const) },
  ]);
  const options = { ...Object.fromEntries(entries), help: { type: 'boolean', short: 'h' } };
  return { args: [...words], options, allowPositionals: true };
}

function requireWords(
  { name, operands, options }: Command,
  given: readonly string[],
  values: ReadonlyMap<string, unknown>,
): void {
  const needed = operands.filter(({ isOptional }) => !isOptional);
  const isOpen = operands.some(({ isRepeated }) => isRepeated);
  if (given.length < needed.length || (given.length > operands.length && !isOpen)) {
    const words = needed.map((one) => `a ${one.name}`).join(' and ');
    throw new UsageError(`${name} takes ${words || 'options only'}`);
  }
  for (const [option, { isRequired, value }] of Object.entries(options)) {
    if (isRequired && !values.has(option)) {
      throw new UsageError(`${name} needs --${option} ${value}`);
    }
  }
}

function unknownOption({ options }: Command, given: string): UsageError {
  const meant = nearestName(given.replace(/^-+/, ''), [...Object.keys(options), 'help']);
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
  return new UsageError(`unknown option ${given}${hint}`);
}

/** The usage line after the command's name. */
export function synopsis({ operands, options, optionsFirst }: Command): string {
  const words = operands.map(operandWord);
  const required = Object.entries(options).filter(([, { isRequired }]) => isRequired);
  words.push(...required.map(([name, { value }]) => `--${name} ${value}`));
  if (Object.keys(options).length > required.length) {
    words.splice(optionsFirst ? 0 : words.length, 0, '[OPTION…]');
  }
  return words.join(' ');
}

function operandWord({ name, isOptional, isRepeated }: Operand): string {
  const word = isRepeated ? `${name}…` : name;
  return isOptional ? `[${word}]` : word;
}

/** The help text of one command. */
export function helpText(command: Command): string {
  const { name, operands, options, about, notes, exitStatus } = command;
  const rows = operands.flatMap((one) => (one.help === undefined ? [] : [[one.name, one.help]]));
  rows.push(
    ...Object.entries(options).map(([key, option]) => [
      optionWord(key, option),
      optionHelp(option),
    ]),
  );
  const parts = [
    `usage: stage0 ${name} ${synopsis(command)}`,
    paragraphs(about),
    rows.map(([word = '', help = '']) => hanging(word, help)).join('\n'),
    ...(notes === undefined ? [] : [paragraphs(notes)]),
    paragraphs(`Exit status: ${exitStatus}`),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** An option as the user types it. */
export function optionWord(name: string, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** What an option does, and its default. */
export function optionHelp({ help, default: value, isRepeated }: Option): string {
  const more = isRepeated ? '; may be repeated' : '';
  return value === undefined ? `${help}${more}` : `${help} (default: ${value})${more}`;
}
