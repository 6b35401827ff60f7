// SPDX-License-Identifier: GPL-3.0-or-later
/** How a person uses the pages: chooses, types, pastes, looks. */
import axe from 'axe-core';
import type { Page } from 'playwright';

export const choose = (page: Page, language: string) =>
  page.getByRole('radio', { name: language, exact: true }).click();
export const write = async (page: Page, text: string) => {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
};
/** Paste a text as if from the clipboard. */
export const paste = async (page: Page, text: string) => {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, cancelable: true });
    document.querySelector('.cm-content')?.dispatchEvent(event);
  }, text);
};
export const chosenByte = (page: Page) => page.locator('.bytes .chosen');
export const verdictOf = (page: Page) => page.locator('.verdict').innerText();

/** What is wrong with a page in its present state. */
export async function faultsOf(page: Page, address: string): Promise<unknown[]> {
  const found: unknown[] = [];
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) found.push([address, 'does not fit']);
  await page.evaluate(axe.source);
  // The editor's own region is excluded: its text has the focus, which axe does not see. Only
  // violations are wanted, and without the other results axe needs much less time.
  const violations = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const results = await run(
      { exclude: ['.cm-scroller'] },
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'],
        resultTypes: ['violations'],
      },
    );
    return results.violations;
  });
  for (const { id, impact, nodes } of violations) {
    found.push([address, id, impact, nodes.map(({ html }) => html.slice(0, 200)).slice(0, 2)]);
  }
  return found;
}
