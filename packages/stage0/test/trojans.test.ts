// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Trees that lie: each line of docs/threat-model.md, planted in a small honest tree. The check has
 * to name the file and the process, and none is ok. `S1` and the like are the names of the lines.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import {
  type CheckOptions,
  checkDocument,
  checkText,
  htmlReport,
  machineEngine,
  PORTS,
  treeDigest,
} from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';
import {
  type Call,
  chmod,
  chroot,
  exit,
  guest,
  infect,
  leave,
  link,
  listing,
  mkdir,
  RESULT,
  rawGuest,
  rename,
  symlink,
  unlink,
  write,
} from './guests.ts';
import { hex0, judged, RM, SCRIPT, SEED, said, type World } from './small-tree.ts';

/** A tool of the tree that does its work, and more. */
const rmAnd =
  (...more: Call[]) =>
  (world: World) =>
    world.source('rm', guest(...RM, ...more));

/** Code that sets the zero flag in our machine as it was, with its stack below the image. */
// cmp esp, 0x80000000; sbb eax, eax; inc eax
const ON_A_KERNEL = [0x81, 0xfc, 0, 0, 0, 0x80, 0x19, 0xc0, 0x40];

/**
 * mov ebx, 9; mov eax, 3; int 0x80; jmp back to the second: read from no descriptor, as if it
 * mattered.
 */
const READ_FOR_EVER = [0xbb, 9, 0, 0, 0, 0xb8, 3, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7];

interface Trojan {
  readonly name: string;
  readonly plant: (world: World) => void;
  readonly options?: Partial<CheckOptions>;
  readonly kind: 'differ' | 'wrong' | 'cannot';
  /** What has to be said: the file, and the process. */
  readonly says: RegExp;
}

const TROJANS: readonly Trojan[] = [
  {
    name: 'S1 a seed with a byte more',
    plant: (world) => world.program(SEED, Uint8Array.of(...hex0, 0)),
    kind: 'differ',
    says: /bootstrap-seeds\/POSIX\/x86\/hex0-seed is not what its source says: .* x86\/artifact\/hex0 /,
  },
  {
    name: 'S1 a seed with another bit, where nothing reads it',
    plant: (world) =>
      world.program(
        SEED,
        hex0.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
      ),
    kind: 'differ',
    says: /hex0-seed is not what its source says/,
  },
  {
    name: 'S2 a seed that attacks on a kernel alone',
    plant: (world) => world.program(SEED, infect(hex0, leave('/evil', 'evil'), ON_A_KERNEL)),
    kind: 'differ',
    says: /hex0-seed/,
  },
  {
    name: 'S1 a seed that leaves one file more',
    plant: (world) => world.program(SEED, infect(hex0, leave('x86/bin/evil', 'evil'))),
    kind: 'differ',
    says: /step 1, .*hex0-seed .*only i386 leaves x86\/bin\/evil/,
  },
  {
    name: 'S3 an unknown seed without its source',
    plant: (world) => {
      world.script(SCRIPT.replace(/^.*\n/, '').replaceAll('./x86/artifact/hex0', `.${SEED}`));
      world.withdraw('x86/artifact/hex0');
    },
    kind: 'cannot',
    says: /hex0-seed is a binary that came with the tree and is run \(step 1\).*--trust bootstrap-seeds/,
  },
  {
    name: 'T7 a launcher in place of the seed',
    plant: (world) => world.program(SEED, encodeUtf8('#!/bin/sh\nexec stage0 hex0 "$@"\n')),
    kind: 'cannot',
    says: /one process, launchers, .*hex0-seed/,
  },
  {
    name: 'T7 a launcher with a line of its own',
    plant: (world) =>
      world.program(SEED, encodeUtf8('#!/bin/sh\necho evil\nexec stage0 hex0 "$@"\n')),
    kind: 'differ',
    says: /step 1, .*hex0-seed/,
  },
  {
    name: 'P1 a tool that writes into a file that another made',
    plant: rmAnd(...leave('x86/bin/M1', 'evil')),
    kind: 'differ',
    says: /step 5, \.\/x86\/bin\/rm x86\/junk: only i386 leaves x86\/bin\/M1/,
  },
  {
    name: 'P1 a tool that does not do its work',
    plant: (world) => world.source('rm', guest()),
    kind: 'differ',
    says: /step 5, \.\/x86\/bin\/rm x86\/junk: .*x86\/junk/,
  },
  {
    name: 'P2 a tool that changes a mode',
    plant: rmAnd(chmod('x86/bin/M1', 0o4777)),
    kind: 'differ',
    says: /step 5, .*x86\/bin\/M1/,
  },
  {
    name: 'P2 a tool that puts one file in the place of another',
    plant: rmAnd(rename('x86/M1.hex0', 'x86/bin/M1')),
    kind: 'differ',
    says: /step 5, .*x86\/(bin\/M1|M1\.hex0)/,
  },
  {
    name: 'P2 a tool that moves a folder away and back, and changes a file on the way',
    plant: rmAnd(
      rename('x86/bin', 'x86/moved'),
      chmod('x86/moved/M1', 0),
      rename('x86/moved', 'x86/bin'),
    ),
    kind: 'differ',
    says: /step 5, .*x86\/bin/,
  },
  {
    name: 'P2 a tool that gives a file a second name, and writes to it there',
    plant: rmAnd(link('x86/M1.hex0', 'x86/other'), ...leave('x86/other', 'evil'), [6, RESULT]),
    kind: 'differ',
    says: /step 5, .*x86\/(M1\.hex0|other)/,
  },
  {
    name: 'P2 a tool that writes through a name that it takes away',
    plant: rmAnd(
      link('x86/M1.hex0', 'x86/other'),
      ...leave('x86/other', 'evil'),
      unlink('x86/other'),
    ),
    kind: 'differ',
    says: /in step 5, /,
  },
  {
    name: 'P2 a tool that removes a source',
    plant: rmAnd(unlink('x86/M1.hex0')),
    kind: 'differ',
    says: /x86\/M1\.hex0/,
  },
  {
    name: 'P2 a tool that puts a link in the place of a source',
    plant: rmAnd(unlink('x86/M1.hex0'), symlink('/etc/passwd', 'x86/M1.hex0')),
    kind: 'differ',
    says: /step 5, .*x86\/M1\.hex0/,
  },
  {
    name: 'P2 a tool that makes a folder',
    plant: rmAnd(mkdir('x86/bin/.hidden')),
    kind: 'differ',
    says: /step 5, .*only i386 leaves x86\/bin\/\.hidden/,
  },
  {
    name: 'P3 a tool that drops a file after a chroot',
    plant: rmAnd(chroot('x86'), ...leave('bin/backdoor', 'evil')),
    kind: 'differ',
    says: /step 5, .*only i386 leaves x86\/bin\/backdoor/,
  },
  {
    name: 'P3 a tool that changes an artifact after a chroot',
    plant: rmAnd(chroot('/'), ...leave('/x86/bin/M1', 'evil')),
    kind: 'differ',
    says: /step 5, .*x86\/bin\/M1/,
  },
  {
    name: 'P4 a tool that fails in both, and leaves a file in one',
    plant: (world) => {
      world.source('hex1', guest(...leave('x86/bin/evil', 'evil'), exit(1)));
      const script = SCRIPT.split('\n').map((line) => (line.startsWith('./x86/bin/m') ? '' : line));
      world.script(
        `${script.join('\n')}./x86/artifact/hex0 x86/hex1.hex0 x86/bin/hex1\nif ./x86/bin/hex1 none out\nfi\n`,
      );
    },
    options: { shell: 'kaem' },
    kind: 'differ',
    says: /step 7, \.\/x86\/bin\/hex1 none out: only i386 leaves x86\/bin\/evil, when both have ended/,
  },
  {
    name: 'P5 a tool that prints something else',
    plant: rmAnd(write(1, 'x86/bin/M1: OK\n')),
    kind: 'differ',
    says: /step 5, .*what it prints differs/,
  },
  {
    name: 'P5 a checksum tool that says OK',
    plant: (world) => {
      world.text('/wrong', `${'0'.repeat(64)}  x86/bin/M1\n`);
      world.source('sha256sum', guest(write(1, 'x86/bin/M1: OK\n')));
      world.append(
        './x86/artifact/hex0 x86/sha256sum.hex0 x86/bin/sha256sum\n./x86/bin/sha256sum -c wrong',
      );
    },
    kind: 'differ',
    says: /step 8, \.\/x86\/bin\/sha256sum -c wrong: ports: exit status 1, i386: exit status 0/,
  },
  {
    name: 'P7 a tool that never ends',
    plant: (world) => world.source('rm', rawGuest(0xeb, 0xfe)),
    kind: 'cannot',
    says: /step 5, .*our machine could not run this program to its end/,
  },
  {
    name: 'P7 a tool that reads a file that is not there, for ever',
    plant: (world) => world.source('rm', rawGuest(...READ_FOR_EVER)),
    kind: 'cannot',
    says: /step 5, .*our machine could not run this program to its end/,
  },
  {
    name: 'T2 a prebuilt program of any name',
    plant: (world) => {
      world.program('/x86/generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/generate');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /x86\/generate is a binary that came with the tree and is run \(step 7\)/,
  },
  {
    name: 'T2 a prebuilt program of a tool that behaves',
    plant: (world) => {
      world.program('/tools/rm', guest(unlink('x86/rm.hex0')));
      world.append('./tools/rm x86/rm.hex0');
    },
    kind: 'differ',
    says: /tools\/rm is not what its source says: the build makes x86\/bin\/rm /,
  },
  {
    name: 'T3 a prebuilt program that is copied into place',
    plant: (world) => {
      const cached = guest(write(1, 'evil'));
      world.text('/cached', cached);
      world.launcher('cp');
      world.append('./tools/cp cached x86/bin/hex2');
      world.publish('x86/bin/hex2', cached);
    },
    options: { partial: true },
    kind: 'cannot',
    says: /^.*cached is a binary that came with the tree and becomes the program x86\/bin\/hex2 \(step 7\)/,
  },
  {
    name: 'T3 a prebuilt program that is joined from two halves',
    plant: (world) => {
      const cached = guest(write(1, 'evil'));
      world.text('/one', cached.slice(0, 3)); // too short to be a program
      world.text('/two', cached.slice(3));
      world.launcher('catm');
      world.append('./tools/catm x86/bin/hex2 one two');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /two is a binary that came with the tree and becomes the program x86\/bin\/hex2/,
  },
  {
    name: 'T3 a prebuilt program that comes out of an archive',
    plant: (world) => {
      world.text('/data.gz', gzipSync(guest(write(1, 'evil'))));
      world.launcher('ungz');
      world.append('./tools/ungz --file data.gz --output x86/bin/hex2');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /data\.gz is a binary that came with the tree and becomes the program x86\/bin\/hex2/,
  },
  {
    name: 'T3 a prebuilt program that is copied, run and removed',
    plant: (world) => {
      world.program('/cached', guest(unlink('x86/rm.hex0')));
      for (const tool of ['cp', 'chmod', 'rm']) world.launcher(tool);
      world.append(
        './tools/cp cached tmp/generate\n./tools/chmod 755 tmp/generate\n./tmp/generate\n./tools/rm tmp/generate',
      );
    },
    options: { partial: true },
    kind: 'cannot',
    says: /cached is a binary that came with the tree and becomes the program tmp\/generate/,
  },
  {
    name: 'T4 a published file that no process makes',
    plant: (world) => {
      const there = guest(write(1, 'evil'));
      world.program('/x86/bin/M2-Planet', there);
      world.publish('x86/bin/M2-Planet', there);
    },
    kind: 'wrong',
    says: /no process of the build made them: x86\/bin\/M2-Planet/,
  },
  {
    name: 'T8 a program without a port, the same in both',
    plant: (world) => {
      world.source('generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/artifact/hex0 x86/generate.hex0 x86/generate\n./x86/generate');
    },
    kind: 'cannot',
    says: /one process, the same machine code in both builds \(x86\/generate\)/,
  },
  {
    name: 'T9 a tree without a first shell',
    plant: () => {},
    options: { script: undefined } as unknown as Partial<CheckOptions>,
    kind: 'cannot',
    says: /the first shell, which is our port in both builds/,
  },
  {
    name: 'T9 our ports twice',
    plant: () => {},
    options: { engines: [PORTS, PORTS] },
    kind: 'cannot',
    says: /nothing independent was compared/,
  },
  {
    name: 'T9 the machine twice',
    plant: () => {},
    options: { engines: [machineEngine(), machineEngine()], partial: true },
    kind: 'cannot',
    says: /nothing independent was compared/,
  },
  {
    name: 'T1 a published file with another digest',
    plant: (world) => world.publish('x86/bin/M1', encodeUtf8('another')),
    kind: 'wrong',
    says: /other digests than in x86\.answers: x86\/bin\/M1/,
  },
  {
    name: 'T10 a script that fails in both',
    plant: (world) => world.append('./x86/bin/none'),
    kind: 'wrong',
    says: /the script fails, in both builds alike/,
  },
];

describe('the honest tree', () => {
  it('agrees, with every process compared and the seed made from source', () => {
    const result = judged(() => {});
    expect(said(result)).toMatch(
      /^The builds agree: .* leave the same 4 files; in 6 of 6 processes/,
    );
    expect(result.verdict).toMatchObject({ kind: 'agree', exitStatus: 0, reasons: [] });
    expect(result.trusted).toMatchObject([
      { path: SEED.slice(1), standing: 'made-from-source', by: 'x86/artifact/hex0' },
    ]);
  });

  it('agrees when the caller trusts what cannot be judged, and says so', () => {
    const plant = (world: World) => {
      world.program('/x86/generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/generate');
    };
    const { verdict, trusted } = judged(plant, { partial: true, trust: ['x86/generate'] });
    expect(verdict).toMatchObject({ kind: 'agree', reasons: [] });
    expect(verdict.notes.join()).toContain('not compared, as accepted: 1 of 7 processes');
    expect(trusted.at(-1)).toMatchObject({ path: 'x86/generate', standing: 'allowed' });
  });

  it('takes an archive of sources for sources', () => {
    const plant = (world: World) => {
      world.text('/source.gz', gzipSync(listing(guest(exit(0)))));
      world.launcher('ungz');
      world.append(
        './tools/ungz --file source.gz --output out.hex0\n./x86/artifact/hex0 out.hex0 x86/bin/extra',
      );
    };
    const { verdict, trusted } = judged(plant, { partial: true });
    expect(verdict.kind).toBe('agree');
    expect(trusted.find(({ path }) => path === 'source.gz')).toMatchObject({ standing: 'data' });
  });
});

describe('a tree that lies', () => {
  it.each(TROJANS)('$name', ({ plant, options, kind, says }) => {
    const result = judged(plant, options);
    expect(said(result)).toMatch(says);
    expect(result.verdict.kind).toBe(kind);
    expect(result.ok).toBe(false);
    expect(result.verdict.exitStatus).toBe(kind === 'cannot' ? 3 : 1);
  });

  it.each([
    ['nothing', ''],
    ['only comments', '# none\n\n'],
    ['a file twice', `${'0'.repeat(64)}  a\n${'1'.repeat(64)}  ./a\n`],
    ['a file outside', `${'0'.repeat(64)}  ../a\n`],
    ['an absolute name', `${'0'.repeat(64)}  /a\n`],
    ['Windows line ends', `${'0'.repeat(64)}  a\r\nx\r\n`],
    ['text', 'all is well\n'],
  ])('T5 answers that hold %s', (_, answers) => {
    expect(() => judged((world) => world.text('/x86.answers', answers))).toThrow(
      expect.objectContaining({ code: 'bad-answers' }),
    );
  });

  it('T5 answers in every form that sha256sum -c reads', () => {
    const plant = (world: World) => {
      const digest = sha256Hex(hex0);
      world.text(
        '/x86.answers',
        `# digests\n${digest.toUpperCase()} *./x86/artifact/hex0\nSHA256 (x86/bin/M1) = ${sha256Hex(guest(write(1, 'M1')))}\n`,
      );
    };
    expect(judged(plant).verdict.kind).toBe('agree');
  });
});

describe("a port that does more than the tree's program", () => {
  const archive = Uint8Array.of(
    ...globalHeader('52 comment=0123456789012345678901234567890123456789\n'),
  );

  it.each<[string, (world: World) => void]>([
    [
      'refuses what our port reads',
      (world) => {
        world.text('/data.gz', gzipSync('text', { level: 0 }));
        world.source('ungz', guest(exit(1)));
        world.append(
          './x86/artifact/hex0 x86/ungz.hex0 x86/bin/ungz\n./x86/bin/ungz --file data.gz --output out',
        );
      },
    ],
    [
      'leaves a header as a file',
      (world) => {
        world.text('/data.tar', archive);
        world.source('untar', guest(...leave('pax_global_header', 'comment')));
        world.append(
          './x86/artifact/hex0 x86/untar.hex0 x86/bin/untar\n./x86/bin/untar --file data.tar',
        );
      },
    ],
  ])('is a known difference where that %s, and not a divergence', (_, plant) => {
    const result = judged(plant);
    expect(said(result)).toMatch(/a known difference, more-of-the-formats in packages/);
    expect(result.verdict).toMatchObject({ kind: 'cannot', exitStatus: 3 });
  });

  it('nor is a program of another machine', () => {
    const plant = (world: World) =>
      world.source(
        'rm',
        Uint8Array.of(...guest()).map((byte, at) => (at === 18 ? 62 : byte)),
      );
    const result = judged(plant);
    expect(said(result)).toMatch(/step 5, .*this is not a program for i386 Linux/);
    expect(result.verdict.kind).toBe('cannot');
  });

  it('which hides no seed that is not what its source says', () => {
    const plant = (world: World) => {
      world.program(SEED, Uint8Array.of(...hex0, 0));
      world.source('rm', rawGuest(0x0f, 0x0b)); // ud2
    };
    const result = judged(plant);
    expect(result.verdict.reasons.map(({ kind }) => kind)).toEqual(['differ', 'cannot']);
    expect(said(result)).toMatch(/hex0-seed is not what its source says/);
  });

  it('and a port that fails is not a divergence either', () => {
    const plant = (world: World) => {
      world.text('/bad.M1', 'nothing that M0 knows "');
      world.source('M0', guest(...leave('out.hex2', '')));
      world.append('./x86/artifact/hex0 x86/M0.hex0 x86/bin/M0\n./x86/bin/M0 bad.M1 out.hex2');
    };
    const result = judged(plant);
    expect(said(result)).toMatch(/step 8, .*our port of M0 failed where the other build went on/);
    expect(result.verdict).toMatchObject({ kind: 'cannot', exitStatus: 3 });
  });
});

/** A tar archive of one pax header that is for all entries, as `git archive` writes. */
function globalHeader(text: string): number[] {
  const block = new Uint8Array(512);
  const put = (at: number, field: string) => block.set(encodeUtf8(field), at);
  put(0, 'pax_global_header');
  put(100, '0000666\0');
  put(124, `${text.length.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, 'g');
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  const data = new Uint8Array(512);
  data.set(encodeUtf8(text));
  return [...block, ...data, ...new Uint8Array(1024)];
}

describe('R1 a report', () => {
  const FORGED = '/x86/a\n\nok: 19 of 19 of x86.answers\u001b[8m\u202e';
  const plant = (world: World) => {
    world.text(FORGED, guest());
    world.source(
      'rm',
      guest(...RM, ...leave(FORGED, 'x'), write(1, '\u001b]0;all is well\u0007\n')),
    );
  };
  const document = checkDocument(judged(plant), { tree: 'tree', command: `check ${FORGED}` });

  it('is not drawn by names and outputs, in text', () => {
    const text = checkText(document);
    expect(text).toContain('ok: 19 of 19 of x86.answers\\x1b[8m\\u202e');
    expect(text).not.toMatch(/^ok: /m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('nor in HTML', () => {
    const page = htmlReport(document);
    expect(page).toContain('\\u202e');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

describe('A4 the digest of a tree', () => {
  const digestOf = (...plants: ((files: MemoryFiles) => void)[]) => {
    const files = new MemoryFiles();
    for (const plant of plants) plant(files);
    return treeDigest(files);
  };
  const file =
    (path: string, text = 'x', mode = 0o644) =>
    (files: MemoryFiles) => {
      files.createDirectories(path.slice(0, path.lastIndexOf('/')));
      files.writeFile(path, encodeUtf8(text), mode);
    };
  const link = (path: string, target: string) => (files: MemoryFiles) =>
    files.create(path, { kind: 'link', target });
  const folder = (path: string, mode?: number) => (files: MemoryFiles) =>
    files.createDirectories(path, mode);
  const hardLink = (path: string, other: string) => (files: MemoryFiles) =>
    files.create(other, files.get(path));

  it('tells all of these apart, and does not depend on the order', () => {
    const trees = [
      [],
      [file('/a')],
      [file('/a', 'y')],
      [file('/a', 'x', 0o755)],
      [file('/b')],
      [folder('/a')],
      [folder('/a', 0o700)],
      [folder('/a/b')],
      [link('/a', 'x')],
      [link('/a', 'y')],
      [file('/a'), file('/b')],
      [file('/a'), hardLink('/a', '/b')],
      [file('/a'), link('/b', 'a')],
      [file(`/a\nf 0644 ${'0'.repeat(64)} b`)],
      [file('/a\\n')],
      [file('/a\n')],
      [file('/a/b'), file('/a-b')],
    ];
    expect(new Set(trees.map((plants) => digestOf(...plants))).size).toBe(trees.length);
    expect(digestOf(file('/a'), file('/b', 'y'))).toBe(digestOf(file('/b', 'y'), file('/a')));
  });

  it('is what a shell makes of the folder', () => {
    const script = fileURLToPath(new URL('../../../scripts/tree-digest.sh', import.meta.url));
    const ladder = fileURLToPath(new URL('../../../test-vectors/ladder', import.meta.url));
    const { stdout, stderr } = spawnSync('sh', [script, ladder], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([`${treeDigest(loadTree(ladder))}\n`, '']);
  });

  it('is what the documentation says', () => {
    const lines = `d 0755 a\nl ${sha256Hex(encodeUtf8('b'))} a/L\nf 0644 ${sha256Hex(encodeUtf8('x'))} a/b\n`;
    expect(digestOf(file('/a/b'), link('/a/L', 'b'))).toBe(sha256Hex(encodeUtf8(lines)));
  });
});
