// SPDX-License-Identifier: GPL-3.0-or-later
/** The pages that matter most, in another engine: Debian's Firefox. */
import { runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FIREFOX, Firefox } from './firefox.ts';

const hasFirefox = FIREFOX !== undefined;
runsIf(hasFirefox, 'the site in Firefox', 'There is no firefox-esr or firefox in /usr/bin');

describe.skipIf(!hasFirefox)('in Firefox', () => {
  const site = inject('pages');
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await Firefox.start();
  }, 120_000);
  afterAll(() => firefox?.stop(), 60_000);

  const soon = { timeout: 60_000, interval: 100 };
  const text = (selector: string) => () =>
    firefox.value<string>(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);

  it('the first page runs its program', async () => {
    await firefox.open(`${site.origin}/index.html`);
    await expect.poll(text('#live-output'), soon).toContain('Hello');
    await expect.poll(text('#live-bytes'), soon).toContain('exit status 0');
  });

  it.each(['1-hex0', '5-cc_x86', '9-trusting-trust'])(
    'chapter %s prints what it says',
    async (name) => {
      await firefox.open(`${site.origin}/course/${name}.html`);
      await expect
        .poll(() => firefox.value('document.documentElement.dataset.alive'), soon)
        .toBe('yes');
      await firefox.value(
        `[...document.querySelectorAll('button')].find((one) => one.innerText === 'Run all').click()`,
      );
      const verdicts = () =>
        firefox.value<string[]>(
          `[...document.querySelectorAll('.command')].filter((one) => one.closest('details') === null)
          .map((one) => one.dataset.verdict ?? '')`,
        );
      const count = (await verdicts()).length;
      expect(count).toBeGreaterThan(5);
      await expect
        .poll(verdicts, { ...soon, timeout: 100_000 })
        .toEqual(Array.from({ length: count }, () => 'as-printed'));
    },
  );

  it('the playground shows bytes', async () => {
    await firefox.open(`${site.origin}/playground/index.html#hex0/1`);
    await expect.poll(text('.bytes [data-at="84"]'), soon).toBe('e8');
    expect(await text('.verdict')()).toContain('135 bytes');
  });

  it('the search finds', async () => {
    await firefox.open(`${site.origin}/docs/index.html`);
    await firefox.value(`(() => {
      const input = document.querySelector('.site-search input');
      input.focus();
      input.value = 'displacement';
      input.dispatchEvent(new Event('input'));
    })()`);
    await expect.poll(text('.results'), soon).toMatch(/Glossary/);
  });
});
