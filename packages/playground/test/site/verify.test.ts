// SPDX-License-Identifier: GPL-3.0-or-later
/** The page that verifies signatures, used as a person would: files are chosen, the result read. */
import { generateKeyPairSync } from 'node:crypto';
import { type Evidence, sign, statementOf } from '@stage0-ts/attest';
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../../../../scripts/chromium.js';
import { pagesForTests } from './built-site.ts';
import { faultsOf } from './use.ts';

const digest = (digit: string) => digit.repeat(64);
const EVIDENCE: Evidence = {
  files: [{ name: 'x86/bin/M1', sha256: digest('1') }],
  tree: digest('a'),
  archives: [],
  architecture: 'x86',
  engines: [['ports', 'i386']],
  accepted: [],
  trusted: [],
  verdicts: [{ sentence: 'The builds agree.', notes: [] }],
  version: '0.1.0',
};
const STATEMENT = statementOf(EVIDENCE);
const OTHER = statementOf({ ...EVIDENCE, files: [{ name: 'x86/bin/M1', sha256: digest('2') }] });

function person() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const key = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  return { secret, key };
}
const ada = person();
const bob = person();
const people = [
  { name: 'Ada', keys: [{ key: ada.key }] },
  { name: 'Bob', keys: [{ key: bob.key }] },
];
const file = (name: string, content: Uint8Array | string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(typeof content === 'string' ? encodeUtf8(content) : content),
});
const policy = file('policy.json', JSON.stringify({ version: 1, threshold: 2, people }));

describe.skipIf(!hasChromium)('the page that verifies', () => {
  const site = pagesForTests();

  const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
    page.locator('input[type=file]').setInputFiles(files);
  const verdict = (page: Page) => page.getByRole('status');

  it('says who signed, and whether enough people did, as files come', () =>
    site.openPage('verify', async (page) => {
      const byAda = file('ada.json', await sign(STATEMENT, ada.secret, 'ada'));
      const byBob = file('bob.json', await sign(STATEMENT, bob.secret, 'bob'));
      await choose(page, byAda);
      await expect.poll(() => verdict(page).innerText()).toBe('Your policy is missing.');
      await choose(page, policy);
      await expect.poll(() => verdict(page).innerText()).toMatch(/^No: 1 of the 2 people/);
      await choose(page, byBob);
      await expect.poll(() => verdict(page).innerText()).toMatch(/^Yes: 2 of the 2 people/);
      expect(await page.getByRole('listitem').allInnerTexts()).toContainEqual(
        expect.stringContaining('Bob signed, with the key SHA256:'),
      );
      await page.getByRole('button', { name: 'Remove bob.json' }).click();
      await expect.poll(() => verdict(page).innerText()).toMatch(/^No: 1 of the 2 people/);
    }));

  it('says what does not count, what disagrees, and what cannot be read', () =>
    site.openPage('verify', async (page) => {
      const byAda = file('ada.json', await sign(STATEMENT, ada.secret, 'ada'));
      const stranger = file('eve.json', await sign(STATEMENT, person().secret, 'eve'));
      await choose(page, policy, byAda, stranger);
      await expect
        .poll(() => page.getByRole('listitem').allInnerTexts())
        .toContainEqual(expect.stringContaining('its key is not in the policy'));
      await choose(page, file('bob.json', await sign(OTHER, bob.secret, 'bob')));
      await expect.poll(() => verdict(page).innerText()).toContain('the statements disagree');
      expect(await page.getByRole('table').first().innerText()).toContain(digest('2'));
      await choose(page, file('statement', new TextDecoder().decode(STATEMENT).trimEnd()));
      await expect.poll(() => page.getByRole('alert').innerText()).toContain('statement: error:');
    }));

  it.each([1280, 390])('is readable and fits, %i wide', (width) =>
    site.openPage(
      'verify',
      async (page) => {
        await choose(page, policy, file('ada.json', await sign(STATEMENT, ada.secret, 'ada')));
        await page.locator('.verdict').waitFor();
        expect(await faultsOf(page, 'verify')).toEqual([]);
      },
      { viewport: { width, height: 800 }, colorScheme: width === 390 ? 'dark' : 'light' },
    ),
  );
});
