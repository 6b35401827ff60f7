// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The two builds of a check, each in a thread of its own → the same result as one after the other.
 *
 * This thread waits for both and enforces the time limit: a program that does not end is stopped
 * with its thread, so that translated code does not have to check the time. The threads send back
 * plain records and share nothing.
 */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { ToolError, type ToolErrorOptions } from '@stage0-ts/diagnostics';
import { type DirectoryNode, MemoryFiles } from '@stage0-ts/host/memory';
import type { EngineOptions } from '@stage0-ts/i386';
import {
  type CheckedBuild,
  type CheckOptions,
  type CheckResult,
  concludeCheck,
  rebuilderOf,
} from '../check.ts';
import type { NamedEngine } from '../engines.ts';
import { engineNamed } from './engine-table.ts';
import type { Limits } from './limit-options.ts';

/** What a thread has to build. */
export interface Job {
  readonly root: DirectoryNode;
  readonly engine: string;
  /** The engine for the compiler's rebuild; undefined if the other thread does that. */
  readonly rebuilder: string | undefined;
  readonly limits: {
    readonly engine: EngineOptions;
    readonly files: number;
    readonly seconds: number;
  };
  readonly options: Pick<CheckOptions, 'arch' | 'script' | 'directory' | 'environment' | 'shell'>;
}

/** What a thread sends. */
export type Message =
  | { readonly kind: 'progress'; readonly line: string }
  | {
      readonly kind: 'done';
      readonly build: Omit<CheckedBuild, 'files'>;
      readonly root: DirectoryNode;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly options: ToolErrorOptions | undefined;
    };

export interface SideBySide extends Pick<CheckOptions, 'trust' | 'partial' | 'against'> {
  readonly engines: readonly [string, string];
  readonly options: Job['options'];
  readonly limits: Limits;
  /** Gets each line of progress. */
  readonly onProgress: ((line: string) => void) | undefined;
}

/** `.ts` where Node runs the sources directly. */
const OWN_EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** Milliseconds between two looks at the clock. */
const CHECK_MILLISECONDS = 100;

/**
 * Check `source`, which is not changed. Throws ToolError as {@link check} does, and when the time
 * is up.
 */
export function checkSideBySide(source: MemoryFiles, check: SideBySide): CheckResult {
  const { engines, options, limits, onProgress } = check;
  const named = engines.map((name) => engineNamed(name, limits));
  const [one, other] = named as [NamedEngine, NamedEngine];
  const rebuilder = rebuilderOf(one, other, options.arch)?.name;
  const firstHides = one.hidesProcesses === true;
  const { shouldStop: _, ...engine } = limits.engine;
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const threads = engines.map((name, at) => {
    const job: Job = {
      root: source.root,
      engine: name,
      rebuilder: (at === 0) === firstHides ? undefined : rebuilder,
      limits: { engine, files: limits.files, seconds: limits.seconds },
      options,
    };
    return new Thread(job, bell);
  });
  try {
    const [left, right] = threads as [Thread, Thread];
    while (left.build === undefined || right.build === undefined) {
      Atomics.wait(bell, 0, 0, CHECK_MILLISECONDS);
      Atomics.store(bell, 0, 0);
      for (const thread of threads) thread.listen(onProgress);
      if (limits.shouldStop()) throw timeOver(limits.seconds, threads);
    }
    return concludeCheck(left.build, right.build, { ...check, ...options });
  } finally {
    for (const thread of threads) thread.end();
  }
}

function timeOver(seconds: number, threads: readonly Thread[]): ToolError {
  const busy = threads.filter(({ build }) => build === undefined).map(({ last }) => last);
  const message = `stopped after ${seconds} seconds, at ${busy.join(' and ')}: the time is up (--time-limit)`;
  return new ToolError(message, { code: 'limit' });
}

class Thread {
  /** Set when the build is finished. */
  build: CheckedBuild | undefined;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  /** The last thing that the thread did. */
  last = 'the start';

  /** @param bell the thread rings it when it has sent a message. */
  constructor(job: Job, bell: Int32Array) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(new URL(`./build-thread${OWN_EXTENSION}`, import.meta.url), {
      workerData: { job, bell, port: port2 },
      transferList: [port2],
    });
  }

  /** Process the messages that it has sent. Throws the error that it reports. */
  listen(onProgress: ((line: string) => void) | undefined): void {
    for (;;) {
      const message = receiveMessageOnPort(this.port)?.message as Message | undefined;
      if (message === undefined) return;
      if (message.kind === 'progress') {
        this.last = message.line;
        onProgress?.(this.last);
      } else if (message.kind === 'done') {
        this.build = { ...message.build, files: new MemoryFiles(message.root) };
      } else if (message.options === undefined) throw new Error(message.message);
      else throw new ToolError(message.message, message.options);
    }
  }

  end(): void {
    void this.worker.terminate();
  }
}
