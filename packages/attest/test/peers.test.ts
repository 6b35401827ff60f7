// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What openssl, ssh-keygen and gpg sign we accept; what we sign they and python3-securesystemslib
 * accept; and nobody accepts what was changed.
 */
import type { webcrypto } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readEnvelope,
  readPolicy,
  sign,
  signedBytes,
  statementOf,
  type Verification,
  verify,
  writeEnvelope,
} from '../src/index.ts';
import { EVIDENCE } from './evidence.ts';
import { hasGpg, hasOpenssl, hasSecuresystemslib, hasSsh, KeyFolder, PYTHON } from './peers.ts';

const STATEMENT = statementOf(EVIDENCE);
let keys: KeyFolder;
beforeAll(() => {
  keys = new KeyFolder();
  keys.write('statement', STATEMENT);
});
afterAll(() => keys.close());

/** Verify one signature, with a policy that has one person with one key. */
async function verifyOne(
  key: string,
  signature: Uint8Array,
  statement: Uint8Array = STATEMENT,
): Promise<Verification> {
  const policy = { version: 1, threshold: 1, people: [{ name: 'Ada', keys: [{ key }] }] };
  const read = await readPolicy(new TextEncoder().encode(JSON.stringify(policy)), 'policy');
  const files = [
    { name: 'statement', bytes: statement },
    { name: 'signature', bytes: signature },
  ];
  return verify(files, read, new Date());
}

describe.runIf(hasSsh)('ssh-keygen', () => {
  const kinds = [
    ['ed25519'],
    ['rsa', '-b', '2048'],
    ['rsa', '-b', '3072'],
    ['ecdsa', '-b', '256'],
    ['ecdsa', '-b', '384'],
    ['ecdsa', '-b', '521'],
  ] as const;
  it.each(kinds)('signs with %s %s %s, and we accept it', async (...type) => {
    const name = type.join('');
    const line = keys.ssh(name, ...(type as readonly string[]));
    // In 1 of 128 ECDSA signatures a number is one byte shorter.
    for (let round = 0; round < 4; round++) {
      const result = await verifyOne(line, keys.signWithSsh(name, 'statement'));
      expect(result.signatures[0]?.refused).toBeUndefined();
      expect(result.ok).toBe(true);
    }
  });

  it('signs with SHA-256 instead of SHA-512, and we accept it', async () => {
    const line = keys.ssh('sha256', 'ed25519');
    keys.write('other', STATEMENT);
    const how = ['-q', '-Y', 'sign', '-O', 'hashalg=sha256', '-n', 'stage0-attest'];
    keys.run('ssh-keygen', ...how, '-f', 'sha256.ssh', 'other');
    expect((await verifyOne(line, keys.read('other.sig'))).ok).toBe(true);
  });

  it('signs with a key of 1024 bits where it still does, and we do not accept it', async () => {
    const made = keys.tryRun(
      'ssh-keygen',
      '-q',
      '-t',
      'rsa',
      '-b',
      '1024',
      '-N',
      '',
      '-f',
      'weak.ssh',
    );
    if (made.status !== 0) {
      expect(made.output).toContain('1024'); // it refuses too
      return;
    }
    const result = await verifyOne(
      keys.text('weak.ssh.pub'),
      keys.signWithSsh('weak', 'statement'),
    );
    expect(result.signatures[0]?.refused).toContain('2048');
  });

  it('accepts our signature by a security key, and so do we', async () => {
    const { line, signature } = await securityKey(1);
    keys.write('allowed', `ada ${line}\n`);
    keys.write('touched.sig', signature);
    const how = '-Y verify -f allowed -I ada -n stage0-attest -s touched.sig < statement';
    expect(keys.run('sh', '-c', `ssh-keygen ${how}`)).toContain('Good');
    expect((await verifyOne(line, signature)).ok).toBe(true);
    const untouched = await securityKey(0);
    const result = await verifyOne(untouched.line, untouched.signature);
    expect(result.signatures[0]?.refused).toContain('touched');
  });
});

describe.runIf(hasGpg)('gpg', () => {
  it.each(['ed25519', 'rsa2048', 'nistp256'])('signs with %s, and we accept it', async (kind) => {
    const certificate = keys.gpg(kind, kind);
    for (const how of [[], ['--detach-sign']]) {
      const result = await verifyOne(certificate, keys.signWithGpg(kind, 'statement', ...how));
      expect(result.signatures[0]?.refused).toBeUndefined();
      expect(result.ok).toBe(true);
    }
  });

  it('signs as text, and we do not accept it', async () => {
    const certificate = keys.gpg('texter', 'ed25519');
    const how = ['--armor', '--textmode', '--detach-sign'];
    const result = await verifyOne(certificate, keys.signWithGpg('texter', 'statement', ...how));
    expect(result.signatures[0]?.refused).toContain('over a text');
  });

  it('signs with a key that has expired since, or is revoked, and we do not accept it', async () => {
    const then = ['--faked-system-time', '20200101T000000'];
    const user = 'late <late@example.org>';
    keys.run(
      'gpg',
      ...then,
      '--batch',
      '--passphrase',
      '',
      '--quick-generate-key',
      user,
      'ed25519',
      'sign',
      '1y',
    );
    const how = [...then, '--armor', '--detach-sign'];
    const signature = keys.signWithGpg('late', 'statement', ...how);
    const result = await verifyOne(keys.certificate('late'), signature);
    expect(result.signatures[0]?.refused).toMatch(/expired/i);

    const good = keys.gpg('taken', 'ed25519');
    const taken = keys.signWithGpg('taken', 'statement');
    expect((await verifyOne(good, taken)).ok).toBe(true);
    const fingerprint = /fpr:+([0-9A-F]+):/.exec(
      keys.run('gpg', '--batch', '--with-colons', '--list-keys', 'taken@example.org'),
    )?.[1];
    const kept = keys.text(`gnupg/openpgp-revocs.d/${fingerprint}.rev`);
    keys.write('revoke', kept.replace(':-----BEGIN', '-----BEGIN'));
    keys.run('gpg', '--batch', '--import', 'revoke');
    const revoked = await verifyOne(keys.certificate('taken'), taken);
    expect(revoked.signatures[0]?.refused).toMatch(/revoked/i);
  });
});

describe.runIf(hasOpenssl)('openssl', () => {
  it('signs the bytes of DSSE, and we accept them in an envelope', async () => {
    const key = keys.openssl('peer');
    keys.write('signed', signedBytes(STATEMENT));
    keys.run(
      'openssl',
      'pkeyutl',
      '-sign',
      '-rawin',
      '-inkey',
      'peer.key',
      '-in',
      'signed',
      '-out',
      'raw',
    );
    const signatures = [{ keyid: '', sig: keys.read('raw') }];
    const payload = new Uint8Array(STATEMENT);
    expect((await verifyOne(key, writeEnvelope({ payload, signatures }))).ok).toBe(true);
  });

  it('accepts what we sign, but not what was changed', async () => {
    keys.openssl('ours');
    const envelope = await sign(STATEMENT, keys.text('ours.key'), 'ours.key');
    const { signatures } = readEnvelope(envelope, 'envelope');
    keys.write('ours.sig', signatures[0]?.sig as Uint8Array);
    keys.write('signed', signedBytes(STATEMENT));
    const how = ['-verify', '-rawin', '-pubin', '-inkey', 'ours.pub', '-sigfile', 'ours.sig'];
    expect(keys.run('openssl', 'pkeyutl', ...how, '-in', 'signed')).toContain('Success');
    keys.write('signed', signedBytes(STATEMENT.slice(1)));
    expect(keys.tryRun('openssl', 'pkeyutl', ...how, '-in', 'signed').status).not.toBe(0);
  });

  it.runIf(hasSecuresystemslib)('and so does securesystemslib, from the envelope', async () => {
    keys.openssl('toto');
    keys.write('envelope', await sign(STATEMENT, keys.text('toto.key'), 'toto.key'));
    keys.write('check.py', SECURESYSTEMSLIB);
    const run = (file: string) => keys.tryRun(PYTHON, 'check.py', 'toto.pub', file);
    expect(run('envelope').output).toBe('good\n');
    keys.write('changed', keys.text('envelope').replace(/"payload": "...../, '$&A'));
    expect(run('changed').output).not.toContain('good');
  });

  it('has keys of other kinds, and keys with a passphrase: neither signs here', async () => {
    keys.run('openssl', 'genpkey', '-algorithm', 'x25519', '-out', 'x.key');
    await expect(sign(STATEMENT, keys.text('x.key'), 'x.key')).rejects.toThrow('not an Ed25519');
    keys.run(
      'openssl',
      'genpkey',
      '-algorithm',
      'ed25519',
      '-aes256',
      '-pass',
      'pass:x',
      '-out',
      'p.key',
    );
    await expect(sign(STATEMENT, keys.text('p.key'), 'p.key')).rejects.toThrow('passphrase');
    await expect(sign(STATEMENT, 'nothing', 'n.key')).rejects.toThrow('n.key is not one block');
  });
});

/** DSSE by another author: this program itself computes the bytes to be signed. */
const SECURESYSTEMSLIB = `
import base64, json, sys
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.signer import Key, Signature
pem, file = sys.argv[1:]
raw = load_pem_public_key(open(pem, 'rb').read()).public_bytes(Encoding.Raw, PublicFormat.Raw)
envelope = json.load(open(file))
payload = base64.b64decode(envelope['payload'])
kind = envelope['payloadType'].encode()
signed = b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload)
for one in envelope['signatures']:
    key = Key.from_dict(one['keyid'], {'keytype': 'ed25519', 'scheme': 'ed25519', 'keyval': {'public': raw.hex()}})
    key.verify_signature(Signature(one['keyid'], base64.b64decode(one['sig']).hex()), signed)
print('good')
`;

/** A security key in software: the line of its public key, and its signature over the statement. */
async function securityKey(flags: number): Promise<{ line: string; signature: Uint8Array }> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const raw = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey));
  const hash = async (name: string, data: Uint8Array) =>
    Buffer.from(await crypto.subtle.digest(name, new Uint8Array(data)));
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = Buffer.concat([field(type), field(raw), field('ssh:')]);
  const message = await hash('SHA-512', STATEMENT);
  const what = [field('stage0-attest'), field(''), field('sha512')];
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...what, field(message)]);
  const rest = Buffer.from([flags, 0, 0, 0, 7]);
  const data = Buffer.concat([
    await hash('SHA-256', Buffer.from('ssh:')),
    rest,
    await hash('SHA-256', signed),
  ]);
  const sig = Buffer.from(
    await crypto.subtle.sign('Ed25519', pair.privateKey, new Uint8Array(data)),
  );
  const inner = Buffer.concat([field(type), field(sig), rest]);
  const version = Buffer.from([0, 0, 0, 1]);
  const all = Buffer.concat([Buffer.from('SSHSIG'), version, field(blob), ...what, field(inner)]);
  const lines = all
    .toString('base64')
    .match(/.{1,70}/g)
    ?.join('\n');
  const armour = `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
  return { line: `${type} ${blob.toString('base64')} ada`, signature: Buffer.from(armour) };
}

function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
