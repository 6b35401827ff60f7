// SPDX-License-Identifier: GPL-3.0-or-later
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: kaem's syntax, not ours
/** Writing and running programs in Debian's Chromium, as a person would: typing, clicking, keys. */
import { runsIf } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { hasChromium, NO_CHROMIUM } from '../../../../scripts/chromium.js';
import { pagesForTests } from './built-site.ts';
import { choose, chosenByte, paste, verdictOf, write } from './use.ts';

runsIf(hasChromium, 'the playground', NO_CHROMIUM);

const { openPage: open } = pagesForTests();

describe.skipIf(!hasChromium)('programs', () => {
  it('assembles while one types, and highlights both sides', () =>
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
      await expect.poll(() => verdictOf(page)).toMatch(/^\d+ bytes/);
      // While the clock is stopped, the translation comes right after the last key, before anything
      // is painted. The page once showed the machine's start then, instead of the place of the
      // cursor.
      await page.clock.install();
      await page.clock.pauseAt(Date.now() + 1000);
      await write(page, 'int main() { return 7; }\n');
      await page.clock.runFor(1000);
      await write(page, 'int f() { return 7; }\nint main() { return f(); }\n');
      await page.keyboard.press('Control+Home');
      for (let key = 0; key < 'int f() { return '.length; key++) {
        await page.keyboard.press('ArrowRight');
      }
      await page.clock.runFor(5);
      await page.clock.resume();
      const tools = () => page.locator('.trail b').allInnerTexts();
      await expect.poll(tools).toEqual(['hex2', 'M1', 'M2-Planet']);
      await expect.poll(() => page.locator('.editor .mark-twin').innerText()).toBe('7');
      await expect.poll(() => page.locator('.editor .mark-definition').innerText()).toBe('f');
      await expect.poll(() => page.locator('.listing .chosen').innerText()).toContain('mov eax, 7');
    }));

  it('steps, runs, and stops what does not end', () =>
    open('index', async (page) => {
      const machine = page.getByRole('region', { name: 'Machine' });
      const status = machine.getByRole('status');
      await machine.getByRole('button', { name: 'Step', exact: true }).click();
      await expect.poll(() => status.innerText()).toBe('1 instruction; next, at 08048069: pop ecx');
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
      const lines = ['int write(int f, char* t, int n);', 'int two() { return 2; }', 'int main()'];
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
      // Steps over the call: no line of `two` is shown.
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
        // On a phone the text is above, and the browser itself covers a part of the screen.
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

  it('runs kaem scripts, a command at a time, and says what is suspicious', () =>
    open('index', async (page) => {
      await choose(page, 'kaem');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      const commands = page.locator('.commands > li');
      await expect.poll(() => commands.count()).toBe(10);
      expect(await commands.nth(7).innerText()).toMatch(
        /^\.\/hello-0\s+in the i386 machine\s+Hello, stage0!/,
      );
      expect(await page.getByRole('button', { name: /^Save / }).count()).toBe(5);
      // From a command to its line and back.
      await commands.nth(5).locator('.command').click();
      const marked = async () =>
        (await page.locator('.editor .mark-twin').allInnerTexts()).join('');
      await expect.poll(marked).toMatch(/^M1 .*-o hello\.hex2$/s);
      await page.locator('.cm-content').focus();
      await page.keyboard.press('Control+End');
      const pressed = page.locator('.command[aria-pressed="true"]');
      await expect.poll(() => pressed.innerText()).toMatch(/^sha256sum/);

      await write(page, 'echo a > b\necho `c`\nhex0 nowhere out\necho d\n');
      await expect.poll(() => verdictOf(page)).toBe('2 warnings, marked in the text.');
      expect(await page.locator('.cm-lintRange-warning').count()).toBe(2);
      await page.keyboard.press('Control+Enter');
      const status = page.getByRole('status').first();
      await expect.poll(() => status.innerText()).toContain('Subprocess error 1');
      expect(await commands.last().innerText()).toContain('nowhere: error: no such file');
      await expect.poll(() => page.locator('.cm-lintRange-error').count()).toBe(1);
    }));

  it('ends a script that does not end', () =>
    open('index', async (page) => {
      await choose(page, 'kaem');
      const source = '--file ${LADDER}/hello/hello.hex0 --output loop.hex0';
      const change = 'replace --match-on "E8 10" --replace-with "EB FE"';
      await write(page, `${change} ${source}\nhex0 loop.hex0 loop\n./loop\n`);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      const status = page.getByRole('status').first();
      await expect.poll(() => status.innerText()).toBe('stopped');
      await write(page, 'echo again\n');
      await page.keyboard.press('F8');
      await expect.poll(() => page.locator('.commands').innerText()).toContain('again');
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

  it('goes on when a program runs at an address outside its own bytes', () =>
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
