// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What every page does: the search; no bar inside a frame; and a menu that is closed on narrow
 * screens. The search and its index are loaded only when the reader puts the cursor into the
 * field, so that pages stay light.
 */
import type { SearchEntry } from '../../pages/search-entries.ts';
import { mendMenu } from './api-menu.ts';

const MAX_RESULTS = 12;
/** Length of the text of a search result, in characters. */
const EXCERPT = 130;

/** The same width as in frame.css. */
const NARROW = '(max-width: 60rem)';

// True for a page inside another page, as the course shows the playground. It needs no second bar.
const isEmbedded = window.self !== window.top || new URLSearchParams(location.search).has('embed');
if (isEmbedded) document.documentElement.classList.add('in-frame');

const menu = document.querySelector<HTMLDetailsElement>('details.menu');
if (menu !== null && matchMedia(NARROW).matches) menu.open = false;

const apiMenu = document.querySelector('#tsd-nav-container');
if (apiMenu !== null) mendMenu(apiMenu);

const place = document.querySelector<HTMLElement>('.site-search');
if (place !== null) begin(place);

function begin(search: HTMLElement): void {
  const input = search.querySelector('input') as HTMLInputElement;
  const results = search.querySelector('.results') as HTMLElement;
  search.hidden = false;
  let ready: ReturnType<typeof index> | undefined;
  const load = () => {
    ready ??= index();
    return ready;
  };
  input.addEventListener('focus', () => void load());
  input.addEventListener('input', async () => {
    const find = await load();
    show(results, input.value.trim(), find, search.dataset['up'] ?? '');
  });
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      input.value = '';
      results.replaceChildren();
      input.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(search, event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter' && event.target === input) results.querySelector('a')?.click();
  });
  document.addEventListener('click', (event) => {
    if (!search.contains(event.target as Node)) results.replaceChildren();
  });
  document.addEventListener('keydown', (event) => {
    const { tagName, isContentEditable } = event.target as HTMLElement;
    if (event.key !== '/' || isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(tagName)) return;
    event.preventDefault();
    input.focus();
  });
}

/** Arrow keys move through the field and the results. */
function move(search: HTMLElement, by: number): void {
  const stops = [...search.querySelectorAll<HTMLElement>('input, .results a')];
  const next = stops.indexOf(document.activeElement as HTMLElement) + by;
  stops[Math.max(0, Math.min(stops.length - 1, next))]?.focus();
}

async function index(): Promise<(words: string) => SearchEntry[]> {
  const [{ default: MiniSearch }, { default: entries }] = await Promise.all([
    import('minisearch'),
    import('virtual:search-entries'),
  ]);
  const mini = new MiniSearch<SearchEntry>({
    fields: ['page', 'heading', 'text'],
    searchOptions: {
      boost: { heading: 3, page: 2 },
      // A reader who searches for a word probably wants to know what it means.
      boostDocument: (id) => (entries[id as number]?.page === 'Glossary' ? 3 : 1),
      prefix: true,
      fuzzy: 0.15,
      combineWith: 'AND',
    },
  });
  mini.addAll(entries);
  return (words) => mini.search(words).map(({ id }) => entries[id] as SearchEntry);
}

function show(
  results: HTMLElement,
  words: string,
  find: (words: string) => SearchEntry[],
  up: string,
): void {
  if (words.length < 2) {
    results.replaceChildren();
    return;
  }
  const found = find(words).slice(0, MAX_RESULTS);
  if (found.length === 0) {
    const none = document.createElement('p');
    none.textContent = `Nothing has ${words} in it.`;
    results.replaceChildren(none);
    return;
  }
  results.replaceChildren(...found.map((entry) => result(entry, words, up)));
}

function result({ page, heading, text, address }: SearchEntry, words: string, up: string) {
  const link = document.createElement('a');
  link.href = `${up}${address}`;
  const title = document.createElement('b');
  title.textContent = page === heading ? page : `${heading} · ${page}`;
  const excerpt = document.createElement('small');
  const at = Math.max(0, text.toLowerCase().indexOf(words.toLowerCase()) - EXCERPT / 3);
  excerpt.textContent = `${at > 0 ? '…' : ''}${text.slice(at, at + EXCERPT)}…`;
  link.append(title, excerpt);
  return link;
}
