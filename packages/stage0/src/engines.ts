// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What runs when a script starts a path.
 *
 * The ports engine runs the TypeScript port that the file's *name* stands for; the host has already made
 * sure that the file is there and executable. The names are those that upstream's scripts give to their
 * tools: the tool's own, or with the number of the build stage behind it (`M1-0`, `hex2-1`), or a seed's.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import type { Engine } from '@stage0-ts/host/memory';
import { TOOLS } from './tools.ts';

/** Names that do not follow from the tool's own. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['hex0-seed', 'hex0'],
  ['kaem-optional-seed', 'kaem-minimal'],
  ['kaem-0', 'kaem-minimal'],
  ['artifact/catm', 'catm-minimal'],
  ['M2', 'M2-Planet'],
]);

/** Upstream's name of the tool that an executable at `path` stands for, or undefined. */
export function portFor(path: string): string | undefined {
  const [name = '', folder = ''] = path.split('/').reverse();
  const alias = ALIASES.get(`${folder}/${name}`) ?? ALIASES.get(name);
  if (alias !== undefined) return alias;
  return [name, name.replace(/-\d+$/, '')].find((tool) => Object.hasOwn(TOOLS, tool));
}

/** An engine with what others need to know of it. */
export interface NamedEngine {
  readonly name: string;
  readonly run: Engine;
  /** True when the files' own content runs; false when only their names count. */
  readonly runsBinaries: boolean;
  /** True when what a program starts cannot be seen. Default: false. */
  readonly hidesProcesses?: boolean;
}

/** Runs our ports. Throws ENOEXEC for a name that stands for none. */
export const PORTS: NamedEngine = {
  name: 'ports',
  runsBinaries: false,
  run: (image, argv, host) => {
    const tool = portFor(image.path);
    if (tool === undefined) {
      throw new ToolError('no port stands for this program', { code: 'ENOEXEC', file: image.path });
    }
    return { kind: 'exited', status: (TOOLS[tool] as Program)(argv, host) };
  },
};
