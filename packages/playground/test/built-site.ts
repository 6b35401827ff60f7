// SPDX-License-Identifier: GPL-3.0-or-later
/** The site, in a folder of its own, and a server and a browser for it. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect } from 'vitest';

export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = fs.existsSync(CHROMIUM);

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
const SITE_SCRIPT = fileURLToPath(new URL('../../../scripts/site.js', import.meta.url));
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];

export interface BuiltSite {
  readonly folder: string;
  readonly origin: string;
  /**
   * A new page; the test fails when it meets an error or asks anybody but its own server.
   * @param address from the top of the site.
   */
  open(
    address: string,
    use: (page: Page) => Promise<void>,
    options?: BrowserContextOptions,
  ): Promise<void>;
  /** The same with a page of the playground. */
  openPage(
    name: string,
    use: (page: Page) => Promise<void>,
    options?: BrowserContextOptions,
  ): Promise<void>;
  close(): Promise<void>;
}

/**
 * The site of the tests of one file or `describe`, made before them and removed after them. Only
 * tests may use it. The pages alone are made where Chromium can show them.
 */
export function siteForTests(whole = false): Omit<BuiltSite, 'close'> {
  let made: BuiltSite | undefined;
  beforeAll(async () => {
    if (whole || hasChromium) made = await builtSite(whole);
  }, 240_000);
  afterAll(() => made?.close());
  const site = (): BuiltSite => {
    if (made === undefined) throw new Error('the site is made before the tests, not earlier');
    return made;
  };
  return {
    get folder() {
      return site().folder;
    },
    get origin() {
      return site().origin;
    },
    open: (...how) => site().open(...how),
    openPage: (...how) => site().openPage(...how),
  };
}

/**
 * @param whole all of it, as `npm run site` makes it; otherwise the pages alone, which is faster.
 */
export async function builtSite(whole = false): Promise<BuiltSite> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-pages-'));
  if (whole) {
    const env = { ...process.env, SITE_FOLDER: folder };
    const options = { env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [SITE_SCRIPT], options);
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  } else await build({ configFile, logLevel: 'error', build: { outDir: folder } });
  const server = await preview({ configFile, build: { outDir: folder }, preview: { port: 0 } });
  const origin = (server.resolvedUrls?.local[0] ?? '').replace(/\/$/, '');
  let browser: Browser | undefined;
  const site: BuiltSite = {
    folder,
    origin,
    openPage: (name, use, options) => site.open(`playground/${name}.html`, use, options),
    async open(address, use, options = {}) {
      browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      const errors: string[] = [];
      const strangers: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) errors.push(message.text());
      });
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) strangers.push(url);
      });
      await page.goto(`${origin}/${address}`);
      await use(page);
      expect([errors, strangers]).toEqual([[], []]);
      await context.close();
    },
    async close() {
      await browser?.close();
      await server.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  return site;
}
