// SPDX-License-Identifier: GPL-3.0-or-later
/** The name and version of this program, for reports. */
import fs from 'node:fs';

/**
 * The package's version. Its package.json is two folders above this file, in the sources and in the
 * built package.
 */
export function version(): string {
  const manifest = fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** The program's name, as reports write it. */
export function toolName(): string {
  return `stage0-ts ${version()}, node ${process.versions.node}, ${process.platform} ${process.arch}`;
}
