// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Attacks on a quorum: beside the statement and one good signature each is refused with its
 * reason.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { describe, expect, it } from 'vitest';
import { statementOf } from '../src/index.ts';
import { digest, EVIDENCE } from './evidence.ts';
import {
  describeQuorum,
  given,
  judge,
  OTHER,
  type PolicyText,
  refusals,
  STATEMENT,
  signWith,
  textOf,
} from './quorum.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

describeQuorum((quorum) => {
  const signed = (name: string, statement: Uint8Array) => signWith(quorum.keys, name, statement);

  describe('counts none of these', () => {
    /**
     * Files in addition to the statement and a valid signature by Ada; and the reason for the
     * refusal.
     */
    type Attack = readonly [string, () => Promise<Uint8Array> | Uint8Array, string | RegExp];
    const envelope = async (name: string) => JSON.parse(textOf(await signed(name, STATEMENT)));
    const json = (value: unknown) => encodeUtf8(JSON.stringify(value));
    const swap = (bytes: Uint8Array, from: string | RegExp, to: string) =>
      encodeUtf8(textOf(bytes).replace(from, to));
    /** Change the bytes of an SSH signature and write them as a block again. */
    const ssh = (change: (bytes: Buffer) => Uint8Array) => {
      const inner = textOf(quorum.signatures.bob.bytes).split('\n').slice(1, -2).join('');
      const bytes = Buffer.from(change(Buffer.from(inner, 'base64'))).toString('base64');
      const lines = bytes.match(/.{1,70}/g)?.join('\n');
      return encodeUtf8(`-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`);
    };
    const stranger = 'not in the policy';

    const attacks: Attack[] = [
      ['an envelope of a stranger', () => signed('stranger', STATEMENT), stranger],
      [
        'an SSH signature of a stranger',
        () => quorum.keys.signWithSsh('stranger', 'statement'),
        stranger,
      ],
      [
        'an OpenPGP signature of a stranger',
        () => quorum.keys.signWithGpg('stranger', 'statement'),
        /could not find signing key/i,
      ],
      [
        'an SSH signature over another statement',
        () => quorum.keys.signWithSsh('bob', 'other'),
        'does not hold',
      ],
      [
        'an OpenPGP signature over another statement',
        () => quorum.keys.signWithGpg('eve', 'other'),
        /digest/i,
      ],
      [
        'an SSH signature for git',
        () => quorum.keys.signWithSsh('bob', 'statement', 'git'),
        'another purpose',
      ],
      [
        'an SSH signature for a file',
        () => quorum.keys.signWithSsh('bob', 'statement', 'file'),
        'another purpose',
      ],
      [
        'an SSH signature for a longer purpose',
        () => quorum.keys.signWithSsh('bob', 'statement', 'stage0-attestation'),
        'another purpose',
      ],
      [
        'an OpenPGP signature over text',
        () => quorum.keys.signWithGpg('eve', 'statement', '--textmode', '--armor', '--detach-sign'),
        'over a text',
      ],
      [
        'a clear-signed text',
        () => quorum.keys.signWithGpg('eve', 'statement', '--clearsign'),
        /armor|misformed/i,
      ],
      [
        'an OpenPGP message that has the statement in it',
        () => quorum.keys.signWithGpg('eve', 'statement', '--armor', '--sign'),
        /./,
      ],
      [
        'two OpenPGP signatures in one',
        () =>
          Buffer.concat([
            quorum.keys.signWithGpg('eve', 'statement', '--detach-sign'),
            quorum.keys.signWithGpg('stranger', 'statement', '--detach-sign'),
          ]),
        'more than one',
      ],
      ['an OpenPGP certificate', () => encodeUtf8(quorum.eve), /./],
      ['an SSH public key', () => encodeUtf8(quorum.bob), /./],
      [
        'an SSH signature without its last line',
        () => swap(quorum.signatures.bob.bytes, /-----END.*\n/, ''),
        'not one block',
      ],
      [
        'an SSH signature with text after it',
        () => swap(quorum.signatures.bob.bytes, /$/, 'x\n'),
        'not one block',
      ],
      [
        'an SSH signature in lines of 64',
        () => encodeUtf8(rewrapped(textOf(quorum.signatures.bob.bytes), 64)),
        'another width',
      ],
      [
        'an SSH signature that is cut short',
        () => ssh((bytes) => bytes.subarray(0, -1)),
        'cut short',
      ],
      [
        'an SSH signature with a byte too many',
        () => ssh((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
        'bytes too many',
      ],
      [
        'an SSH signature of version 2',
        () => ssh((bytes) => patched(bytes, (b) => b.writeUInt32BE(2, 6))),
        'version 1',
      ],
      [
        'an SSH signature with another magic',
        () => ssh((bytes) => patched(bytes, (b) => b.write('SSHSIH'))),
        'version 1',
      ],
      [
        'an SSH signature with a length beyond its end',
        () => ssh((bytes) => patched(bytes, (b) => b.writeUInt32BE(0xffffffff, 10))),
        'cut short',
      ],
      [
        'an SSH signature with the key of somebody else',
        () => ssh((bytes) => withKey(bytes, quorum.adaToo)),
        'does not hold',
      ],
      [
        'an SSH signature of a kind of key that is not known',
        () => ssh((bytes) => patched(bytes, (b) => b.write('ssh-ed2551X', 18))),
        'has an unknown type',
      ],
      [
        'an SSH signature with another hash',
        () => ssh((bytes) => replaced(bytes, 'sha512', 'sha384')),
        'its hash is sha384',
      ],
      [
        'an envelope with another payload',
        async () => json({ ...(await envelope('stranger')), payload: btoa(textOf(OTHER)) }),
        /not in the policy/,
      ],
      [
        'an envelope of another type',
        async () => json({ ...(await envelope('stranger')), payloadType: 'text/plain' }),
        'another payloadType',
      ],
      [
        'an envelope with a type that is longer',
        async () => json({ ...(await envelope('stranger')), payloadType: `${PAYLOAD_TYPE} ` }),
        'another payloadType',
      ],
      [
        'an envelope without signatures',
        async () => json({ ...(await envelope('ada')), signatures: [] }),
        'no signature',
      ],
      [
        'an envelope whose signatures are not a list',
        async () => json({ ...(await envelope('ada')), signatures: {} }),
        'no list',
      ],
      [
        'an envelope with an empty signature',
        async () => json({ ...(await envelope('ada')), signatures: [{ keyid: '', sig: '' }] }),
        stranger,
      ],
      [
        'an envelope with half of a signature',
        async () =>
          json({
            ...(await envelope('ada')),
            signatures: [{ sig: (await envelope('ada')).signatures[0].sig.slice(0, 40) }],
          }),
        stranger,
      ],
      [
        'an envelope with base 64 of another form',
        async () => swap(await signed('ada', STATEMENT), /(?<="sig": "[^"]*)=/, ''),
        'base 64',
      ],
      [
        'an envelope in URL base 64',
        async () => swap(await signed('ada', STATEMENT), /(?<="sig": ").*?(?=")/, '__--'),
        'base 64',
      ],
      [
        'an envelope with a field too many',
        async () => json({ ...(await envelope('ada')), trusted: true }),
        "not DSSE's",
      ],
      ['an envelope with a signature over the bare payload', () => bare('ada'), stranger],
      [
        'an envelope with a thousand signatures',
        async () => json({ ...(await envelope('ada')), signatures: Array(1000).fill({ sig: '' }) }),
        'over 100',
      ],
      ['nothing', () => new Uint8Array(), /./],
      ['noise', () => Uint8Array.from({ length: 300 }, (_, at) => (at * 73) & 255), /./],
      ['JSON that is not an envelope', () => encodeUtf8('{"a":1}'), "not DSSE's"],
    ];

    async function bare(name: string): Promise<Uint8Array> {
      quorum.keys.write('bare', STATEMENT);
      quorum.keys.run(
        'openssl',
        'pkeyutl',
        '-sign',
        '-rawin',
        '-inkey',
        `${name}.key`,
        '-in',
        'bare',
        '-out',
        'bare.raw',
      );
      const sig = Buffer.from(quorum.keys.read('bare.raw')).toString('base64');
      return json({ ...(await envelope(name)), signatures: [{ sig }] });
    }

    it.each(attacks)('%s', async (_, make, reason) => {
      const attack = { name: 'attack', bytes: await make() };
      const result = await judge(quorum, [given(), quorum.signatures.ada, attack]);
      const [, refused] = refusals(result);
      expect(refused).toMatch(reason);
      expect(result.ok).toBe(false);
    });

    const dates = (from: string, until: string) => {
      const people = structuredClone(quorum.base.people);
      Object.assign(people[1]?.keys[0] as object, { from, until });
      return { people };
    };
    const byPolicy: [string, () => Partial<PolicyText>, string][] = [
      ['a key that the policy revokes', () => ({ revoked: [fingerprint()] }), 'revoked'],
      ['a key after its time', () => dates('2020-01-01', '2020-12-31'), 'expired'],
      ['a key before its time', () => dates('2999-01-01', '2999-12-31'), 'not count yet'],
      ['a statement about another tree', () => ({ tree: digest('9') }), 'another tree'],
      ['a statement about another architecture', () => ({ architecture: 'amd64' }), 'architecture'],
    ];
    const fingerprint = () =>
      quorum.keys.run('ssh-keygen', '-l', '-f', 'bob.ssh.pub').split(' ')[1] as string;
    it.each(byPolicy)('%s', async (_, change, reason) => {
      const result = await judge(
        quorum,
        [given(), quorum.signatures.ada, quorum.signatures.bob],
        change(),
      );
      expect(refusals(result)[1]).toContain(reason);
      expect(result.ok).toBe(false);
    });

    it('a statement that accepted what the policy does not', async () => {
      const partial = statementOf({ ...EVIDENCE, accepted: ['--partial'] });
      quorum.keys.write('partial', partial);
      const files = [
        given(partial),
        { name: 'a', bytes: await signed('ada', partial) },
        { name: 'b', bytes: quorum.keys.signWithSsh('bob', 'partial') },
      ];
      expect(refusals(await judge(quorum, files))[1]).toContain('it accepted --partial');
      expect((await judge(quorum, files, { accept: ['--partial'] })).ok).toBe(true);
    });

    it('a signature under a statement that is not its own, when both are given', async () => {
      const bytes = quorum.keys.signWithSsh('bob', 'other');
      const result = await judge(quorum, [
        given(),
        given(OTHER, 'other'),
        quorum.signatures.ada,
        { name: 'b', bytes },
      ]);
      expect(result.claims.map(({ people }) => people)).toEqual([['Ada'], ['Bob']]);
      expect(result.ok).toBe(false);
    });
  });
});

function rewrapped(block: string, width: number): string {
  const [head, ...lines] = block.trimEnd().split('\n');
  const tail = lines.pop();
  return `${[head, ...(lines.join('').match(new RegExp(`.{1,${width}}`, 'g')) ?? []), tail].join('\n')}\n`;
}
function withKey(bytes: Buffer, line: string): Uint8Array {
  const blob = Buffer.from(line.split(' ')[1] as string, 'base64');
  return Buffer.concat([bytes.subarray(0, 14), blob, bytes.subarray(14 + blob.length)]);
}
function replaced(bytes: Buffer, from: string, to: string): Uint8Array {
  const at = bytes.indexOf(from);
  bytes.write(to, at);
  return bytes;
}
function patched(bytes: Buffer, patch: (bytes: Buffer) => unknown): Buffer {
  patch(bytes);
  return bytes;
}
