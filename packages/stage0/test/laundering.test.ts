// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A build that runs no binary of the tree follows what derives from one, whichever way the bytes
 * take. Each way here once led to a program that ran: two processes that pass the bytes on, so that
 * the one which writes the program never opens the binary.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { Host } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { build, check, diverseEngine, type NamedEngine, trustedBinaries } from '@stage0-ts/stage0';
import { GUEST_CODE } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { Watch } from '../src/watch.ts';
import { type Call, CREATE, guest, infect, leave, link, RESULT, rename, unlink } from './guests.ts';
import { older, SCRIPT, tree } from './older-tree.ts';
import type { World } from './small-tree.ts';

const EVIL = guest(...leave('x86/bin/result', 'evil'));
/** Not a program, until somebody removes its first byte. */
const BLOB = new Uint8Array([0, ...EVIL]);

/** Two places in a guest's page that nothing else uses: for data, and for an empty list. */
const BUFFER = (GUEST_CODE & ~0xfff) + 0xa00;
const EMPTY = BUFFER + 0x500;
const READ_AND_CREATE = 0o102;

const openBlob: Call = [5, 'cached/blob', 0];
const read = (file: number | typeof RESULT): Call => [3, file, BUFFER, BLOB.length];
const pass = (file: number): Call => [4, file, BUFFER, BLOB.length];
const start = (name: string): Call => [11, `x86/bin/${name}`, EMPTY, EMPTY];
/** Makes a program of the bytes. */
const MAKE: Call[] = [
  [5, 'x86/bin/made', CREATE, 0o755],
  [4, RESULT, BUFFER + 1, EVIL.length],
];
/** `fork` in machine code, then a comparison that is equal for the parent. */
const FORKED = [0xb8, 2, 0, 0, 0, 0xcd, 0x80, 0x83, 0xf8, 1, 0x19, 0xc9];
/** A program that goes on with `calls` when its child, which becomes `child`, has ended. */
const after = (child: string, ...calls: Call[]) => infect(guest(...calls), [start(child)], FORKED);

interface Way {
  readonly programs: Readonly<Record<string, Uint8Array>>;
  readonly script: string;
}

const run = (name: string) => `./x86/bin/${name}\n`;
const JOIN = './tools/catm-minimal x86/artifact/M2 x86/one x86/two\n./x86/artifact/M2\n';

const WAYS: Readonly<Record<string, Way>> = {
  'through a pipe': {
    programs: {
      opens: guest([42, BUFFER], start('waits')),
      waits: after('reads', read(3), ...MAKE),
      reads: guest(openBlob, read(RESULT), pass(4)),
    },
    script: run('opens') + run('made'),
  },
  'through a pipe that somebody has read from before': {
    programs: {
      opens: guest([42, BUFFER], [4, 4, 'x', 1], [3, 3, BUFFER, 1], start('waits')),
      waits: infect(after('reads', read(3), ...MAKE), [
        [4, 4, 'x', 1],
        [3, 3, BUFFER, 1],
      ]),
      reads: guest(openBlob, read(RESULT), pass(4)),
    },
    script: run('opens') + run('made'),
  },
  'through a descriptor that another program opened': {
    programs: {
      opens: guest(openBlob, start('makes')),
      makes: guest(read(3), ...MAKE),
    },
    script: run('opens') + run('made'),
  },
  'through a file without a name': {
    programs: {
      opens: guest([5, 'x86/tmp', READ_AND_CREATE, 0o600], unlink('x86/tmp'), start('waits')),
      waits: after('reads', [19, 3, 0, 0], read(3), ...MAKE),
      reads: guest(openBlob, read(RESULT), pass(3)),
    },
    script: run('opens') + run('made'),
  },
  'as what the program finds under its own name': {
    programs: {
      makes: guest(
        rename('cached/blob', 'x86/bin/makes'),
        [5, 'x86/bin/makes', 0],
        read(RESULT),
        ...MAKE,
      ),
    },
    script: run('makes') + run('made'),
  },
  'by another name': {
    programs: { moves: guest(rename('cached/a', 'x86/one'), rename('cached/b', 'x86/two')) },
    script: run('moves') + JOIN,
  },
  'by another name of a folder': {
    programs: {
      moves: guest(
        rename('cached', 'x86/moved'),
        rename('x86/moved/a', 'x86/one'),
        rename('x86/moved/b', 'x86/two'),
      ),
    },
    script: run('moves') + JOIN,
  },
  'by a second name': {
    programs: { links: guest(link('cached/a', 'x86/one'), link('cached/b', 'x86/two')) },
    script: run('links') + JOIN,
  },
};

const HALF = 40;

function plant({ programs, script }: Way, blob = BLOB): (world: World) => void {
  return (world) => {
    world.text('/cached/blob', blob);
    world.text('/cached/a', EVIL.slice(0, HALF));
    world.text('/cached/b', EVIL.slice(HALF));
    let makes = '';
    for (const [name, bytes] of Object.entries(programs)) {
      world.source(name, bytes);
      makes += `./x86/artifact/hex0 x86/${name}.hex0 x86/bin/${name}\n`;
    }
    world.script(`${SCRIPT}${makes}${script}`);
  };
}

describe.each(Object.entries(WAYS))('a binary of the tree that comes %s', (_, way) => {
  it('does not run, and is named', () => {
    const files = tree(plant(way));
    const { ok, processes } = build(files, { engine: diverseEngine(), script: 'kaem.x86' });
    const last = processes.at(-1);
    expect([ok, last?.refused]).toEqual([false, true]);
    expect(decodeUtf8(last?.stderr.bytes ?? new Uint8Array())).toMatch(
      /came from a binary that came with the tree \(cached\/(blob|a, cached\/b)\)/,
    );
  });

  it('does run in the chain of the tree, and is listed there', () => {
    const load = () => tree(plant(way));
    const engines = [diverseEngine(), older] as const;
    const { trusted, builds } = check(load, { engines, script: 'kaem.x86', partial: true });
    const last = builds[1].processes.at(-1);
    expect(last?.end).toEqual({ kind: 'exited', status: 0 });
    expect(last?.outputs.get('/x86/bin/result')).toMatchObject({ bytes: encodeUtf8('evil') });
    const found = trusted.filter(({ path }) => path.startsWith('cached/'));
    const [first] = found.filter(({ standing }) => standing !== 'data');
    expect(first).toMatchObject({
      program: expect.stringMatching(/made$|M2$/),
      standing: 'unknown',
    });
  });
});

it('text that comes through a pipe is a source', () => {
  const text = encodeUtf8(' '.repeat(BLOB.length));
  const { programs } = WAYS['through a pipe'] as Way;
  const files = tree(plant({ programs, script: run('opens') }, text));
  const { failures } = build(files, { engine: diverseEngine(), script: 'kaem.x86' });
  expect(failures).toEqual([]);
  expect(files.find('/x86/bin/made')?.kind).toBe('file');
});

describe('a program that is not in the machine and uses the streams of the one that starts it', () => {
  /** A world whose programs are functions. What they print is dropped, unless it is captured. */
  function watched(programs: Readonly<Record<string, (host: Host) => void>>): Watch {
    const files = new MemoryFiles();
    const add = (path: string, bytes: Uint8Array) => files.writeFile(path, bytes, 0o755);
    add('/blob', BLOB);
    for (const name of Object.keys(programs)) add(`/${name}`, encodeUtf8(name));
    const engine: NamedEngine = {
      name: 'functions',
      nature: () => 'port',
      runsBinaries: true,
      run: ({ path }, _argv, host) => {
        programs[path.slice(1)]?.(host);
        return { kind: 'exited', status: 0 };
      },
    };
    const watch = new Watch(files, { engine, record: true });
    new MemoryHost({ files, engine: watch.run }).run('/first', ['first'], []);
    return watch;
  }

  const made = (watch: Watch, path: string) =>
    [...watch.processes].flatMap(({ outputs }) => {
      const output = outputs.get(path);
      return output?.kind === 'file' ? watch.originsOf(output.bytes) : [];
    });

  it('derives from that one if it gets its standard input there', () => {
    const watch = watched({
      first: (host) => {
        const bytes = host.readFile('/blob');
        host.run('/second', ['second'], [], { stdin: () => bytes });
      },
      second: (host) => host.writeFile('/out', host.readStdin(), 0o600),
    });
    expect(new Set(made(watch, '/out'))).toEqual(new Set(['blob']));
    expect(watch.processes.map(({ isHandedInput }) => isHandedInput)).toEqual([false, true]);
  });

  it('leaves to it what it prints, if that is captured', () => {
    const watch = watched({
      first: (host) => {
        let bytes = new Uint8Array();
        host.run('/second', ['second'], [], { stdout: (more) => (bytes = more.slice()) });
        host.writeFile('/out', bytes, 0o600);
      },
      second: (host) => host.writeStdout(host.readFile('/blob')),
    });
    expect(new Set(made(watch, '/out'))).toEqual(new Set(['blob']));
    expect(watch.processes.map(({ isHandedInput }) => isHandedInput)).toEqual([true, false]);
  });

  it('leaves nothing to it otherwise', () => {
    const watch = watched({
      first: (host) => {
        host.run('/second', ['second'], []);
        host.writeFile('/out', encodeUtf8('text'), 0o600);
      },
      second: (host) => host.writeStdout(host.readFile('/blob')),
    });
    expect(made(watch, '/out')).toEqual([]);
  });

  it('cannot vouch for a binary with what it was handed', () => {
    const watch = watched({
      first: (host) => {
        const bytes = host.readFile('/blob');
        host.run('/second', ['second'], [], { stdin: () => bytes });
        host.run('/third', ['third'], []);
      },
      second: (host) => host.writeFile('/out', host.readStdin(), 0o600),
      third: (host) => host.writeFile('/other', encodeUtf8('\0'), 0o600),
    });
    const descent = { programs: new Map([[1, ['blob']]]), made: new Map() };
    const build = { processes: watch.processes, shell: undefined, hidden: false, descent };
    expect(trustedBinaries([build], new Set())).toMatchObject([
      { path: 'blob', standing: 'unknown' },
    ]);
  });
});
