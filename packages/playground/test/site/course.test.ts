// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The course in Debian's Chromium: every listing, command and exercise of every chapter, by its
 * buttons.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsIf } from '@stage0-ts/vectors/test-support';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium, NO_CHROMIUM } from '../../../../scripts/chromium.js';
import { blocksOf } from '../../../stage0/test/documents.ts';
import { commandsOf } from '../../src/course/console-text.ts';
import { pagesForTests } from './built-site.ts';

const TUTORIAL = fileURLToPath(new URL('../../../../docs/tutorial', import.meta.url));
const chapters = fs.readdirSync(TUTORIAL).filter((name) => /^\d.*\.md$/.test(name));
runsIf(hasChromium, 'the course in a browser', NO_CHROMIUM);

/** Files and commands of a chapter, and those of its solution. */
function partsOf(chapter: string) {
  const file = path.join(TUTORIAL, chapter);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('<details>')) + 1;
  const blocks = blocksOf(file);
  const isSolution = ({ line }: { line: number }) => line > start;
  const consoles = blocks.filter(({ language }) => language === 'console');
  const count = (list: typeof blocks) =>
    list.reduce((sum, { text }) => sum + commandsOf(text).length, 0);
  return {
    commands: count(consoles.filter((block) => !isSolution(block))),
    solution: count(consoles.filter(isSolution)),
    files: blocks.filter((block) => block.file !== undefined && isSolution(block)),
    solutionCommands: consoles
      .filter((block) => isSolution(block) && !block.isCheck)
      .flatMap(({ text }) => commandsOf(text)),
    /** What a cheat prints: the whole output of the solution. */
    answers: consoles.filter(isSolution).flatMap(({ text }) => commandsOf(text)),
  };
}

describe.skipIf(!hasChromium)('the course', () => {
  const site = pagesForTests();

  const address = (chapter: string) => `course/${chapter.replace(/\.md$/, '.html')}`;
  const alive = (page: Page) => page.locator('html[data-alive="yes"]').waitFor();
  /** The results of all commands that have run, either outside of solutions or in them. */
  const verdicts = (page: Page, place: 'chapter' | 'solution') =>
    page.evaluate(
      (inSolution) =>
        [...document.querySelectorAll<HTMLElement>('.command')]
          .filter((part) => (part.closest('details') !== null) === inSolution)
          .map((part) => {
            const text = part.querySelector('.line')?.textContent;
            const { verdict = '' } = part.dataset;
            return verdict === 'as-printed' ? verdict : `${verdict}: ${text}: ${part.innerText}`;
          }),
      place === 'solution',
    );
  /** Write text into an editor of the page. */
  const write = async (page: Page, label: string, text: string) => {
    const editor = page.locator(`.exercise .cm-content[aria-label="${label}"]`);
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const event = new ClipboardEvent('paste', { clipboardData, cancelable: true, bubbles: true });
      document.activeElement?.dispatchEvent(event);
    }, text);
  };

  describe.each(chapters)('%s', (chapter) => {
    const parts = partsOf(chapter);

    it('prints what it says, tells a wrong answer from the right one, and solves its exercise', () =>
      site.open(address(chapter), async (page) => {
        await alive(page);
        await page.locator('.exercise .cm-content').first().waitFor();
        await page.getByRole('button', { name: 'Run all', exact: true }).click();
        await expect
          .poll(() => verdicts(page, 'chapter'), { timeout: 100_000, interval: 200 })
          .toEqual(Array.from({ length: parts.commands }, () => 'as-printed'));
        await answers(page);
        await page.locator('details:not(.menu) > summary').click();
        const runs = page
          .locator('details:not(.menu)')
          .getByRole('button', { name: 'Run everything' });
        await runs.last().click();
        await expect
          .poll(() => verdicts(page, 'solution'), { timeout: 60_000, interval: 200 })
          .toEqual(Array.from({ length: parts.solution }, () => 'as-printed'));
      }));

    /** A wrong answer, one that only prints, and the right one, which the page keeps. */
    async function answers(page: Page): Promise<void> {
      const check = page.getByRole('button', { name: 'Check my answer' });
      const answer = page.locator('.answer');
      await check.click();
      await expect.poll(() => answer.getAttribute('data-state'), { timeout: 60_000 }).toBe('wrong');
      if (parts.files.length === 0) {
        const lines = parts.answers.flatMap(({ output }) => output.trimEnd().split('\n'));
        await write(page, 'commands', lines.map((line) => `echo '${line}'\n`).join(''));
        await check.click();
        await expect
          .poll(() => answer.innerText(), { timeout: 60_000 })
          .toMatch(/^Not yet\..*Your own commands print\n/s);
        const commands = parts.solutionCommands.map(({ command }) => command).join('');
        await write(page, 'commands', commands);
      }
      for (const { file = '', text } of parts.files) await write(page, file, text);
      await check.click();
      await expect.poll(() => answer.innerText(), { timeout: 60_000 }).toBe('Right!');
      await page.reload();
      await alive(page);
      await expect.poll(() => answer.innerText()).toBe('Solved.');
      const [first] = parts.files;
      if (first === undefined) return;
      const kept = page.locator(`.exercise .cm-content[aria-label="${first.file}"]`);
      await expect.poll(() => kept.innerText()).toContain(first.text.trim().split('\n')[0]);
    }
  });

  describe('a chapter', () => {
    const first = address(chapters[0] as string);

    it('runs one command with what has to come before, and again after a change', () =>
      site.open(first, async (page) => {
        await alive(page);
        await page.getByRole('button', { name: 'Run cat hi' }).click();
        await expect
          .poll(async () =>
            (await verdicts(page, 'chapter')).slice(0, 3).map((one) => one.split(':')[0]),
          )
          .toEqual(['as-printed', 'as-printed', '']);
        await page.getByRole('button', { name: 'Edit hi.hex0' }).click();
        await page.locator('.cm-focused .cm-content[aria-label="hi.hex0"]').waitFor();
        await page.keyboard.press('Control+a');
        await page.keyboard.insertText('4A 6F 0A');
        await page.getByRole('button', { name: 'Run cat hi' }).click();
        const part = page.locator('.command', { hasText: 'cat hi' });
        await expect.poll(() => part.locator('.output').innerText()).toBe('Jo\n');
        await expect.poll(() => part.getAttribute('data-verdict')).toBe('other');
        await page.reload();
        await alive(page);
        const editor = page.locator('.cm-content[aria-label="hi.hex0"]');
        await expect.poll(() => editor.innerText()).toContain('4A 6F 0A');
        await page.getByRole('button', { name: "The chapter's text of hi.hex0" }).click();
        await expect.poll(() => editor.innerText()).toContain('Two letters');
      }));

    it('runs what uses a file, and steps the file', () =>
      site.open(first, async (page) => {
        await alive(page);
        const listing = page.locator('figure[data-file="answer.hex0"]').first();
        await listing.getByRole('button', { name: 'Run what uses answer.hex0' }).click();
        const runs = page.locator('.command', { hasText: 'exec ./answer' });
        await expect.poll(() => runs.getAttribute('data-verdict')).toBe('as-printed');
        await listing.getByRole('button', { name: 'Step answer.hex0' }).click();
        const text = page.frameLocator('iframe.machine').locator('.cm-content').first();
        await expect.poll(() => text.innerText()).toContain('# an executable');
        await listing.getByRole('button', { name: 'Step answer.hex0' }).click();
        await expect.poll(() => page.locator('iframe').count()).toBe(0);
      }));

    it('copies commands, without prompts and outputs', () =>
      site.open(
        first,
        async (page) => {
          await alive(page);
          await page.getByRole('button', { name: 'Copy the commands' }).first().click();
          const copied = () => page.evaluate(() => navigator.clipboard.readText());
          await expect.poll(copied).toBe('hex0 hi.hex0 hi\ncat hi\nod -An -tx1 hi\n');
        },
        { permissions: ['clipboard-read', 'clipboard-write'] },
      ));

    it('steps a program in the playground', () =>
      site.open(first, async (page) => {
        await alive(page);
        const part = page.locator('.command', { hasText: 'exec ./answer' });
        await part.getByRole('button', { name: 'Step ./answer in the machine' }).click();
        await expect.poll(() => part.innerText()).toContain('run the commands above first');
        await part.getByRole('button', { name: /^Run / }).click();
        await expect.poll(() => part.getAttribute('data-verdict')).toBe('as-printed');
        await part.getByRole('button', { name: 'Step ./answer in the machine' }).click();
        const machine = page.frameLocator('iframe.machine');
        await machine.getByRole('button', { name: /^Step/ }).first().waitFor();
        const text = machine.locator('.cm-content').first();
        await expect.poll(() => text.innerText()).toContain('# ./answer: 96 bytes');
      }));

    it('stops what does not end, and goes on with the folder as it was', () =>
      site.open(first, async (page) => {
        await alive(page);
        await page.getByRole('button', { name: 'Run hex0 answer.hex0 answer' }).click();
        const runs = page.locator('.command', { hasText: 'exec ./answer' });
        const makes = page.locator('.command', { hasText: 'hex0 answer.hex0 answer' });
        await expect.poll(() => makes.getAttribute('data-verdict')).toBe('as-printed');
        await page.getByRole('button', { name: 'Edit answer.hex0' }).click();
        const old = page.locator('.cm-content[aria-label="answer.hex0"]');
        await page.locator('.cm-focused .cm-content[aria-label="answer.hex0"]').waitFor();
        // Replace the first instruction by a jump to itself.
        const text = blocksOf(path.join(TUTORIAL, chapters[0] as string)).find(
          ({ file }) => file === 'answer.hex0',
        )?.text;
        await page.keyboard.press('Control+a');
        await page.keyboard.insertText((text ?? '').replace('BB 2A 00 00 00', 'EB FE 00 00 00'));
        await runs.getByRole('button', { name: /^Run / }).click();
        await expect.poll(() => runs.innerText()).toContain('runs …');
        await page.getByRole('button', { name: 'Stop' }).click();
        await expect.poll(() => runs.locator('.output').innerText()).toContain('you stopped it');
        await page.getByRole('button', { name: 'Run cat hi' }).click();
        const cat = page.locator('.command', { hasText: 'cat hi' });
        await expect.poll(() => cat.getAttribute('data-verdict')).toBe('as-printed');
        await page.getByRole('button', { name: 'Start again' }).click();
        await expect.poll(() => old.innerText()).toContain('BB 2A 00 00 00');
      }));
  });
});
