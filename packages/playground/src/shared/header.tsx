// SPDX-License-Identifier: GPL-3.0-or-later
/** The heading of a page, for screen readers. pages/frame.ts adds the bar that all pages have. */
export function Header({ here }: { here: string }) {
  return <h1 class="away">{here}</h1>;
}
