// SPDX-License-Identifier: GPL-3.0-or-later
/** Climbing a live-bootstrap in small: see small-climb.ts. */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { diverseEngine, machineEngine, portsAndMachine } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import type { SavedWorld } from '../src/climb/climb.ts';
import { compareWorlds } from '../src/climb/compare.ts';
import { climbSentence, packageLine } from '../src/climb/report.ts';
import {
  archive,
  archiveSources,
  archivesInSmall,
  HELLO,
  resumed,
  smallClimb,
} from './small-climb.ts';

const ENGINES = { i386: machineEngine, ports: portsAndMachine, diverse: diverseEngine };
const names = Object.keys(ENGINES) as (keyof typeof ENGINES)[];

function text(files: MemoryFiles, path: string): string {
  const node = files.find(path);
  return node?.kind === 'file' ? decodeUtf8(node.bytes) : 'nothing';
}

describe.each(names)('with the engine %s', (name) => {
  const engine = () => ENGINES[name]();
  const whole = smallClimb({ engine: engine() });

  it('builds package after package, and compares what is published', () => {
    expect([whole.isReached, whole.status]).toEqual([true, 0]);
    expect(whole.reports.map((report) => packageLine(report).replace(/, \d+ steps.*/, ''))).toEqual(
      [
        'stage0-posix: 1 of 1 published digests',
        'seed: 1 of 1 published digests',
        'one-1.0: 1 of 1 published digests',
        'two-2.0: no published digest',
        'one-1.0:2: no published digest',
      ],
    );
    expect(text(whole.files, '/usr/share/note')).toBe('a note\n');
    expect(
      climbSentence({ engine: name, packages: whole.packages, accepted: [], resumed: 0 }),
    ).toMatch(/^ok: climbed to one-1\.0:2, 3 of 3 published digests; /);
  });

  it('runs a file by its content, not by its name', () => {
    // Our port would refuse a call without the name of a folder.
    expect(whole.printed.match(/^hello$/gm)?.length).toBe(2);
  });

  it('says of a world that was saved that the machine had rounded for it', () => {
    const before = smallClimb({ engine: engine(), until: 'one-1.0', rounding: 'fyl2x' });
    const from = resumed(before.saved.get('one-1.0') as SavedWorld);
    expect(smallClimb({ engine: engine(), from }).rounding).toBe('fyl2x');
    expect(whole.rounding).toBeUndefined();
  });

  it.each(['one-1.0', 'two-2.0'])('goes on after %s as if it had not stopped', (label) => {
    const stopped = smallClimb({ engine: engine(), until: label });
    expect(stopped.packages.at(-1)?.name).toBe(label);
    expect(text(stopped.files, '/usr/share/again')).toBe('nothing');
    const from = resumed(stopped.saved.get(label) as SavedWorld);
    const rest = smallClimb({ engine: engine(), from });
    expect(rest.isReached).toBe(true);
    const [one, other] = [whole, rest].map(({ saved }) => saved.get('one-1.0:2') as SavedWorld);
    expect(other?.entries).toEqual(one?.entries); // including times
    expect(other?.document.clock).toEqual(one?.document.clock);
    expect(other?.document.script).toEqual(one?.document.script);
    expect(rest.reports.map((report) => report.name)).toEqual(
      label === 'one-1.0' ? ['two-2.0', 'one-1.0'] : ['one-1.0'],
    );
  });

  it('accepts another archive when its package begins, and not before', () => {
    const other = archive('two', { note: 'another note\n' });
    const archives = { ...archivesInSmall(), 'two-2.0.tar.gz': other };
    const accept = { 'two-2.0.tar.gz': sha256Hex(other) };
    const early = smallClimb({ engine: engine(), until: 'one-1.0' }).saved.get('one-1.0');
    const [through, rest] = [{}, { from: resumed(early as SavedWorld) }].map((from) =>
      smallClimb({ engine: engine(), archives, accept, ...from }),
    );
    const saved = [through, rest].map((climbed) => climbed?.saved.get('two-2.0') as SavedWorld);
    expect(saved[1]?.entries).toEqual(saved[0]?.entries);
    const published = sha256Hex(archivesInSmall()['two-2.0.tar.gz'] as Uint8Array);
    const accepted = [{ name: 'two-2.0.tar.gz', sha256: sha256Hex(other), published }];
    expect(saved.map(({ document }) => document.accepted)).toEqual([accepted, accepted]);
    expect(rest?.accepted).toEqual(accepted);
    const files = rest?.files as MemoryFiles;
    expect(text(files, '/usr/share/note')).toBe('another note\n');
    expect(text(files, '/steps/two-2.0/sources')).toContain(sha256Hex(other));
    const from = resumed(saved[1] as SavedWorld);
    expect(() => smallClimb({ engine: engine(), from })).toThrow(
      `it was made with --accept-source two-2.0.tar.gz=${sha256Hex(other)}`,
    );
  });

  it('has nothing to do in a world that is already finished', () => {
    const from = resumed(whole.saved.get('one-1.0:2') as SavedWorld);
    const again = smallClimb({ engine: engine(), from });
    expect([again.isReached, again.reports.length]).toEqual([true, 0]);
  });
});

describe('two climbs', () => {
  const world = (name: keyof typeof ENGINES, until?: string) => {
    const { saved } = smallClimb({ engine: ENGINES[name](), ...(until && { until }) });
    return [...saved.values()].at(-1) as SavedWorld;
  };

  it('are compared name by name; what the first compiler makes is named', () => {
    const { sentence, byDesign, differences } = compareWorlds(world('i386'), world('diverse'));
    expect(differences).toEqual([]);
    expect(byDesign).toContain('/usr/bin/copy');
    expect(byDesign).not.toContain('/usr/bin/mkdir');
    expect(sentence).toMatch(/^ok: i386 and diverse climbed to one-1\.0:2 and made the same: \d+ /);
  });

  it('differ by one byte, one mode, one name', () => {
    const [one, other] = [world('i386'), world('ports')];
    const changed = other.entries.flatMap((entry) => {
      if (entry.path === '/usr/share/note') return [{ ...entry, sha256: '0'.repeat(64) }];
      if (entry.path === '/usr/bin/mkdir') return [{ ...entry, mode: 0o644 }];
      return entry.path === '/count' ? [] : [entry];
    });
    const { differences, sentence } = compareWorlds(one, { ...other, entries: changed });
    expect(differences.map(({ path }) => path)).toEqual([
      '/count',
      '/usr/bin/mkdir',
      '/usr/share/note',
    ]);
    expect(sentence).toMatch(
      /^DIFFERS: i386 and ports .* 3 names are not equal, the first \/count/,
    );
  });

  it('are not compared when one went further', () => {
    expect(() => compareWorlds(world('i386'), world('ports', 'one-1.0'))).toThrow(
      'one reached one-1.0:2, the other one-1.0',
    );
  });
});

describe('a world', () => {
  const { saved } = smallClimb({ engine: machineEngine(), until: 'one-1.0' });
  const from = () => resumed(saved.get('one-1.0') as SavedWorld);

  it.each([
    ['another engine', { engine: portsAndMachine() }, 'its engine is i386, and this one is ports'],
    [
      'another checkout',
      {
        engine: machineEngine(),
        checkout: (files: Record<string, unknown>) => {
          files['steps/env'] = 'PATH=/usr/bin\n';
        },
      },
      'it began with another checkout',
    ],
    [
      'other sources',
      { engine: machineEngine(), accept: { 'one-1.0.tar.gz': 'a'.repeat(64) } },
      'it was made with the published one-1.0.tar.gz',
    ],
  ])('of %s cannot be resumed', (_, options, message) => {
    expect(() => smallClimb({ ...options, from: from() })).toThrow(message);
  });

  it('whose script has started something else is not one of this climb', () => {
    const world = from();
    const children = world.document.script.children.map((child) => ({ ...child, directory: '/' }));
    const script = { ...world.document.script, children };
    const document = { ...world.document, script };
    expect(() => smallClimb({ engine: machineEngine(), from: { ...world, document } })).toThrow(
      'was not started before',
    );
  });
});

describe('what is not honest', () => {
  it('a published digest that does not match ends the climb there', () => {
    const result = smallClimb({
      engine: machineEngine(),
      checkout: (files) => {
        files['steps/one-1.0/one-1.0.x86.checksums'] = `${'b'.repeat(64)}  /usr/bin/mkdir\n`;
        files['steps/one-1.0/pass1.kaem'] = (files['steps/one-1.0/pass1.kaem'] as string).replace(
          /sha256sum.*\n/,
          '',
        );
      },
    });
    const { packages } = result;
    expect(packages.at(-1)?.name).toBe('one-1.0');
    expect(packages.at(-1)?.published).toEqual([
      { path: '/usr/bin/mkdir', published: 'b'.repeat(64), actual: sha256Hex(HELLO) },
    ]);
    const facts = { engine: 'i386', packages, accepted: [], resumed: 0 };
    expect(climbSentence(facts)).toMatch(/^DIFFERS: /);
    expect(climbSentence(facts)).not.toContain('rounded');
    expect(climbSentence({ ...facts, rounds: true })).toContain('; logarithms that programs');
  });

  it('a script that changes the list of digests changes nothing', () => {
    const result = smallClimb({
      engine: machineEngine(),
      until: 'one-1.0',
      checkout: (files) => {
        files['steps/one-1.0/one-1.0.x86.checksums'] = `${'b'.repeat(64)}  /usr/bin/mkdir\n`;
        files['steps/one-1.0/pass1.kaem'] = (files['steps/one-1.0/pass1.kaem'] as string).replace(
          /sha256sum -c (.*)\n/,
          'sha256sum -o $1 /usr/bin/mkdir\n',
        );
      },
    });
    expect(result.packages.at(-1)?.published[0]?.published).toBe('b'.repeat(64));
  });

  it('scripts that build another package than the manifest says are stopped', () => {
    const swap = (files: Record<string, unknown>) => {
      files['steps/0.sh'] = (files['steps/0.sh'] as string).replace('pkg=one-1.0', 'pkg=two-2.0');
    };
    expect(() => smallClimb({ engine: machineEngine(), checkout: swap })).toThrow(
      'the scripts build two-2.0 with pass1.kaem, and the manifest says one-1.0',
    );
  });

  describe('a source in an archive', () => {
    /** A climb in which a comment in copy's source has these additional bytes. */
    const withComment = (bytes: readonly number[]) => {
      const sources = archiveSources();
      const comment = [...encodeUtf8('\n// by '), ...bytes, 0x0a];
      sources['cp.c'] = new Uint8Array([...(sources['cp.c'] as Uint8Array), ...comment]);
      const archives = { ...archivesInSmall(), 'one-1.0.tar.gz': archive('one', sources) };
      const digest = sha256Hex(archives['one-1.0.tar.gz'] as Uint8Array);
      return smallClimb({
        engine: diverseEngine(),
        archives,
        until: 'one-1.0',
        checkout: (files) => {
          files['steps/one-1.0/sources'] = `f https://example.org/one-1.0.tar.gz ${digest}\n`;
        },
      });
    };

    it('is a source with a name of ISO 8859 in it', () => {
      expect(withComment([...encodeUtf8('Fran'), 0xe7, ...encodeUtf8('ois')]).isReached).toBe(true);
    });

    it('is none with many such letters, with a control of ISO 8859, or one of ASCII', () => {
      for (const bytes of [Array<number>(200).fill(0xe7), [0x90], [0xe7, 0x01]]) {
        const { isReached, failures } = withComment(bytes);
        expect(isReached).toBe(false);
        expect(failures.map(({ stderr }) => decodeUtf8(stderr.bytes)).join('')).toContain(
          '(external/distfiles/one-1.0.tar.gz), and this build runs none of those',
        );
      }
    });
  });

  describe('a program in an archive', () => {
    const archives = {
      ...archivesInSmall(),
      'two-2.0.tar.gz': archive('two', { note: 'a note\n', blob: HELLO }),
    };
    const plant = (files: Record<string, unknown>) => {
      const digest = sha256Hex(archives['two-2.0.tar.gz']);
      files['steps/two-2.0/sources'] = `f https://example.org/x ${digest} two-2.0.tar.gz\n`;
      files['steps/two-2.0/pass1.kaem'] +=
        'copy two/blob /usr/bin/blob\nchmod 755 /usr/bin/blob\nblob\n';
    };
    const planted = (name: keyof typeof ENGINES) =>
      smallClimb({ engine: ENGINES[name](), archives, checkout: plant });

    it('runs where the binaries of the tree run', () => {
      expect(planted('i386').isReached).toBe(true);
    });

    it('is followed into whatever a program makes of it, text or not; text of the archive is not', () => {
      const { saved } = smallClimb({
        engine: diverseEngine(),
        archives,
        until: 'two-2.0',
        checkout: (files) => {
          const digest = sha256Hex(archives['two-2.0.tar.gz']);
          files['steps/two-2.0/sources'] = `f https://example.org/x ${digest} two-2.0.tar.gz\n`;
          files['steps/two-2.0/pass1.kaem'] += 'sha256sum -o sums two/blob\ncopy sums again\n';
        },
      });
      const entries = saved.get('two-2.0')?.entries ?? [];
      const origins = (name: string) =>
        entries.find(({ path }) => path === `/steps/two-2.0/${name}`)?.origins;
      const of = ['external/distfiles/two-2.0.tar.gz'];
      expect(['two/blob', 'sums', 'again', 'two/note'].map(origins)).toEqual([
        of,
        of,
        of,
        undefined,
      ]);
    });

    it('does not run in a climb without them, and is named', () => {
      const { isReached, failures } = planted('diverse');
      expect(isReached).toBe(false);
      expect(failures.map(({ stderr }) => decodeUtf8(stderr.bytes)).join('')).toContain(
        'this program came from a binary that came with the tree (external/distfiles/two-2.0.tar.gz)',
      );
    });
  });
});
