// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The image as instructions and data, with labels. The line of the chosen byte and the next
 * instruction are marked.
 */
import { describeInstruction } from '@stage0-ts/i386';
import { useId, useMemo } from 'preact/hooks';
import { hex } from '../shared/format.ts';
import { lastUpTo } from '../shared/positions.ts';
import { Rows } from '../shared/rows.tsx';
import { disassemble, type Line } from './disassembly.ts';
import type { Translation } from './translate.ts';

export interface ListingViewProps {
  readonly translation: Translation;
  readonly lines: readonly Line[] | string;
  readonly chosen: number | undefined;
  /** Address of the next instruction. */
  readonly next: number | undefined;
  /** Addresses of breakpoints. */
  readonly stops: ReadonlySet<number>;
  readonly onChoose: (offset: number) => void;
}

/** A line, or one of the labels before it. */
interface Row {
  readonly line: Line;
  readonly label: string | undefined;
}

/** How many bytes of an instruction are shown. */
const BYTES = 7;

export function ListingView({
  translation,
  lines,
  chosen,
  next,
  stops,
  onChoose,
}: ListingViewProps) {
  const rows = useMemo(() => (typeof lines === 'string' ? [] : rowsOf(lines)), [lines]);
  const id = useId();
  if (typeof lines === 'string') return <p class="hint">No executable: {lines}</p>;
  const at = chosen === undefined ? -1 : rowOf(rows, chosen);
  const entry = rows.findIndex(({ line, label }) => line.isCode && label === undefined);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    let to = at < 0 ? entry : at + step;
    while (rows[to]?.label !== undefined) to += step;
    const line = rows[to]?.line;
    if (line !== undefined) onChoose(line.offset);
  };
  const row = (index: number) => {
    const { line, label } = rows[index] as Row;
    const classes = [
      label !== undefined ? 'label' : line.isCode ? 'code' : 'data',
      index === at && 'chosen',
      label === undefined && line.address === next && 'next',
      label === undefined && stops.has(line.address) && 'stop',
    ];
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the list has them
      <div
        key={index}
        id={`${id}-${index}`}
        role="option"
        tabIndex={-1}
        aria-selected={index === at}
        class={classes.filter(Boolean).join(' ')}
        title={label === undefined ? meaningOf(line) : undefined}
        onClick={() => onChoose(line.offset)}
      >
        {label === undefined ? <LineView {...line} image={translation.image} /> : `:${label}`}
      </div>
    );
  };
  const shown = at < 0 ? undefined : rows[at]?.line;
  return (
    <>
      <Rows
        class="listing"
        role="listbox"
        aria-label="Instructions"
        {...(at < 0 ? {} : { 'aria-activedescendant': `${id}-${at}` })}
        onKeyDown={onKeyDown}
        count={rows.length}
        row={row}
        reveal={at < 0 ? Math.max(entry, 0) : at}
        subject={translation}
      />
      <p class="meaning" aria-live="polite">
        {shown === undefined ? 'Choose an instruction to see what it does.' : meaningOf(shown)}
      </p>
    </>
  );
}

/** What an instruction does, and how it changes the flags. */
function meaningOf({ instruction, text }: Line): string {
  if (instruction === undefined) return 'Data: no path through the code leads here.';
  const { does, flags } = describeInstruction(instruction);
  return `${text}: ${does}${flags === '' ? '' : ` (${flags})`}.`;
}

function LineView({ address, offset, length, text, image }: Line & { image: Uint8Array }) {
  const bytes = Array.from(image.subarray(offset, offset + length), (byte) => hex(byte, 2));
  const shown = bytes.length > BYTES + 1 ? [...bytes.slice(0, BYTES), '…'] : bytes;
  return (
    <>
      <span class="address">{hex(address, 7)}</span> <span class="digits">{shown.join(' ')}</span>{' '}
      {text}
    </>
  );
}

/** The lines of a program, or the reason why there are none. */
export function linesOf({ image, labels }: Translation): readonly Line[] | string {
  try {
    return disassemble(image, labels);
  } catch (error) {
    return (error as Error).message;
  }
}

function rowsOf(lines: readonly Line[]): Row[] {
  return lines.flatMap((line) => [
    ...line.labels.map((label) => ({ line, label })),
    { line, label: undefined },
  ]);
}

/** Index of the line that contains `offset`, or -1. */
function rowOf(rows: readonly Row[], offset: number): number {
  const lineAt = (index: number) => (rows[index] as Row).line;
  const at = lastUpTo(offset, rows.length, (index) => lineAt(index).offset);
  return at >= 0 && offset < lineAt(at).offset + lineAt(at).length ? at : -1;
}
