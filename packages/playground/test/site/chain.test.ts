// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The page of the chain in Debian's Chromium: the ladder, the graph, files that are dropped, a
 * release.
 */
import fs from 'node:fs';
import { runsIf } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { hasChromium, NO_CHROMIUM } from '../../../../scripts/chromium.js';
import { pagesForTests } from './built-site.ts';

runsIf(hasChromium, 'the page of the chain', NO_CHROMIUM);

const RELEASE = process.env['STAGE0_POSIX'];
const isArchive = RELEASE !== undefined && fs.statSync(RELEASE).isFile();
runsIf(isArchive, 'the whole chain in a page', 'Set STAGE0_POSIX to the tarball');

const { openPage: open } = pagesForTests();

describe.skipIf(!hasChromium)('the chain', () => {
  it('builds the ladder twice, compares it, and explains its bytes', () =>
    open('chain', async (page) => {
      // The page does so by itself, before anything is dropped.
      const meaning = page.getByRole('region', { name: 'Meaning' });
      await meaning.waitFor();
      await expect.poll(() => meaning.getByRole('status').innerText()).toBe('The builds agree');
      expect(await meaning.innerText()).toContain('In 105 of 125 processes');
      await page.getByRole('button', { name: 'out/hello-M2', exact: true }).first().click();
      await page.locator('.artifact [data-at="100"]').click();
      await page.locator('.artifact .trail').waitFor();
      await expect.poll(() => page.locator('.artifact .trail b').first().innerText()).toBe('hex2');
      await expect
        .poll(() => page.locator('.artifact').innerText())
        .toContain('is a file of the tree');
      const node = page.getByRole('button', { name: /: hello-hex1$/ });
      await node.focus();
      await page.keyboard.press('Enter');
      const command = page.getByRole('region', { name: 'Process' }).locator('.command');
      await expect.poll(() => command.innerText()).toContain('hello.hex1');
      await page.getByRole('button', { name: 'hello/hello.hex1', exact: true }).click();
      await page.getByText('a source of the tree').waitFor();
      await node.focus();
      await page.keyboard.press('ArrowUp');
      await expect.poll(() => command.innerText()).not.toContain('hello.hex1');
      // A seed is explained too, by the file with the same bytes that the build makes.
      await page.getByRole('button', { name: 'came with the tree: hex0-seed' }).click();
      await page.locator('.artifact [data-at="94"]').click();
      await expect
        .poll(() => page.locator('.artifact').innerText())
        .toContain('makes the same bytes from source, as bin/hex0');
      expect(await page.locator('.artifact').innerText()).toContain('mov eax, 5: puts 5 into eax');
    }));

  it('draws the chain in the window, shows the way down, finds and zooms', () =>
    open('chain', async (page) => {
      await page.getByRole('region', { name: 'Meaning' }).waitFor();
      const scroll = page.locator('.graph-scroll');
      const widths = () => scroll.evaluate((box) => box.scrollWidth - box.clientWidth);
      expect(await widths()).toBe(0);
      const seed = await page.getByRole('button', { name: 'tree: hex0-seed' }).boundingBox();
      expect(seed?.x).toBeLessThan(120);
      await page.getByRole('button', { name: /: hello-M0$/ }).click();
      const way = page.locator('.chain-graph svg g.way');
      const names = await way.evaluateAll((all) =>
        all.map((one) => one.getAttribute('aria-label')),
      );
      for (const name of ['hello-M0', 'M0', 'hex2-0', 'hex1', 'hex0', 'hex0-seed']) {
        expect(names).toContainEqual(expect.stringMatching(new RegExp(`: ${name}$`)));
      }
      await page.locator('.chain-graph').getByRole('searchbox').fill('hello-hex');
      await expect.poll(() => page.locator('.graph-found').innerText()).toBe('4 found');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.graph-found').innerText()).toBe('1 of 4');
      const command = page.getByRole('region', { name: 'Process' }).locator('.command');
      await expect.poll(() => command.innerText()).toContain('hello.hex0');
      await page.getByRole('button', { name: 'Larger' }).click();
      await page.getByRole('button', { name: 'Larger' }).click();
      await expect.poll(widths).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Fit' }).click();
      await expect.poll(widths).toBe(0);
    }));

  it.each([
    [1280, 800],
    [390, 844],
  ])('fits a window of %d by %d, and a name that is shown can be read', (width, height) =>
    open(
      'chain',
      async (page) => {
        await page.locator('.chain-graph').waitFor();
        const box = await page.locator('.graph-scroll').boundingBox();
        const picture = await page.locator('.chain-graph svg').boundingBox();
        expect(box?.height).toBeLessThan(0.82 * height);
        expect(picture?.height).toBeLessThanOrEqual(box?.height ?? 0);
        expect(picture?.width).toBeLessThanOrEqual(width);
        for (const name of [/: hello-M0$/, /: greet$/, /tree: hex0-seed$/]) {
          const node = page.getByRole('button', { name }).locator('rect, circle');
          const place = await node.boundingBox();
          expect((place?.x ?? width) + (place?.width ?? 0)).toBeLessThan(width);
          expect((place?.y ?? 0) - (box?.y ?? 0)).toBeLessThan(box?.height ?? 0);
        }
        await page.getByRole('button', { name: /: hello-M0$/ }).focus();
        const texts = page.locator('.chain-graph svg text');
        const heights = await texts.evaluateAll((all) =>
          all.map((one) => one.getBoundingClientRect().height).filter((one) => one > 0),
        );
        expect(heights.length).toBeGreaterThan(0);
        expect(Math.min(...heights)).toBeGreaterThan(8);
      },
      { viewport: { width, height } },
    ),
  );

  it('saves a report that is gone through with keys', () =>
    open('chain', async (page) => {
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save stage0-check.html' }).click();
      const report = fs.readFileSync(await (await saved).path(), 'utf8');
      // The report is opened on its own, without this page's policy.
      await page.goto('about:blank');
      await page.setContent(report);
      const heading = page.locator('#detail h3');
      for (let key = 0; key < 5; key++) await page.keyboard.press('Tab'); // search, zoom, graph
      await page.keyboard.press('Enter');
      const first = await heading.innerText();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => heading.innerText()).not.toBe(first);
      await expect.poll(() => page.locator('svg g[tabindex="0"]').count()).toBe(1);
      await page.getByRole('button', { name: 'out/hello-hex1', exact: true }).click();
      await expect.poll(() => heading.innerText()).toContain('hello.hex1');
    }));

  it('takes a file that is dropped, and says so when it is a folder', () =>
    open('chain', async (page) => {
      const drop = (content: 'text' | 'folder') =>
        page.evaluate((kind) => {
          const file = new File(['no archive'], 'dropped.tar');
          if (kind === 'folder') file.arrayBuffer = () => Promise.reject(new Error('NotFound'));
          const event = new DragEvent('drop', { bubbles: true, cancelable: true });
          Object.defineProperty(event, 'dataTransfer', { value: { files: [file] } });
          document.querySelector('.drop')?.dispatchEvent(event);
        }, content);
      const alert = page.getByRole('alert');
      await drop('text');
      await expect
        .poll(() => alert.innerText())
        .toContain('dropped.tar: error: this is not a .tar');
      await drop('folder');
      await expect.poll(() => alert.innerText()).toContain('dropped.tar cannot be read');
    }));

  it('says what is wrong with a file that is not a tree', () =>
    open('chain', async (page) => {
      const buffer = Buffer.from('no archive at all');
      const file = { name: 'notes.txt', mimeType: 'text/plain', buffer };
      await page.locator('input[type=file]').setInputFiles(file);
      await expect
        .poll(() => page.getByRole('alert').innerText())
        .toBe('notes.txt: error: this is not a .tar, .tar.gz, .tar.xz or .tar.bz2 file');
      await expect
        .poll(() => page.getByRole('button', { name: /small tree/ }).isEnabled())
        .toBe(true);
    }));

  it.skipIf(!isArchive)('is cancelled, and takes another tree instead', () =>
    open('chain', async (page) => {
      await page.locator('input[type=file]').setInputFiles(RELEASE as string);
      await page.locator('.phases .done').first().waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/was cancelled\.$/);
      await page.locator('input[type=file]').setInputFiles(RELEASE as string);
      await page.locator('.phases .done').first().waitFor();
      await page.getByRole('button', { name: 'Try a small tree' }).click();
      const verdict = page.getByRole('region', { name: 'Verdict' });
      await expect.poll(() => verdict.innerText()).toContain('53 of 53 digests');
    }),
  );

  it.skipIf(!isArchive)('builds the release', { timeout: 300_000 }, () =>
    open('chain', async (page) => {
      await page.locator('input[type=file]').setInputFiles(RELEASE as string);
      await page.getByRole('progressbar').waitFor();
      const verdict = page.getByRole('region', { name: 'Verdict' });
      await verdict.waitFor({ timeout: 280_000 });
      const text = await verdict.innerText();
      expect(text).toContain('The builds agree');
      expect(text).toContain('19 of 19 digests as published');
      expect(text).toContain('leave the same 73 files; in 133 of 133 processes');
      expect(text).toContain('stage0-posix 1.9.1');
      await page.getByRole('button', { name: 'x86/bin/M1', exact: true }).last().click();
      await page.getByRole('textbox', { name: 'Byte' }).fill('0x2f0');
      await page.keyboard.press('Enter');
      await page.locator('.artifact [data-at="752"].chosen').waitFor();
      await page.locator('.artifact .trail').waitFor();
      await expect
        .poll(() => page.locator('.artifact .trail b').allInnerTexts())
        .toEqual(['hex2', 'M1', 'M2-Planet']);
    }),
  );
});
