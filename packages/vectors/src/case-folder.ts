// SPDX-License-Identifier: GPL-3.0-or-later
/** A case in a real folder: laid out before the run, and recorded before and after it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeUtf8 } from '@stage0-ts/bytes';
import { CASE_DIRECTORY, type Change, differences, type Outcome, type VectorCase } from './case.ts';

/**
 * How a tool is started: the file to execute, and the arguments that come before the tool's own.
 */
export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
}

/** The result of a run, without the changes in the folder. */
export interface Run {
  readonly end: number | string;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/**
 * Lay out the case in a new folder, run it there, and see what has changed. `find` gives the
 * commands for the case's `programs`.
 */
export function inFreshFolder(
  vector: VectorCase,
  find: (tool: string) => Command,
  run: (folder: string) => Run,
): Outcome {
  const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-case-')));
  const folder = path.join(scratch, 'case');
  try {
    layOut(vector, folder, find);
    const before = state(folder);
    const { end, stdout, stderr } = run(folder);
    const text = (bytes: Uint8Array) => decodeUtf8(bytes).replaceAll(folder, CASE_DIRECTORY);
    return {
      end,
      stdout: text(stdout),
      stderr: text(stderr),
      changes: differences(before, state(folder)),
    };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** What the case has as standard input. */
export function standardInput({ settings, input }: VectorCase): Uint8Array {
  const bytes = settings.stdin === undefined ? undefined : input.get(settings.stdin);
  return bytes ?? new Uint8Array();
}

function layOut(
  { settings, input }: VectorCase,
  folder: string,
  find: (tool: string) => Command,
): void {
  fs.mkdirSync(folder, { mode: 0o755 });
  const put = (name: string, bytes: Uint8Array | string, mode: number) => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
    fs.writeFileSync(file, bytes);
    fs.chmodSync(file, mode);
  };
  for (const [name, bytes] of input) put(name, bytes, 0o644);
  for (const name of settings.directories ?? []) {
    fs.mkdirSync(path.join(folder, name), { recursive: true, mode: 0o755 });
  }
  for (const [name, target] of Object.entries(settings.links ?? {})) {
    fs.symlinkSync(target, path.join(folder, name));
  }
  for (const [name, tool] of Object.entries(settings.programs ?? {})) {
    const words = find(tool);
    if (words.arguments.length === 0) put(name, fs.readFileSync(words.file), 0o755);
    else {
      const line = [words.file, ...words.arguments].map((word) => `'${word}'`).join(' ');
      put(name, `#!/bin/sh\nexec ${line} "$@"\n`, 0o755);
    }
  }
  for (const [name, mode] of Object.entries(settings.modes ?? {})) {
    fs.chmodSync(path.join(folder, name), Number.parseInt(mode, 8));
  }
}

function state(folder: string, prefix = ''): Map<string, Change> {
  const found = new Map<string, Change>();
  for (const entry of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    const full = path.join(folder, name);
    if (entry.isSymbolicLink()) found.set(name, { kind: 'link', target: fs.readlinkSync(full) });
    else {
      const mode = fs.statSync(full).mode & 0o7777;
      if (entry.isDirectory()) {
        found.set(name, { kind: 'directory', mode });
        for (const [inner, change] of state(folder, `${name}/`)) found.set(inner, change);
      } else found.set(name, { kind: 'file', mode, bytes: fs.readFileSync(full) });
    }
  }
  return found;
}
