// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * How far a check is: its parts, with the time that each one took, and the command lines of the one
 * that runs.
 */
import { PHASES, type Phase, type Progress } from './protocol.ts';

/** What the worker has reported so far. */
export interface Heard {
  /** When each phase began, in milliseconds since some fixed moment. */
  readonly begun: ReadonlyMap<Phase, number>;
  readonly last: Progress;
  readonly commands: readonly string[];
}

export interface ProgressViewProps {
  readonly name: string;
  readonly heard: Heard | undefined;
  readonly onCancel: () => void;
}

/** How many command lines are shown. */
const COMMANDS = 4;
const TITLES: Readonly<Record<Phase, string>> = {
  unpack: 'Unpack the tree',
  ports: 'Build it with our ports',
  i386: 'Build it with its own binaries, in the i386 machine',
  rebuild: 'Let the compiler rebuild itself',
  compare: 'Compare every file',
};

export function hear(before: Heard | undefined, last: Progress, now: number): Heard {
  const begun = before?.begun ?? new Map<Phase, number>();
  const commands = before?.commands ?? [];
  return {
    begun: begun.has(last.phase) ? begun : new Map([...begun, [last.phase, now]]),
    last,
    commands: last.command === '' ? commands : [...commands.slice(1 - COMMANDS), last.command],
  };
}

export function ProgressView({ name, heard, onCancel }: ProgressViewProps) {
  const { phase, step, total } = heard?.last ?? { phase: 'unpack', step: 0, total: undefined };
  const now = PHASES.indexOf(phase);
  return (
    <section aria-label="Progress">
      <div class="buttons">
        <h2>Checking {name}</h2>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
      <progress
        aria-label={TITLES[phase]}
        {...(total === undefined ? {} : { value: step, max: total })}
      />
      <ol class="phases">
        {PHASES.map((one, at) => (
          <li key={one} class={at < now ? 'done' : at === now ? 'now' : ''}>
            {TITLES[one]}
            {at < now && `: ${secondsOf(heard, at)}`}
            {at === now &&
              step > 0 &&
              `: process ${step}${total === undefined ? '' : ` of ${total}`}`}
          </li>
        ))}
      </ol>
      <p class="unseen" role="status">
        {TITLES[phase]}
      </p>
      <div class="steps" aria-hidden="true">
        {heard?.commands.map((command, at) => (
          <div key={at}>{command}</div>
        ))}
      </div>
    </section>
  );
}

/**
 * Time from the beginning of phase number `at` to the beginning of the next phase that was reached.
 */
function secondsOf(heard: Heard | undefined, at: number): string {
  const begun = (index: number) => heard?.begun.get(PHASES[index] as Phase);
  const next = PHASES.findIndex((_, index) => index > at && begun(index) !== undefined);
  const [from, to] = [begun(at), begun(next)];
  return from === undefined || to === undefined
    ? 'not needed'
    : `${((to - from) / 1000).toFixed(1)} s`;
}
