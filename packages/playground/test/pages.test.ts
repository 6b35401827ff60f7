// SPDX-License-Identifier: GPL-3.0-or-later
/** The built pages in Debian's Chromium, used as a person would: typing, clicking, keys. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const RELEASE = process.env['STAGE0_POSIX'];
const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
const hasChromium = fs.existsSync(CHROMIUM);
if (!hasChromium)
  console.warn(`\n*** DID NOT RUN: the playground's pages. There is no ${CHROMIUM}. ***\n`);
const isArchive = RELEASE !== undefined && fs.statSync(RELEASE).isFile();
if (!isArchive) {
  console.warn(
    '\n*** DID NOT RUN: the whole chain in a page. Set STAGE0_POSIX to the tarball. ***\n',
  );
}

describe.skipIf(!hasChromium)('the playground', () => {
  let server: PreviewServer;
  let browser: Browser;
  let origin = '';
  let folder = '';

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-playground-'));
    await build({ configFile, logLevel: 'error', build: { outDir: folder } });
    const options = { configFile, build: { outDir: folder }, preview: { port: 0 } };
    server = await preview(options);
    origin = (server.resolvedUrls?.local[0] ?? '').replace(/\/$/, '');
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** A new page; the test fails when it meets an error or asks anybody but its own server. */
  async function open(
    name: string,
    use: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const errors: string[] = [];
    const strangers: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
        strangers.push(request.url());
      }
    });
    await page.goto(`${origin}/${name}.html`);
    await use(page);
    expect([errors, strangers]).toEqual([[], []]);
    await context.close();
  }

  const choose = (page: Page, language: string) =>
    page.getByRole('radio', { name: language, exact: true }).click();
  const write = async (page: Page, text: string) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };
  const chosenByte = (page: Page) => page.locator('.bytes .chosen');

  describe('programs', () => {
    it('assembles while one types, and lights up both sides', () =>
      open('index', async (page) => {
        await write(page, '# "Hi"\n48 69 0A');
        await expect.poll(() => page.locator('.verdict').innerText()).toBe('3 bytes, by hex0');
        await page.locator('.bytes [data-at="1"]').click();
        expect(await page.locator('.editor .mark-twin').innerText()).toBe('69');
        await page.getByText('48', { exact: false }).first().waitFor();
        await page.locator('.cm-content').focus();
        await page.keyboard.press('Control+Home');
        await page.keyboard.press('ArrowDown');
        await expect.poll(() => chosenByte(page).innerText()).toBe('48');
      }));

    it('shows an error in its place, and keeps the last result', () =>
      open('index', async (page) => {
        await choose(page, 'hex2');
        await write(page, ':_start\n90 %nowhere\n:ELF_end');
        const verdict = page.locator('.verdict');
        await expect.poll(() => verdict.innerText()).toContain('line 2, column 4: undefined label');
        await page.locator('.cm-lint-marker-error').waitFor();
        await write(page, ':_start\n90 %_start\n:ELF_end');
        await expect.poll(() => verdict.innerText()).toMatch(/^\d+ bytes, by hex2$/);
      }));

    it('leads from a byte of a C program to its token', () =>
      open('index', async (page) => {
        await choose(page, 'C');
        await page.getByRole('button', { name: 'call FUNCTION_length_of' }).first().click();
        expect(await page.locator('.trail b').allInnerTexts()).toEqual(['hex2', 'M1', 'M2-Planet']);
        expect(await page.locator('.editor .mark-twin').innerText()).toMatch(/length_of|\)/);
        expect(await page.locator('.editor .mark-definition').innerText()).toBe('main');
      }));

    it('steps, runs, and stops what does not end', () =>
      open('index', async (page) => {
        const machine = page.getByRole('region', { name: 'Machine' });
        const status = machine.getByRole('status');
        await machine.getByRole('button', { name: 'Step', exact: true }).click();
        expect(await status.innerText()).toBe('1 instructions; stopped between two');
        expect(await page.locator('.listing .next').innerText()).toContain('pop ecx');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await expect.poll(() => status.innerText()).toContain('exit status 0');
        expect(await page.locator('.output').innerText()).toBe('Hello, stage0!\n');

        await choose(page, 'M1');
        await write(page, ':_start\n:again\n\tjmp %again\n:ELF_end\n');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await machine.getByRole('button', { name: 'Pause', exact: true }).click();
        await expect.poll(() => status.innerText()).toContain('stopped between two');
      }));

    it('can be used with keys alone', () =>
      open('index', async (page) => {
        await page.locator('.bytes [tabindex="0"]').focus();
        for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
        await expect.poll(() => chosenByte(page).getAttribute('data-at')).toBe('18');
        const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-at'));
        await expect.poll(focused).toBe('18');
        await page.getByRole('radio', { name: 'hex0', exact: true }).focus();
        await page.keyboard.press('ArrowRight');
        await expect.poll(() => page.locator('.verdict').innerText()).toContain('by hex1');
      }));
  });

  describe('the chain', () => {
    it('builds the ladder twice, compares it, and explains its bytes', () =>
      open('chain', async (page) => {
        await page.getByRole('button', { name: 'Try a small tree instead' }).click();
        const verdict = page.getByRole('region', { name: 'Verdict' });
        await verdict.waitFor();
        expect(await verdict.getByRole('status').innerText()).toBe('No divergence');
        await page.getByRole('button', { name: 'out/hello-M2', exact: true }).first().click();
        await page.locator('.artifact [data-at="100"]').click();
        await page.locator('.artifact .trail').waitFor();
        expect(await page.locator('.artifact .trail b').first().innerText()).toBe('hex2');
        expect(await page.locator('.artifact').innerText()).toContain('is a file of the tree');
        const node = page.getByRole('button', { name: /: hello-hex1$/ });
        await node.focus();
        await page.keyboard.press('Enter');
        expect(await page.getByRole('heading', { name: /hello\.hex1/ }).innerText()).toContain(
          'hex1',
        );
      }));

    it('says what is wrong with a file that is no tree', () =>
      open('chain', async (page) => {
        const buffer = Buffer.from('no archive at all');
        const file = { name: 'notes.txt', mimeType: 'text/plain', buffer };
        await page.locator('input[type=file]').setInputFiles(file);
        expect(await page.getByRole('alert').innerText()).toMatch(/^notes\.txt.*error: /);
        expect(await page.getByRole('button', { name: /small tree/ }).isEnabled()).toBe(true);
      }));

    it.skipIf(!isArchive)('builds the release', { timeout: 300_000 }, () =>
      open('chain', async (page) => {
        await page.locator('input[type=file]').setInputFiles(RELEASE as string);
        await page.getByRole('progressbar').waitFor();
        const verdict = page.getByRole('region', { name: 'Verdict' });
        await verdict.waitFor({ timeout: 280_000 });
        const text = await verdict.innerText();
        expect(text).toContain('No divergence');
        expect(text).toContain('19 of 19 digests as published');
        expect(text).toContain('73 of 73 the same with both engines');
        await page.getByRole('button', { name: 'x86/bin/M1', exact: true }).last().click();
        await page.locator('.artifact [data-at="752"]').click();
        await page.locator('.artifact .trail').waitFor();
        expect(await page.locator('.artifact .trail b').allInnerTexts()).toEqual([
          'hex2',
          'M1',
          'M2-Planet',
        ]);
      }),
    );
  });

  const looks = ['light', 'dark'].flatMap((colorScheme) =>
    [1280, 390].map((width) => ({ colorScheme: colorScheme as 'light' | 'dark', width })),
  );
  describe.each(looks)('in $colorScheme, $width wide', ({ colorScheme, width }) => {
    const options = { colorScheme, viewport: { width, height: 800 } };

    it.each(['index', 'chain'])('%s is readable and fits', (name) =>
      open(
        name,
        async (page) => {
          if (name === 'index') await page.locator('.bytes [data-at="85"]').click();
          else {
            await page.getByRole('button', { name: 'Try a small tree instead' }).click();
            await page.getByRole('region', { name: 'Verdict' }).waitFor();
          }
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(overflow).toBeLessThanOrEqual(0);
          // The editor's own region is left out: its text has the focus, which axe does not see.
          await page.evaluate(axe.source);
          const { violations } = await page.evaluate(() =>
            (globalThis as unknown as { axe: typeof axe }).axe.run(
              { exclude: ['.cm-scroller'] },
              {
                runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'],
              },
            ),
          );
          const found = violations.map(({ id, nodes }) => [
            id,
            nodes.map(({ html }) => html).slice(0, 3),
          ]);
          expect(found).toEqual([]);
        },
        options,
      ),
    );
  });
});
