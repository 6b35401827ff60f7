// SPDX-License-Identifier: GPL-3.0-or-later
/** Dropped files → the policy among them, and the result for the rest. */
import { type Given, readPolicy, type Verification, verify } from '@stage0-ts/attest';
import { asToolError, formatError } from '@stage0-ts/diagnostics';

/** What the files give: a result, or what is missing or wrong. */
export type Outcome =
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'done'; readonly result: Verification };

/** A policy is the JSON file that lists people. */
export function isPolicy({ bytes }: Given): boolean {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown> | null;
    return typeof value === 'object' && value !== null && 'people' in value;
  } catch {
    return false;
  }
}

/** Read the files and verify them at the present time. */
export async function outcomeOf(files: readonly Given[]): Promise<Outcome> {
  const policies = files.filter(isPolicy);
  const others = files.filter((file) => !policies.includes(file));
  const [policy] = policies;
  if (policy === undefined) return { kind: 'missing', what: 'Your policy is missing.' };
  if (policies.length > 1) return { kind: 'wrong', message: 'There are two policies.' };
  if (others.length === 0) return { kind: 'missing', what: 'The statement is missing.' };
  try {
    const read = await readPolicy(policy.bytes, policy.name);
    return { kind: 'done', result: await verify(others, read, new Date()) };
  } catch (error) {
    const known = asToolError(error);
    const message =
      known === undefined ? (error as Error).message : formatError(known, '').replace(/^: /, '');
    return { kind: 'wrong', message: message.trimEnd() };
  }
}
