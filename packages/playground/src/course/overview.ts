// SPDX-License-Identifier: GPL-3.0-or-later
/** A tick in the menu of the course at each chapter whose exercise is solved. */
import { element } from './dom.ts';
import { solvedChapters } from './progress.ts';

export function markSolved(): void {
  for (const [chapter, isSolved] of solvedChapters()) {
    if (!isSolved) continue;
    const link = document.querySelector(`.menu a[href$="${CSS.escape(chapter)}.html"]`);
    link?.append(element('span', { class: 'solved', title: 'its exercise is solved' }, ' ✓'));
  }
}
