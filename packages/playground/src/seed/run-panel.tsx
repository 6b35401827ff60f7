// SPDX-License-Identifier: GPL-3.0-or-later
/** The seed at work on its own source: buttons to step it, what it does, and its registers. */
import { describeInstruction, formatInstruction, REGISTER_NAMES } from '@stage0-ts/i386';
import { useEffect, useState } from 'preact/hooks';
import { counted, hex } from '../shared/format.ts';
import { systemCall } from '../shared/system-call.ts';
import type { AssemblyRun } from './assembly-run.ts';

export interface RunPanelProps {
  readonly run: AssemblyRun;
  /** Size of the seed in bytes. */
  readonly size: number;
  /** True when the result has the same bytes as the seed. */
  readonly isSame: boolean;
  /** Called after each step. */
  readonly onStep: () => void;
  readonly onRestart: () => void;
}

/**
 * Milliseconds between two bytes while it plays. Users who want no motion get all bytes at once.
 */
const PACE = 80;

export function RunPanel({ run, size, isSame, onStep, onRestart }: RunPanelProps) {
  const [plays, setPlays] = useState(false);
  useEffect(() => {
    if (!plays) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => {
      if (still) run.toEnd();
      else run.stepByte();
      if (run.isOver) setPlays(false);
      onStep();
    }, PACE);
    return () => clearInterval(timer);
  }, [plays, run]);
  const act = (action: () => void) => () => {
    action();
    onStep();
  };
  const { next } = run;
  const canGo = !run.isOver && !plays;
  return (
    <section class="run" aria-label="It assembles itself">
      <h2>It assembles itself</h2>
      <div class="buttons">
        <button type="button" disabled={run.isOver} onClick={() => setPlays(!plays)}>
          {plays ? 'Pause' : 'Play'}
        </button>
        <button type="button" disabled={!canGo} onClick={act(() => run.step())}>
          Step
        </button>
        <button type="button" disabled={!canGo} onClick={act(() => run.stepByte())}>
          Next byte
        </button>
        <button type="button" disabled={!canGo} onClick={act(() => run.toEnd())}>
          To the end
        </button>
        <button type="button" disabled={run.steps === 0} onClick={onRestart}>
          Again
        </button>
      </div>
      <progress max={size} value={run.made.length} aria-label="Bytes made" />
      <p role="status" class={run.fault === undefined ? '' : 'bad'}>
        {progress(run, size, isSame)}
      </p>
      {next !== undefined && (
        <p class="doing">
          <code>
            {hex(next.address, 8)} {formatInstruction(next)}
          </code>
          <br />
          {systemCall(run.machine, next) ?? describeInstruction(next).does}
        </p>
      )}
      <dl class="registers">
        {REGISTER_NAMES.map((name, number) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{hex(run.machine.registers[number] as number, 8)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function progress(run: AssemblyRun, size: number, isSame: boolean): string {
  if (run.fault !== undefined) return `stopped: ${run.fault}`;
  const steps = counted(run.steps, 'instruction');
  if (!run.isOver) return `${run.made.length} of ${size} bytes are made, in ${steps}.`;
  return isSame
    ? `Done, in ${steps}: ${size} bytes, the same as the program itself.`
    : `Done, in ${steps}, and what it made is not the program itself.`;
}
