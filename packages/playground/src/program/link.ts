// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program as the part of an address after `#`, and back: `#hex1/2` is the second example of hex1,
 * and `#hex1=…` a text, deflated and in base64url. No server sees that part of an address.
 */
import { LANGUAGES, type Language } from './examples.ts';

export interface Program {
  readonly language: Language;
  readonly text: string;
}

export async function linkTo({ language, text }: Program): Promise<string> {
  const example = language.examples.findIndex((one) => one.text === text);
  if (example >= 0) return `#${language.name}/${example + 1}`;
  const packed = await piped(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  const base64 = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  const safe = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `#${language.name}=${safe}`;
}

/**
 * Read the program that a link contains; undefined for an empty link. Throws Error for a link that
 * contains no program.
 */
export async function readLink(hash: string): Promise<Program | undefined> {
  if (hash === '' || hash === '#') return undefined;
  const [, name, kind, rest] = /^#(\w+)([/=])([\w-]*)$/.exec(hash) ?? [];
  const language = LANGUAGES.find((one) => one.name === name);
  if (language === undefined || rest === undefined) throw damaged();
  if (kind === '/') {
    const example = language.examples[Number(rest) - 1];
    if (example === undefined) throw damaged();
    return { language, text: example.text };
  }
  try {
    const binary = atob(rest.replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const text = await piped(packed, new DecompressionStream('deflate-raw'));
    return { language, text: new TextDecoder().decode(text) };
  } catch {
    throw damaged();
  }
}

function damaged(): Error {
  return new Error('the address of this page leads to no program: part of it may be missing');
}

async function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
