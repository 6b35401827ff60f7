// SPDX-License-Identifier: GPL-3.0-or-later
/** An executable and an address → the WebAssembly text of the function there, for people. */
import { decode } from '../decode.ts';
import { formatInstruction } from '../format.ts';
import { pageCountOf } from '../memory.ts';
import { DEFAULT_LIMITS } from '../process.ts';
import { CELL_NAMES, cellOffset } from './cells.ts';
import type { FunctionFacts } from './facts.ts';
import { isCopy } from './inline.ts';
import { DEPTH_LIMIT, HELPERS, IMPORTS } from './layout.ts';
import { emitProgram, type TranslationOptions } from './program.ts';
import { wasmText } from './wasm-text.ts';

/** As the machine translates where nobody counts instructions, with its default limits. */
export const UNCOUNTED: TranslationOptions = {
  stackSize: DEFAULT_LIMITS.stackSize,
  pageCount: pageCountOf(DEFAULT_LIMITS.memory),
  metering: 'none',
  observed: false,
  depthLimit: DEPTH_LIMIT,
  inline: false,
};

/**
 * The text of the translated function that has an instruction at `address`, in lines, with each
 * instruction before what it became. Undefined when `bytes` is not an image that is translated, or
 * no function of it has one there.
 *
 * @param bytes an ELF file; MachineError `bad-image` for another.
 */
export function translationText(
  bytes: Uint8Array,
  address: number,
  options: TranslationOptions = UNCOUNTED,
): string[] | undefined {
  const program = emitProgram(bytes, options);
  if (program === undefined) return undefined;
  const { code, entries, emitted, facts } = program;
  const found = emitted.find((_, at) => {
    const { blocks } = (facts.get(entries[at] as number) as FunctionFacts).code;
    return [...blocks.values()].some(
      ({ start, instructions }) =>
        !isCopy(start) && instructions.some((one) => one.address === address),
    );
  });
  if (found === undefined) return undefined;
  const entry = entries[emitted.indexOf(found)] as number;
  const comments = new Map<number, string>();
  for (let at = 0; at < found.marks.length; at += 2) {
    const place = found.marks[at + 1] as number;
    const instruction = decode((byte) => code.bytes[byte - code.start], place);
    if (instruction === undefined) continue;
    comments.set(found.marks[at] as number, `${hex(place)} ${formatInstruction(instruction)}`);
  }
  const functionName = (index: number): string => {
    const own = index - IMPORTS.length;
    return HELPERS[own] ?? `f${hex(entries[own - HELPERS.length] as number)}`;
  };
  const placeName = (offset: number): string | undefined =>
    CELL_NAMES.find((_, cell) => cellOffset(options, cell) === offset);
  return [
    `;; function at ${hex(entry)}`,
    ...wasmText(found.code.bytes.view(), { comments, functionName, placeName }),
  ];
}

function hex(address: number): string {
  return address.toString(16);
}
