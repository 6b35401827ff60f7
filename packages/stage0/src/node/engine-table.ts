// SPDX-License-Identifier: GPL-3.0-or-later
/** The engines that the command line can name. */
import type { EngineOptions } from '@stage0-ts/i386';
import { diverseEngine, exactEngine } from '../diverse-engine.ts';
import type { NamedEngine } from '../engines.ts';
import { machineEngine, portsAndMachine } from '../machine-engine.ts';
import { nativeEngine } from './native-engine.ts';
import { UsageError } from './usage.ts';

const ENGINES: Readonly<Record<string, (options: EngineOptions, seconds: number) => NamedEngine>> =
  {
    ports: (options) => portsAndMachine(options),
    i386: (options) => machineEngine(options),
    exact: (options) => exactEngine(options),
    diverse: (options) => diverseEngine(options),
    native: (_, seconds) => nativeEngine(seconds),
  };

/** Their names, for help texts. */
export const ENGINE_NAMES: string = Object.keys(ENGINES).join(', ');

/** The engine of that name, with its limits. Throws UsageError with the help text `usage` when there is none. */
export function engineNamed(
  name: string,
  usage: string,
  limits: { readonly engine: EngineOptions; readonly seconds: number },
): NamedEngine {
  const make = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (make !== undefined) return make(limits.engine, limits.seconds);
  throw new UsageError(`there is no engine ${name}: the engines are ${ENGINE_NAMES}`, usage);
}
