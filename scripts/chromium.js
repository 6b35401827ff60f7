// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Debian's Chromium, for the tests in a browser, the site's picture and a benchmark. The shell
 * without windows (package `chromium-headless-shell`) comes first: it is the same engine, and the
 * tests of the site take nearly half of the processor time less in it. Playwright's own download is
 * not used.
 */
import fs from 'node:fs';

const NAMES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const found = NAMES.find((name) => fs.existsSync(name));

export const hasChromium = found !== undefined;

/** Why something did not run. */
export const NO_CHROMIUM = `There is no ${NAMES.join(' or ')}`;

/** For playwright's `launch`. */
export const CHROMIUM = {
  executablePath: found ?? NAMES[0],
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
};
