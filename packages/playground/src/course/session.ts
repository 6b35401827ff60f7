// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One chapter's shell, seen from the page: files and command lines in, outputs out, in order.
 *
 * It is a worker that is made when it is first needed. If a command takes too long, or the reader
 * stops it, its worker ends too; the next worker continues with the folder as it was before.
 */
import type { DirectoryNode } from '@stage0-ts/host/memory';
import type { Reply, Request } from './protocol.ts';

/** How long a command may run, in milliseconds. */
const TIME_LIMIT = 120_000;

export interface Outcome {
  readonly output: string;
  readonly status: number;
  /** True when the command was stopped. */
  readonly stopped: boolean;
}

export class Session {
  private worker: Promise<Worker> | undefined;
  private home: DirectoryNode | undefined;
  private readonly exports: string[] = [];
  private readonly written = new Map<string, string>();
  private count = 0;
  /** Ends the running command. */
  private halt: ((why: string) => void) | undefined;

  /**
   * Write a file into the folder. If the same text was written there before, this does nothing and
   * returns false.
   */
  async write(path: string, text: string): Promise<boolean> {
    if (this.written.get(path) === text) return false;
    this.written.set(path, text);
    await this.post({ kind: 'write', path, text });
    return true;
  }

  async run(line: string): Promise<Outcome> {
    const id = ++this.count;
    const worker = await this.current();
    const outcome = await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => this.stop('it took too long'), TIME_LIMIT);
      const done = (result: Outcome) => {
        clearTimeout(timer);
        worker.removeEventListener('message', listen);
        this.halt = undefined;
        resolve(result);
      };
      const listen = ({ data }: MessageEvent<Reply>): void => {
        if (data.kind !== 'ran' || data.id !== id) return;
        this.home = data.home;
        done({ output: data.output, status: data.status, stopped: false });
      };
      worker.addEventListener('message', listen);
      worker.addEventListener('error', ({ message }) =>
        this.halt?.(`the worker of this page failed: ${message}`),
      );
      this.halt = (why) => {
        worker.terminate();
        this.worker = undefined;
        done({ output: `(stopped: ${why})\n`, status: 130, stopped: true });
      };
      worker.postMessage({ kind: 'run', id, line } satisfies Request);
    });
    if (/^\s*(export|cd)\b/.test(line) && !outcome.stopped) this.exports.push(line);
    return outcome;
  }

  /** The content of a file in the folder. */
  async read(path: string): Promise<Uint8Array | undefined> {
    const id = ++this.count;
    const worker = await this.current();
    return new Promise((resolve) => {
      const listen = ({ data }: MessageEvent<Reply>): void => {
        if (data.kind !== 'read' || data.id !== id) return;
        worker.removeEventListener('message', listen);
        resolve(data.bytes);
      };
      worker.addEventListener('message', listen);
      worker.postMessage({ kind: 'read', id, path } satisfies Request);
    });
  }

  /** End the running command, if there is one. */
  stop(why: string): void {
    this.halt?.(why);
  }

  /** Start again with an empty folder and a new shell. */
  async reset(): Promise<void> {
    this.stop('the folder was emptied');
    (await this.worker)?.terminate();
    this.worker = undefined;
    this.home = undefined;
    this.exports.length = 0;
    this.written.clear();
  }

  private async post(request: Request): Promise<void> {
    (await this.current()).postMessage(request);
  }

  private current(): Promise<Worker> {
    this.worker ??= this.begin();
    return this.worker;
  }

  private async begin(): Promise<Worker> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const { home, exports } = this;
    const [{ ladderFiles }, { libraryFiles }] = await Promise.all([
      import('../chain/ladder.ts'),
      import('./library.ts'),
    ]);
    const [ladder, library] = [await ladderFiles(), libraryFiles()];
    worker.postMessage({ kind: 'begin', ladder, library, home, exports } satisfies Request);
    return worker;
  }
}
