// SPDX-License-Identifier: GPL-3.0-or-later
/** The thread that makes one of the two builds of a check; see side-by-side.ts. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { asToolError, type ToolErrorOptions } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { buildForCheck, type CheckedBuild } from '../check.ts';
import type { Printed, ProcessRecord } from '../records.ts';
import type { RunEvent } from '../watch.ts';
import { engineNamed } from './engine-table.ts';
import { ProgressText } from './progress.ts';
import type { Job, Message } from './side-by-side.ts';

const { job, bell, port } = workerData as {
  readonly job: Job;
  readonly bell: Int32Array;
  readonly port: MessagePort;
};

function say(message: Message): void {
  port.postMessage(message);
  Atomics.store(bell, 0, 1);
  Atomics.notify(bell, 0);
}

function progress(line: string): void {
  say({ kind: 'progress', line });
}

function run(): CheckedBuild {
  const { limits, options } = job;
  const engine = engineNamed(job.engine, limits);
  // One engine for both uses, so that code is translated only once.
  const named = (name: string) => (name === job.engine ? engine : engineNamed(name, limits));
  const rebuilder = job.rebuilder === undefined ? undefined : named(job.rebuilder);
  const text = new ProgressText();
  const events = {
    now: () => performance.now(),
    onEvent: (name: string, event: RunEvent) => {
      if (event.kind === 'start') progress(text.of(name, event));
    },
    onRebuild: (process: ProcessRecord) => progress(text.ofRebuild(process)),
  };
  const files = new MemoryFiles(job.root, limits.files);
  return buildForCheck(files, engine, { ...options, ...events }, rebuilder);
}

/** Records in a form that can be sent to another thread. */
function plain(build: CheckedBuild): Omit<CheckedBuild, 'files'> {
  const sent = new Map<ProcessRecord, ProcessRecord>();
  const copy = (process: ProcessRecord): ProcessRecord => {
    const known = sent.get(process);
    if (known !== undefined) return known;
    const made = { ...process, stdout: printed(process.stdout), stderr: printed(process.stderr) };
    sent.set(process, made);
    return made;
  };
  const { files: _, ...rest } = build;
  const { processes, failures, shell } = build;
  return {
    ...rest,
    processes: processes.map(copy),
    failures: failures.map(copy),
    shell: shell && copy(shell),
  };
}

function printed({ length, bytes }: Printed): Printed {
  return { length, bytes };
}

try {
  const build = run();
  say({ kind: 'done', build: plain(build), root: build.files.root });
} catch (error) {
  const known = asToolError(error);
  const message = known?.message ?? (error as Error).stack ?? String(error);
  say({ kind: 'failed', message, options: known && optionsOf(known) });
}

function optionsOf(error: object): ToolErrorOptions {
  const parts = ['code', 'file', 'line', 'column', 'offset', 'frame', 'hint', 'exitCode'] as const;
  const values = error as Readonly<Record<string, unknown>>;
  const known = parts.filter((part) => values[part] !== undefined);
  return Object.fromEntries(
    known.map((part) => [part, values[part]]),
  ) as unknown as ToolErrorOptions;
}
