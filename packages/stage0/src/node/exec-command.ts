// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 exec PROGRAM`: one i386 Linux program in the machine, with the files of this computer. What it starts runs in
 * machines too.
 */
import type { ChildStatus } from '@stage0-ts/host';
import type { Engine } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import { machineEngine } from '../machine-engine.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: stage0 exec PROGRAM [ARGUMENT…]

Run an i386 Linux program in the machine, on any computer. It reads and writes files as a program of its own would.

Exit status: that of the program; 128 and the signal when one ends it; 1 it cannot be run, 2 usage.
`;

/** The program's exit status; throws UsageError and ToolError. */
export function execCommand(args: readonly string[]): number {
  const [program] = args;
  if (program === '--help' || program === '-h') {
    print(HELP);
    return 0;
  }
  if (program === undefined) throw new UsageError('exec takes a PROGRAM', HELP);
  const host = new MachineHost(machineEngine().run, new NodeHost().environment);
  const end = host.run(program, args, host.environment);
  return end.kind === 'exited' ? end.status : 128 + end.signal;
}

/** This computer, but for what programs are. */
class MachineHost extends NodeHost {
  override readonly environment: readonly string[];
  private readonly engine: Engine;

  constructor(engine: Engine, environment: readonly string[]) {
    super();
    this.engine = engine;
    this.environment = environment;
  }

  /** The working directory belongs to this process, so that it must be put back behind a child. */
  override run(path: string, argv: readonly string[], environment: readonly string[]): ChildStatus {
    const directory = this.currentDirectory();
    try {
      const image = { path, bytes: this.readFile(path) };
      return this.engine(image, argv, new MachineHost(this.engine, environment));
    } finally {
      this.changeDirectory(directory);
    }
  }
}
