// SPDX-License-Identifier: GPL-3.0-or-later
/** Find and read the cases under test-vectors/. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  CaseSettings,
  Change,
  Outcome,
  RecordedChange,
  Recording,
  VectorCase,
} from './case.ts';
import { expectedOutcome, type PackedCase } from './expectation.ts';

const VECTORS = fileURLToPath(new URL('../../../test-vectors', import.meta.url));
/** Folders of test-vectors/ that do not contain cases. */
const OTHER_FOLDERS = new Set(['ladder', 'digests', 'releases']);

/**
 * The end of a folder's name, if its cases are for a tool as it is in another release, or in a
 * commit after one.
 */
const RELEASE = /-(\d+\.\d+\.\d+|[0-9a-f]{7})$/;

/**
 * Names of the tools that have cases. Cases of other releases and of commits are in `TOOL-RELEASE`,
 * beside these.
 */
export function listTools(): string[] {
  return folders(VECTORS).filter((name) => !OTHER_FOLDERS.has(name) && !RELEASE.test(name));
}

/** Names of the cases in `set`, which is a tool's name or `TOOL-RELEASE`. */
export function listCases(set: string): string[] {
  return folders(path.join(VECTORS, set));
}

export function loadCase(set: string, name: string): VectorCase {
  const folder = path.join(VECTORS, set, name);
  const settings = JSON.parse(
    fs.readFileSync(path.join(folder, 'case.json'), 'utf8'),
  ) as CaseSettings;
  return {
    name: `${set}/${name}`,
    tool: set.replace(RELEASE, ''),
    folder,
    settings,
    input: readFiles(path.join(folder, 'input')),
  };
}

/** The recorded outcome; undefined for a case without a recording. */
export function loadRecording(vector: VectorCase): Recording | undefined {
  const file = path.join(vector.folder, 'recording.json');
  if (!fs.existsSync(file)) return undefined;
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Recording;
}

/** The outcome that is expected of our port; undefined for a case that `rejects`. */
export function loadExpected(vector: VectorCase): Outcome | undefined {
  const recording = loadRecording(vector);
  if (recording === undefined) throw new Error(`${vector.name} is not recorded`);
  return expectedOutcome(vector, recording, readFiles(path.join(vector.folder, 'output')));
}

/** The recorded outcome of a case that upstream accepts. */
export function loadOutcome(vector: VectorCase): Outcome {
  const outcome = loadExpected(vector);
  if (outcome === undefined) throw new Error(`${vector.name} has no outcome to compare with`);
  return outcome;
}

/** A case as JSON contains it, with bytes in base 64, for worlds without a file system. */
export function packCase(set: string, name: string): PackedCase {
  const vector = loadCase(set, name);
  const pack = (files: ReadonlyMap<string, Uint8Array>) =>
    Object.fromEntries(
      [...files].map(([file, bytes]) => [file, Buffer.from(bytes).toString('base64')]),
    );
  const recording = loadRecording(vector);
  if (recording === undefined) throw new Error(`${vector.name} is not recorded`);
  return {
    name: vector.name,
    tool: vector.tool,
    settings: vector.settings,
    input: pack(vector.input),
    recording,
    output: pack(readFiles(path.join(vector.folder, 'output'))),
  };
}

/** Write what upstream's binary did to recording.json and output/. */
export function saveRecording(vector: VectorCase, outcome: Outcome): void {
  const output = path.join(vector.folder, 'output');
  const { rejects, acceptedByOursOnly } = vector.settings;
  if (acceptedByOursOnly === undefined) fs.rmSync(output, { recursive: true, force: true });
  let recording: Recording = { upstream: outcome.end };
  if (rejects === undefined && acceptedByOursOnly === undefined) {
    if (typeof outcome.end !== 'number') {
      throw new Error(
        `${vector.name}: upstream ends with ${outcome.end}; the case needs "rejects"`,
      );
    }
    const changes: Record<string, RecordedChange> = {};
    for (const [name, change] of [...outcome.changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      changes[name] = toRecorded(change);
      if (change.kind !== 'file') continue;
      const file = path.join(output, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, change.bytes);
    }
    const { stdout, stderr } = outcome;
    recording = { exit: outcome.end, stdout, stderr, changes };
  }
  fs.writeFileSync(
    path.join(vector.folder, 'recording.json'),
    `${JSON.stringify(recording, null, 2)}\n`,
  );
}

function toRecorded(change: Change): RecordedChange {
  if (change.kind === 'file') return { file: octal(change.mode) };
  if (change.kind === 'directory') return { directory: octal(change.mode) };
  return change.kind === 'link' ? { link: change.target } : { removed: true };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function folders(parent: string): string[] {
  const entries = fs.readdirSync(parent, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function readFiles(folder: string, prefix = ''): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (!fs.existsSync(folder)) return files;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = prefix + entry.name;
    const full = path.join(folder, entry.name);
    if (!entry.isDirectory()) files.set(name, fs.readFileSync(full));
    else for (const [inner, bytes] of readFiles(full, `${name}/`)) files.set(inner, bytes);
  }
  return files;
}
