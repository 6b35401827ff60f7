// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A region of rows of equal height; only those in view are in the page: a list
 * of a hundred thousand rows costs what one of forty does. The row to reveal is scrolled to within
 * the region; the page never moves.
 */
import type { ComponentChildren, HTMLAttributes } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface RowsProps extends Omit<HTMLAttributes<HTMLDivElement>, 'children'> {
  readonly count: number;
  /** Draws a row. Its element needs the index as key. */
  readonly row: (index: number) => ComponentChildren;
  /** The row to scroll to, whenever this or `subject` changes. */
  readonly reveal: number | undefined;
  /** What the rows show. When this changes, the view starts at the top again. */
  readonly subject: unknown;
}

/** Height in CSS pixels, the same as in styles.css. */
const HEIGHT = 20;
/** Extra rows above and below the visible ones, so that scrolling shows no gap. */
const SPARE = 10;
/** More rows than any region shows; the heights of regions are in styles.css. */
const VIEW = 40;

export function Rows({ count, row, reveal, subject, ...rest }: RowsProps) {
  const region = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.min(top, count - VIEW) - SPARE);
  const last = Math.min(count, first + VIEW + 2 * SPARE);
  useLayoutEffect(() => {
    const box = region.current as HTMLDivElement;
    if (reveal === undefined) return;
    const [from, to] = [reveal * HEIGHT, (reveal + 1) * HEIGHT];
    if (from < box.scrollTop || to > box.scrollTop + box.clientHeight) {
      box.scrollTop = from - box.clientHeight / 3;
      setTop(rowAt(box));
    }
  }, [reveal, subject]);
  return (
    <div
      {...rest}
      ref={region}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
      tabIndex={0}
      onScroll={(event) => setTop(rowAt(event.currentTarget))}
    >
      <div
        role="presentation"
        class="rows"
        style={{ height: count * HEIGHT, paddingTop: first * HEIGHT }}
      >
        {Array.from({ length: Math.max(0, last - first) }, (_, at) => row(first + at))}
      </div>
    </div>
  );
}

/** Rounded, so that scrolling does not redraw every time. */
function rowAt(box: HTMLElement): number {
  const row = Math.floor(box.scrollTop / HEIGHT);
  return row - (row % (SPARE / 2));
}
