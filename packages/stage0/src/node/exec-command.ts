// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 exec PROGRAM`: one i386 Linux program in the machine, with the files of this computer.
 * What it starts runs in machines too.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Inherited } from '@stage0-ts/host';
import type { Engine } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { type EngineOptions, Machine, traced, translationText } from '@stage0-ts/i386';
import { machineEngine } from '../machine-engine.ts';
import type { Arguments } from './command.ts';
import { limitsFrom } from './limit-options.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

/** The program's exit status; throws UsageError and ToolError. */
export function execCommand(given: Arguments): number {
  const [program = '', ...words] = given.operands;
  const address = given.optionalText('dump-wasm');
  if (address !== undefined) return dumpWasm(program, address);
  const { engine } = limitsFrom(given);
  const run = given.has('trace') ? tracing(engine) : machineEngine(engine).run;
  const host = new MachineHost(run, new NodeHost().environment);
  const end = host.run(program, [program, ...words], host.environment);
  return end.kind === 'exited' ? end.status : 128 + end.signal;
}

/** An engine that runs programs in the interpreter and writes what they do. */
function tracing(limits: EngineOptions): Engine {
  return (image, argv, host) => {
    const machine = new Machine({ ...limits, image, argv, host });
    return traced(machine, (line) => host.writeStderr(encodeUtf8(`${line}\n`)));
  };
}

function dumpWasm(program: string, text: string): number {
  const address = /^(0x)?[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (Number.isNaN(address)) {
    throw new UsageError(`--dump-wasm takes an address as in 8048054, not ${text}`);
  }
  const lines = translationText(new NodeHost().readFile(program), address);
  if (lines === undefined) {
    throw new ToolError(`no function that is translated has an instruction at ${text}`, {
      code: 'not-translated',
      file: program,
    });
  }
  print(`${lines.join('\n')}\n`);
  return 0;
}

/** This computer's files; programs run in the machine. */
class MachineHost extends NodeHost {
  override readonly environment: readonly string[];
  private readonly engine: Engine;

  private readonly inherited: Inherited;

  constructor(engine: Engine, environment: readonly string[], inherited: Inherited = {}) {
    super();
    this.engine = engine;
    this.environment = environment;
    this.inherited = inherited;
  }

  override readStdin(): Uint8Array {
    return this.inherited.stdin?.() ?? super.readStdin();
  }

  override writeStdout(bytes: Uint8Array): void {
    const { stdout } = this.inherited;
    if (stdout === undefined) super.writeStdout(bytes);
    else stdout(bytes);
  }

  override writeStderr(bytes: Uint8Array): void {
    const { stderr } = this.inherited;
    if (stderr === undefined) super.writeStderr(bytes);
    else stderr(bytes);
  }

  /** The working directory belongs to this process, so it must be restored after a child. */
  override run(
    path: string,
    argv: readonly string[],
    environment: readonly string[],
    inherited?: Inherited,
  ): ChildStatus {
    const directory = this.currentDirectory();
    try {
      const image = { path, bytes: this.readFile(path) };
      return this.engine(image, argv, new MachineHost(this.engine, environment, inherited));
    } finally {
      this.changeDirectory(directory);
    }
  }
}
