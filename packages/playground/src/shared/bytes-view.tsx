// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Bytes as rows of sixteen, with their characters next to them. One byte is chosen, with the mouse
 * or with keys; others can be marked. The whole is one stop for Tab.
 */
import { useId } from 'preact/hooks';
import { hex, printable } from './format.ts';
import { Rows } from './rows.tsx';

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface BytesViewProps {
  readonly bytes: Uint8Array;
  readonly chosen: number | undefined;
  /** Ranges of bytes that come from the same token, in rising order. */
  readonly twins: readonly ByteRange[];
  /** The bytes of the next instruction. */
  readonly next: ByteRange | undefined;
  /** Further CSS classes for a byte. */
  readonly classOf?: (offset: number) => string;
  readonly onChoose: (offset: number) => void;
}

const ROW = 16;
const PAGE = 12 * ROW;

export function BytesView({ bytes, chosen, twins, next, classOf, onChoose }: BytesViewProps) {
  const id = useId();
  const onKeyDown = (event: KeyboardEvent): void => {
    const wanted = destination(event, chosen, bytes.length);
    if (wanted === undefined) return;
    event.preventDefault();
    onChoose(Math.max(0, Math.min(bytes.length - 1, wanted)));
  };
  const cell = (at: number) => {
    const classes = [
      classOf?.(at),
      at === chosen && 'chosen',
      twins.some(({ start, end }) => at >= start && at < end) && 'twin',
      next !== undefined && at >= next.start && at < next.end && 'next',
    ];
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has them
      <span
        key={at}
        id={`${id}-${at}`}
        role="gridcell"
        tabIndex={-1}
        data-at={at}
        class={classes.filter(Boolean).join(' ')}
        aria-selected={at === chosen}
        onClick={() => onChoose(at)}
      >
        {hex(bytes[at] as number, 2)}
      </span>
    );
  };
  const row = (index: number) => {
    const start = index * ROW;
    const length = Math.min(ROW, bytes.length - start);
    return (
      <div role="row" tabIndex={-1} key={index} aria-rowindex={index + 1}>
        <span role="rowheader" tabIndex={-1}>
          {hex(start, 4)}
        </span>
        <span role="presentation" class="cells">
          {Array.from({ length }, (_, column) => cell(start + column))}
        </span>
        <span class="characters" aria-hidden="true">
          {printable(bytes.subarray(start, start + length))}
        </span>
      </div>
    );
  };
  return (
    <Rows
      class="bytes"
      role="grid"
      aria-label="Bytes"
      aria-rowcount={Math.ceil(bytes.length / ROW)}
      {...(chosen === undefined ? {} : { 'aria-activedescendant': `${id}-${chosen}` })}
      onKeyDown={onKeyDown}
      count={Math.ceil(bytes.length / ROW)}
      row={row}
      reveal={chosen === undefined ? undefined : Math.floor(chosen / ROW)}
      subject={bytes}
    />
  );
}

/** The offset to which a key moves from the chosen byte; undefined for other keys. */
function destination(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  chosen: number | undefined,
  length: number,
): number | undefined {
  if (altKey || metaKey) return undefined;
  const at = chosen ?? 0;
  const first = at - (at % ROW);
  const places: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - ROW,
    ArrowDown: at + ROW,
    PageUp: at - PAGE,
    PageDown: at + PAGE,
    Home: ctrlKey ? 0 : first,
    End: ctrlKey ? length - 1 : first + ROW - 1,
  };
  return Object.hasOwn(places, key) ? places[key] : undefined;
}
