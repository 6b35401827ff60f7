// SPDX-License-Identifier: GPL-3.0-or-later
export { type Envelope, readEnvelope, sign, signedBytes, writeEnvelope } from './dsse.ts';
export { type Differ, type Person, type Policy, type PolicyKey, readPolicy } from './policy.ts';
export { verificationDocument, verificationText } from './report.ts';
export { SSH_NAMESPACE } from './ssh.ts';
export {
  type Disagreement,
  disagreement,
  type Evidence,
  type Named,
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
