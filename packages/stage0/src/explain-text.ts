// SPDX-License-Identifier: GPL-3.0-or-later
/** A trace as text for people. */
import { visible } from '@stage0-ts/diagnostics';
import type { Explanation, Hop, Place } from './explain.ts';
import type { ProgramPiece } from './program-map.ts';

/** Characters of a piece or of a command line that are shown. */
const SHOWN = 60;

/** The trace: one paragraph for each hop and one for its end; ends in a newline. */
export function explanationText(explanation: Explanation): string {
  const { file, offset, size, byte, address, hops } = explanation;
  const where = address === null ? '' : `, address ${hex(address)}`;
  const head = `${visible(file)}@${hex(offset)} (byte ${offset} of ${size}${where}): ${hexByte(byte)}\n`;
  const { failure, pieces, twin } = explanation;
  const later = failure === null ? [] : [`The build fails, after it made this:\n${failure}\n`];
  const twins = twin === null ? [] : [twinText(file, twin)];
  const what = pieces.map(pieceText).join('');
  return [head + what, ...twins, ...hops.map(hopText), endText(explanation), ...later].join('\n');
}

/**
 * What the byte is in its program: the bytes of the field or instruction, and what it says or does.
 */
function pieceText({ kind, start, end, name, meaning, flags, note }: ProgramPiece): string {
  if (kind === 'data') return '';
  const range = end - start === 1 ? hex(start) : `${hex(start)}–${hex(end - 1)}`;
  const lines = [`  ${range}: ${name}: ${meaning}`];
  if (flags !== '') lines.push(`    flags: ${flags}`);
  if (note !== null) lines.push(`    ${note}`);
  return `${lines.join('\n')}\n`;
}

function twinText(file: string, twin: string): string {
  return `${visible(file)} came with the tree. The build makes the same bytes from source, as ${visible(twin)}:\n`;
}

function hopText(hop: Hop): string {
  const { file, start, end, address, text, origin, definition } = hop;
  const range = end - start === 1 ? hex(start) : `${hex(start)}–${hex(end - 1)}`;
  const where = address === null ? '' : `, address ${hex(address)}`;
  const lines = [`${visible(file)}  ${range}${where}: ${shown(text)}`, `  made by ${maker(hop)}`];
  if (origin !== null) lines.push(`  from ${position(origin)}: ${shown(origin.text)}`);
  let result = `${lines.join('\n')}\n`;
  if (origin !== null) result += indented(origin.frame);
  if (definition === null) return result;
  const at = definition.address === null ? '' : `, address ${hex(definition.address)}`;
  const { kind, source } = definition;
  const from = source === null ? '' : ` (${position(source)})`;
  result += `  ${kind === 'function' ? 'in the function' : `the ${kind}`} ${shown(definition.text)} of ${position(definition)}${from}${at}\n`;
  return result;
}

function maker({ tool, standIn, step, argv, command }: Hop): string {
  const name = standIn === null || standIn === tool ? tool : `${tool} (done by ${standIn})`;
  const script = command === null ? '' : `, ${visible(command.file)}:${command.line}`;
  return `${visible(name)}, step ${step}${script}: ${shortened(visible(argv.join(' ')))}`;
}

function endText({ end, hops }: Explanation): string {
  const tool = visible(hops.at(-1)?.tool ?? '');
  switch (end.kind) {
    case 'source':
      return `${visible(end.place.file)} is a file of the tree: line ${end.place.line}, column ${end.place.column}.\n`;
    case 'tool':
      return `${tool} writes this whatever its input${commanded(end.place)}`;
    default:
      return `${tool} does not record which bytes it makes this from${commanded(end.place)}`;
  }
}

function commanded(place: Place | null): string {
  return place === null ? '.\n' : `, as ${position(place)} asks for:\n${place.frame}`;
}

function position({ file, line, column }: Place): string {
  return `${visible(file)}:${line}:${column}`;
}

function indented(frame: string): string {
  return frame.replace(/^(?=.)/gm, '    ');
}

/** The text on one line, shortened. */
function shown(text: string): string {
  return shortened(
    text
      .replaceAll('\n', '\\n')
      .replaceAll('\t', '\\t')
      .replace(/[^ -~]/g, '.'),
  );
}

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
