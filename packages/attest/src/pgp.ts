// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * OpenPGP: a certificate of a policy and a detached signature, as `gpg --detach-sign` writes it →
 * does it hold?
 *
 * The library openpgp.js does all the work; it is loaded when the first such file is read. What we
 * add: a key that is expired or revoked *today* does not count, even for what it signed before.
 */
import { ToolError, visible } from '@stage0-ts/diagnostics';
import type { PublicKey, Signature, Subkey } from 'openpgp';
import { copyOf, toBase64 } from './encoding.ts';

export type PgpKey = PublicKey;
export type PgpSignature = Signature;

const library = () => import('openpgp');

/** Read one certificate. Throws ToolError. */
export async function readPgpKey(armoredKey: string, what: string): Promise<PgpKey> {
  const { readKeys } = await library();
  const keys = await readKeys({ armoredKeys: armoredKey }).catch((error: Error) => {
    throw new ToolError(`${what} cannot be read: ${visible(error.message)}`, { code: 'bad-key' });
  });
  const [key] = keys;
  if (key === undefined || keys.length > 1 || key.isPrivate()) {
    throw new ToolError(`${what} is not one public key`, { code: 'bad-key' });
  }
  return key;
}

/**
 * The numbers of all its keys. Keys with the same numbers in another certificate, or in SSH's form,
 * are the same keys.
 */
export function pgpMaterial(key: PgpKey): string[] {
  return key.getKeys().map((one: PublicKey | Subkey) => {
    const { algorithm, publicParams } = one.keyPacket as unknown as {
      algorithm: number;
      publicParams: Record<string, Uint8Array>;
    };
    const { n, Q, A } = publicParams;
    if (n !== undefined) return `rsa ${toBase64(n)}`;
    if (A !== undefined) return `ed25519 ${toBase64(A)}`;
    // The older form of Ed25519 has a byte 40 (hexadecimal) before the key's 32 bytes.
    const isOlder = Q?.length === 33 && Q[0] === 0x40;
    if (Q !== undefined)
      return isOlder ? `ed25519 ${toBase64(Q.subarray(1))}` : `ec ${toBase64(Q)}`;
    return `algorithm ${algorithm} ${one.getFingerprint()}`;
  });
}

export function pgpFingerprint(key: PgpKey): string {
  return key.getFingerprint().toUpperCase();
}

/** Read a detached signature, with or without ASCII armour. Throws ToolError. */
export async function readPgpSignature(bytes: Uint8Array, file: string): Promise<PgpSignature> {
  const { readSignature } = await library();
  const isArmoured = bytes[0] === 0x2d;
  const input = isArmoured
    ? { armoredSignature: new TextDecoder().decode(bytes) }
    : { binarySignature: copyOf(bytes) };
  return readSignature(input as { armoredSignature: string }).catch((error: Error) => {
    throw new ToolError(visible(error.message), { code: 'bad-signature', file });
  });
}

/** Which of `keys` signed `message`, or why none of them did. */
export async function pgpSigner(
  signature: PgpSignature,
  message: Uint8Array,
  keys: readonly PgpKey[],
  now: Date,
): Promise<PgpKey | string> {
  const { createMessage, enums, verify } = await library();
  if (signature.packets.length !== 1) return 'the file has more than one signature, or none';
  if (signature.packets[0]?.signatureType !== enums.signature.binary) {
    return 'it is a signature over a text or a key, not over a file';
  }
  const verified = await verify({
    message: await createMessage({ binary: copyOf(message) }),
    signature,
    verificationKeys: [...keys],
    date: now,
    format: 'binary',
  });
  const [one] = verified.signatures;
  if (one === undefined) return 'the file has no signature';
  try {
    await one.verified;
    const signer = keys.find((key) => key.getKeys(one.keyID).length > 0);
    if (signer === undefined) return 'its key is not in the policy';
    await signer.verifyPrimaryKey(now);
    await signer.getSigningKey(one.keyID, now);
    return signer;
  } catch (error) {
    return visible((error as Error).message);
  }
}
