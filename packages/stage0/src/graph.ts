// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A cross-check → the chain as a graph: the binaries that came with the tree at the left, then the
 * processes, each right of everything that it uses.
 *
 * A lane holds what one script starts. Shells and the M2-Mesoplanet driver make nothing themselves
 * and are left out, and so are processes that leave no file. A node is named after the file that
 * its process makes. The tools that a driver starts make temporary files, so they are named after
 * the driver's result and the tool: `cp: M1`. Invariant: no two nodes have the same column and row,
 * and an edge always leads to the right.
 */
import type { CheckDocument, ProcessDocument } from './check-document.ts';
import type { TrustedBinary } from './trust.ts';

/** What a process reads: the language of its source; or a seed. */
export type GraphLanguage = 'seed' | 'hex0' | 'hex1' | 'hex2' | 'M1' | 'C' | 'files';

export interface GraphNode {
  /**
   * The step of a process. Binaries that came with the tree have −1, −2, … in the order of
   * `trusted`.
   */
  readonly step: number;
  readonly label: string;
  readonly column: number;
  readonly row: number;
  readonly language: GraphLanguage;
  /** Size of the file that it is, or makes. */
  readonly size: number;
  /** True if that file is a program at the end of the build; then its name is shown. */
  readonly isProgram: boolean;
  /**
   * `begins`: the files differ between the builds although those that they were made from do not;
   * `follows`: those differed already; `same`: otherwise.
   */
  readonly state: 'same' | 'begins' | 'follows';
  /** Steps of the nodes whose files this one reads. */
  readonly from: readonly number[];
  /** The one of these whose program this process ran. */
  readonly program: number | undefined;
}

export interface GraphLane {
  /** The script. */
  readonly name: string;
  readonly firstRow: number;
  readonly rows: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly lanes: readonly GraphLane[];
  readonly columns: number;
  readonly rows: number;
}

const DRIVERS = new Set(['kaem', 'kaem-minimal', 'M2-Mesoplanet']);
const SHELLS = new Set(['kaem', 'kaem-minimal']);
const LANGUAGES: Readonly<Record<string, GraphLanguage>> = {
  hex0: 'hex0',
  hex1: 'hex1',
  'hex2-0': 'hex2',
  hex2: 'hex2',
  M0: 'M1',
  M1: 'M1',
  'blood-elf': 'M1',
  cc_x86: 'C',
  'M2-Planet': 'C',
};
/** A compiler that was written by hand for an architecture. */
const FIRST_COMPILER = /^cc_/;

/**
 * How much of a column each letter of a program's name takes; the name is to the right of the
 * program.
 */
const COLUMNS_PER_LETTER = 0.18;

type Draft = Omit<GraphNode, 'row'> & { readonly lane: string };

/** Lay out the processes, which come in the order of starting. */
export function layOut(document: CheckDocument): Graph {
  const drafts = draftsOf(document);
  const rows = new Map<number, number>();
  const lanes: GraphLane[] = [];
  let firstRow = 0;
  for (const name of new Set(drafts.map(({ lane }) => lane))) {
    const own = drafts.filter(({ lane }) => lane === name);
    const count = placeRows(own, firstRow, rows);
    lanes.push({ name, firstRow, rows: count });
    firstRow += count;
  }
  const nodes = drafts.map(({ lane: _, ...node }) => ({ ...node, row: rows.get(node.step) ?? 0 }));
  const columns = Math.max(0, ...nodes.map(({ column }) => column)) + 1;
  return { nodes, lanes, columns, rows: firstRow };
}

/**
 * Give each node a row: the row of the node that it goes on from, if that is free, so that a chain
 * is a line. To the right of a program there is room for its name.
 */
function placeRows(drafts: readonly Draft[], firstRow: number, rows: Map<number, number>): number {
  const taken = new Set<string>();
  let last = firstRow;
  for (const { step, column, from, program, isProgram, label } of drafts) {
    const room = isProgram ? Math.ceil((label.length + 1) * COLUMNS_PER_LETTER) : 0;
    const span = Array.from({ length: room + 1 }, (_, at) => column + at);
    const isFree = (row: number) =>
      row >= firstRow && !span.some((one) => taken.has(`${one} ${row}`));
    const before = from
      .filter((one) => one !== program)
      .map((one) => rows.get(one))
      .filter((row) => row !== undefined && isFree(row));
    let row = before.at(-1) ?? firstRow;
    while (!isFree(row)) row++;
    for (const one of span) taken.add(`${one} ${row}`);
    rows.set(step, row);
    last = Math.max(last, row);
  }
  return last - firstRow + 1;
}

function draftsOf(document: CheckDocument): Draft[] {
  const { processes, artifacts, trusted, against } = document;
  const spoiled = new Set(against?.differing);
  const programs = new Set(
    artifacts.filter(({ mode }) => /[1357]/.test(mode)).map(({ path }) => path),
  );
  const drafts = new Map<number, Draft>();
  /** Path → who made the file. */
  const maker = new Map<string, number>();
  const lane = laneNames(processes);
  for (const [at, binary] of trusted.entries()) {
    if (binary.standing === 'data') continue;
    const user = processes.find(({ program, depth }) => depth > 0 && program === binary.path);
    const seed = seedDraft(-1 - at, binary, lane(user));
    drafts.set(seed.step, seed);
    maker.set(binary.path, seed.step);
  }
  /** The running process at each depth. */
  const running: ProcessDocument[] = [];
  for (const process of processes) {
    running[process.depth] = process;
    const made = process.outputs.filter((output) => output.made && isThere(output));
    if (made.length === 0 || DRIVERS.has(process.tool ?? '')) continue;
    const { step, inputs, tool, program } = process;
    const makers = inputs.flatMap(({ path }) => maker.get(path) ?? []);
    const from = [...new Set(makers)];
    const column = Math.max(0, ...from.map((one) => drafts.get(one)?.column ?? 0)) + 1;
    const followsFrom = from.some((one) => drafts.get(one)?.state !== 'same');
    const differs = !agrees(process, spoiled);
    const draft = {
      step,
      label: labelOf(process, running[process.depth - 1]),
      column,
      language: languageOf(tool),
      size: Math.max(0, ...made.map(({ size }) => size)),
      isProgram: made.some(({ path }) => programs.has(path)),
      state: !differs ? 'same' : followsFrom ? 'follows' : 'begins',
      from,
      program: maker.get(program),
      lane: lane(process),
    } as const;
    drafts.set(step, draft);
    for (const { path } of made) maker.set(path, step);
  }
  return [...drafts.values()];
}

function seedDraft(step: number, { path, size, standing }: TrustedBinary, lane: string): Draft {
  return {
    step,
    label: baseName(path),
    column: 0,
    language: 'seed',
    size,
    isProgram: true,
    state: standing === 'differs-from-source' ? 'begins' : 'same',
    from: [],
    program: undefined,
    lane,
  };
}

/** The script that a process belongs to: the script of the nearest shell above it. */
function laneNames(processes: readonly ProcessDocument[]): (process?: ProcessDocument) => string {
  const names = new Map<ProcessDocument, string>();
  /** The running script at each depth. */
  const scripts: string[] = [];
  for (const process of processes) {
    names.set(process, scripts.slice(0, process.depth).filter(Boolean).at(-1) ?? '');
    const isShell = SHELLS.has(process.tool ?? '');
    scripts[process.depth] = isShell ? baseName(process.argv.at(-1) ?? '') : '';
    scripts.length = process.depth + 1;
  }
  const first = [...names.values()].find((name) => name !== '') ?? 'kaem';
  return (process) => (process === undefined ? first : names.get(process) || first);
}

function languageOf(tool: string | null): GraphLanguage {
  if (tool === null) return 'files';
  return FIRST_COMPILER.test(tool) ? 'C' : (LANGUAGES[tool] ?? 'files');
}

/** True when both engines left the same files, and the compared folder agrees. */
function agrees({ outputs, ends }: ProcessDocument, spoiled: ReadonlySet<string>): boolean {
  const same = outputs.every(({ path, sha256 }) => sha256[0] === sha256[1] && !spoiled.has(path));
  return ends[0] === ends[1] && same;
}

function labelOf({ outputs, tool }: ProcessDocument, parent: ProcessDocument | undefined): string {
  const own = outputs.find(isThere)?.path ?? '';
  const result =
    parent?.tool === 'M2-Mesoplanet' ? parent.outputs.filter(isThere).at(-1)?.path : undefined;
  return result === undefined || result === own
    ? baseName(own)
    : `${baseName(result)}: ${tool ?? baseName(own)}`;
}

function isThere({ sha256 }: ProcessDocument['outputs'][number]): boolean {
  return sha256[0] !== null;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
