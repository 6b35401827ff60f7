// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Statements, signatures and a policy → who signed what, and whether enough people did.
 *
 * Invariant: only people in the policy count, each once, with a key that is valid today, over bytes
 * that were read as a statement. Statements that disagree never count together, and a single one
 * that disagrees is reported.
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import { readEnvelope, signedBytes } from './dsse.ts';
import { verifyEd25519 } from './ed25519.ts';
import { copyOf, equalBytes, sshFingerprint } from './encoding.ts';
import { pgpSigner, readPgpSignature } from './pgp.ts';
import type { Person, Policy, PolicyKey } from './policy.ts';
import { readSshSignature, sshFault } from './ssh.ts';
import {
  architectureOf,
  type Disagreement,
  disagreement,
  readStatement,
  type Statement,
  treeOf,
} from './statement.ts';

/** A file from the caller. */
export interface Given {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A statement, either in a file of its own or in an envelope. */
export interface ReadStatement {
  /** Name of the file. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly statement: Statement;
  /** Why no signature of it counts; undefined if signatures may count. */
  readonly fault: string | undefined;
}

/** One signature. */
export interface SignatureResult {
  readonly file: string;
  /** Who signed, and with which key, if that is known. */
  readonly person: string | undefined;
  readonly fingerprint: string | undefined;
  /** The statement that the signature is for. */
  readonly statement: ReadStatement | undefined;
  /** Why the signature does not count. */
  readonly refused: string | undefined;
}

/** Statements that agree, and the people who signed one of them. */
export interface Claim {
  readonly statements: readonly ReadStatement[];
  readonly people: readonly string[];
  /**
   * The number of people who count together: of `people`, only as many as the policy's `differ`
   * allows.
   */
  readonly counted: number;
  readonly reached: boolean;
}

export interface Verification {
  readonly signatures: readonly SignatureResult[];
  /** The claim for which the most people count comes first. */
  readonly claims: readonly Claim[];
  /** Where the first two claims differ. */
  readonly disagreement: Disagreement | undefined;
  readonly threshold: number;
  /** True if enough people signed one claim, and nobody signed another. */
  readonly ok: boolean;
}

const MAX_FILES = 200;

/**
 * Verify. `files` are statements, envelopes and signatures in any order; keys have to be valid at
 * the time `now`. Throws ToolError for a statement that cannot be read. A signature that cannot be
 * read does not count.
 */
export async function verify(
  files: readonly Given[],
  policy: Policy,
  now: Date,
): Promise<Verification> {
  if (files.length > MAX_FILES) {
    throw new ToolError(`over ${MAX_FILES} files`, { code: 'too-many-files' });
  }
  const [given, signatureFiles] = sortOut(files);
  const statements: ReadStatement[] = [];
  for (const { name, bytes } of given) addStatement(statements, name, bytes, policy);
  const signatures: SignatureResult[] = [];
  for (const file of signatureFiles) {
    signatures.push(...(await readSignatures(file, { statements, policy, now })));
  }
  if (statements.length === 0)
    throw new ToolError('there is no statement', { code: 'no-statement' });
  const claims = claimsOf(statements, signatures, policy);
  const [first, second] = claims.map((claim) => claim.statements[0] as ReadStatement);
  return {
    signatures,
    claims,
    disagreement: first && second && disagreement(first.statement, second.statement),
    threshold: policy.threshold,
    ok: claims.length === 1 && (claims[0] as Claim).reached,
  };
}

/**
 * Separates the statements from the other files: a statement contains `"_type"`, which no signature
 * does.
 */
function sortOut(files: readonly Given[]): [Given[], Given[]] {
  const isStatement = ({ bytes }: Given) => {
    const start = decodeLatin1(bytes.subarray(0, 4096)).trimStart();
    return start.startsWith('{') && start.includes('"_type"');
  };
  return [files.filter(isStatement), files.filter((file) => !isStatement(file))];
}

/** The statement with these bytes. If it is new, it is added. */
function addStatement(
  statements: ReadStatement[],
  file: string,
  bytes: Uint8Array,
  policy: Policy,
): ReadStatement {
  const known = statements.find((one) => equalBytes(one.bytes, bytes));
  if (known !== undefined) return known;
  const statement = readStatement(bytes, file);
  const added = { file, bytes, statement, fault: faultUnder(policy, statement) };
  statements.push(added);
  return added;
}

function faultUnder(policy: Policy, statement: Statement): string | undefined {
  const { tree, architecture, accept } = policy;
  if (tree !== undefined && treeOf(statement) !== tree) return 'it is about another tree';
  if (architecture !== undefined && architectureOf(statement) !== architecture) {
    return 'it is about another architecture';
  }
  const { accepted } = statement.predicate.buildDefinition.externalParameters;
  const other = accepted.find((one) => !accept.has(one));
  return other === undefined ? undefined : `it accepted ${visible(other)}, the policy does not`;
}

interface Context {
  readonly statements: ReadStatement[];
  readonly policy: Policy;
  readonly now: Date;
}

async function readSignatures(file: Given, context: Context): Promise<SignatureResult[]> {
  const text = decodeLatin1(file.bytes.subarray(0, 64));
  try {
    if (text.startsWith('-----BEGIN SSH SIGNATURE-----')) return [await bySsh(file, context)];
    if (text.startsWith('{')) return await byEnvelope(file, context);
    return [await byPgp(file, context)];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return [refusal(file, error.message)];
  }
}

function refusal(
  { name }: Given,
  refused: string,
  key: Partial<SignatureResult> = {},
): SignatureResult {
  return {
    file: name,
    person: undefined,
    fingerprint: undefined,
    statement: undefined,
    ...key,
    refused,
  };
}

/** A valid signature; it may still not count, because of its key or its statement. */
function judged(
  { name }: Given,
  { person, key }: Owned,
  statement: ReadStatement,
  { policy, now }: Context,
): SignatureResult {
  const { fingerprint } = key;
  const fault = keyFault(key, policy, now) ?? statement.fault;
  return { file: name, person: person.name, fingerprint, statement, refused: fault };
}

function keyFault({ fingerprint, from, until }: PolicyKey, policy: Policy, now: Date) {
  if (policy.revoked.has(fingerprint)) return 'its key is revoked';
  if (from !== undefined && now < from) return 'its key does not count yet';
  if (until !== undefined && now >= until) return 'its key has expired';
  return undefined;
}

interface Owned {
  readonly person: Person;
  readonly key: PolicyKey;
}

function keysOf<Kind extends PolicyKey['kind']>({ people }: Policy, kind: Kind) {
  type Found = { person: Person; key: Extract<PolicyKey, { kind: Kind }> };
  return people.flatMap((person) =>
    person.keys.filter((key) => key.kind === kind).map((key) => ({ person, key }) as Found),
  );
}

const FOREIGN = 'its key is not in the policy, or it does not hold for these bytes';

async function byEnvelope(file: Given, context: Context): Promise<SignatureResult[]> {
  const { payload, signatures } = readEnvelope(file.bytes, file.name);
  if (signatures.length === 0) return [refusal(file, 'the envelope has no signature')];
  const statement = addStatement(context.statements, file.name, payload, context.policy);
  const data = signedBytes(payload);
  const results: SignatureResult[] = [];
  for (const { sig } of signatures) {
    let found: Owned | undefined;
    for (const owned of keysOf(context.policy, 'ed25519')) {
      if (found === undefined && (await verifyEd25519(owned.key.raw, sig, data))) found = owned;
    }
    results.push(
      found === undefined ? refusal(file, FOREIGN) : judged(file, found, statement, context),
    );
  }
  return results;
}

async function bySsh(file: Given, context: Context): Promise<SignatureResult> {
  const signature = readSshSignature(decodeLatin1(file.bytes), file.name);
  const fingerprint = await sshFingerprint(signature.key.blob);
  const owned = keysOf(context.policy, 'ssh').find(({ key }) =>
    equalBytes(key.ssh.blob, signature.key.blob),
  );
  if (owned === undefined) return refusal(file, 'its key is not in the policy', { fingerprint });
  let fault = 'the statement that it signs is missing';
  for (const statement of context.statements) {
    const found = await sshFault(signature, statement.bytes);
    if (found === undefined) return judged(file, owned, statement, context);
    fault = found;
  }
  return refusal(file, fault, { fingerprint, person: owned.person.name });
}

async function byPgp(file: Given, context: Context): Promise<SignatureResult> {
  const signature = await readPgpSignature(file.bytes, file.name);
  const keys = keysOf(context.policy, 'openpgp');
  let fault = 'the statement that it signs is missing';
  for (const statement of context.statements) {
    const pgp = keys.map(({ key }) => key.pgp);
    const signer = await pgpSigner(signature, copyOf(statement.bytes), pgp, context.now);
    const owned = keys.find(({ key }) => key.pgp === signer);
    if (owned !== undefined) return judged(file, owned, statement, context);
    fault = signer as string;
  }
  return refusal(file, fault);
}

/** Statements grouped by what they claim, with the people who signed. */
function claimsOf(
  statements: readonly ReadStatement[],
  signatures: readonly SignatureResult[],
  policy: Policy,
): Claim[] {
  const groups: ReadStatement[][] = [];
  for (const one of statements) {
    const same = groups.find(
      ([first]) => disagreement((first as ReadStatement).statement, one.statement) === undefined,
    );
    if (same !== undefined) same.push(one);
    else groups.push([one]);
  }
  const claims = groups.map((group) => claimOf(group, signatures, policy));
  return claims.sort((a, b) => b.counted - a.counted);
}

function claimOf(
  group: readonly ReadStatement[],
  signatures: readonly SignatureResult[],
  policy: Policy,
): Claim {
  const signed = new Map<string, Set<string>>();
  for (const { person, statement, refused } of signatures) {
    if (person === undefined || statement === undefined || refused !== undefined) continue;
    if (!group.includes(statement)) continue;
    const values = signed.get(person) ?? new Set();
    signed.set(person, values.add(differingValue(statement.statement, policy.differ)));
  }
  const people = [...signed.keys()].sort();
  const counted = policy.differ === undefined ? people.length : mostDiffering(signed);
  return { statements: group, people, counted, reached: counted >= policy.threshold };
}

/**
 * The value that has to differ between people; empty if the statement does not give it, and then
 * the person does not count.
 */
function differingValue({ predicate }: Statement, differ: Policy['differ']): string {
  const { externalParameters, internalParameters } = predicate.buildDefinition;
  if (differ === 'runtime') return internalParameters.runtime ?? '';
  if (differ === 'builder') return predicate.runDetails.builder.id;
  return JSON.stringify(externalParameters.engines);
}

/**
 * The largest number of people who can each be given a different one of the values that they
 * signed. This is a maximum matching, found by augmenting paths.
 */
function mostDiffering(signed: ReadonlyMap<string, ReadonlySet<string>>): number {
  const takenBy = new Map<string, string>();
  const place = (person: string, tried: Set<string>): boolean => {
    for (const value of signed.get(person) ?? []) {
      if (value === '' || tried.has(value)) continue;
      tried.add(value);
      const other = takenBy.get(value);
      if (other === undefined || place(other, tried)) {
        takenBy.set(value, person);
        return true;
      }
    }
    return false;
  };
  return [...signed.keys()].filter((person) => place(person, new Set())).length;
}
