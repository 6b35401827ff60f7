// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A proof → its report in plain text: the result in one sentence, what was explored, the table,
 * what is assumed, and what it was compared with.
 */
import { visible } from '@stage0-ts/diagnostics';
import type { Difference } from './compare.ts';
import type { Judgement } from './judge.ts';
import { type MealyTable, rowAt, run } from './mealy.ts';
import { accessWords } from './minimise.ts';
import type { Explored, Proof } from './prove.ts';

const ASSUMPTIONS = [
  'the processor does what the Intel manual says, as the interpreter of @stage0-ts/i386 has it',
  'both opens succeed, with the descriptors 3 and 4',
  'a read gives one byte, or 0 at the end of the input, and from then on always 0; never an error',
  'a write writes all that it is given',
  'nothing else changes its memory, and it starts with this stack and three arguments',
];

/** The report; ends in a newline. */
export function proofText(proof: Proof): string {
  const { seed, other } = proof;
  const lines = [sentence(proof), '', ...exploredLines(seed)];
  if (other !== undefined) lines.push('', ...exploredLines(other));
  if (seed.exploration.open === undefined)
    lines.push('', ...tableLines(seed.minimal, proof.except));
  lines.push('', 'compared with', ...comparedLines(proof), '', 'assumed');
  lines.push(...ASSUMPTIONS.map((text) => `  ${text}`));
  const { mostAsked } = seed.exploration;
  if (mostAsked > 1) {
    lines.push(`  (it asks for up to ${mostAsked} bytes at once: longer answers are not explored)`);
  }
  return `${lines.join('\n')}\n`;
}

function sentence({ verdict, seed, other, except, port, otherDifference }: Proof): string {
  const path = visible(seed.path);
  const which = except.length === 0 ? 'every input' : `every input without ${shown(except)}`;
  if (verdict === 'equal') {
    const also = other === undefined ? '' : ` and ${visible(other.path)}`;
    return `Proved: with ${which}, ${path} does what our port of hex0 does${also}.`;
  }
  if (verdict === 'open') {
    const why =
      seed.exploration.open ?? `${visible(other?.path ?? '')}: ${other?.exploration.open}`;
    return `Not proved: ${path} cannot be followed to the end: ${why}.`;
  }
  const found = port?.difference ?? otherDifference;
  const from = port?.difference ? 'our port of hex0' : visible(other?.path ?? '');
  return `Different: with the input ${shown(found?.input ?? [])}, ${path} does not do what ${from} does.`;
}

function exploredLines({ path, size, sha256, exploration, minimal }: Explored): string[] {
  const { states, transitions, instructions, open, changedBytes, changedRange } = exploration;
  const [low, high] = changedRange.map((address) => address.toString(16));
  const closed = open === undefined ? 'the set closes' : `the set does not close: ${open}`;
  const memory =
    changedBytes === 0 ? 'none' : `${changedBytes} bytes, all in [0x${low}, 0x${high})`;
  return [
    `${visible(path)}: ${size} bytes, sha256 ${sha256}`,
    `  states between two reads      ${number(states)}; ${closed}`,
    `  transitions                   ${number(transitions)}`,
    `  instructions executed         ${number(instructions)}`,
    `  memory changed between reads  ${memory}`,
    `  flags that are in a state     ${flagNames(exploration.liveFlags)}`,
    `  before the first read         ${visible(exploration.table.opening)}`,
    ...(open === undefined ? [`  states of the smallest table  ${minimal.rows.length}`] : []),
  ];
}

function comparedLines({ seed, port, other, otherDifference }: Proof): string[] {
  const lines: string[] = [];
  if (port !== undefined) {
    const result = port.difference === undefined ? 'the same' : 'DIFFERENT';
    lines.push(`  our port of hex0: ${result} in ${number(port.tests)} tests (W-method)`);
    lines.push(`    which is a proof if the port has no more than ${port.upTo} states`);
    if (port.difference) lines.push(...differenceLines(port.difference, 'our port'));
  }
  if (other === undefined) return lines;
  const name = visible(other.path);
  if (seed.sha256 === other.sha256) lines.push(`  ${name}: the same file`);
  else if (otherDifference !== undefined) {
    lines.push(`  ${name}: DIFFERENT`, ...differenceLines(otherDifference, name));
  } else if (other.exploration.open === undefined && seed.exploration.open === undefined) {
    lines.push(`  ${name}: the same in all pairs of states`);
  } else lines.push(`  ${name}: not compared`);
  return lines;
}

function differenceLines({ input, left, right }: Difference, name: string): string[] {
  return [
    `    input ${shown(input)}`,
    `    the seed: ${visible(left)}`,
    `    ${name}: ${visible(right)}`,
  ];
}

/** Bytes as text in quotes. */
export function shown(bytes: readonly number[]): string {
  const text = bytes.map((byte) => {
    if (byte === 0x0a) return '\\n';
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${text.join('')}"`;
}

/**
 * Bytes with the same effect in every state share a column. A cell has the next state and the
 * output.
 */
export function tableLines(table: MealyTable, except: readonly number[] = []): string[] {
  const columns = inputClasses(table, new Set(except));
  const names = columns.map((bytes, index) => columnName(bytes, index));
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const access = accessWords(
    table,
    all.filter((byte) => !except.includes(byte)),
  );
  const width = Math.max(5, ...names.map(({ head }) => head.length + 1));
  const head = `  state  reached by  ${names.map(({ head: text }) => text.padEnd(width)).join('')}`;
  const lines = [
    'the smallest table: next state, and after a colon the byte that is written; a dot means the same state',
    head.trimEnd(),
  ];
  for (const [state, word] of access) {
    const cells = columns.map(([byte = 0]) => cell(table, state, byte).padEnd(width));
    const name = String(state).padStart(5);
    lines.push(`  ${name}  ${shown(word).padEnd(10)}  ${cells.join('')}`.trimEnd());
  }
  const long = names.flatMap(({ note }) => (note === undefined ? [] : [`  ${note}`]));
  const ends = [...new Set([...access.keys()].map((state) => run(table, [], state)))];
  return [...lines, ...long, `  at the end of the input, in every state: ${ends.join(' or ')}`];
}

function cell(table: MealyTable, state: number, byte: number): string {
  const { to, out } = rowAt(table, state);
  const next = to[byte] as number;
  const text = out[byte] as string;
  if (next === state && text === '') return '.';
  return `${next < 0 ? '' : next}${text === '' ? '' : `:${text}`}`;
}

function inputClasses(table: MealyTable, except: ReadonlySet<number>): number[][] {
  const classes = new Map<string, number[]>();
  for (let byte = 0; byte < 256; byte++) {
    if (except.has(byte)) continue;
    const key = table.rows.map(({ to, out }) => `${to[byte]}:${out[byte]}`).join(' ');
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [byte]);
    else known.push(byte);
  }
  return [...classes.values()];
}

function columnName(bytes: readonly number[], index: number): { head: string; note?: string } {
  if (bytes.length <= 2) return { head: shown(bytes).slice(1, -1) };
  const head = `(${index})`;
  return { head, note: `${head} ${ranges(bytes)}` };
}

function ranges(bytes: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let last = at;
    while (bytes[last + 1] === (bytes[last] as number) + 1) last++;
    const [from, to] = [bytes[at] as number, bytes[last] as number];
    const hex = (byte: number) => byte.toString(16).padStart(2, '0');
    parts.push(from === to ? hex(from) : `${hex(from)}-${hex(to)}`);
    at = last + 1;
  }
  return `bytes ${parts.join(' ')}`;
}

/** One line of the table of mutants. */
export function mutantLine(bit: number, judgement: Judgement): string {
  const place = `${(bit >> 3).toString(16).padStart(4, '0')}.${bit & 7}`;
  if (judgement.kind === 'equal') {
    return `  ${place}  equal       in all of ${number(judgement.states)} states`;
  }
  if (judgement.kind === 'open') return `  ${place}  not closed  ${visible(judgement.why)}`;
  const { input, left, right } = judgement.difference;
  const what = `${visible(left) || 'nothing'}, not ${visible(right) || 'nothing'}`;
  return `  ${place}  different   ${shown(input)}: ${what}`;
}

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [1, 'carry'],
  [4, 'parity'],
  [0x10, 'adjust'],
  [0x40, 'zero'],
  [0x80, 'sign'],
  [0x400, 'direction'],
  [0x800, 'overflow'],
];

function flagNames(mask: number): string {
  const names = FLAG_NAMES.flatMap(([bit, name]) => ((mask & bit) === 0 ? [] : [name]));
  return names.join(', ') || 'none: all are written before they are read';
}

function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
