// SPDX-License-Identifier: GPL-3.0-or-later
/** The program in the machine: buttons to step and run, registers, a window of memory, and what it writes. */
import { type Instruction, REGISTER_NAMES } from '@stage0-ts/i386';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { MachineRun } from './machine-run.ts';

export interface MachinePanelProps {
  readonly image: Uint8Array;
  /** Told of the next instruction after each step, undefined when there is none. */
  readonly onNext: (instruction: Instruction | undefined) => void;
}

const MEMORY_ROWS = 6;
const ROW = 16;
const ESP = 4;
const FLAGS: readonly (readonly [name: string, mask: number])[] = [
  ['carry', 0x1],
  ['zero', 0x40],
  ['sign', 0x80],
  ['overflow', 0x800],
];

export function MachinePanel({ image, onNext }: MachinePanelProps) {
  const [args, setArgs] = useState('stage0');
  const [count, restart] = useReducer((value: number) => value + 1, 0);
  const [, refresh] = useReducer((value: number) => value + 1, 0);
  // New arguments count from the next restart on.
  const run = useMemo(() => createRun(image, args), [image, count]);
  useEffect(() => {
    onNext(undefined);
    return () => (typeof run === 'string' ? undefined : run.pause());
  }, [run]);
  if (typeof run === 'string') return <p class="hint">The machine does not load it: {run}</p>;

  const update = () => {
    onNext(run.isRunning || run.steps === 0 ? undefined : nextOf(run));
    refresh(undefined);
  };
  const act = (action: () => void) => () => {
    action();
    update();
  };
  const canGo = !run.isOver && !run.isRunning;
  return (
    <section class="machine" aria-label="Machine">
      <div class="buttons">
        <button type="button" disabled={!canGo} onClick={act(() => run.step())}>
          Step
        </button>
        <button type="button" disabled={!canGo} onClick={act(() => run.step(100))}>
          100 steps
        </button>
        <button type="button" disabled={!canGo} onClick={() => run.run(update)}>
          Run
        </button>
        <button type="button" disabled={!run.isRunning} onClick={act(() => run.pause())}>
          Pause
        </button>
        <button type="button" onClick={() => restart(undefined)}>
          Restart
        </button>
        <label>
          arguments{' '}
          <input value={args} size={10} onInput={(event) => setArgs(event.currentTarget.value)} />
        </label>
      </div>
      <p role="status">
        {run.steps.toLocaleString('en')} instructions; {describe(run)}
      </p>
      <Registers run={run} />
      <Memory run={run} />
      <h3>Output</h3>
      <pre class="output">{run.output}</pre>
    </section>
  );
}

function createRun(image: Uint8Array, args: string): MachineRun | string {
  try {
    return new MachineRun(image, args.split(' ').filter(Boolean));
  } catch (error) {
    return (error as Error).message;
  }
}

function nextOf(run: MachineRun): Instruction | undefined {
  if (run.isOver) return undefined;
  try {
    return run.machine.next();
  } catch {
    return undefined; // the step that follows tells why
  }
}

function describe(run: MachineRun): string {
  if (run.fault !== undefined) return `stopped: ${run.fault}`;
  if (run.isRunning) return 'running';
  const { status } = run;
  if (status === undefined) return run.steps === 0 ? 'not started' : 'stopped between two';
  return status.kind === 'exited'
    ? `exit status ${status.status}`
    : `killed by signal ${status.signal}`;
}

function Registers({ run }: { run: MachineRun }) {
  const { cpu } = run.machine;
  const flags = cpu.flags.pack();
  return (
    <dl class="registers">
      {REGISTER_NAMES.map((name, number) => (
        <div key={name} class={run.before[number] === cpu.registers[number] ? '' : 'changed'}>
          <dt>{name}</dt>
          <dd>{word(cpu.registers[number] as number)}</dd>
        </div>
      ))}
      <div>
        <dt>eip</dt>
        <dd>{word(cpu.eip)}</dd>
      </div>
      <div>
        <dt>flags</dt>
        <dd>
          {FLAGS.filter(([, mask]) => (flags & mask) !== 0)
            .map(([name]) => name)
            .join(' ') || 'none'}
        </dd>
      </div>
    </dl>
  );
}

function Memory({ run }: { run: MachineRun }) {
  const [chosen, choose] = useState('esp');
  const typed = Number.parseInt(chosen, 16);
  const register = REGISTER_NAMES.indexOf(chosen);
  const value = run.machine.registers[register < 0 ? ESP : register] as number;
  const start = (register < 0 && Number.isFinite(typed) ? typed : value) & ~(ROW - 1);
  const { bytes, base } = run.machine.memory;
  return (
    <div class="memory">
      <label>
        Memory at{' '}
        <input
          value={chosen}
          size={10}
          aria-label="Memory at: a register's name or a hexadecimal address"
          onInput={(event) => choose(event.currentTarget.value)}
        />
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <pre tabIndex={0}>
        {Array.from({ length: MEMORY_ROWS }, (_, row) => {
          const address = (start + row * ROW) >>> 0;
          const cells = Array.from({ length: ROW }, (_, at) => bytes[address + at - base]);
          const digits = cells.map((byte) => byte?.toString(16).padStart(2, '0') ?? '··');
          const text = cells.map((byte) =>
            byte !== undefined && byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
          );
          return `${address.toString(16).padStart(8, '0')}  ${digits.join(' ')}  ${text.join('')}\n`;
        })}
      </pre>
    </div>
  );
}

function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
