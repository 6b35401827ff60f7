// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Slides: the parts of one long page, gone through with keys. Scrolling and printing need no
 * script.
 */
import './slides.css';

const slides = [...document.querySelectorAll<HTMLElement>('.slide')];
const FORWARD = new Set(['ArrowRight', 'ArrowDown', 'PageDown', ' ']);
const BACK = new Set(['ArrowLeft', 'ArrowUp', 'PageUp']);

/** The slide that fills most of the window. */
function current(): number {
  const middle = innerHeight / 2;
  return slides.findIndex((slide) => slide.getBoundingClientRect().bottom > middle);
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if ((target as HTMLElement).closest('input, a, button') !== null) return;
  const by = FORWARD.has(key) ? 1 : BACK.has(key) ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  slides[Math.max(0, Math.min(slides.length - 1, current() + by))]?.scrollIntoView();
});
