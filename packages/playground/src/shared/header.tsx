// SPDX-License-Identifier: GPL-3.0-or-later
/** The line at the top of both pages. */
import type { ComponentChildren } from 'preact';

const PAGES = [
  { href: './index.html', title: 'Playground' },
  { href: './chain.html', title: 'The chain' },
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
