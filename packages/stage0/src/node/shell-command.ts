// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 shell` → lines for a shell to evaluate, which put every tool on its PATH.
 *
 * Each tool gets a launcher: a script of two lines that runs `stage0 TOOL` with the Node and the
 * files that ran this. They are in a folder that stays the same, so that a second run changes
 * nothing: `node_modules/.cache/stage0-ts/bin` next to this package, or where `--into` says.
 *
 * Invariant: no launcher hides a command of the system that people rely on.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { NodeHost } from '@stage0-ts/host/node';
import type { Arguments } from './command.ts';
import { print } from './streams.ts';
import { TOOL_TABLE } from './tool-table.ts';

/** Tools whose names are commands of every system. */
const SYSTEM_COMMANDS: ReadonlySet<string> = new Set([
  'cp',
  'rm',
  'mkdir',
  'chmod',
  'sha256sum',
  'unxz',
]);

/**
 * The package's folder: two folders above this file, both in the sources and in the built package.
 */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = path.join(PACKAGE, 'bin/stage0.js');

/** Exit status 0; throws ToolError for a folder that cannot be written. */
export function shellCommand(given: Arguments): number {
  const into = given.optionalText('into');
  const host = new NodeHost();
  const folder = path.resolve(into ?? defaultFolder(host));
  makeFolders(host, folder);
  writeLauncher(host, folder, 'stage0', '');
  for (const tool of Object.keys(TOOL_TABLE)) {
    if (!SYSTEM_COMMANDS.has(tool)) writeLauncher(host, folder, tool, ` ${tool}`);
  }
  print(environmentText(host, folder));
  return 0;
}

/**
 * In a checkout, the checkout's node_modules; otherwise the node_modules that the package is in.
 */
function defaultFolder(host: NodeHost): string {
  for (let above = path.resolve(PACKAGE); ; above = path.dirname(above)) {
    const modules = path.join(above, 'node_modules');
    if (host.stat(modules)?.kind === 'directory' || above === path.dirname(above)) {
      return path.join(modules, '.cache/stage0-ts/bin');
    }
  }
}

function makeFolders(host: NodeHost, folder: string): void {
  if (host.stat(folder) !== undefined) return;
  makeFolders(host, path.dirname(folder));
  host.mkdir(folder, 0o777);
}

function writeLauncher(host: NodeHost, folder: string, name: string, words: string): void {
  const command = `${quoted(process.execPath)} ${quoted(COMMAND)}${words}`;
  const file = path.join(folder, name);
  host.writeFile(file, encodeUtf8(`#!/bin/sh\nexec ${command} "$@"\n`), 0o777);
  host.chmod(file, 0o755);
}

/** Lines for a shell. To evaluate them twice changes nothing more. */
function environmentText(host: NodeHost, folder: string): string {
  const lines = [
    `case ":$PATH:" in *:${quoted(folder)}:*) ;; *) PATH=${quoted(folder)}:$PATH ;; esac`,
  ];
  lines.push('export PATH');
  const places = { LADDER: 'test-vectors/ladder', LIB: 'docs/tutorial/lib' };
  for (const [name, place] of Object.entries(places)) {
    const found = path.join(PACKAGE, '../..', place);
    if (host.stat(found)?.kind === 'directory') lines.push(`export ${name}=${quoted(found)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The text as one word of a POSIX shell, whatever it contains. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
