// SPDX-License-Identifier: GPL-3.0-or-later
/** The page of the seed, and what holds for every page of the playground, in Debian's Chromium. */
import fs from 'node:fs';
import path from 'node:path';
import { LADDER, runsIf } from '@stage0-ts/vectors/test-support';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium, NO_CHROMIUM } from '../../../../scripts/chromium.js';
import { pagesForTests } from './built-site.ts';
import { chosenByte, faultsOf } from './use.ts';

runsIf(hasChromium, 'the page of the seed', NO_CHROMIUM);

const RELEASE = process.env['STAGE0_POSIX'];
const isArchive = RELEASE !== undefined && fs.statSync(RELEASE).isFile();
runsIf(isArchive, 'the seed of a release in a page', 'Set STAGE0_POSIX to the tarball');

const PAGES = ['index', 'chain', 'seed'];

const site = pagesForTests();
const open = site.openPage;

describe.skipIf(!hasChromium)('the seed', () => {
  const piece = (page: Page) => page.getByRole('region', { name: 'Byte' });

  it('says of each byte what it is, and which line it comes from', () =>
    open('seed', async (page) => {
      await expect.poll(() => piece(page).innerText()).toContain('e_ident magic (ELF header)');
      await page.locator('.bytes [data-at="24"]').click();
      await expect.poll(() => piece(page).innerText()).toContain('e_entry (ELF header)');
      expect(await piece(page).innerText()).toContain('The first instruction is at 0x8048054.');
      expect(await page.locator('.text .mark-twin').allInnerTexts()).toContain('54 80 04 08');
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await expect.poll(() => piece(page).innerText()).toContain('e_phoff');
      await page.getByRole('option', { name: /pop eax: the number of arguments/ }).click();
      await expect
        .poll(() => piece(page).innerText())
        .toContain('Takes the four bytes off the top of the stack, and puts them into eax.');
      await page.getByRole('grid', { name: 'Bytes' }).press('ArrowUp');
      await expect.poll(() => chosenByte(page).getAttribute('data-at')).toBe('68');
    }));

  it('assembles itself, a byte at a time', () =>
    open('seed', async (page) => {
      const run = page.getByRole('region', { name: 'It assembles itself' });
      const status = run.getByRole('status');
      await run.getByRole('button', { name: 'Step', exact: true }).click();
      await expect
        .poll(() => status.innerText())
        .toBe('0 of 289 bytes are made, in 1 instruction.');
      await run.getByRole('button', { name: 'Next byte' }).click();
      await expect.poll(() => page.locator('.bytes .made').allInnerTexts()).toEqual(['7f']);
      expect(await page.locator('.text .reading').innerText()).toContain('e_ident');
      await run.getByRole('button', { name: 'Play' }).click();
      await expect.poll(() => page.locator('.bytes .made').count()).toBeGreaterThan(3);
      await run.getByRole('button', { name: 'Pause' }).click();
      await run.getByRole('button', { name: 'To the end' }).click();
      await expect
        .poll(() => status.innerText())
        .toMatch(/289 bytes, the same as the program itself\.$/);
      expect(await page.locator('.bytes .made').count()).toBe(289);
      await run.getByRole('button', { name: 'Again' }).click();
      await expect.poll(() => page.locator('.bytes .made').count()).toBe(0);
    }));

  it('refuses a seed that is not what its source says', () =>
    open('seed', async (page) => {
      const buffer = fs.readFileSync(path.join(LADDER, 'bootstrap-seeds/POSIX/x86/hex0-seed'));
      buffer[0x60] = 1;
      const source = fs.readFileSync(path.join(LADDER, 'seed/hex0.hex0'));
      const seed = { name: 'hex0-seed', mimeType: '', buffer };
      const text = { name: 'hex0.hex0', mimeType: '', buffer: source };
      const input = page.locator('input[type=file]');
      await input.setInputFiles([seed, text]);
      await expect
        .poll(() => page.getByRole('alert').innerText())
        .toBe('hex0-seed is not what hex0.hex0 says: byte 0x60 is another one');
      await input.setInputFiles([seed]);
      await expect.poll(() => page.getByRole('alert').innerText()).toContain('together');
    }));

  it.skipIf(!isArchive)('shows the 181 bytes of a release that is dropped', () =>
    open('seed', async (page) => {
      await page.locator('input[type=file]').setInputFiles(RELEASE as string);
      await page.getByText('181 bytes, which x86/hex0_x86.hex0 makes').waitFor();
      await page.locator('.bytes [data-at="46"]').click();
      await expect.poll(() => piece(page).innerText()).toContain('in two headers at once');
      await page.locator('.bytes [data-at="177"]').click();
      await expect.poll(() => piece(page).innerText()).toContain('write(output, the byte, 1).');
      const run = page.getByRole('region', { name: 'It assembles itself' });
      await run.getByRole('button', { name: 'Next byte' }).click();
      expect(await page.locator('.bytes .made').allInnerTexts()).toEqual(['7f']);
      await run.getByRole('button', { name: 'To the end' }).click();
      await expect
        .poll(() => run.getByRole('status').innerText())
        .toMatch(/181 bytes, the same as the program itself\.$/);
    }),
  );
});

describe.skipIf(!hasChromium)('what the pages are made of', () => {
  it.each(PAGES)('%s refuses scripts and addresses from elsewhere', (name) =>
    site.open('index.html', async (checked) => {
      const page = await checked.context().newPage();
      const refused: string[] = [];
      page.on('console', (message) => refused.push(message.text()));
      await page.goto(`${site.origin}/playground/${name}.html`);
      const ran = await page.evaluate(async () => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.planted = true';
        document.head.append(script);
        await fetch('https://example.org/').catch(() => {});
        return 'planted' in globalThis;
      });
      expect(ran).toBe(false);
      for (const directive of ['script-src', 'connect-src']) {
        expect(refused).toContainEqual(expect.stringContaining(directive));
      }
    }),
  );

  it('has the licence of every package in it', () => {
    const text = fs.readFileSync(path.join(site.folder, 'notices.txt'), 'utf8');
    for (const name of ['preact', '@codemirror/view', '@lezer/highlight', 'style-mod']) {
      expect(text).toMatch(new RegExp(`^${name} [0-9.]+, MIT$`, 'm'));
    }
    const texts: Readonly<Record<string, RegExp>> = {
      MIT: /Permission is hereby granted/,
      'LGPL-3.0+': /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/,
    };
    const parts = text.split(/^(?=\S+ [0-9.]+, \S+$)/m);
    expect(parts.length).toBeGreaterThan(10);
    for (const part of parts) {
      const [, licence = ''] = /^\S+ [0-9.]+, (\S+)$/m.exec(part) ?? [];
      expect(part, licence).toMatch(texts[licence] ?? /no such licence is known here/);
    }
    expect(text).not.toContain('@stage0-ts');
  });
});

describe.skipIf(!hasChromium).each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  const options = { colorScheme, viewport: { width: 360, height: 800 } };
  /** First on a phone, and then, without loading the page again, on a desktop. */
  const faultsOfLooks = async (page: Page, name: string) => {
    const narrow = await faultsOf(page, `${name}, 360 wide`);
    await page.setViewportSize({ width: 1280, height: 800 });
    return [...narrow, ...(await faultsOf(page, `${name}, 1280 wide`))];
  };

  it.each(PAGES)('%s is readable and fits', (name) =>
    open(
      name,
      async (page) => {
        if (name === 'chain') await page.getByRole('region', { name: 'Verdict' }).waitFor();
        else await page.locator('.bytes [data-at="85"]').click();
        expect(await faultsOfLooks(page, name)).toEqual([]);
      },
      options,
    ),
  );

  it('a script that has run is readable and fits', () =>
    open(
      'index',
      async (page) => {
        await page.getByRole('radio', { name: 'kaem' }).click();
        await page
          .getByRole('combobox', { name: 'Example' })
          .selectOption('a compiler with an alias');
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.locator('.command').last().click();
        expect(await faultsOfLooks(page, 'kaem')).toEqual([]);
      },
      options,
    ));
});
