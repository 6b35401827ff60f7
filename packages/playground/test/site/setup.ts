// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The pages of the site, built and served once for all tests that look at them. Before the first of
 * these tests → a folder and a server; after the last → neither.
 *
 * Invariant: no test changes the folder.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import type { TestProject } from 'vitest/node';

const SCRIPT = fileURLToPath(new URL('../../../../scripts/site.js', import.meta.url));
const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));

/** Where the pages are: their folder on this disk, and their address for browsers. */
export interface ServedSite {
  readonly folder: string;
  readonly origin: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    pages: ServedSite;
  }
}

/** A folder for a site. */
export const newFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-pages-'));

/** Run `npm run site`'s script. */
export function makeSite(
  folder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): void {
  const env = { ...process.env, SITE_FOLDER: folder, ...variables };
  const options = { env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...words], options);
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
}

/** Serve a built site until the second value is called, which also removes the folder. */
export async function serve(folder: string): Promise<[ServedSite, () => Promise<void>]> {
  const server = await preview({ configFile, build: { outDir: folder }, preview: { port: 0 } });
  const origin = (server.resolvedUrls?.local[0] ?? '').replace(/\/$/, '');
  const close = async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return [{ folder, origin }, close];
}

/** What vitest calls. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = newFolder();
  makeSite(folder, ['pages'], {});
  const [pages, close] = await serve(folder);
  project.provide('pages', pages);
  return close;
}
