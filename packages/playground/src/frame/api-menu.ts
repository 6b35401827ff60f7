// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The menu of typedoc's pages, which a script of its own fills: a link in the button that opens a
 * branch cannot be distinguished from the button by those who cannot see it, so the link becomes
 * the branch's first entry.
 */
export function mendMenu(menu: Element): void {
  const mend = () => {
    for (const link of menu.querySelectorAll('summary > a')) {
      const summary = link.parentElement as HTMLElement;
      const list = summary.parentElement?.querySelector('ul');
      if (list === null || list === undefined) continue;
      const name = document.createElement('span');
      name.append(...[...link.childNodes].map((node) => node.cloneNode(true)));
      link.replaceWith(name);
      const entry = document.createElement('li');
      entry.append(link);
      list.prepend(entry);
    }
  };
  new MutationObserver(mend).observe(menu, { childList: true, subtree: true });
  mend();
}
