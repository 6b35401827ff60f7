// SPDX-License-Identifier: GPL-3.0-or-later
/** Packages that bash builds, in a climb in small: see small-bash.ts. */
import { machineEngine, portsAndMachine } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { packageLabel } from '../src/climb/manifest.ts';
import { type Action, ALL, bashInSmall, begin, build } from './small-bash.ts';
import { resumed, type SmallClimb, type SmallResult, smallClimb } from './small-climb.ts';

function climbWithBash(
  actions: readonly Action[],
  { published, ...options }: SmallClimb & { readonly published?: string },
): SmallResult {
  return smallClimb({ ...options, ...bashInSmall(actions, published) });
}

describe.each([
  ['i386', machineEngine],
  ['ports', portsAndMachine],
])('what bash builds, with the engine %s', (_, engine) => {
  const whole = climbWithBash(ALL, { engine: engine(), until: 'three-3:2' });

  it('is watched, and compared with the digests of packages', () => {
    expect(whole.isReached).toBe(true);
    expect(
      whole.packages
        .slice(-4)
        .map((one) => [packageLabel(one), ...one.published.map(({ path }) => path)]),
    ).toEqual([
      ['bash-1'],
      ['one-1.0:3', '/external/repo/one-1.0_0.tar.bz2'],
      ['three-3', '/external/repo/three-3_0.tar.bz2'],
      ['three-3:2', '/external/repo/three-3_1.tar.bz2'],
    ]);
  });

  it('cannot be saved, as bash still runs; a climb goes on from before it', () => {
    expect([...whole.saved.keys()].at(-1)).toBe('bash-1');
    const from = resumed(whole.saved.get('bash-1') as never);
    const rest = climbWithBash(ALL, { engine: engine(), until: 'three-3:2', from });
    expect(rest.isReached).toBe(true);
    expect(rest.reports.map(packageLabel)).toEqual(['one-1.0:3', 'three-3', 'three-3:2']);
    expect(rest.reports.map(({ steps }) => steps)).toEqual(
      whole.reports.slice(-3).map(({ steps }) => steps),
    );
  });

  it('ends the climb where a digest is not met', () => {
    const published = 'b'.repeat(64);
    const { packages } = climbWithBash(ALL, { engine: engine(), until: 'three-3:2', published });
    expect(packages.at(-1)).toMatchObject({ name: 'three-3', pass: 1, published: [{ published }] });
  });

  it('is what the manifest says', () => {
    const swapped = build('three-3', 0, 'one-1.0.tar.gz');
    expect(() => climbWithBash(swapped, { engine: engine(), until: 'three-3' })).toThrow(
      'the scripts build three-3 with bash, and the manifest says one-1.0:3',
    );
  });

  it('has an end', () => {
    const two = [...begin('one-1.0'), ...build('three-3', 0, 'three-3.tar.gz')];
    expect(() => climbWithBash(two, { engine: engine(), until: 'three-3' })).toThrow(
      'the scripts build three-3 with bash, before the end of one-1.0:3',
    );
    const none = climbWithBash(begin('one-1.0'), { engine: engine(), until: 'three-3' });
    expect([none.isReached, packageLabel(none.packages.at(-1) as never)]).toEqual([
      false,
      'bash-1',
    ]);
  });
});
