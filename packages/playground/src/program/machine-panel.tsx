// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The program in the machine: what it is started with, buttons to step and run, what it writes,
 * registers, memory.
 */
import { formatInstruction, type Instruction, REGISTER_NAMES } from '@stage0-ts/i386';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { counted, hex, printable } from '../shared/format.ts';
import { useKeys } from '../shared/keys.ts';
import { saveFile } from '../shared/save.ts';
import { systemCall } from '../shared/system-call.ts';
import { namesByAddress } from './disassembly.ts';
import { type LineAt, MachineRun, type MadeFile, type Start } from './machine-run.ts';
import { encode, type ProgramLabel } from './translate.ts';

export interface MachinePanelProps {
  readonly image: Uint8Array;
  readonly labels: readonly ProgramLabel[];
  /** The program's text; the program finds it in a file. */
  readonly source: Uint8Array;
  /** The initial command line. */
  readonly args: string;
  /** Finds lines of the program's text, for stepping by lines. */
  readonly lineAt: LineAt;
  /** Address of the instruction that is chosen in the listing. */
  readonly chosen: number | undefined;
  /** Addresses of the breakpoints. */
  readonly stops: ReadonlySet<number>;
  readonly onStop: (address: number) => void;
  /** Called with the next instruction after each step; with undefined if there is none. */
  readonly onNext: (instruction: Instruction | undefined) => void;
  /** Shown between the registers and the fields for starting the program. */
  readonly children: ComponentChildren;
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

/** Where a C program begins for its author. Before that come the start code and its call. */
const MAIN = 'FUNCTION_main';

export function MachinePanel(props: MachinePanelProps) {
  const { image, labels, source, lineAt, chosen, stops, onStop, onNext } = props;
  const [args, setArgs] = useState(props.args);
  const [input, setInput] = useState('');
  const [skips, setSkips] = useState(true);
  const [count, restart] = useReducer((value: number) => value + 1, 0);
  const [, refresh] = useReducer((value: number) => value + 1, 0);
  const main = labels.find(({ name }) => name === MAIN)?.address;
  const fresh = useMemo(() => {
    const words = args.split(' ').filter(Boolean);
    const start = { image, source, args: words, input: encode(input) };
    return createRun(start, skips ? main : undefined);
  }, [image, count, args, input, skips]);
  const [again, setAgain] = useState<{ readonly of: unknown; readonly run: MachineRun }>();
  const run = again?.of === fresh ? again.run : fresh;
  const names = useMemo(() => namesByAddress(labels), [labels]);
  const acts = useRef<Actions>({});
  useKeys(KEYS, acts);
  // This has to run before all ordinary effects. For a new translation the text's cursor decides
  // what is shown, not the machine's start, whichever effect runs first.
  useLayoutEffect(() => {
    onNext(typeof fresh === 'string' || fresh.skipped === 0 ? undefined : fresh.next);
    return () => (typeof fresh === 'string' ? undefined : fresh.pause());
  }, [fresh]);
  if (typeof run === 'string') return <p class="hint">The machine does not load it: {run}</p>;

  const update = (now = run) => {
    onNext(now.isRunning || now.steps === 0 ? undefined : now.next);
    refresh(undefined);
  };
  const goBack = () => {
    const before = run.back();
    setAgain({ of: fresh, run: before });
    update(before);
  };
  const then = (action: () => void) => () => {
    action();
    update();
  };
  const canGo = !run.isOver && !run.isRunning;
  const here = chosen === undefined ? stops : new Set([...stops, chosen]);
  const actions: Actions = {
    back: run.canGoBack && !run.isRunning ? goBack : undefined,
    step: canGo ? then(() => run.step()) : undefined,
    line: canGo ? then(() => run.stepLine(lineAt, stops)) : undefined,
    run: canGo ? () => run.run(update, stops) : undefined,
    here: canGo && chosen !== undefined ? () => run.run(update, here) : undefined,
    stop: chosen === undefined ? undefined : () => onStop(chosen),
    pause: run.isRunning ? then(() => run.pause()) : undefined,
    restart: run.steps === run.skipped ? undefined : () => restart(undefined),
  };
  acts.current = actions;
  return (
    <section class="machine" aria-label="Machine">
      <div class="buttons">
        {BUTTONS.map(({ action, title, hint }) => (
          <button
            key={action}
            type="button"
            title={hint}
            disabled={actions[action] === undefined}
            onClick={actions[action]}
          >
            {action === 'stop' && chosen !== undefined && stops.has(chosen)
              ? 'No breakpoint'
              : title}
          </button>
        ))}
      </div>
      <p class={run.fault === undefined ? '' : 'bad'} role="status">
        {counted(run.steps, 'instruction')}; {describe(run, names)}
      </p>
      <Registers run={run} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <pre class="output" role="region" aria-label="Output" tabIndex={0}>
        {run.output || (
          <span class="hint">{run.isOver ? 'No output.' : 'Output appears here.'}</span>
        )}
      </pre>
      <MadeFiles made={run.isRunning ? [] : run.made} image={image} />
      {props.children}
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
      {main !== undefined && (
        <label>
          <input
            type="checkbox"
            checked={skips}
            onChange={(event) => setSkips(event.currentTarget.checked)}
          />{' '}
          Begin at main, after the start code
        </label>
      )}
      <Memory run={run} />
    </section>
  );
}

type Action = 'back' | 'step' | 'line' | 'run' | 'here' | 'stop' | 'pause' | 'restart';
type Actions = Partial<Record<Action, (() => void) | undefined>>;

const BUTTONS: readonly {
  readonly action: Action;
  readonly title: string;
  readonly hint: string;
}[] = [
  { action: 'back', title: 'Back', hint: 'One instruction back (Shift+F11)' },
  { action: 'step', title: 'Step', hint: 'One instruction (F11)' },
  { action: 'line', title: 'Line', hint: 'To the next line of the text, over calls (F10)' },
  { action: 'run', title: 'Run', hint: 'To the end or a breakpoint (F8 or Ctrl+Enter)' },
  { action: 'here', title: 'Run to here', hint: 'To the chosen instruction (Shift+F8)' },
  { action: 'stop', title: 'Breakpoint', hint: 'At the chosen instruction (F9)' },
  { action: 'pause', title: 'Pause', hint: 'Stop running (F8)' },
  { action: 'restart', title: 'Restart', hint: 'From the start (Shift+F5)' },
];

/** The usual keys of debuggers. */
const KEYS: Readonly<Record<string, readonly Action[]>> = {
  'Shift+F11': ['back'],
  F11: ['step'],
  F10: ['line'],
  F8: ['run', 'pause'],
  'Ctrl+Enter': ['run', 'pause'],
  'Shift+F8': ['here'],
  F9: ['stop'],
  'Shift+F5': ['restart'],
};

function createRun(start: Start, skipTo: number | undefined): MachineRun | string {
  try {
    return new MachineRun(start, skipTo);
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
  const call = systemCall(run.machine, next);
  return `next, at ${hex(next.address, 8)}: ${text}${call === undefined ? '' : `, which is ${call}`}`;
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
