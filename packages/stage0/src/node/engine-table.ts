// SPDX-License-Identifier: GPL-3.0-or-later
/** The engines that the command line can name. */
import type { NamedEngine } from '../engines.ts';
import { machineEngine, portsAndMachine } from '../machine-engine.ts';
import { NATIVE } from './native-engine.ts';
import { UsageError } from './usage.ts';

const ENGINES: readonly NamedEngine[] = [portsAndMachine(), machineEngine(), NATIVE];

/** Their names, for help texts. */
export const ENGINE_NAMES: string = ENGINES.map(({ name }) => name).join(', ');

/** The engine of that name. Throws UsageError with the help text `usage` when there is none. */
export function engineNamed(name: string, usage: string): NamedEngine {
  const engine = ENGINES.find((one) => one.name === name);
  if (engine === undefined)
    throw new UsageError(`no engine is named ${name}: ${ENGINE_NAMES}`, usage);
  return engine;
}
