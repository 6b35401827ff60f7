// SPDX-License-Identifier: GPL-3.0-or-later
/** The built pages in Debian's Chromium, used as a person would: typing, clicking, keys. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LADDER, runsIf } from '@stage0-ts/vectors/test-support';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const RELEASE = process.env['STAGE0_POSIX'];
const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
const hasChromium = fs.existsSync(CHROMIUM);
runsIf(hasChromium, "the playground's pages", `There is no ${CHROMIUM}`);
const isArchive = RELEASE !== undefined && fs.statSync(RELEASE).isFile();
runsIf(isArchive, 'the whole chain in a page', 'Set STAGE0_POSIX to the tarball');

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
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }, 60_000);

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
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
        strangers.push(request.url());
      }
    });
    await page.goto(`${origin}/playground/${name}.html`);
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
  /** As from the clipboard. */
  const paste = async (page: Page, text: string) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const event = new ClipboardEvent('paste', { clipboardData, cancelable: true });
      document.querySelector('.cm-content')?.dispatchEvent(event);
    }, text);
  };
  const chosenByte = (page: Page) => page.locator('.bytes .chosen');
  const verdictOf = (page: Page) => page.locator('.verdict').innerText();

  describe('programs', () => {
    it('assembles while one types, and lights up both sides', () =>
      open('index', async (page) => {
        await write(page, '# "Hi"\n48 69 0A');
        await expect.poll(() => page.locator('.verdict').innerText()).toBe('3 bytes, by hex0');
        await page.locator('.bytes [data-at="1"]').click();
        await expect.poll(() => page.locator('.editor .mark-twin').innerText()).toBe('69');
        await page.getByText('48', { exact: false }).first().waitFor();
        await page.locator('.cm-content').focus();
        await page.keyboard.press('Control+Home');
        await page.keyboard.press('ArrowDown');
        await expect.poll(() => chosenByte(page).innerText()).toBe('48');
        await page.keyboard.press('End');
        await expect.poll(() => chosenByte(page).innerText()).toBe('0a');
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

    it('shows an error of a later tool at the token that it comes from', () =>
      open('index', async (page) => {
        await choose(page, 'C');
        await write(page, 'int later();\nint main() { return later(); }\n');
        await expect
          .poll(() => verdictOf(page))
          .toBe("line 2, column 21: undefined label 'FUNCTION_later'");
        await write(page, `int main() { return ${'('.repeat(20_000)}1; }\n`);
        await expect
          .poll(() => verdictOf(page))
          .toMatch(/^line 1, column \d+: the input is nested too deeply$/);
        await write(page, 'int main() { return 1; }\n');
        await expect.poll(() => verdictOf(page)).toMatch(/^\d+ bytes/);
      }));

    it('leads from a token of a C program to its bytes and back', () =>
      open('index', async (page) => {
        await choose(page, 'C');
        await write(page, 'int f() { return 7; }\nint main() { return f(); }\n');
        await expect.poll(() => verdictOf(page)).toMatch(/^\d+ bytes/);
        await page.keyboard.press('Control+Home');
        for (let key = 0; key < 'int f() { return '.length; key++) {
          await page.keyboard.press('ArrowRight');
        }
        const tools = () => page.locator('.trail b').allInnerTexts();
        await expect.poll(tools).toEqual(['hex2', 'M1', 'M2-Planet']);
        await expect.poll(() => page.locator('.editor .mark-twin').innerText()).toBe('7');
        await expect.poll(() => page.locator('.editor .mark-definition').innerText()).toBe('f');
        await expect
          .poll(() => page.locator('.listing .chosen').innerText())
          .toContain('mov eax, 7');
      }));

    it('steps, runs, and stops what does not end', () =>
      open('index', async (page) => {
        const machine = page.getByRole('region', { name: 'Machine' });
        const status = machine.getByRole('status');
        await machine.getByRole('button', { name: 'Step', exact: true }).click();
        await expect
          .poll(() => status.innerText())
          .toBe('1 instruction; next, at 08048069: pop ecx');
        await expect.poll(() => page.locator('.listing .next').innerText()).toContain('pop ecx');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await expect.poll(() => status.innerText()).toContain('exit status 0');
        await expect.poll(() => page.locator('.output').innerText()).toBe('Hello, stage0!\n');

        await choose(page, 'M1');
        await write(page, ':_start\n:again\n\tjmp %again\n:ELF_end\n');
        await expect.poll(() => status.innerText()).toContain('jmp again');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await machine.getByRole('button', { name: 'Pause', exact: true }).click();
        await expect.poll(() => status.innerText()).toContain('next, at 08048054');
      }));

    it('names calls of the kernel, begins at main, and steps by lines and back', () =>
      open('index', async (page) => {
        await choose(page, 'C');
        const lines = [
          'int write(int f, char* t, int n);',
          'int two() { return 2; }',
          'int main()',
        ];
        await write(
          page,
          `${lines.join('\n')}\n{\nint a;\na = two();\nwrite(a, "Hi\\n", 3);\nreturn 7;\n}\n`,
        );
        const machine = page.getByRole('region', { name: 'Machine' });
        const status = () => machine.getByRole('status').innerText();
        const press = (name: string) => machine.getByRole('button', { name, exact: true }).click();
        const marked = () => page.locator('.editor .mark-twin').allInnerTexts();
        await expect.poll(status).toMatch(/^\d+ instructions; next/);
        expect(await machine.getByRole('button', { name: 'Back' }).isEnabled()).toBe(false);
        // Over the call: no line of `two` is seen.
        const seen: string[] = [];
        for (let step = 0; step < 2; step++) {
          await press('Line');
          seen.push((await marked()).join(' '));
        }
        expect(seen.join(';')).not.toContain('2');
        const before = await status();
        await press('Step');
        expect(await status()).not.toBe(before);
        await press('Back');
        await expect.poll(status).toBe(before);
        await press('Restart');
        for (let step = 0; step < 90 && !(await status()).includes('int 0x80'); step++) {
          const now = await status();
          await press('Step');
          await expect.poll(status).not.toBe(now);
        }
        expect(await status()).toContain('int 0x80, which is write(2, "Hi\\n", 3)');
        await expect
          .poll(() => page.locator('.listing + .meaning').innerText())
          .toContain('int 0x80: calls the kernel');
        await press('Run');
        await expect.poll(status).toContain('exit status 7');
      }));

    it('stops at breakpoints, and is driven by keys', () =>
      open('index', async (page) => {
        await choose(page, 'hex1');
        await page.getByRole('combobox', { name: 'Example' }).selectOption('a loop');
        const machine = page.getByRole('region', { name: 'Machine' });
        const status = () => machine.getByRole('status').innerText();
        await expect.poll(status).toContain('next');
        await page.locator('.listing [role="option"]', { hasText: 'int 0x80' }).first().click();
        await page.keyboard.press('F9');
        await expect.poll(() => page.locator('.listing .stop').count()).toBe(1);
        await page.keyboard.press('F8');
        await expect.poll(status).toContain('which is write(1, "9\\n", 2)');
        await page.keyboard.press('Control+Enter');
        await expect.poll(status).toContain('which is write(1, "8\\n", 2)');
        await page.keyboard.press('F11');
        await expect.poll(status).not.toContain('write');
        await page.keyboard.press('Shift+F11');
        await expect.poll(status).toContain('which is write(1, "8\\n", 2)');
        await page.keyboard.press('F9');
        await expect.poll(() => page.locator('.listing .stop').count()).toBe(0);
        await machine.getByRole('button', { name: 'Run to here' }).click();
        await expect.poll(status).toContain('which is write(1, "7\\n", 2)');
        await page.keyboard.press('F8');
        await expect.poll(status).toContain('exit status 0');
        await page.keyboard.press('Shift+F5');
        await expect.poll(status).toMatch(/^0 instructions/);
      }));

    it.each([
      [1280, 800],
      [390, 844],
    ])('shows Step and the registers on one screen at %d by %d', (width, height) =>
      open(
        'index',
        async (page) => {
          await page.locator('.registers').first().waitFor();
          const step = page.getByRole('button', { name: 'Step', exact: true });
          const [button, registers] = await Promise.all([
            step.boundingBox(),
            page.locator('.registers').first().boundingBox(),
          ]);
          const end = (registers?.y ?? Number.NaN) + (registers?.height ?? Number.NaN);
          // On a phone the text is above, and a part of the screen belongs to the browser.
          if (width > 500) expect(end).toBeLessThan(height);
          expect(end - (button?.y ?? Number.NaN)).toBeLessThan(height / 2);
        },
        { viewport: { width, height } },
      ),
    );

    it('has M0 and cc_x86, and the assembly of other architectures', () =>
      open('index', async (page) => {
        await choose(page, 'cc_x86');
        await page.getByRole('combobox', { name: 'Example' }).selectOption('squares');
        const machine = page.getByRole('region', { name: 'Machine' });
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await expect.poll(() => page.locator('.output').innerText()).toBe('1\n4\n9\n16\n25\n');
        await choose(page, 'M0');
        await write(page, ':_start\nretrun\n:ELF_end\n');
        await page.locator('.cm-lintRange-warning').waitFor();
        await choose(page, 'C');
        await page.getByRole('combobox', { name: 'Assembly for' }).selectOption('riscv64');
        await expect
          .poll(() => page.getByRole('region', { name: 'Assembly for riscv64' }).innerText())
          .toContain('rd_a0');
      }));

    it('can be put into another page', () =>
      open('index', async (page) => {
        await page.goto(`${page.url().replace(/#.*/, '')}?embed#M1/1`);
        await page.getByRole('region', { name: 'Machine' }).waitFor();
        expect(await page.getByRole('radio').count()).toBe(0);
        expect(await page.locator('.site-bar').isVisible()).toBe(false);
        const link = await page
          .getByRole('link', { name: 'Open in the playground' })
          .getAttribute('href');
        expect(link).toBe('/playground/index.html#M1/1');
      }));

    it('goes on when a program runs where there is no byte of it', () =>
      open('index', async (page) => {
        await choose(page, 'M1');
        const stack = 'DEFINE push 68\nDEFINE jmp_esp FFE4\n:_start\npush %0x90909090\njmp_esp\n';
        await write(page, `${stack}:ELF_end\n`);
        const machine = page.getByRole('region', { name: 'Machine' });
        await expect.poll(() => machine.getByRole('status').innerText()).toContain('push');
        for (let step = 0; step < 3; step++) {
          await machine.getByRole('button', { name: 'Step', exact: true }).click();
        }
        await expect
          .poll(() => machine.getByRole('status').innerText())
          .toMatch(/^3 .* next, at ffff.*: nop/);
      }));

    it('gives a program its input, its text as a file, and shows the files that it makes', () =>
      open('index', async (page) => {
        const machine = page.getByRole('region', { name: 'Machine' });
        await page.getByRole('combobox').selectOption('an assembler of hex0');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        const made = machine.getByText('It left the file made, 289 bytes, the same as the program');
        await made.waitFor();
        await choose(page, 'hex2');
        await page.getByRole('combobox').selectOption('input in capitals');
        await machine.getByLabel('Standard input').fill('grüße, 25');
        await machine.getByRole('button', { name: 'Run', exact: true }).click();
        await expect.poll(() => page.locator('.output').innerText()).toBe('GRüßE, 25');
      }));

    it('finds a program again by its address, and goes back to the one before', () =>
      open('index', async (page) => {
        await choose(page, 'M1');
        await page.waitForURL(/#M1\/1$/);
        await write(page, ':_start\n"é"\n# 漢 😀\n:ELF_end\n');
        await page.waitForURL(/#M1=[\w-]+$/);
        await choose(page, 'hex0');
        await page.waitForURL(/#hex0\/1$/);
        await choose(page, 'M1');
        const text = () => page.locator('.cm-content').innerText();
        await expect.poll(text).toContain('漢 😀');
        await page.goBack();
        await expect.poll(text).toContain('counted by hand');
        await page.goBack();
        await expect.poll(text).toContain('漢 😀');
        await page.reload();
        await expect.poll(text).toContain('漢 😀');
        await expect
          .poll(() => page.getByRole('radio', { name: 'M1', exact: true }).isChecked())
          .toBe(true);
        await page.goto(`${page.url().replace(/#.*/, '')}#M1=broken`);
        await page.reload();
        await page.getByRole('alert').waitFor();
      }));

    it('draws what is in view of two thousand lines of C', () =>
      open('index', async (page) => {
        await choose(page, 'C');
        const body = 'int b;\nb = a + 1;\nif(b > 3) return b;\nwhile(b < 3) b = b + 1;\nreturn b;';
        const functions = Array.from(
          { length: 250 },
          (_, number) => `int f${number}(int a)\n{\n${body}\n}`,
        );
        await paste(page, `${functions.join('\n')}\nint main()\n{\nreturn f1(2);\n}\n`);
        await expect.poll(() => verdictOf(page)).toMatch(/^\d\d,\d+ bytes/);
        await expect.poll(() => page.locator('.bytes [role="row"]').count()).toBeLessThan(100);
        await expect.poll(() => page.locator('.listing [role="option"]').count()).toBeLessThan(100);
      }));

    it('can be used with keys alone', () =>
      open('index', async (page) => {
        const bytes = page.getByRole('grid', { name: 'Bytes' });
        await bytes.focus();
        for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
        await expect.poll(() => chosenByte(page).getAttribute('data-at')).toBe('18');
        const active = await bytes.getAttribute('aria-activedescendant');
        await expect.poll(() => chosenByte(page).getAttribute('id')).toBe(active);
        await page.keyboard.press('Control+End');
        await expect.poll(() => chosenByte(page).getAttribute('data-at')).toBe('134');
        await page.getByRole('listbox', { name: 'Instructions' }).focus();
        await page.keyboard.press('ArrowUp');
        await expect.poll(() => chosenByte(page).getAttribute('data-at')).toBe('128');
        await page.getByRole('radio', { name: 'hex0', exact: true }).focus();
        await page.keyboard.press('ArrowRight');
        await expect.poll(() => page.locator('.verdict').innerText()).toContain('by hex1');
      }));
  });

  describe('the chain', () => {
    it('builds the ladder twice, compares it, and explains its bytes', () =>
      open('chain', async (page) => {
        // It does so by itself, before anything is dropped.
        const meaning = page.getByRole('region', { name: 'Meaning' });
        await meaning.waitFor();
        await expect.poll(() => meaning.getByRole('status').innerText()).toBe('The builds agree');
        expect(await meaning.innerText()).toContain('In 105 of 125 processes');
        await page.getByRole('button', { name: 'out/hello-M2', exact: true }).first().click();
        await page.locator('.artifact [data-at="100"]').click();
        await page.locator('.artifact .trail').waitFor();
        await expect
          .poll(() => page.locator('.artifact .trail b').first().innerText())
          .toBe('hex2');
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
        // A seed is explained, too: from what the build makes with the same bytes.
        await page.getByRole('button', { name: 'came with the tree: hex0-seed' }).click();
        await page.locator('.artifact [data-at="94"]').click();
        await expect
          .poll(() => page.locator('.artifact').innerText())
          .toContain('makes the same bytes from source, as bin/hex0');
        expect(await page.locator('.artifact').innerText()).toContain(
          'mov eax, 5: puts 5 into eax',
        );
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

    it('saves a report that is gone through with keys', () =>
      open('chain', async (page) => {
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Save stage0-check.html' }).click();
        const report = fs.readFileSync(await (await saved).path(), 'utf8');
        // the report is opened on its own, not under this page's policy
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

  describe('the seed', () => {
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
          .toContain('Takes the word on top of the stack into eax.');
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

  describe('what the pages are made of', () => {
    it.each(['index', 'chain', 'seed'])(
      '%s refuses scripts and addresses of others',
      async (name) => {
        const page = await browser.newPage();
        const refused: string[] = [];
        page.on('console', (message) => refused.push(message.text()));
        await page.goto(`${origin}/playground/${name}.html`);
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
        await page.close();
      },
    );

    it('has the licences of every package that is in it', () => {
      const text = fs.readFileSync(path.join(folder, 'notices.txt'), 'utf8');
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

  const looks = ['light', 'dark'].flatMap((colorScheme) =>
    [1280, 360].map((width) => ({ colorScheme: colorScheme as 'light' | 'dark', width })),
  );
  describe.each(looks)('in $colorScheme, $width wide', ({ colorScheme, width }) => {
    const options = { colorScheme, viewport: { width, height: 800 } };

    it.each(['index', 'chain', 'seed'])('%s is readable and fits', (name) =>
      open(
        name,
        async (page) => {
          if (name !== 'chain') await page.locator('.bytes [data-at="85"]').click();
          else {
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
