// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program in the playground's machine, below its command or its listing.
 */
import { LANGUAGES } from '../program/examples.ts';
import { linkTo } from '../program/link.ts';
import { element } from './dom.ts';

const ROW = 16;

/** A program, as text in one of the playground's languages. */
export interface MachineText {
  readonly title: string;
  readonly language: string;
  readonly text: string;
}

/** Open the machine below the content of `place`, or close it if it is open. */
export async function openMachine(place: HTMLElement, machine: MachineText): Promise<void> {
  const open = place.querySelector('iframe');
  if (open !== null) {
    open.remove();
    return;
  }
  const language = LANGUAGES.find(({ name }) => name === machine.language);
  if (language === undefined) return;
  const link = await linkTo({ language, text: machine.text });
  const src = `../playground/index.html?embed${link}`;
  const title = `${machine.title} in the machine`;
  place.append(element('iframe', { src, title, class: 'machine' }));
}

/** A program of which only the bytes are known. */
export function digits(program: string, bytes: Uint8Array): MachineText {
  const rows = [`# ${program}: ${bytes.length} bytes`];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = Array.from(bytes.subarray(at, at + ROW), (byte) =>
      byte.toString(16).toUpperCase().padStart(2, '0'),
    );
    rows.push(row.join(' '));
  }
  return { title: program, language: 'hex0', text: `${rows.join('\n')}\n` };
}
