// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The engine for stage0 builds: runs an ELF image that a script starts in a machine, to its end.
 *
 * A fault of the guest is reported on standard error, and its parent sees the signal that Linux
 * would have sent. Only a stop on request is thrown to the caller: it ends the whole build.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatError, ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import { MachineError } from './errors.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { newSession } from './process.ts';
import { TranslationCache } from './translate/cache.ts';
import { MemoryPool } from './translate/pool.ts';

/** The limits of each process; see {@link MachineOptions}. */
export interface EngineOptions
  extends Pick<
    MachineOptions,
    | 'stackSize'
    | 'memoryLimit'
    | 'fileLimit'
    | 'processLimit'
    | 'instructionLimit'
    | 'shouldStop'
    | 'roundFunctions'
  > {
  /**
   * `translate` (the default) uses WebAssembly if JavaScript has it, `interpret` only the
   * interpreter.
   */
  readonly mode?: 'translate' | 'interpret' | undefined;
}

/**
 * Runs i386 executables; has the form of an Engine of `@stage0-ts/host/memory`. Throws ENOEXEC for
 * other files.
 */
export function i386Engine(
  options: EngineOptions = {},
): (
  image: { readonly path: string; readonly bytes: Uint8Array },
  argv: readonly string[],
  host: Host,
) => ChildStatus {
  const { mode, ...limits } = options;
  const translations = mode === 'interpret' ? undefined : new TranslationCache();
  const memories = new MemoryPool();
  const session = newSession();
  return (image, argv, host) => {
    let machine: Machine | undefined;
    try {
      machine = new Machine({ ...limits, translations, memories, session, image, argv, host });
      return machine.run() as ChildStatus;
    } catch (error) {
      return ending(error, image.path, host);
    } finally {
      machine?.release();
    }
  };
}

/** How a program that ended with `error` has ended for its parent. */
function ending(error: unknown, path: string, host: Host): ChildStatus {
  if (!(error instanceof ToolError) || error.code === 'aborted') throw error;
  if (error.code === 'bad-image') {
    throw new ToolError(error.message, { code: 'ENOEXEC', file: path });
  }
  host.writeStderr(encodeUtf8(formatError(error, path)));
  if (error instanceof MachineError) return { kind: 'killed', signal: error.signal };
  return { kind: 'exited', status: error.exitCode };
}
