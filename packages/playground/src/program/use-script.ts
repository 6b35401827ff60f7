// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs scripts, one at a time and each in a worker of its own, which ends when it is stopped. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ScriptRun } from './script-run.ts';
import type { ScriptRequest } from './script-worker.ts';
import { encode } from './translate.ts';

/** How many seconds a script may take. */
const MAX_SECONDS = 60;

export interface ScriptState {
  readonly isRunning: boolean;
  /** The last run, and the text that ran. */
  readonly last: { readonly text: string; readonly run: ScriptRun } | undefined;
  /** Why there is no result. */
  readonly problem: string | undefined;
  readonly start: (text: string) => void;
  readonly stop: () => void;
}

export function useScript(): ScriptState {
  const [isRunning, setRunning] = useState(false);
  const [last, setLast] = useState<ScriptState['last']>();
  const [problem, setProblem] = useState<string | undefined>();
  /** Ends the running script. */
  const halt = useRef<((why: string | undefined) => void) | undefined>();
  useEffect(() => () => halt.current?.(undefined), []);

  const start = async (text: string): Promise<void> => {
    halt.current?.(undefined);
    const worker = new Worker(new URL('./script-worker.ts', import.meta.url), { type: 'module' });
    const timer = setTimeout(() => end(`stopped after ${MAX_SECONDS} s`), MAX_SECONDS * 1000);
    const end = (why: string | undefined): void => {
      clearTimeout(timer);
      worker.terminate();
      halt.current = undefined;
      setRunning(false);
      setProblem(why);
    };
    halt.current = end;
    setRunning(true);
    setProblem(undefined);
    worker.onmessage = ({ data }: MessageEvent<ScriptRun>) => {
      end(undefined);
      setLast({ text, run: data });
    };
    worker.onerror = ({ message }) => end(`the worker of this page failed: ${message}`);
    const [{ ladderFiles }, { libraryFiles }] = await Promise.all([
      import('../chain/ladder.ts'),
      import('../course/library.ts'),
    ]);
    const request = { script: encode(text), ladder: await ladderFiles(), library: libraryFiles() };
    if (halt.current === end) worker.postMessage(request satisfies ScriptRequest);
  };
  return { isRunning, last, problem, start, stop: () => halt.current?.('stopped') };
}
