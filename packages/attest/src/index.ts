// SPDX-License-Identifier: GPL-3.0-or-later
export { type Envelope, readEnvelope, sign, signedBytes, writeEnvelope } from './dsse.ts';
export type { Bytes } from './encoding.ts';
export type { PgpKey } from './pgp.ts';
export {
  DIFFER,
  type Differ,
  type Person,
  type Policy,
  type PolicyKey,
  readPolicy,
} from './policy.ts';
export { verificationDocument, verificationText } from './report.ts';
export { SSH_NAMESPACE, type SshKey } from './ssh.ts';
export {
  type Disagreement,
  disagreement,
  type Evidence,
  type Named,
  type Resource,
  readStatement,
  type Statement,
  statementOf,
  type TrustedEvidence,
} from './statement.ts';
export {
  type Claim,
  type Given,
  type ReadStatement,
  type SignatureResult,
  type Verification,
  verify,
} from './verify.ts';
