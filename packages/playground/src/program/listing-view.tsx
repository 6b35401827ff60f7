// SPDX-License-Identifier: GPL-3.0-or-later
/** The image as instructions and data, with labels. The line of the chosen byte and the next instruction are marked. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { disassemble, type Line } from './disassembly.ts';
import type { Translation } from './translate.ts';

export interface ListingViewProps {
  readonly translation: Translation;
  readonly chosen: number | undefined;
  /** Address of the instruction that runs next. */
  readonly next: number | undefined;
  readonly onChoose: (offset: number) => void;
}

export function ListingView({ translation, chosen, next, onChoose }: ListingViewProps) {
  const lines = useMemo(() => linesOf(translation), [translation]);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector('.next, .chosen')?.scrollIntoView({ block: 'nearest' });
  }, [chosen, next]);
  if (typeof lines === 'string') return <p class="hint">No executable: {lines}</p>;
  return (
    <ol class="listing" ref={list} aria-label="Instructions">
      {lines.map((line) => (
        <ListingLine key={line.offset} {...{ line, chosen, next, onChoose }} />
      ))}
    </ol>
  );
}

function linesOf({ image, labels }: Translation): Line[] | string {
  try {
    return disassemble(image, labels);
  } catch (error) {
    return (error as Error).message;
  }
}

interface ListingLineProps extends Omit<ListingViewProps, 'translation'> {
  readonly line: Line;
}

function ListingLine({ line, chosen, next, onChoose }: ListingLineProps) {
  const { offset, length, address, labels, text, isCode } = line;
  const holds = chosen !== undefined && chosen >= offset && chosen < offset + length;
  const classes = [isCode ? 'code' : 'data', holds && 'chosen', address === next && 'next'];
  return (
    <li class={classes.filter(Boolean).join(' ')}>
      {labels.map((label) => (
        <div key={label} class="label">
          :{label}
        </div>
      ))}
      <button type="button" tabIndex={-1} onClick={() => onChoose(offset)}>
        <span class="address">{address.toString(16)}</span> {text}
      </button>
    </li>
  );
}
