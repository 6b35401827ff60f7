// SPDX-License-Identifier: GPL-3.0-or-later
/** A site that is served, and a browser for it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { CHROMIUM } from '../../../../scripts/chromium.js';
import { makeSite, newFolder, type ServedSite, serve } from './setup.ts';

export interface BuiltSite extends ServedSite {
  /**
   * Open a new page. The test fails if the page reports an error or makes a request to any server
   * but its own.
   *
   * @param address from the top of the site.
   */
  open(
    address: string,
    use: (page: Page) => Promise<void>,
    options?: BrowserContextOptions,
  ): Promise<void>;
  /** The same for a page of the playground. */
  openPage(
    name: string,
    use: (page: Page) => Promise<void>,
    options?: BrowserContextOptions,
  ): Promise<void>;
}

/** One server of the pages for all tests, and one browser for the tests of a file. */
export const pagesForTests = (): BuiltSite => withBrowser(() => inject('pages'));

/**
 * The whole site, as `npm run site` makes it of these pages. That is more work, so it is made
 * before the tests of one file and removed after them. Only tests may use it.
 */
export function wholeSiteForTests(): BuiltSite {
  let served: ServedSite | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const folder = newFolder();
    makeSite(folder, [], { SITE_PAGES: inject('pages').folder });
    [served, close] = await serve(folder);
  }, 240_000);
  afterAll(() => close?.());
  return withBrowser(() => {
    if (served === undefined) throw new Error('the site is made before the tests, not earlier');
    return served;
  });
}

/** `site` is not called before a test begins. */
function withBrowser(site: () => ServedSite): BuiltSite {
  let browser: Browser | undefined;
  afterAll(() => browser?.close());
  const open: BuiltSite['open'] = async (address, use, options = {}) => {
    browser ??= await chromium.launch(CHROMIUM);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const { origin } = site();
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
  };
  return {
    get folder() {
      return site().folder;
    },
    get origin() {
      return site().origin;
    },
    open,
    openPage: (name, use, options) => open(`playground/${name}.html`, use, options),
  };
}
