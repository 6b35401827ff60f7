// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The Markdown files of the repository → the pages of the site, and the addresses of links.
 *
 * Invariant: a link in Markdown works in the repository and on the site. What is a page there gets
 * its address; a file that the site does not show is not a link.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A Markdown file and the address of its page; both are paths from the top, with `/`. */
export interface SourcePage {
  readonly source: string;
  readonly address: string;
}

/** Folders whose Markdown files become pages, in the order of the menu. */
const FOLDERS = ['docs/tutorial', 'docs/teaching', 'docs', 'docs/decisions'];
const OTHERS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'packages/i386/docs/how-it-works.md',
  'packages/playground/README.md',
  'packages/fuzz/README.md',
  'test-vectors/README.md',
  'test-vectors/ladder/README.md',
];

/** Published packages: typedoc makes their pages, and scripts/site.js puts the READMEs there. */
function publishedReadmes(): string[] {
  return fs
    .readdirSync(path.join(ROOT, 'packages'))
    .filter((name) => {
      const manifest = path.join(ROOT, 'packages', name, 'package.json');
      if (!fs.existsSync(manifest)) return false;
      return JSON.parse(fs.readFileSync(manifest, 'utf8')).private !== true;
    })
    .map((name) => `packages/${name}/README.md`);
}

/** The pages in the order of the menu; chapters in the order of their numbers. */
export function sourcePages(): SourcePage[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
      .map((name) => `${folder}/${name}`),
  );
  return [...inFolders, ...OTHERS, ...publishedReadmes()].map((source) => ({
    source,
    address: addressOf(source),
  }));
}

/** The folder's own page first, then the others by the number at the beginning of their names. */
function rank(name: string): number {
  const isFirst = name === 'README.md' || name === 'site.md';
  return isFirst ? 0 : Number(/^\d+/.exec(name)?.[0] ?? 1000);
}

function addressOf(source: string): string {
  if (source === 'docs/site.md') return 'docs/index.html';
  if (source === 'README.md') return 'docs/readme.html';
  const published = /^packages\/([\w-]+)\/README\.md$/.exec(source)?.[1];
  if (published !== undefined && !OTHERS.includes(source)) {
    return `api/modules/_stage0-ts_${published}.html`;
  }
  const html = source.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html');
  if (html.startsWith('docs/tutorial/')) return html.replace('docs/tutorial/', 'course/');
  if (html.startsWith('docs/teaching/')) return html.replace('docs/teaching/', 'teaching/');
  if (html.startsWith('docs/')) return html;
  return `docs/${html.toLowerCase()}`;
}

/**
 * The address of a link on the page of `source`; undefined if it leads to something that is not on
 * the site.
 * @param pages all pages, by source.
 */
export function linkAddress(
  href: string,
  { source, address }: SourcePage,
  pages: ReadonlyMap<string, SourcePage>,
): string | undefined {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [target = '', fragment] = href.split('#') as [string, string?];
  const found = siteAddress(path.posix.join(path.posix.dirname(source), target), pages);
  if (found === undefined) return undefined;
  const relative = path.posix.relative(path.posix.dirname(address), found);
  return fragment === undefined ? relative : `${relative}#${fragment}`;
}

function siteAddress(target: string, pages: ReadonlyMap<string, SourcePage>): string | undefined {
  const name = target.replace(/\/$/, '');
  const page = pages.get(name) ?? pages.get(`${name}/README.md`);
  if (page !== undefined) return page.address;
  // A page that is not made from Markdown has its own address in links.
  const own = /^packages\/playground\/(\w+\.html)$/.exec(name)?.[1];
  return own === undefined ? undefined : `playground/${own}`;
}
