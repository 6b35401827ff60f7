// SPDX-License-Identifier: GPL-3.0-or-later
/** The engines that the command line can name, by name. */
import type { EngineOptions } from '@stage0-ts/i386';
import { diverseEngine, exactEngine } from '../diverse-engine.ts';
import type { NamedEngine } from '../engines.ts';
import { machineEngine, portsAndMachine } from '../machine-engine.ts';
import { ENGINE_NAMES, type EngineName } from './engine-names.ts';
import { nativeEngine } from './native-engine.ts';
import { UsageError } from './usage.ts';

type MakeEngine = (options: EngineOptions, seconds: number) => NamedEngine;

const ENGINES: Readonly<Record<EngineName, MakeEngine>> = {
  ports: (options) => portsAndMachine(options),
  i386: (options) => machineEngine(options),
  exact: (options) => exactEngine(options),
  diverse: (options) => diverseEngine(options),
  native: (_, seconds) => nativeEngine(seconds),
};

/** The engine with this name, with its limits. Throws UsageError if there is none. */
export function engineNamed(
  name: string,
  limits: { readonly engine: EngineOptions; readonly seconds: number },
): NamedEngine {
  const known = ENGINE_NAMES.find((one) => one === name);
  if (known !== undefined) return ENGINES[known](limits.engine, limits.seconds);
  throw new UsageError(`there is no engine ${name}: the engines are ${ENGINE_NAMES.join(', ')}`);
}
