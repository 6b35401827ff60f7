// SPDX-License-Identifier: GPL-3.0-or-later
/** Base 64, hexadecimal and SHA-256, in every engine that has WebCrypto. */
import { decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';

export type Bytes = Uint8Array<ArrayBuffer>;

export function toBase64(bytes: Uint8Array): string {
  return btoa(decodeLatin1(bytes));
}

/**
 * The bytes of `text`, which has to be exactly what {@link toBase64} makes of them. So each value
 * has only one text, and no character of it can change unseen. Throws ToolError.
 */
export function fromBase64(text: string, what: string): Bytes {
  let bytes: Bytes | undefined;
  try {
    bytes = copyOf(encodeLatin1(atob(text)));
  } catch {
    // atob cannot read it
  }
  if (bytes !== undefined && toBase64(bytes) === text) return bytes;
  throw new ToolError(`${what} is not base 64 in its usual form`, { code: 'bad-base64' });
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A copy in memory of its own, because WebCrypto accepts no views of shared memory. */
export function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export async function digest(name: 'SHA-256' | 'SHA-512', bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(name, copyOf(bytes)));
}

/** A key's fingerprint as `ssh-keygen -l` writes it: `SHA256:` and base 64 without padding. */
export async function sshFingerprint(blob: Uint8Array): Promise<string> {
  return `SHA256:${toBase64(await digest('SHA-256', blob)).replace(/=+$/, '')}`;
}

/**
 * The bytes of a block between `-----BEGIN LABEL-----` and `-----END LABEL-----`, which has to be
 * the whole of `text`, in the form that the programs write: lines of `width` characters, each with
 * one line feed after it. Throws ToolError.
 */
export function readBlock(text: string, label: string, width: number, what: string): Bytes {
  const head = `-----BEGIN ${label}-----\n`;
  const tail = `\n-----END ${label}-----`;
  const body = text.replaceAll('\r\n', '\n').replace(/\n$/, '');
  if (!body.startsWith(head) || !body.endsWith(tail)) {
    throw new ToolError(`${what} is not one block of ${label}`, { code: 'bad-block' });
  }
  const inside = body.slice(head.length, -tail.length);
  const bytes = fromBase64(inside.replaceAll('\n', ''), what);
  if (inside === block(bytes, width)) return bytes;
  throw new ToolError(`${what} has lines of another width than ${width}`, { code: 'bad-block' });
}

/** Base 64 in lines of `width` characters. */
function block(bytes: Uint8Array, width: number): string {
  return (toBase64(bytes).match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n');
}

/** The inverse of {@link readBlock}. */
export function writeBlock(bytes: Uint8Array, label: string, width: number): string {
  return `-----BEGIN ${label}-----\n${block(bytes, width)}\n-----END ${label}-----\n`;
}
