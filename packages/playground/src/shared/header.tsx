// SPDX-License-Identifier: GPL-3.0-or-later
/** The line at the top of both pages. */
import type { ComponentChildren } from 'preact';

/** Where the rest of the site is, when the pages are built as a part of it (scripts/site.js). */
const SITE: string | undefined = import.meta.env['VITE_SITE'];

const PAGES = [
  { href: './index.html', title: 'Playground' },
  { href: './chain.html', title: 'The chain' },
  { href: './seed.html', title: 'The seed' },
  ...(SITE === undefined
    ? []
    : [
        { href: `${SITE}/documents/tutorial_README.html`, title: 'Tutorial' },
        { href: `${SITE}/documents/audit.html`, title: 'Audit guide' },
        { href: `${SITE}/index.html`, title: 'API' },
      ]),
  // Made by the build (notices.ts).
  ...(import.meta.env.PROD ? [{ href: './notices.txt', title: 'Licences' }] : []),
];

export function Header({ here, children }: { here: string; children?: ComponentChildren }) {
  return (
    <header class="top">
      <h1>stage0</h1>
      <nav aria-label="Pages">
        {PAGES.map(({ href, title }) => (
          <a key={href} href={href} aria-current={title === here ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {children}
    </header>
  );
}
