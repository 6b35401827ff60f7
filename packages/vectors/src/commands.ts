// SPDX-License-Identifier: GPL-3.0-or-later
/** Where the commands of an implementation are found. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './case-folder.ts';

/** Those of upstream's binaries that are not at x86/bin/NAME. */
const ARTIFACTS: Readonly<Record<string, string>> = {
  hex0: 'hex0',
  hex1: 'hex1',
  'hex2-0': 'hex2-0',
  'catm-minimal': 'catm',
  M0: 'M0',
  cc_x86: 'cc_x86',
  'kaem-minimal': 'kaem-0',
};

/** Upstream's binaries in `tree`, a stage0-posix folder in which the x86 chain has been built. */
export function nativeCommands(tree: string): (tool: string) => Command {
  return (tool) => {
    const artifact = ARTIFACTS[tool];
    const relative = artifact === undefined ? `x86/bin/${tool}` : `x86/artifact/${artifact}`;
    const file = path.resolve(tree, relative);
    if (!fs.existsSync(file))
      throw new Error(`${file} is missing: build upstream's x86 chain there first`);
    return { file, arguments: [] };
  };
}

/** The folder with a release's binaries; default: 1.9.1's. Undefined if no variable names it. */
export function nativeTree(release?: string): string | undefined {
  if (release === undefined) return process.env['STAGE0_NATIVE'];
  const releases = process.env['STAGE0_RELEASES'];
  if (releases === undefined) return undefined;
  const tree = path.join(releases, release);
  return fs.existsSync(path.join(tree, 'x86/artifact/cc_x86')) ? tree : undefined;
}

/** Our packages. */
const PACKAGES = new URL('../../', import.meta.url);
/** The command for all utilities, whose first argument is the utility's name. */
const MULTI_CALL = 'mescc-tools-extra';

/** Our built commands, as npm installs them: those of each package. */
export function builtCommands(): (tool: string) => Command {
  const files = ownCommands();
  return (tool) => {
    const own = files.get(tool);
    const file = own ?? (files.get(MULTI_CALL) as string);
    return { file: process.execPath, arguments: own === undefined ? [file, tool] : [file] };
  };
}

/** Name of each command → its file, as the manifests of the packages list them. */
function ownCommands(): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of fs.readdirSync(PACKAGES)) {
    const base = new URL(`${folder}/`, PACKAGES);
    const manifest = fs.readFileSync(new URL('package.json', base), 'utf8');
    const { bin = {} } = JSON.parse(manifest) as { bin?: Readonly<Record<string, string>> };
    for (const [name, file] of Object.entries(bin)) {
      files.set(name, fileURLToPath(new URL(file, base)));
    }
  }
  return files;
}
