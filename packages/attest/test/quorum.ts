// SPDX-License-Identifier: GPL-3.0-or-later
/** Ada, Bob and Eve, who have three kinds of keys and signed one statement; and a stranger. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  type Given,
  readPolicy,
  sign,
  statementOf,
  type Verification,
  verify,
} from '../src/index.ts';
import { digest, EVIDENCE } from './evidence.ts';
import { hasGpg, hasOpenssl, hasSsh, KeyFolder } from './peers.ts';

export const STATEMENT: Uint8Array = statementOf(EVIDENCE);
export const OTHER: Uint8Array = statementOf({ ...EVIDENCE, tree: digest('9') });
const hasPrograms: boolean = hasSsh && hasGpg && hasOpenssl;

export interface PolicyText {
  people: { name: string; keys: { key: string; from?: string; until?: string }[] }[];
  [name: string]: unknown;
}

export interface Quorum {
  readonly keys: KeyFolder;
  /** Public keys. `adaToo` is Ada's second key. */
  readonly ada: string;
  readonly adaToo: string;
  readonly bob: string;
  readonly eve: string;
  /** Two of these three are needed. */
  readonly base: PolicyText;
  readonly signatures: { readonly ada: Given; readonly bob: Given; readonly eve: Given };
}

/** Run `describeTests` with a quorum, which is complete when the first test runs. */
export function describeQuorum(describeTests: (quorum: Quorum) => void): void {
  describe.runIf(hasPrograms)('a quorum', () => {
    const quorum = {} as Quorum;
    beforeAll(async () => {
      Object.assign(quorum, await makeQuorum());
    }, 60_000);
    afterAll(() => quorum.keys.close());
    describeTests(quorum);
  });
}

async function makeQuorum(): Promise<Quorum> {
  const keys = new KeyFolder();
  keys.write('statement', STATEMENT);
  keys.write('other', OTHER);
  const ada = keys.openssl('ada');
  const adaToo = keys.ssh('ada-too', 'ed25519');
  const bob = keys.ssh('bob', 'ed25519');
  const eve = keys.gpg('eve', 'ed25519');
  keys.openssl('stranger');
  keys.ssh('stranger', 'ed25519');
  keys.gpg('stranger', 'ed25519');
  const people = [
    { name: 'Ada', keys: [{ key: ada }, { key: adaToo }] },
    { name: 'Bob', keys: [{ key: bob }] },
    { name: 'Eve', keys: [{ key: eve }] },
  ];
  const signatures = {
    ada: { name: 'ada.json', bytes: await signWith(keys, 'ada', STATEMENT) },
    bob: { name: 'bob.sig', bytes: keys.signWithSsh('bob', 'statement') },
    eve: { name: 'eve.asc', bytes: keys.signWithGpg('eve', 'statement') },
  };
  return { keys, ada, adaToo, bob, eve, base: { version: 1, threshold: 2, people }, signatures };
}

export function signWith(
  keys: KeyFolder,
  name: string,
  statement: Uint8Array,
): Promise<Uint8Array> {
  return sign(statement, keys.text(`${name}.key`), `${name}.key`);
}

export function given(bytes: Uint8Array = STATEMENT, name = 'statement'): Given {
  return { name, bytes };
}

/**
 * Verify under the policy with changes, at a time one second from now: gpg's clock has whole
 * seconds.
 */
export async function judge(
  { base }: Quorum,
  files: readonly Given[],
  change: Partial<PolicyText> = {},
): Promise<Verification> {
  const text = JSON.stringify({ ...structuredClone(base), ...change });
  const policy = await readPolicy(encodeUtf8(text), 'policy');
  return verify(files, policy, new Date(Date.now() + 1000));
}

/** Why each signature does not count. */
export function refusals({ signatures }: Verification): (string | undefined)[] {
  return signatures.map(({ refused }) => refused);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
