// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The program in the machine: what it is started with, buttons to step and run, what it writes,
 * registers, memory.
 */
import { formatInstruction, type Instruction, REGISTER_NAMES } from '@stage0-ts/i386';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { counted, hex, printable } from '../shared/format.ts';
import { saveFile } from '../shared/save.ts';
import { namesByAddress } from './disassembly.ts';
import { MachineRun, type MadeFile, type Start } from './machine-run.ts';
import { encode, type ProgramLabel } from './translate.ts';

export interface MachinePanelProps {
  readonly image: Uint8Array;
  readonly labels: readonly ProgramLabel[];
  /** The program's text, which it finds in a file. */
  readonly source: Uint8Array;
  /** The command line to begin with. */
  readonly args: string;
  /** Told of the next instruction after each step, undefined when there is none. */
  readonly onNext: (instruction: Instruction | undefined) => void;
}

const MEMORY_ROWS = 8;
const ROW = 8;
const ESP = 4;
const FLAGS: readonly (readonly [name: string, mask: number])[] = [
  ['carry', 0x1],
  ['zero', 0x40],
  ['sign', 0x80],
  ['overflow', 0x800],
];

export function MachinePanel({ image, labels, source, args: first, onNext }: MachinePanelProps) {
  const [args, setArgs] = useState(first);
  const [input, setInput] = useState('');
  const [count, restart] = useReducer((value: number) => value + 1, 0);
  const [, refresh] = useReducer((value: number) => value + 1, 0);
  const run = useMemo(() => {
    const words = args.split(' ').filter(Boolean);
    return createRun({ image, source, args: words, input: encode(input) });
  }, [image, count, args, input]);
  const names = useMemo(() => namesByAddress(labels), [labels]);
  useEffect(() => {
    onNext(undefined);
    return () => (typeof run === 'string' ? undefined : run.pause());
  }, [run]);
  if (typeof run === 'string') return <p class="hint">The machine does not load it: {run}</p>;

  const update = () => {
    onNext(run.isRunning || run.steps === 0 ? undefined : run.next);
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
        <button type="button" disabled={run.steps === 0} onClick={() => restart(undefined)}>
          Restart
        </button>
      </div>
      <p class={run.fault === undefined ? '' : 'bad'} role="status">
        {counted(run.steps, 'instruction')}; {describe(run, names)}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <pre class="output" role="region" aria-label="Output" tabIndex={0}>
        {run.output || (
          <span class="hint">{run.isOver ? 'No output.' : 'Output appears here.'}</span>
        )}
      </pre>
      <MadeFiles made={run.isRunning ? [] : run.made} image={image} />
      <div class="start">
        <label>
          Arguments <input value={args} onInput={(event) => setArgs(event.currentTarget.value)} />
        </label>
        <label>
          Standard input{' '}
          <textarea
            rows={1}
            value={input}
            onInput={(event) => setInput(event.currentTarget.value)}
          />
        </label>
      </div>
      <div class="state">
        <Registers run={run} />
        <Memory run={run} />
      </div>
    </section>
  );
}

function createRun(start: Start): MachineRun | string {
  try {
    return new MachineRun(start);
  } catch (error) {
    return (error as Error).message;
  }
}

function describe(run: MachineRun, names: ReadonlyMap<number, string[]>): string {
  if (run.fault !== undefined) return `stopped: ${run.fault}`;
  if (run.isRunning) return 'running';
  const { status, next } = run;
  if (status?.kind === 'exited') return `exit status ${status.status}`;
  if (status !== undefined) return `killed by signal ${status.signal}`;
  if (next === undefined) return `nothing that can run at ${hex(run.machine.cpu.eip, 8)}`;
  const text = formatInstruction(next, (address) => names.get(address >>> 0)?.at(-1));
  return `next, at ${hex(next.address, 8)}: ${text}`;
}

function MadeFiles({ made, image }: { made: readonly MadeFile[]; image: Uint8Array }) {
  return (
    <>
      {made.map(({ path, bytes }) => (
        <p key={path}>
          It left the file <code>{path}</code>, {counted(bytes.length, 'byte')}
          {same(bytes, image) ? ', the same as the program itself' : ''}{' '}
          <button
            type="button"
            onClick={() => saveFile(path, 'application/octet-stream', bytes.slice())}
          >
            Save
          </button>
        </p>
      ))}
    </>
  );
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function Registers({ run }: { run: MachineRun }) {
  const { cpu } = run.machine;
  const flags = cpu.flags.pack();
  return (
    <dl class="registers">
      {REGISTER_NAMES.map((name, number) => (
        <div key={name} class={run.before[number] === cpu.registers[number] ? '' : 'changed'}>
          <dt>{name}</dt>
          <dd>{hex(cpu.registers[number] as number, 8)}</dd>
        </div>
      ))}
      <div>
        <dt>eip</dt>
        <dd>{hex(cpu.eip, 8)}</dd>
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
  const register = REGISTER_NAMES.indexOf(chosen.trim().toLowerCase());
  const typed = /^(0x)?[0-9a-f]{1,8}$/i.test(chosen.trim())
    ? Number.parseInt(chosen, 16)
    : undefined;
  const value = register < 0 ? typed : run.machine.registers[register];
  const start = ((value ?? (run.machine.registers[ESP] as number)) & ~(ROW - 1)) >>> 0;
  const { memory } = run.machine;
  return (
    <div class="memory">
      <label>
        Memory at{' '}
        <input
          value={chosen}
          size={10}
          spellcheck={false}
          aria-label="Memory at: a register's name or a hexadecimal address"
          aria-invalid={value === undefined}
          onInput={(event) => choose(event.currentTarget.value)}
        />
        {value === undefined && <span class="bad"> a register or a hexadecimal address</span>}
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <pre tabIndex={0}>
        {Array.from({ length: MEMORY_ROWS }, (_, row) => {
          const address = (start + row * ROW) >>> 0;
          const cells = Array.from({ length: ROW }, (_, at) => memory.byte(address + at));
          const digits = cells.map((byte) => (byte === undefined ? '··' : hex(byte, 2)));
          const text = printable(Uint8Array.from(cells, (byte) => byte ?? 0));
          return `${hex(address, 8)}  ${digits.join(' ')}  ${text}\n`;
        })}
      </pre>
    </div>
  );
}
