// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Kinds of pages: the first one, a document or chapter with its menu, slides. Content → a bare
 * page.
 */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, type SourcePage } from './addresses.ts';
import { barePage, relative, upFrom } from './frame.ts';
import { contentOf, escaped } from './markdown.ts';

const FRAME = path.join(ROOT, 'packages/playground/src');
const COURSE_SCRIPT = 'playground/src/course/main.ts';
const CONTENTS_SCRIPT = 'playground/src/course/contents.ts';
const SLIDES_SCRIPT = 'playground/src/course/slides.ts';
const HOME_SCRIPT = 'playground/src/home/main.ts';

/**
 * Shown if a chapter's script does not load, for example in a file that is opened without a server.
 */
const LATE = `<p class="late">You can read this page, but nothing runs in it: that takes JavaScript
and a web server, for example <code>python3 -m http.server</code> in the folder of this site.</p>`;

const read = (source: string): string => fs.readFileSync(path.join(ROOT, source), 'utf8');

/** The first page is written by hand. Its picture of the chain is in a separate file. */
export function homePage(): string {
  const text = fs.readFileSync(path.join(FRAME, 'home/home.html'), 'utf8');
  const picture = fs.readFileSync(path.join(FRAME, 'home/chain.svg'), 'utf8');
  const body = text.replace('<!-- chain.svg -->', picture.replace(/<!--.*?-->\s*/s, ''));
  const description =
    'How a C compiler comes from 181 bytes that you can read: a course and a playground in the ' +
    'browser, and a check that compares two independent bootstraps byte for byte.';
  const script = `<script type="module" src="${HOME_SCRIPT}"></script>`;
  return barePage('stage0: from 181 bytes to a C compiler', description, body, script);
}

/** The page of a chapter or another document. */
export function markdownPage(page: SourcePage, pages: readonly SourcePage[]): string {
  const bySource = new Map(pages.map((one) => [one.source, one]));
  const { title, description, html } = contentOf(read(page.source), page, bySource);
  const isChapter = /^course\/\d/.test(page.address);
  const source = isChapter
    ? COURSE_SCRIPT
    : /^course\//.test(page.address)
      ? CONTENTS_SCRIPT
      : undefined;
  const script =
    source === undefined
      ? ''
      : `<script type="module" src="${upFrom(page.address)}${source}"></script>`;
  const kind = page.source.endsWith('/handout.md') ? 'prose handout' : 'prose';
  const body = `<body class="${isChapter ? 'chapter' : 'document'}">
<div class="columns">${menu(page, pages)}
<main id="content" class="${kind}">${isChapter ? LATE : ''}${html}</main></div>
</body>`;
  return barePage(`${escaped(title)} · stage0`, escaped(description), body, script);
}

/** Slides: each `##` begins a new part of the page. */
export function slidesPage(page: SourcePage, pages: readonly SourcePage[]): string {
  const bySource = new Map(pages.map((one) => [one.source, one]));
  const { title, description, html } = contentOf(read(page.source), page, bySource);
  const slides = html.split(/(?=<h2 )/).map((part) => `<section class="slide">${part}</section>`);
  const script = `<script type="module" src="${upFrom(page.address)}${SLIDES_SCRIPT}"></script>`;
  const body = `<body class="slides"><main id="content">${slides.join('\n')}</main></body>`;
  return barePage(`${escaped(title)} · stage0`, escaped(description), body, script);
}

/**
 * Links to the pages of the same part of the site. The menu is closed at first where there is
 * little room.
 */
function menu(page: SourcePage, pages: readonly SourcePage[]): string {
  const part = page.address.split('/')[0];
  const items = pages
    .filter(({ address }) => address.split('/')[0] === part)
    .filter(({ address }) => !address.startsWith('docs/decisions/0'))
    .map((one) => {
      const current = one === page ? ' aria-current="page"' : '';
      return `<li><a href="${relative(page.address, one.address)}"${current}>${titleOf(one)}</a></li>`;
    });
  const name = { course: 'Chapters', teaching: 'Teaching' }[part ?? ''] ?? 'Documents';
  return `<details class="menu" open><summary>${name}</summary><nav aria-label="${name}"><ol>${items.join('')}</ol></nav></details>`;
}

function titleOf({ source }: SourcePage): string {
  if (source === 'README.md') return 'README';
  const title = /^# (.*)$/m.exec(read(source))?.[1] ?? source;
  return escaped(title.replaceAll('`', '').replace(/^@stage0-ts\//, ''));
}
