// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The heading of a page, for those who hear it: the bar that all pages have is put in by
 * pages/frame.ts.
 */
export function Header({ here }: { here: string }) {
  return <h1 class="away">{here}</h1>;
}
