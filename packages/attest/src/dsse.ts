// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A statement and an Ed25519 key → a DSSE envelope, and back.
 *
 * The signature is not over the payload alone, but over payload type and payload with their
 * lengths, so a signature over a statement is never valid for anything else. Format:
 * secure-systems-lab/dsse, protocol.md and envelope.md.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { readPrivatePem } from './ed25519.ts';
import { type Bytes, concat, copyOf, fromBase64, toBase64 } from './encoding.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** Size of the largest envelope that is read, in bytes. */
const MAX_ENVELOPE = 32 << 20;
const MAX_SIGNATURES = 100;
export interface Envelope {
  readonly payload: Bytes;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Bytes }[];
}

/** The bytes that are signed: DSSE's pre-authentication encoding. */
export function signedBytes(payload: Uint8Array): Bytes {
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  return concat(encodeUtf8(head), payload);
}

/** Read an envelope. Throws ToolError with file and reason. */
export function readEnvelope(bytes: Uint8Array, file: string): Envelope {
  const refused = (fault: string) => new ToolError(fault, { code: 'bad-envelope', file });
  if (bytes.length > MAX_ENVELOPE) throw refused('is larger than an envelope can be');
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(decodeUtf8(bytes)) as Record<string, unknown>;
  } catch (error) {
    throw refused(`is not JSON: ${visible((error as Error).message)}`);
  }
  requireKeys(value, ['payload', 'payloadType', 'signatures'], refused);
  const { payload, payloadType, signatures } = value;
  if (payloadType !== PAYLOAD_TYPE) throw refused(`has another payloadType than ${PAYLOAD_TYPE}`);
  if (typeof payload !== 'string' || !Array.isArray(signatures)) {
    throw refused('has no payload or no list of signatures');
  }
  if (signatures.length > MAX_SIGNATURES) throw refused(`has over ${MAX_SIGNATURES} signatures`);
  return {
    payload: fromBase64(payload, `${file}: the payload`),
    signatures: signatures.map((one: Record<string, unknown>) => {
      requireKeys(one, ['keyid', 'sig'], refused);
      const { keyid = '', sig } = one;
      if (typeof sig !== 'string' || typeof keyid !== 'string')
        throw refused('has a signature without sig');
      return { keyid, sig: fromBase64(sig, `${file}: sig`) };
    }),
  };
}

/** A field that is not signed could mean something to one reader and nothing to another. */
function requireKeys(
  value: unknown,
  known: readonly string[],
  refused: (fault: string) => ToolError,
): void {
  if (typeof value !== 'object' || value === null) throw refused('is not an envelope');
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw refused(`has a field that is not DSSE's: ${visible(other)}`);
}

export function writeEnvelope({ payload, signatures }: Envelope): Uint8Array {
  const value = {
    payload: toBase64(payload),
    payloadType: PAYLOAD_TYPE,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: toBase64(sig) })),
  };
  return encodeUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Sign a statement with the key in `pem`, in the form of `openssl genpkey -algorithm ed25519`, and
 * return the envelope. Throws ToolError for another kind of key, or one that has a passphrase.
 */
export async function sign(payload: Uint8Array, pem: string, what: string): Promise<Uint8Array> {
  const { keyid, signBytes } = await readPrivatePem(pem, what);
  const signatures = [{ keyid, sig: await signBytes(signedBytes(payload)) }];
  return writeEnvelope({ payload: copyOf(payload), signatures });
}
