// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A line of an SSH public key, and a signature that `ssh-keygen -Y sign` wrote → does it hold for
 * these bytes?
 *
 * Formats: openssh-portable PROTOCOL.sshsig and PROTOCOL.u2f, RFC 4253 section 6.6, RFC 5656
 * section 3, RFC 8332. Invariant: every byte of the signature block counts; it has one written
 * form, nothing may come after a field.
 */
import { decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { verifyEd25519 } from './ed25519.ts';
import {
  type Bytes,
  concat,
  copyOf,
  digest,
  equalBytes,
  fromBase64,
  readBlock,
  toBase64,
} from './encoding.ts';

/**
 * The namespace of our signatures, so that a signature for a git commit or a login does not count
 * as one of ours.
 */
export const SSH_NAMESPACE = 'stage0-attest';
const LABEL = 'SSH SIGNATURE';
const WIDTH = 70;
const MAGIC = encodeLatin1('SSHSIG');
const VERSION = 1;
/** RSA keys with fewer bits do not count. */
const MIN_RSA_BITS = 2048;
/** The flag that says that somebody touched the security key. */
const USER_PRESENT = 1;

/** A public key in SSH's own encoding. */
export interface SshKey {
  readonly type: string;
  readonly blob: Bytes;
}

/** The fields of a signature block. */
export interface SshSignature {
  readonly key: SshKey;
  readonly namespace: string;
  readonly reserved: Bytes;
  readonly hash: string;
  /** The algorithm, and the fields after it. */
  readonly signature: Bytes;
}

function malformed(what: string): ToolError {
  return new ToolError(`${what} is cut short, or has bytes too many`, { code: 'bad-ssh' });
}

/** Fields, each with its length in the four bytes before it, highest byte first. */
class Fields {
  private readonly bytes: Bytes;
  private readonly what: string;
  private at = 0;

  constructor(bytes: Bytes, what: string) {
    this.bytes = bytes;
    this.what = what;
  }

  raw(length: number): Bytes {
    if (length > this.bytes.length - this.at) throw malformed(this.what);
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  uint32(): number {
    return new DataView(this.raw(4).buffer).getUint32(0);
  }

  string(): Bytes {
    return this.raw(this.uint32());
  }

  text(): string {
    return decodeLatin1(this.string());
  }

  end(): void {
    if (this.at !== this.bytes.length) throw malformed(this.what);
  }
}

function field(bytes: Uint8Array): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}

/** Read a line such as `ssh-ed25519 AAAA… comment`. Throws ToolError. */
export function readSshKey(line: string, what: string): SshKey {
  const [type = '', text = ''] = line.trim().split(/\s+/);
  const key = sshKeyOf(fromBase64(text, what), what);
  if (key.type === type) return key;
  throw new ToolError(`${what} says ${type} and is ${key.type}`, { code: 'bad-key' });
}

function sshKeyOf(blob: Bytes, what: string): SshKey {
  const type = new Fields(blob, what).text();
  if (Object.hasOwn(VERIFIERS, type)) return { type, blob };
  throw new ToolError(`${what} has an unknown type: ${type}`, { code: 'bad-key' });
}

/** Read what `ssh-keygen -Y sign` wrote. Throws ToolError. */
export function readSshSignature(text: string, what: string): SshSignature {
  const fields = new Fields(readBlock(text, LABEL, WIDTH, what), what);
  if (!equalBytes(fields.raw(MAGIC.length), MAGIC) || fields.uint32() !== VERSION) {
    throw new ToolError(`${what} is not version ${VERSION} of SSHSIG`, { code: 'bad-ssh' });
  }
  const key = sshKeyOf(fields.string(), what);
  const namespace = fields.text();
  const reserved = fields.string();
  const hash = fields.text();
  const signature = fields.string();
  fields.end();
  return { key, namespace, reserved, hash, signature };
}

const HASHES = { sha256: 'SHA-256', sha512: 'SHA-512' } as const;

/**
 * Why the signature is not valid for `message`; undefined if it is valid. Throws ToolError for a
 * signature that cannot be read.
 */
export async function sshFault(
  { key, namespace, reserved, hash, signature }: SshSignature,
  message: Uint8Array,
): Promise<string | undefined> {
  if (namespace !== SSH_NAMESPACE) {
    return `it was made for another purpose: namespace ${namespace}, not ${SSH_NAMESPACE}`;
  }
  if (reserved.length > 0) return 'its reserved field is not empty';
  if (hash !== 'sha256' && hash !== 'sha512') return `its hash is ${hash}`;
  const signed = concat(
    MAGIC,
    field(encodeLatin1(namespace)),
    field(reserved),
    field(encodeLatin1(hash)),
    field(await digest(HASHES[hash], message)),
  );
  const keyFields = new Fields(key.blob, 'the key');
  keyFields.text();
  const verifier = VERIFIERS[key.type] as Verifier;
  const holds = await verifier(keyFields, new Fields(signature, 'the signature'), signed);
  return holds ? undefined : 'it does not hold for these bytes';
}

/** Reads the rest of the key and the whole signature, and says whether the signature is valid. */
type Verifier = (key: Fields, signature: Fields, signed: Bytes) => Promise<boolean>;

const VERIFIERS: Readonly<Record<string, Verifier>> = {
  'ssh-ed25519': async (key, signature, signed) => {
    const raw = key.string();
    key.end();
    requireAlgorithm(signature, 'ssh-ed25519');
    const sig = signature.string();
    signature.end();
    return verifyEd25519(raw, sig, signed);
  },
  'sk-ssh-ed25519@openssh.com': async (key, signature, signed) => {
    const raw = key.string();
    const application = key.string();
    key.end();
    requireAlgorithm(signature, 'sk-ssh-ed25519@openssh.com');
    const sig = signature.string();
    const data = await touched(application, signature, signed);
    return verifyEd25519(raw, sig, data);
  },
  'ssh-rsa': verifyRsa,
  'ecdsa-sha2-nistp256': ecdsa('nistp256', 'P-256', 'SHA-256', 32),
  'ecdsa-sha2-nistp384': ecdsa('nistp384', 'P-384', 'SHA-384', 48),
  'ecdsa-sha2-nistp521': ecdsa('nistp521', 'P-521', 'SHA-512', 66),
};

function requireAlgorithm(signature: Fields, wanted: string): void {
  const found = signature.text();
  if (found === wanted) return;
  throw new ToolError(`a signature of ${found} by a key of ${wanted}`, { code: 'bad-ssh' });
}

/** What a security key signs: it adds the application, the flag for a touch, and its counter. */
async function touched(application: Bytes, signature: Fields, signed: Bytes): Promise<Bytes> {
  const flags = signature.raw(1);
  const counter = signature.raw(4);
  signature.end();
  if (((flags[0] as number) & USER_PRESENT) === 0) {
    throw new ToolError('nobody touched the security key', { code: 'bad-ssh' });
  }
  const parts = [await digest('SHA-256', application), flags, counter];
  return concat(...parts, await digest('SHA-256', signed));
}

async function verifyRsa(key: Fields, signature: Fields, signed: Bytes): Promise<boolean> {
  const e = unsigned(key.string());
  const n = unsigned(key.string());
  key.end();
  const hash = { 'rsa-sha2-256': 'SHA-256', 'rsa-sha2-512': 'SHA-512' }[signature.text()];
  const sig = signature.string();
  signature.end();
  if (hash === undefined) throw new ToolError('an RSA signature with SHA-1', { code: 'bad-ssh' });
  if (n.length * 8 < MIN_RSA_BITS) {
    throw new ToolError(`an RSA key of less than ${MIN_RSA_BITS} bits`, { code: 'bad-ssh' });
  }
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
  const jwk = { kty: 'RSA', n: base64Url(n), e: base64Url(e) };
  const imported = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
  return crypto.subtle.verify(algorithm, imported, sig, signed);
}

function ecdsa(curve: string, namedCurve: string, hash: string, size: number): Verifier {
  return async (key, signature, signed) => {
    if (key.text() !== curve) throw malformed('the key');
    const point = key.string();
    key.end();
    requireAlgorithm(signature, `ecdsa-sha2-${curve}`);
    const numbers = new Fields(signature.string(), 'the signature');
    signature.end();
    const [r, s] = [unsigned(numbers.string()), unsigned(numbers.string())];
    numbers.end();
    if (r.length > size || s.length > size) return false;
    const sig = concat(new Uint8Array(size - r.length), r, new Uint8Array(size - s.length), s);
    const algorithm = { name: 'ECDSA', namedCurve };
    const imported = await crypto.subtle.importKey('raw', point, algorithm, false, ['verify']);
    return crypto.subtle.verify({ name: 'ECDSA', hash }, imported, sig, signed);
  };
}

/**
 * A number without the zero byte that marks it as positive. Throws ToolError for a negative number
 * and for extra zeros, because each number has only one valid form.
 */
function unsigned(number: Bytes): Bytes {
  const [first = 0, second = 0] = number;
  const plain = first !== 0 && first < 0x80;
  const padded = first === 0 && second >= 0x80;
  if (!plain && !padded) throw malformed('a number');
  return padded ? number.slice(1) : copyOf(number);
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The numbers in a key, by which it is recognised in another file format. */
export function sshMaterial({ type, blob }: SshKey): string {
  const fields = new Fields(blob, 'the key');
  fields.text();
  if (type.includes('ed25519')) return `ed25519 ${toBase64(fields.string())}`;
  if (type === 'ssh-rsa') fields.string();
  else fields.text();
  const number = fields.string();
  return `${type === 'ssh-rsa' ? 'rsa' : 'ec'} ${toBase64(type === 'ssh-rsa' ? unsigned(number) : number)}`;
}
