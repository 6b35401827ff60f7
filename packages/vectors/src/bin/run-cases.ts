#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `run-cases FOLDER SET CASE…`: run cases with our built program on the Node host, and send the
 * outcomes to the parent.
 *
 * FOLDER has the files `0`, `1` and `2`, which are this process's standard streams, and those of
 * the programs that a case starts. What a case reads is added to the first before it runs, and what
 * it wrote is read from the others after it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { Program } from '@stage0-ts/host';
import { NodeHost } from '@stage0-ts/host/node';
import type { Outcome, VectorCase } from '../case.ts';
import { inFreshFolder, standardInput } from '../case-folder.ts';
import { builtCommands } from '../commands.ts';
import { loadCase } from '../load.ts';
import type { CaseOutcome } from '../run-in-child.ts';

/** A Node host with the environment of a case. */
class CaseHost extends NodeHost {
  override readonly environment: readonly string[];

  constructor(vector: VectorCase) {
    super();
    this.environment = vector.settings.environment ?? [];
  }
}

/** A file that others append to → what was added since the last look. */
class Growing {
  private readonly descriptor: number;
  private seen = 0;

  constructor(file: string) {
    this.descriptor = fs.openSync(file, 'r');
  }

  news(): Uint8Array {
    const added = Buffer.alloc(fs.fstatSync(this.descriptor).size - this.seen);
    if (added.length > 0) fs.readSync(this.descriptor, added, 0, added.length, this.seen);
    this.seen += added.length;
    return added;
  }
}

/** Give `bytes` to standard input, after what the case before left there. */
function feed(bytes: Uint8Array): void {
  const rest = Buffer.alloc(4096);
  while (fs.readSync(0, rest) > 0);
  fs.appendFileSync(path.join(streams, '0'), bytes);
}

/** The tool's program, loaded in the same way as by the command `stage0`. */
async function loadProgram(tool: string): Promise<Program> {
  const table = new URL('../../../stage0/dist/node/tool-table.js', import.meta.url);
  const { TOOL_TABLE } = (await import(table.href)) as {
    TOOL_TABLE: Readonly<Record<string, { load(): Promise<Program> }>>;
  };
  const entry = TOOL_TABLE[tool];
  if (entry === undefined) throw new Error(`there is no tool ${tool}`);
  return entry.load();
}

function run(vector: VectorCase, program: Program): Outcome {
  const home = process.cwd();
  return inFreshFolder(vector, builtCommands(), (folder) => {
    feed(standardInput(vector));
    process.chdir(folder);
    let end: number;
    try {
      end = program([vector.tool, ...vector.settings.arguments], new CaseHost(vector));
    } catch (error) {
      end = 70; // the exit status for a bug of ours
      fs.writeSync(2, encodeUtf8(String(error)));
    } finally {
      process.chdir(home);
    }
    return { end, stdout: stdout.news(), stderr: stderr.news() };
  });
}

function send(message: CaseOutcome): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

const [streams = '', set, ...names] = process.argv.slice(2);
if (set === undefined || process.send === undefined) {
  process.stderr.write('usage: run-in-child.ts starts this with FOLDER SET CASE…\n');
  process.exit(2);
}
const [stdout, stderr] = ['1', '2'].map((name) => new Growing(path.join(streams, name))) as [
  Growing,
  Growing,
];
const vectors = names.map((name) => loadCase(set, name));
const program = await loadProgram(vectors[0]?.tool ?? set);
for (const [index, vector] of vectors.entries()) {
  await send({ name: names[index] as string, outcome: run(vector, program) });
}
process.disconnect();
