// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Ed25519 keys in PEM, as `openssl` writes them: reading, verifying, signing. RFC 8410 defines the
 * form of the keys; WebCrypto does the arithmetic.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import { type Bytes, concat, digest, fromBase64, readBlock, toHex } from './encoding.ts';

/** The DER of an Ed25519 public key (RFC 8410) up to the key's 32 bytes. */
const SPKI_HEAD = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);
/** The same for a private key. */
const PKCS8_HEAD = Uint8Array.of(
  0x30,
  0x2e,
  2,
  1,
  0,
  0x30,
  5,
  6,
  3,
  0x2b,
  0x65,
  0x70,
  4,
  0x22,
  4,
  0x20,
);
const PEM_WIDTH = 64;

/**
 * The 32 bytes of the public key in `pem`, in the form of `openssl pkey -pubout`. Throws ToolError.
 */
export function readPublicPem(pem: string, what: string): Bytes {
  const der = readBlock(pem, 'PUBLIC KEY', PEM_WIDTH, what);
  return afterHead(der, SPKI_HEAD, `${what} is not an Ed25519 public key`);
}

function afterHead(der: Bytes, head: Uint8Array, fault: string): Bytes {
  const isOne = der.length === head.length + 32 && head.every((byte, at) => byte === der[at]);
  if (isOne) return der.slice(head.length);
  throw new ToolError(fault, { code: 'bad-key' });
}

/** The name of a key in an envelope: SHA-256 of its DER. It is a hint, not a proof. */
export async function keyIdOf(raw: Uint8Array): Promise<string> {
  return toHex(await digest('SHA-256', concat(SPKI_HEAD, raw)));
}

/** True if `sig` is a signature over `data` by the key with these 32 bytes. */
export async function verifyEd25519(raw: Bytes, sig: Bytes, data: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, sig, data);
}

/** A key that can sign. */
export interface SecretKey {
  readonly keyid: string;
  readonly signBytes: (data: Bytes) => Promise<Bytes>;
}

/**
 * The private key in `pem`. Throws ToolError for another kind of key, or one that has a passphrase.
 */
export async function readPrivatePem(pem: string, what: string): Promise<SecretKey> {
  if (pem.includes('BEGIN ENCRYPTED PRIVATE KEY')) {
    throw new ToolError(`${what} has a passphrase`, {
      code: 'encrypted-key',
      hint: 'openssl pkey -in KEY -out PLAIN writes one without; or sign with ssh-keygen or gpg',
    });
  }
  const der = readBlock(pem, 'PRIVATE KEY', PEM_WIDTH, what);
  afterHead(der, PKCS8_HEAD, `${what} is not an Ed25519 private key`);
  const key = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', true, ['sign']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', key);
  return {
    keyid: await keyIdOf(fromBase64Url(x)),
    signBytes: async (data) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, data)),
  };
}

function fromBase64Url(text: string): Bytes {
  const padded = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(padded.padEnd(Math.ceil(padded.length / 4) * 4, '='), 'the key');
}
