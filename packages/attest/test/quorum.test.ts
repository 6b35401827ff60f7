// SPDX-License-Identifier: GPL-3.0-or-later
/** A quorum of three people with three kinds of keys: when it is reached, and when it is not. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { describe, expect, it } from 'vitest';
import { readPolicy, statementOf, verificationText } from '../src/index.ts';
import { digest, EVIDENCE } from './evidence.ts';
import { describeQuorum, given, judge, refusals, STATEMENT, signWith, textOf } from './quorum.ts';

describeQuorum((quorum) => {
  const signed = (name: string, statement: Uint8Array) => signWith(quorum.keys, name, statement);

  it('of three is reached by three kinds of keys', async () => {
    const result = await judge(quorum, [given(), ...Object.values(quorum.signatures)], {
      threshold: 3,
    });
    expect(refusals(result)).toEqual([undefined, undefined, undefined]);
    expect(result.claims[0]?.people).toEqual(['Ada', 'Bob', 'Eve']);
    expect(result.ok).toBe(true);
    expect(verificationText(result)).toContain('ok: 3 of the 3 people');
  });

  it.each([
    ['ada', 'bob'],
    ['bob', 'eve'],
    ['eve', 'ada'],
  ] as const)('of two is reached by %s and %s', async (first, second) => {
    const result = await judge(quorum, [
      given(),
      quorum.signatures[first],
      quorum.signatures[second],
    ]);
    expect(result.ok).toBe(true);
  });

  it('needs no statement beside an envelope, and accepts files in any order', async () => {
    expect((await judge(quorum, [quorum.signatures.bob, quorum.signatures.ada, given()])).ok).toBe(
      true,
    );
    expect((await judge(quorum, [quorum.signatures.ada], { threshold: 1 })).ok).toBe(true);
  });

  it('is not reached by one person, with one key or with two, or again', async () => {
    const { ada: one, bob: another } = quorum.signatures;
    expect((await judge(quorum, [given(), one])).ok).toBe(false);
    quorum.keys.write('again', STATEMENT);
    const too = { name: 'too.sig', bytes: quorum.keys.signWithSsh('ada-too', 'again') };
    const result = await judge(quorum, [given(), one, too, one]);
    expect(refusals(result)).toEqual([undefined, undefined, undefined]);
    expect(result.claims[0]?.people).toEqual(['Ada']);
    expect(result.ok).toBe(false);
    expect((await judge(quorum, [given(), one, too, another])).ok).toBe(true);
  });

  it('can ask that everybody ran it on another engine', async () => {
    const on = (runtime: string) => statementOf({ ...EVIDENCE, runtime });
    const [node, bun] = [on('node 20 (V8)'), on('bun 1 (JavaScriptCore)')];
    quorum.keys.write('node', node);
    quorum.keys.write('bun', bun);
    const differ = { differ: 'runtime' };
    const adaOn = async (what: Uint8Array) => ({ name: 'ada', bytes: await signed('ada', what) });
    const bobOn = (name: string) => ({ name: 'bob', bytes: quorum.keys.signWithSsh('bob', name) });
    const same = [given(node), await adaOn(node), bobOn('node')];
    expect((await judge(quorum, same)).ok).toBe(true);
    expect((await judge(quorum, same, differ)).ok).toBe(false);
    const two = [given(node), given(bun, 'bun'), await adaOn(node), bobOn('bun')];
    const result = await judge(quorum, two, differ);
    expect(result.claims).toHaveLength(1);
    expect(result.ok).toBe(true);
    // Bob signed both statements, Ada only one: there is an assignment in which both count.
    expect((await judge(quorum, [bobOn('node'), ...two, bobOn('bun')], differ)).ok).toBe(true);
    // A statement that does not say where the check ran does not count.
    const silent = [given(), quorum.signatures.ada, quorum.signatures.bob];
    expect((await judge(quorum, silent, differ)).claims[0]?.counted).toBe(0);
  });

  it('shows statements that disagree side by side, with the first thing that differs', async () => {
    const files = [{ name: 'x86/bin/M1', sha256: digest('f') }, ...EVIDENCE.files.slice(0, 1)];
    const bad = statementOf({ ...EVIDENCE, files });
    quorum.keys.write('bad', bad);
    const stranger = { name: 'bob.sig', bytes: quorum.keys.signWithSsh('bob', 'bad') };
    const result = await judge(quorum, [
      given(),
      given(bad, 'bad'),
      quorum.signatures.ada,
      quorum.signatures.eve,
      stranger,
    ]);
    expect(result.claims[0]?.reached).toBe(true);
    expect(result.ok).toBe(false);
    const text = verificationText(result);
    expect(text).toContain('first about x86/bin/M1');
    expect(text).toContain(`claim 1: ${digest('1')}\n  claim 2: ${digest('f')}`);
  });

  describe('has no policy', () => {
    const one = (key: string) => ({ name: 'X', keys: [{ key }] });
    const policies: [string, () => unknown, string | RegExp][] = [
      ['of another version', () => ({ ...quorum.base, version: 2 }), 'version'],
      ['with a threshold of none', () => ({ ...quorum.base, threshold: 0 }), 'threshold'],
      ['with a threshold of a half', () => ({ ...quorum.base, threshold: 1.5 }), 'threshold'],
      [
        'with a threshold that nobody can reach',
        () => ({ ...quorum.base, threshold: 4 }),
        'threshold',
      ],
      [
        'with a misspelt threshold',
        () => ({ ...quorum.base, threshold: 1, treshold: 3 }),
        'treshold',
      ],
      [
        'with a person twice',
        () => ({ ...quorum.base, people: [one(quorum.ada), one(quorum.bob)] }),
        'two people',
      ],
      [
        'with a key of two people',
        () => ({ ...quorum.base, people: [...quorum.base.people, one(quorum.ada)] }),
        'of Ada already',
      ],
      [
        'with a key twice',
        () => ({
          ...quorum.base,
          people: [one(quorum.bob), { name: 'Y', keys: [{ key: quorum.bob }] }],
        }),
        'of X already',
      ],
      [
        'with the same key in PEM and in SSH’s form',
        () => ({
          ...quorum.base,
          people: [one(quorum.ada), { name: 'Y', keys: [{ key: asSsh(quorum.ada) }] }],
        }),
        'of X already',
      ],
      [
        'with a private key',
        () => ({ ...quorum.base, people: [one(quorum.keys.text('ada.key')), one(quorum.bob)] }),
        'not one block',
      ],
      [
        'with a person without keys',
        () => ({ ...quorum.base, people: [{ name: 'X', keys: [] }, one(quorum.ada)] }),
        'no keys',
      ],
      [
        'with a person without a name',
        () => ({
          ...quorum.base,
          people: [{ name: ' ', keys: [{ key: quorum.ada }] }, one(quorum.bob)],
        }),
        'name',
      ],
      [
        'with a day that does not exist',
        () => ({
          ...quorum.base,
          people: [
            { name: 'X', keys: [{ key: quorum.ada, until: '2027-02-30' }] },
            one(quorum.bob),
          ],
        }),
        'not a day',
      ],
      [
        'with a field of a key that nobody knows',
        () => ({
          ...quorum.base,
          people: [{ name: 'X', keys: [{ key: quorum.ada, trusted: true }] }, one(quorum.bob)],
        }),
        'trusted',
      ],
      ['with something else to differ', () => ({ ...quorum.base, differ: 'weather' }), 'differ'],
      ['that is not an object', () => [], 'not an object'],
    ];
    it.each(policies)('%s', async (_, make, message) => {
      await expect(readPolicy(encodeUtf8(JSON.stringify(make())), 'policy')).rejects.toThrow(
        message,
      );
    });
  });

  describe('notices a change of any byte', () => {
    const flips = (bytes: Uint8Array, step = 1) =>
      Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => {
        const changed = bytes.slice();
        changed[at * step] = (changed[at * step] as number) ^ (1 << (at & 7));
        return changed;
      });

    it('of the statement', async () => {
      for (const changed of flips(STATEMENT)) {
        const files = [given(changed), quorum.signatures.bob, quorum.signatures.eve];
        const result = await judge(quorum, files).catch((error: Error) => error);
        if (result instanceof Error) continue;
        expect(result.claims.map(({ people }) => people)).toEqual([[]]);
      }
    });

    it.each(['ada', 'bob'] as const)('of the signature of %s', async (name) => {
      const { bytes } = quorum.signatures[name];
      for (const changed of flips(bytes)) {
        const hint =
          name === 'ada' &&
          textOf(changed).replace(/"keyid": ".*?"/, '') ===
            textOf(bytes).replace(/"keyid": ".*?"/, '');
        const space =
          name === 'ada' && textOf(changed).replace(/\s/g, '') === textOf(bytes).replace(/\s/g, '');
        // The key's name is only a hint, on which nothing depends; and other spaces do not change
        // JSON.
        if (hint || space) continue;
        const result = await judge(quorum, [given(), { name, bytes: changed }]).catch(
          (error: Error) => error,
        );
        if (result instanceof Error) continue;
        expect(result.claims.flatMap(({ people }) => people)).toEqual([]);
      }
    });

    it('of an OpenPGP signature, except for what it does not sign', async () => {
      const bytes = quorum.keys.signWithGpg('eve', 'statement', '--detach-sign');
      const unseen: number[] = [];
      for (const [at, changed] of flips(bytes).entries()) {
        const result = await judge(quorum, [given(), { name: 'eve', bytes: changed }], {
          threshold: 1,
        });
        if (result.ok) unseen.push(at);
      }
      // Subpackets that the hash does not cover are hints: none of them says who signed what.
      expect(unseen.length).toBeLessThan(16);
    });

    it('of a key in the policy', async () => {
      const line = quorum.bob.split(' ')[1] as string;
      for (let at = 0; at < line.length; at++) {
        const other = line[at] === 'A' ? 'B' : 'A';
        const key = quorum.bob.replace(line, line.slice(0, at) + other + line.slice(at + 1));
        const people = [quorum.base.people[0], { name: 'Bob', keys: [{ key }] }] as never;
        const result = await judge(
          quorum,
          [given(), quorum.signatures.ada, quorum.signatures.bob],
          {
            people,
          },
        ).catch((error: Error) => error);
        if (!(result instanceof Error)) expect(result.ok).toBe(false);
      }
    });
  });
});

/** An Ed25519 key in PEM as a line of SSH. */
function asSsh(pem: string): string {
  const raw = Buffer.from(pem.split('\n')[1] as string, 'base64').subarray(12);
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1');
  return `ssh-ed25519 ${Buffer.concat([head, raw]).toString('base64')} x`;
}
