// SPDX-License-Identifier: GPL-3.0-or-later
/** The site as a whole: links, heads, search, weight, and what axe finds on every page. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { hasChromium, NO_CHROMIUM } from '../../../../scripts/chromium.js';
import { blocksOf } from '../../../stage0/test/documents.ts';
import { linkAddress, sourcePages } from '../../pages/addresses.ts';
import { wholeSiteForTests } from './built-site.ts';
import { faultsOf } from './use.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAX_FIRST_PAGE = 300_000;
/** axe checks every page, which takes time. */
const SLOW = { timeout: 400_000 };
/** Milliseconds until the first page does something. */
const MAX_FIRST_ACTION = 2000;
/** One page of each kind that typedoc makes. */
const API = ['api/index.html', 'api/functions/_stage0-ts_hex0.assemble.html'];

runsIf(hasChromium, "the site's pages in a browser", NO_CHROMIUM);

const pages = sourcePages();
const site = wholeSiteForTests();

const OWN = ['index', 'chain', 'seed'].map((name) => `playground/${name}.html`);
const addresses = ['index.html', ...pages.map(({ address }) => address)];
const read = (address: string) => fs.readFileSync(path.join(site.folder, address), 'utf8');

describe('addresses', () => {
  const bySource = new Map(pages.map((page) => [page.source, page]));
  const from = (source: string, href: string) => {
    const page = bySource.get(source);
    if (page === undefined) throw new Error(`${source} is not a page`);
    return linkAddress(href, page, bySource);
  };

  it.each([
    ['docs/audit.md', 'https://example.org/', 'https://example.org/'],
    ['docs/audit.md', '#a', '#a'],
    ['docs/audit.md', 'design.md', 'design.html'],
    ['docs/audit.md', 'decisions/README.md', 'decisions/index.html'],
    ['docs/audit.md', '../README.md#packages', 'readme.html#packages'],
    ['docs/tutorial/1-hex0.md', 'README.md', 'index.html'],
    ['docs/tutorial/1-hex0.md', '../glossary.md', '../docs/glossary.html'],
    ['README.md', 'packages/hex0', '../api/modules/_stage0-ts_hex0.html'],
    ['packages/hex0/README.md', '../bytes', '_stage0-ts_bytes.html'],
    [
      'docs/tutorial/8-the-chain.md',
      '../../packages/playground/chain.html',
      '../playground/chain.html',
    ],
    ['README.md', 'NOTICE', undefined],
    ['README.md', 'test-vectors/ladder/seed/hex0.hex0', undefined],
  ])('%s: %s is %s', (source, href, expected) => expect(from(source, href)).toBe(expected));
});

describe('every page', () => {
  it('has no broken links', () => {
    const wrong: string[] = [];
    for (const address of [...addresses, ...OWN, ...API]) {
      for (const [, href = ''] of read(address).matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (href === '#' || /^(https?:|mailto:|data:)/.test(href)) continue;
        const [file = '', fragment] = href.split('#');
        const target = file === '' ? address : path.posix.join(path.posix.dirname(address), file);
        const isThere = fs.existsSync(path.join(site.folder, target));
        const hasPart =
          fragment === undefined || !isThere || read(target).includes(`id="${fragment}"`);
        if (!isThere || !hasPart) wrong.push(`${address}: ${href}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has a title and a description of its own, an icon and a picture', () => {
    const titles = new Set<string>();
    for (const address of addresses) {
      const html = read(address);
      const title = /<title>(.+?)<\/title>/.exec(html)?.[1] ?? '';
      expect(title, address).toContain('stage0');
      expect(titles, address).not.toContain(title);
      titles.add(title);
      const description = /name="description" content="(.+?)"/.exec(html)?.[1] ?? '';
      expect(description.length, address).toBeGreaterThan(20);
      expect(description.length, address).toBeLessThan(260);
      for (const part of ['rel="icon"', 'og:image', 'og:title', 'site-bar', 'site-foot']) {
        expect(html.includes(part), `${address}: ${part}`).toBe(true);
      }
      expect(html.match(/<h1[ >]/g)?.length, address).toBe(1);
    }
  });

  it('has no script, style or picture from elsewhere', () => {
    for (const address of addresses) {
      const [found] = /(?:src|<link[^>]*href)="https?:/.exec(read(address)) ?? [];
      expect(found, address).toBeUndefined();
    }
  });
});

it('shows every chapter after the one before it', () => {
  const chapters = pages.filter(({ source }) => /tutorial\/\d/.test(source));
  expect(chapters.length).toBeGreaterThanOrEqual(8);
  chapters.forEach(({ source }, at) => {
    const text = fs.readFileSync(path.join(ROOT, source), 'utf8');
    const last = text.slice(text.lastIndexOf('[←'));
    const name = (index: number) => path.basename(chapters[index]?.source ?? 'README.md');
    expect(last, source).toContain(`](${name(at - 1)})`);
    if (at + 1 < chapters.length) expect(last, source).toContain(` →](${name(at + 1)})`);
    expect(last, source).toContain('](../glossary.md)');
    const title = /^# (.*)$/m.exec(text)?.[1];
    const before = chapters[at - 1];
    if (before === undefined) return;
    expect(fs.readFileSync(path.join(ROOT, before.source), 'utf8')).toContain(`[${title} →]`);
  });
});

it('has slides whose listings are those of the chapters', () => {
  const squeezed = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const chapters = pages.filter(({ source }) => source.startsWith('docs/tutorial/'));
  const all = chapters.map(({ source }) =>
    squeezed(fs.readFileSync(path.join(ROOT, source), 'utf8')),
  );
  const blocks = blocksOf(path.join(ROOT, 'docs/teaching/slides.md'));
  expect(blocks.length).toBeGreaterThan(5);
  for (const { text } of blocks) {
    const lines = text.split('\n').map(squeezed);
    const isThere = all.some((chapter) => lines.every((line) => chapter.includes(line)));
    expect(isThere, text).toBe(true);
  }
});

it('draws the chain to scale', () => {
  const native = process.env['STAGE0_NATIVE'];
  runsIf(native !== undefined, 'sizes in the picture of the chain', 'STAGE0_NATIVE is not set');
  const svg = fs.readFileSync(path.join(ROOT, 'packages/playground/src/home/chain.svg'), 'utf8');
  const sides = [...svg.matchAll(/<rect[^>]*width="([\d.]+)"/g)].map(([, side]) => Number(side));
  const sizes = [...svg.matchAll(/class="name">(\w+)<.*?([\d,]+) bytes/g)].map(
    ([, name = '', size = '']) => ({ name, size: Number(size.replaceAll(',', '')) }),
  );
  expect(sizes.map(({ name }) => name)).toEqual(['hex0', 'hex1', 'hex2', 'M0', 'cc_x86', 'M2']);
  sizes.forEach(({ name, size }, at) => {
    expect(sides[at], name).toBeCloseTo(0.62 * Math.sqrt(size), 1);
    if (native === undefined) return;
    const file = path.join(native, 'x86/artifact', name === 'hex2' ? 'hex2-0' : name);
    expect(fs.statSync(file).size, name).toBe(size);
  });
});

describe.skipIf(!hasChromium)('in Chromium', () => {
  it('the first page is light, and does something at once', () =>
    site.open('index.html', async (page) => {
      await page.close();
      const context = await page.context().browser()?.newContext();
      const fresh = await context?.newPage();
      if (fresh === undefined) throw new Error('no page');
      const weights: Promise<number>[] = [];
      fresh.on('response', (response) => {
        weights.push(response.body().then((body) => gzipSync(body).length));
      });
      const start = Date.now();
      await fresh.goto(`${site.origin}/index.html`);
      await fresh.locator('#live-output', { hasText: 'Hello' }).waitFor();
      const milliseconds = Date.now() - start;
      await fresh.waitForLoadState('networkidle');
      const weight = (await Promise.all(weights)).reduce((sum, one) => sum + one, 0);
      console.log(`first page: ${weight} bytes compressed, ${milliseconds} ms to its first output`);
      expect(weight).toBeGreaterThan(10_000);
      expect(weight).toBeLessThan(MAX_FIRST_PAGE);
      expect(milliseconds).toBeLessThan(MAX_FIRST_ACTION);
      await context?.close();
    }));

  it('the first page runs what is typed, says what is wrong, and cannot be held up', () =>
    site.open('index.html', async (page) => {
      const text = page.getByRole('textbox', { name: 'A program in hex0' });
      const output = page.locator('#live-output');
      const status = page.locator('#live-bytes');
      const original = await text.inputValue();
      await text.fill(original.replace('48 65', '4A 65'));
      await expect.poll(() => output.innerText()).toBe('Jello\n');
      await text.fill(`${original}\nxyz`);
      await expect.poll(() => status.innerText()).toMatch(/^line \d+: /);
      await text.fill(original.replace('31 DB', 'EB FE'));
      await expect.poll(() => status.innerText()).toContain('instructions');
      await text.fill('48');
      await expect.poll(() => status.innerText()).toContain('1 byte,');
      await text.fill(original);
      await page.getByRole('link', { name: 'Step it in the playground' }).click();
      await page.locator('.bytes [data-at="85"]').waitFor();
    }));

  it.each([
    ['Thompson', /audit|attack|trust/i],
    ['displacement', /glossary|hex1/i],
    ['dispalcement', /glossary|hex1/i],
    ['provenance map', /bytes|design/i],
  ])('the search finds %s', (words, expected) =>
    site.open('docs/decisions/index.html', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type(words);
      const results = page.locator('.results a');
      await results.first().waitFor();
      expect((await results.allInnerTexts()).join('\n')).toMatch(expected);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).not.toContain('decisions/index.html');
    }),
  );

  it('the course shows what was solved', () =>
    site.open('course/index.html', async (page) => {
      await page.evaluate(() => localStorage.setItem('stage0-course/1-hex0', '{"solved":true}'));
      await page.reload();
      const entry = page.locator('.menu a', { hasText: '1. hex0' });
      await expect.poll(() => entry.innerText()).toContain('✓');
    }));

  it('the handout is one sheet of paper', () =>
    site.open('teaching/handout.html', async (page) => {
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length).toBe(1);
    }));

  it('slides are gone through with keys, and are pages on paper', () =>
    site.open('teaching/slides.html', async (page) => {
      const count = await page.locator('.slide').count();
      expect(count).toBeGreaterThan(10);
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(300);
      const pdf = (await page.pdf({ format: 'A4', landscape: true })).toString('latin1');
      expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length).toBe(count);
    }));

  it('a page opened as a file is complete to read', () =>
    site.open('index.html', async (page) => {
      const tab = await page.context().browser()?.newPage();
      if (tab === undefined) throw new Error('no page');
      await tab.goto(`file://${site.folder}/course/1-hex0.html`);
      expect(await tab.locator('figure.console').count()).toBeGreaterThan(2);
      const colour = await tab.evaluate(() => getComputedStyle(document.body).fontFamily);
      expect(colour).toContain('system-ui');
      await expect.poll(() => tab.locator('.late').isVisible(), { timeout: 10_000 }).toBe(true);
      await tab.context().close();
    }));

  // Documents differ only in their text. All of them are tested in one look, and one of each kind
  // in the others.
  const kinds = [
    'index.html',
    'course/index.html',
    'course/1-hex0.html',
    'docs/glossary.html',
    'teaching/slides.html',
    'api/modules/_stage0-ts_stage0.html',
    ...API,
  ];
  const looks = [
    { colorScheme: 'dark', width: 390, which: [...addresses, ...API] },
    { colorScheme: 'light', width: 390, which: kinds },
    { colorScheme: 'dark', width: 1280, which: kinds },
    { colorScheme: 'light', width: 1280, which: kinds },
  ] as const;
  it.each(looks)('pages are readable and fit, $colorScheme, $width wide', SLOW, (look) =>
    site.open(
      'index.html',
      async (page) => {
        const found: unknown[] = [];
        for (const address of look.which) {
          await page.goto(`${site.origin}/${address}`);
          if (/^course\/\d/.test(address)) await page.locator('html[data-alive="yes"]').waitFor();
          await page.locator('.site-search:not([hidden])').waitFor();
          found.push(...(await faultsOf(page, address)));
        }
        expect(found).toEqual([]);
      },
      { colorScheme: look.colorScheme, viewport: { width: look.width, height: 800 } },
    ),
  );
});

describe('the archive', () => {
  it('has every file of the site, in a fixed order, with one date', () => {
    const zip = unzipSync(fs.readFileSync(path.join(site.folder, 'stage0-site.zip')));
    const names = Object.keys(zip);
    expect(names).toEqual([...names].sort());
    const files = fs.readdirSync(site.folder, { recursive: true, encoding: 'utf8' });
    const there = files.filter(
      (name) => fs.statSync(path.join(site.folder, name)).isFile() && !name.endsWith('.zip'),
    );
    expect(names).toEqual(there.map((name) => `stage0-site/${name}`).sort());
    const bytes = fs.readFileSync(path.join(site.folder, 'stage0-site.zip'));
    const dates = new Set<number>();
    for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
      dates.add(bytes.readUInt32LE(at + 12));
    }
    expect(dates.size).toBe(1);
  });
});
