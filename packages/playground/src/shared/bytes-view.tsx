// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The image as rows of sixteen bytes. One byte is chosen, with the mouse or the arrow keys; others can be marked.
 * Only one byte is a stop for Tab.
 */
import { useEffect, useRef } from 'preact/hooks';

export interface BytesViewProps {
  readonly bytes: Uint8Array;
  readonly chosen: number | undefined;
  /** Bytes that come from the same token. */
  readonly twins: ReadonlySet<number>;
  /** Bytes of the instruction that runs next. */
  readonly next: ReadonlySet<number>;
  readonly onChoose: (offset: number) => void;
}

const ROW = 16;
/** More would make the page slow; programs here are small. */
const SHOWN = 8192;
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -ROW,
  ArrowDown: ROW,
};

export function BytesView({ bytes, chosen, twins, next, onChoose }: BytesViewProps) {
  const table = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    const cell = table.current?.querySelector<HTMLElement>(`[data-at="${chosen}"]`);
    if (hadFocus.current) cell?.focus();
    cell?.scrollIntoView({ block: 'nearest' });
    hadFocus.current = false;
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    hadFocus.current = true;
    const last = Math.min(bytes.length, SHOWN) - 1;
    onChoose(Math.max(0, Math.min(last, (chosen ?? 0) + step)));
  };
  const rows = Math.ceil(Math.min(bytes.length, SHOWN) / ROW);
  return (
    <div class="bytes">
      <div
        ref={table}
        role="grid"
        tabIndex={-1}
        aria-label="Bytes of the program"
        onKeyDown={onKeyDown}
      >
        {Array.from({ length: rows }, (_, row) => (
          <div role="row" tabIndex={-1} key={row}>
            <span role="rowheader" tabIndex={-1}>
              {(row * ROW).toString(16).padStart(4, '0')}
            </span>
            {[...bytes.subarray(row * ROW, row * ROW + ROW)].map((byte, column) => {
              const at = row * ROW + column;
              const classes = [
                at === chosen && 'chosen',
                twins.has(at) && 'twin',
                next.has(at) && 'next',
              ];
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has them
                <span
                  key={at}
                  role="gridcell"
                  data-at={at}
                  tabIndex={at === (chosen ?? 0) ? 0 : -1}
                  class={classes.filter(Boolean).join(' ')}
                  aria-selected={at === chosen}
                  onClick={() => onChoose(at)}
                >
                  {byte.toString(16).padStart(2, '0')}
                </span>
              );
            })}
          </div>
        ))}
      </div>
      {bytes.length > SHOWN && <p>… {bytes.length - SHOWN} bytes more</p>}
    </div>
  );
}
