// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program of the reader's folder in the playground, below its command: its bytes as hex0 text.
 */
import { LANGUAGES } from '../program/examples.ts';
import { linkTo } from '../program/link.ts';
import { element } from './dom.ts';

const ROW = 16;

/** Open it, or close it if it is open. */
export async function openMachine(
  place: HTMLElement,
  program: string,
  bytes: Uint8Array,
): Promise<void> {
  const open = place.querySelector('iframe');
  if (open !== null) {
    open.remove();
    return;
  }
  const language = LANGUAGES.find(({ name }) => name === 'hex0');
  if (language === undefined) return;
  const link = await linkTo({ language, text: digits(program, bytes) });
  const src = `../playground/index.html?embed${link}`;
  place.append(element('iframe', { src, title: `${program} in the machine`, class: 'machine' }));
}

function digits(program: string, bytes: Uint8Array): string {
  const rows = [`# ${program}: ${bytes.length} bytes`];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = Array.from(bytes.subarray(at, at + ROW), (byte) =>
      byte.toString(16).toUpperCase().padStart(2, '0'),
    );
    rows.push(row.join(' '));
  }
  return `${rows.join('\n')}\n`;
}
