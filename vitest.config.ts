// SPDX-License-Identifier: GPL-3.0-or-later
import fs from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import type { PackedCase } from './packages/vectors/src/expectation.ts';
import { listCases, listTools, packCase } from './packages/vectors/src/load.ts';
import { CHROMIUM, hasChromium, NO_CHROMIUM } from './scripts/chromium.js';

// Tests import the TypeScript sources, so they need no build.
const conditions = ['stage0-source'];
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };

if (!hasChromium) console.warn(`\n*** DID NOT RUN: the browser tests. ${NO_CHROMIUM}. ***\n`);

const upstream = JSON.parse(
  fs.readFileSync(new URL('./test-vectors/upstream.json', import.meta.url), 'utf8'),
) as { readonly release: string };

/** The ladder's files for the browser: path in the ladder → content in base 64. */
function readLadder(): Record<string, string> {
  const folder = new URL('./test-vectors/ladder/', import.meta.url);
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => fs.statSync(new URL(name, folder)).isFile());
  return Object.fromEntries(
    files.map((name) => [`/${name}`, fs.readFileSync(new URL(name, folder), 'base64')]),
  );
}

/** Every vector for the browser, by tool. */
function readVectors(): Record<string, PackedCase[]> {
  const packed = listTools().map((tool) => [
    tool,
    listCases(tool).map((name) => packCase(tool, name)),
  ]);
  return Object.fromEntries(packed);
}

/** The release that STAGE0_POSIX names, if it names a tarball, and what its chain makes. */
function readRelease(): { tarball: string; sha256: string; modes: string } | null {
  const tarball = process.env['STAGE0_POSIX'];
  if (tarball === undefined || !fs.statSync(tarball).isFile()) return null;
  const expected = (name: string): string => {
    const file = `./test-vectors/digests/stage0-posix-${upstream.release}.x86.${name}`;
    return fs.readFileSync(new URL(file, import.meta.url), 'utf8');
  };
  return {
    tarball: fs.readFileSync(tarball, 'base64'),
    sha256: expected('sha256'),
    modes: expected('modes'),
  };
}

/** Packages without state: a process runs the files of many tests, with each module once. */
const PORTS = [
  ...['bytes', 'diagnostics', 'hex0', 'hex1', 'hex2', 'm1', 'blood-elf', 'cc-x86', 'm2-planet'],
  ...['m2-mesoplanet', 'kaem', 'mescc-tools-extra'],
].map((name) => `packages/${name}/test/**/*.test.ts`);
const ports = {
  ...source,
  test: {
    name: 'ports',
    include: PORTS,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

/** Tests that start the command `stage0` often, which is bundled once for all of them. */
const COMMAND = ['attest', 'climb-command', 'command', 'exec', 'foreign-build', 'tutorial'].map(
  (name) => `packages/stage0/test/${name}.test.ts`,
);
const command = {
  ...source,
  test: {
    name: 'command',
    include: COMMAND,
    globalSetup: ['packages/stage0/test/command-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

/**
 * Tests that build small trees in memory, hardly start a program, and leave nothing behind: they
 * share processes, too. A process that is large takes long to start another.
 */
const BUILDS = [
  ...['check', 'climb', 'climb-bash', 'compiler-dialects', 'cross', 'cross-diverse', 'diverse'],
  ...['explain', 'hostile-names', 'independence', 'known-differences', 'ladder', 'layouts'],
  ...['machine', 'nar-digest', 'nix-base32', 'planet-dialects', 'releases', 'run', 'script-line'],
  ...['tool-table', 'tree-advice', 'trojans', 'trusting-trust', 'upstream'],
].map((name) => `packages/stage0/test/${name}.test.ts`);
const builds = {
  ...source,
  test: {
    name: 'builds',
    include: BUILDS,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

const node = {
  ...source,
  test: {
    name: 'node',
    include: ['packages/*/test/**/*.test.ts'],
    exclude: ['**/browser/**', '**/site/**', ...PORTS, ...COMMAND, ...BUILDS],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

/** Tests that look at the site's pages, which are built once for all of them. */
const site = {
  ...source,
  test: {
    name: 'site',
    include: ['packages/playground/test/site/**/*.test.ts'],
    globalSetup: ['packages/playground/test/site/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A browser that shares the computer with other tests is slow, and not wrong.
    expect: { poll: { timeout: 15_000, interval: 100 } },
  },
};

const browser = {
  ...source,
  test: {
    name: 'browser',
    include: ['packages/*/test/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      commands: { readLadder, readVectors, readRelease },
      screenshotFailures: false,
      provider: playwright({ launchOptions: CHROMIUM }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
};

const everywhere = [ports, builds, node, command, site];
export default defineConfig({
  test: { projects: hasChromium ? [...everywhere, browser] : everywhere },
});
