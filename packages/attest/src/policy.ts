// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A policy file → the people whose word counts, their keys, and how many of them it takes.
 *
 * The file is JSON:
 *
 *     { "version": 1, "threshold": 2,
 *       "people": [ { "name": "Ada", "keys": [
 *         { "key": "ssh-ed25519 AAAA…", "until": "2027-12-31" } ] } ],
 *       "revoked": [ "SHA256:…" ], "differ": "runtime",
 *       "tree": "…", "architecture": "x86", "accept": [] }
 *
 * A key is the text that its program writes: a PEM public key, a line of `ssh-keygen`, an armoured
 * OpenPGP certificate. Invariant: an unknown field is an error, because a policy with a misspelt
 * `threshold` would be another policy. No key, in whatever format, belongs to two people or is
 * listed twice.
 */
import { decodeUtf8, encodeLatin1 } from '@stage0-ts/bytes';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { readPublicPem } from './ed25519.ts';
import { type Bytes, concat, sshFingerprint, toBase64 } from './encoding.ts';
import { type PgpKey, pgpFingerprint, pgpMaterial, readPgpKey } from './pgp.ts';
import { readSshKey, type SshKey, sshMaterial } from './ssh.ts';

/** What may have to differ between the people who count. */
export const DIFFER = ['runtime', 'builder', 'engines'] as const;
export type Differ = (typeof DIFFER)[number];

/** One key of a person. */
export type PolicyKey = {
  readonly fingerprint: string;
  /** The key's numbers, which are the same in every file format. */
  readonly material: readonly string[];
  /** The key counts from this time on. */
  readonly from: Date | undefined;
  /** The key counts before this time. */
  readonly until: Date | undefined;
} & (
  | { readonly kind: 'ed25519'; readonly raw: Bytes }
  | { readonly kind: 'ssh'; readonly ssh: SshKey }
  | { readonly kind: 'openpgp'; readonly pgp: PgpKey }
);

export interface Person {
  readonly name: string;
  readonly keys: readonly PolicyKey[];
}

export interface Policy {
  readonly threshold: number;
  readonly people: readonly Person[];
  /** Fingerprints. */
  readonly revoked: ReadonlySet<string>;
  readonly differ: Differ | undefined;
  readonly tree: string | undefined;
  readonly architecture: string | undefined;
  /** What a statement may have accepted: `--partial`, `--trust PATH`. */
  readonly accept: ReadonlySet<string>;
}

/** Read a policy. Throws ToolError with file and reason. */
export async function readPolicy(bytes: Uint8Array, file: string): Promise<Policy> {
  const refused = (fault: string) => new ToolError(fault, { code: 'bad-policy', file });
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    throw refused(`is not JSON: ${visible((error as Error).message)}`);
  }
  const fields = new Reader(value, 'the policy', refused);
  if (fields.optional('version', 'number') !== 1) throw refused('"version" has to be 1');
  const threshold = fields.optional('threshold', 'number');
  const people: Person[] = [];
  for (const [at, one] of fields.list('people').entries()) {
    people.push(await readPerson(new Reader(one, `person ${at + 1}`, refused)));
  }
  const policy: Policy = {
    threshold: threshold ?? 0,
    people,
    revoked: new Set(fields.texts('revoked')),
    differ: readDiffer(fields.optional('differ', 'string'), refused),
    tree: fields.optional('tree', 'string'),
    architecture: fields.optional('architecture', 'string'),
    accept: new Set(fields.texts('accept')),
  };
  fields.end();
  if (!Number.isInteger(threshold) || policy.threshold < 1 || policy.threshold > people.length) {
    throw refused(`"threshold" has to be 1 to ${people.length}, the number of people`);
  }
  requireDistinct(people, refused);
  return policy;
}

function readDiffer(text: string | undefined, refused: Refuse): Differ | undefined {
  if (text === undefined) return undefined;
  const found = DIFFER.find((name) => name === text);
  if (found !== undefined) return found;
  throw refused(`"differ" has to be one of ${DIFFER.join(', ')}`);
}

async function readPerson(fields: Reader): Promise<Person> {
  const name = fields.optional('name', 'string') ?? '';
  if (name.trim() === '' || visible(name) !== name) throw fields.fault('"name" is missing');
  const keys: PolicyKey[] = [];
  for (const [at, one] of fields.list('keys').entries()) {
    keys.push(await readKey(fields.inner(one, `key ${at + 1} of ${name}`)));
  }
  fields.end();
  if (keys.length === 0) throw fields.fault(`${name} has no keys`);
  return { name, keys };
}

async function readKey(fields: Reader): Promise<PolicyKey> {
  const text = fields.optional('key', 'string');
  if (text === undefined) throw fields.fault('"key" is missing');
  const from = fields.date('from');
  const until = fields.date('until');
  fields.end();
  return { ...(await keyOf(text, fields.what)), from, until };
}

async function keyOf(text: string, what: string) {
  if (text.startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')) {
    const pgp = await readPgpKey(text, what);
    return {
      kind: 'openpgp',
      pgp,
      fingerprint: pgpFingerprint(pgp),
      material: pgpMaterial(pgp),
    } as const;
  }
  if (text.startsWith('-----BEGIN ')) {
    const raw = readPublicPem(text, what);
    const fingerprint = await sshFingerprint(sshBlob(raw));
    return { kind: 'ed25519', raw, fingerprint, material: [`ed25519 ${toBase64(raw)}`] } as const;
  }
  const ssh = readSshKey(text, what);
  const fingerprint = await sshFingerprint(ssh.blob);
  return { kind: 'ssh', ssh, fingerprint, material: [sshMaterial(ssh)] } as const;
}

/** The same key in SSH's form, so that its fingerprint is the same in both forms. */
function sshBlob(raw: Bytes): Bytes {
  const type = encodeLatin1('ssh-ed25519');
  return concat(Uint8Array.of(0, 0, 0, type.length), type, Uint8Array.of(0, 0, 0, raw.length), raw);
}

function requireDistinct(people: readonly Person[], refused: Refuse): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, keys } of people) {
    if (names.has(name)) throw refused(`two people are named ${name}`);
    names.add(name);
    for (const { material, fingerprint } of keys) {
      const owner = material.map((one) => owners.get(one)).find((found) => found !== undefined);
      if (owner !== undefined) {
        throw refused(`the key ${fingerprint} of ${name} is a key of ${owner} already`);
      }
      for (const one of material) owners.set(one, name);
    }
  }
}

type Refuse = (fault: string) => ToolError;

/** Reads the fields of an object, and then refuses the fields that nothing has read. */
class Reader {
  readonly what: string;
  private readonly value: Record<string, unknown>;
  private readonly refused: Refuse;
  private readonly taken = new Set<string>();

  constructor(value: unknown, what: string, refused: Refuse) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused(`${what} is not an object`);
    }
    this.value = value as Record<string, unknown>;
    this.what = what;
    this.refused = refused;
  }

  inner(value: unknown, what: string): Reader {
    return new Reader(value, what, this.refused);
  }

  fault(text: string): ToolError {
    return this.refused(`${this.what}: ${text}`);
  }

  optional<Kind extends 'string' | 'number'>(
    name: string,
    kind: Kind,
  ): (Kind extends 'string' ? string : number) | undefined {
    const found = this.take(name);
    if (found === undefined || typeof found === kind) return found as undefined;
    throw this.fault(`"${name}" is not a ${kind}`);
  }

  list(name: string): readonly unknown[] {
    const found = this.take(name);
    if (Array.isArray(found)) return found;
    throw this.fault(`"${name}" is not a list`);
  }

  texts(name: string): readonly string[] {
    const found = this.take(name) ?? [];
    if (Array.isArray(found) && found.every((one) => typeof one === 'string')) return found;
    throw this.fault(`"${name}" is not a list of texts`);
  }

  date(name: string): Date | undefined {
    const text = this.optional(name, 'string');
    if (text === undefined) return undefined;
    const date = new Date(`${text}T00:00:00Z`);
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime());
    if (isDay && date.toISOString().startsWith(text)) return date;
    throw this.fault(`"${name}" is not a day such as 2027-12-31`);
  }

  end(): void {
    const other = Object.keys(this.value).find((key) => !this.taken.has(key));
    if (other !== undefined) throw this.fault(`nobody knows the field "${visible(other)}"`);
  }

  private take(name: string): unknown {
    this.taken.add(name);
    return Object.hasOwn(this.value, name) ? this.value[name] : undefined;
  }
}
