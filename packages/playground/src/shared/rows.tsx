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
  /** Draws a row; its element needs the index as key. */
  readonly row: (index: number) => ComponentChildren;
  /** Row to scroll to whenever it changes, or `subject` does. */
  readonly reveal: number | undefined;
  /** What the rows are of: another one begins at the top. */
  readonly subject: unknown;
}

/** In CSS pixels, as in styles.css. */
const HEIGHT = 20;
/** Rows around those in view, so that scrolling shows no gap. */
const SPARE = 10;
/** More than regions show: their heights are in styles.css. */
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

/** Rounded, so that scrolling redraws only from time to time. */
function rowAt(box: HTMLElement): number {
  const row = Math.floor(box.scrollTop / HEIGHT);
  return row - (row % (SPARE / 2));
}
