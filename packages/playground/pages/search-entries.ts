// SPDX-License-Identifier: GPL-3.0-or-later
/** What the search looks through: every part below a heading, of every page that is Markdown. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, type SourcePage } from './addresses.ts';
import { contentOf } from './markdown.ts';

export interface SearchEntry {
  readonly id: number;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
  readonly address: string;
}

export function searchEntries(pages: readonly SourcePage[]): SearchEntry[] {
  const bySource = new Map(pages.map((page) => [page.source, page]));
  const entries = pages.flatMap((page) => {
    const text = fs.readFileSync(path.join(ROOT, page.source), 'utf8');
    const { title, sections } = contentOf(text, page, bySource);
    return sections.map((section, at) => ({
      page: title,
      heading: section.heading,
      text: section.text.replaceAll(/\s+/g, ' ').trim(),
      address: at === 0 ? page.address : `${page.address}#${section.anchor}`,
    }));
  });
  return entries.map((entry, id) => ({ id, ...entry }));
}
