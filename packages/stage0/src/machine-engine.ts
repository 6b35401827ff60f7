// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The i386 engine: the tree's own binaries, in a machine that needs no 32-bit kernel.
 *
 * A tree can start without binaries: an executable file with the two lines `#!/bin/sh` and `exec
 * stage0 TOOL "$@"` is a launcher. A kernel and this engine both run our port of that tool for it.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import type { Program } from '@stage0-ts/host';
import type { ProgramImage } from '@stage0-ts/host/memory';
import { type EngineOptions, i386Engine } from '@stage0-ts/i386';
import { isElf } from './elf-magic.ts';
import { type NamedEngine, PORTS, portFor } from './engines.ts';
import { MadeByMachine } from './made-by-machine.ts';
import { TOOLS } from './tools.ts';

/** Longest launcher, in bytes. */
const MAX_LAUNCHER = 200;

/**
 * Make a new engine for each run: it may keep translated code. It throws ENOEXEC for other files.
 */
export function machineEngine(options: EngineOptions = {}): NamedEngine {
  const machine = i386Engine(options);
  return {
    name: 'i386',
    runsBinaries: true,
    nature: ({ bytes }) => (launchedPort(bytes) === undefined ? 'machine' : 'launcher'),
    run: (image, argv, host) => {
      const port = launchedPort(image.bytes);
      return port === undefined
        ? machine(image, argv, host)
        : { kind: 'exited', status: port(argv, host) };
    },
  };
}

/**
 * Our ports, and the machine for i386 programs without a port: the scripts of a distribution also
 * run programs that the tools have just built. What those programs build runs in the machine too,
 * even if it has the name of a port.
 */
export function portsAndMachine(options: EngineOptions = {}): NamedEngine {
  const machine = machineEngine(options);
  const made = new MadeByMachine();
  const isOther = ({ path, bytes }: ProgramImage) =>
    isElf(bytes) && (portFor(path) === undefined || made.has(bytes));
  const beside = (ports: NamedEngine): NamedEngine => {
    const engine: NamedEngine = {
      ...ports,
      madeByMachine: made,
      forTree: (files) => beside(ports.forTree?.(files) ?? ports),
      forArchitecture: (arch) =>
        arch === 'x86' ? engine : (ports.forArchitecture?.(arch) ?? ports),
      nature: (image) => (isOther(image) ? 'machine' : 'port'),
      run: (image, argv, host) =>
        isOther(image) ? machine.run(image, argv, made.noting(host)) : ports.run(image, argv, host),
    };
    return engine;
  };
  return beside(PORTS);
}

/**
 * The port that a launcher starts, or undefined for any other file. A launcher has exactly these
 * two lines.
 */
function launchedPort(bytes: Uint8Array): Program | undefined {
  if (bytes[0] !== 0x23 || bytes.length > MAX_LAUNCHER) return undefined;
  const tool = /^#!\/bin\/sh\nexec stage0 (\S+) "\$@"\n?$/.exec(decodeUtf8(bytes))?.[1];
  return tool !== undefined && Object.hasOwn(TOOLS, tool) ? TOOLS[tool] : undefined;
}
