#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `run-cases SET CASE…`: run cases with our built program on the Node host, and send the outcomes
 * to the parent.
 */
import { ByteWriter, encodeUtf8 } from '@stage0-ts/bytes';
import type { Program } from '@stage0-ts/host';
import { NodeHost } from '@stage0-ts/host/node';
import type { Outcome, VectorCase } from '../case.ts';
import { inFreshFolder, standardInput } from '../case-folder.ts';
import { builtCommands } from '../commands.ts';
import { loadCase } from '../load.ts';
import type { CaseOutcome } from '../run-in-child.ts';

/** A Node host with the environment and streams of a case. */
class CaseHost extends NodeHost {
  override readonly environment: readonly string[];
  readonly stdout = new ByteWriter();
  readonly stderr = new ByteWriter();
  private stdin: Uint8Array;

  constructor(vector: VectorCase) {
    super();
    this.environment = vector.settings.environment ?? [];
    this.stdin = standardInput(vector);
  }

  override readStdin(): Uint8Array {
    const { stdin } = this;
    this.stdin = new Uint8Array();
    return stdin;
  }

  override writeStdout(bytes: Uint8Array): void {
    this.stdout.write(bytes);
  }

  override writeStderr(bytes: Uint8Array): void {
    this.stderr.write(bytes);
  }
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
    const host = new CaseHost(vector);
    process.chdir(folder);
    try {
      const end = program([vector.tool, ...vector.settings.arguments], host);
      return { end, stdout: host.stdout.toBytes(), stderr: host.stderr.toBytes() };
    } catch (error) {
      // The exit status for a bug of ours.
      return { end: 70, stdout: host.stdout.toBytes(), stderr: encodeUtf8(String(error)) };
    } finally {
      process.chdir(home);
    }
  });
}

function send(message: CaseOutcome): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

const [set, ...names] = process.argv.slice(2);
if (set === undefined || process.send === undefined) {
  process.stderr.write('usage: run-in-child.ts starts this with SET CASE…\n');
  process.exit(2);
}
const vectors = names.map((name) => loadCase(set, name));
const program = await loadProgram(vectors[0]?.tool ?? set);
for (const [index, vector] of vectors.entries()) {
  await send({ name: names[index] as string, outcome: run(vector, program) });
}
process.disconnect();
