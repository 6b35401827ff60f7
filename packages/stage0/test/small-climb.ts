// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A live-bootstrap in small, all of it ours: a stage0 of launchers and one seed, a checkout with a
 * manifest of two packages, and their archives.
 *
 * one-1.0 compiles a program from C, `copy`, and with it makes /usr/bin/mkdir, which is not what it
 * is called: it greets. Between the packages something counts how often it was run.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encodeLatin1, encodeUtf8 } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { type NamedEngine, TOOLS } from '@stage0-ts/stage0';
import {
  type ClimbOptions,
  climb,
  type ResumedWorld,
  type SavedWorld,
} from '../src/climb/climb.ts';
import { CONFIGURATION } from '../src/climb/configuration.ts';
import { archivesOf, layOutWorld, manifestOf } from '../src/climb/layout.ts';
import { packageLabel, readManifest } from '../src/climb/manifest.ts';
import type { PackageReport } from '../src/climb/report.ts';
import { acceptedSources, findSources } from '../src/climb/sources.ts';
import { worldOf } from '../src/climb/world.ts';
import { guest, listing, write } from './guests.ts';

const ladder = (name: string) =>
  readFileSync(new URL(`../../../test-vectors/ladder/${name}`, import.meta.url));

/** The tools that are launchers in the small tree. */
const LAUNCHED = Object.keys(TOOLS).filter((tool) => tool !== 'hex0');
export const HELLO: Uint8Array = guest(write(1, 'hello\n'));

export type Contents = Record<string, Uint8Array | string>;

/** An archive with these files in one folder, as made by `tar` and `gzip`. */
export function archive(folder: string, contents: Contents): Uint8Array {
  const blocks = Object.entries(contents).flatMap(([name, content]) => {
    const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
    return [header(`${folder}/${name}`, bytes.length), padded(bytes)];
  });
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

function padded(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  block.set(bytes);
  return block;
}

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(encodeLatin1(text), at);
  put(0, name);
  put(100, '0000644\x000000000\x000000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`);
  put(148, '        0');
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

const COMPILE = ['io.c', 'cp.c', 'x86_defs.M1', 'start.M1', 'ELF-x86.hex2'];
/** The content of the archive of one-1.0. */
export const archiveSources = (): Contents => ({
  'io.c': ladder('src/io.c'),
  'cp.c': ladder('src/cp.c'),
  'x86_defs.M1': ladder('lib/x86/x86_defs.M1'),
  'start.M1': ladder('lib/x86/start.M1'),
  'ELF-x86.hex2': ladder('lib/x86/ELF-x86.hex2'),
});

const BUILD_COPY = `catm copy.c ${COMPILE[0]} ${COMPILE[1]}
cc_x86 copy.c copy.M1
catm all.M1 ${COMPILE[2]} ${COMPILE[3]} copy.M1
M0 all.M1 all.hex2
catm copy.hex2 ${COMPILE[4]} all.hex2
hex2-0 copy.hex2 /usr/bin/copy
chmod 755 /usr/bin/copy
`;

/** The beginning of a script that unpacks its archive. */
export const UNPACK = `set -ex
ungz --file \${DISTFILES}/\${pkg}.tar.gz --output all.tar
untar --file all.tar
`;

/** Files of a checkout, by path. */
export function checkoutFiles(archives: Contents): Contents {
  const digest = (name: string) => sha256Hex(archives[name] as Uint8Array);
  return {
    'seed/after.kaem':
      'set -ex\nPATH=/tools\ncatm full.kaem /steps/bootstrap.cfg /steps/env seed.kaem\nkaem --file full.kaem\n',
    'seed/seed.kaem':
      'set -ex\nmkdir -p /usr/bin /usr/share\ncp /x86.answers /count\ncp x86/bin/hello hello\nkaem --file /steps/0.sh\n',
    'seed/hello.x86.checksums': `${sha256Hex(HELLO)}  hello\n`,
    'steps/env': 'DISTFILES=/external/distfiles\nPATH=/usr/bin:/tools\n',
    'steps/manifest': `# ours
build: one-1.0
define: EXTRA = ( CHROOT == False || BUILD_KERNELS == True )
build: kernel-9 ( EXTRA == True )
improve: count ( CONFIGURATOR != True )
build: two-2.0 ( CHROOT == True ) # after one
build: one-1.0
build: bash-1
build: never-1
`,
    'steps/0.sh': `set -ex
cd /steps
pkg=one-1.0
cd \${pkg}
kaem --file pass1.kaem
cd ..
kaem --file /steps/improve/count.sh
pkg=two-2.0
cd \${pkg}
kaem --file pass1.kaem
cd ..
pkg=one-1.0
cd \${pkg}
kaem --file pass2.kaem
cd ..
pkg=bash-1
cd \${pkg}
kaem --file pass1.kaem
cd ..
`,
    'steps/improve/count.sh': 'set -ex\ncatm /count.new /count /count\ncp /count.new /count\n',
    'steps/one-1.0/sources': `f https://example.org/one-1.0.tar.gz ${digest('one-1.0.tar.gz')}\n`,
    'steps/one-1.0/pass1.kaem': `${UNPACK}cd one
${BUILD_COPY}copy /x86/bin/hello /usr/bin/mkdir
chmod 755 /usr/bin/mkdir
mkdir
cd ..
sha256sum -c one-1.0.x86.checksums
`,
    'steps/one-1.0/pass2.kaem': 'set -ex\ncopy /count /usr/share/again\nmkdir\n',
    'steps/one-1.0/one-1.0.x86.checksums': `${sha256Hex(HELLO)}  /usr/bin/mkdir\n`,
    'steps/two-2.0/sources': `f https://example.org/x ${digest('two-2.0.tar.gz')} two-2.0.tar.gz\n`,
    'steps/two-2.0/pass1.kaem': `${UNPACK}copy two/note /usr/share/note\n`,
    'steps/bash-1/sources': `f https://example.org/bash-1.tar.gz ${'0'.repeat(64)}\n`,
    'steps/bash-1/pass1.kaem': 'set -ex\nmkdir\n',
  };
}

export function archivesInSmall(): Contents {
  return {
    'one-1.0.tar.gz': archive('one', archiveSources()),
    'two-2.0.tar.gz': archive('two', { note: 'a note\n' }),
  };
}

/** Files of the stage0 tree by path, and, separately, those that are programs. */
export function stage0Files(): { readonly files: Contents; readonly programs: Contents } {
  const launcher = (tool: string) => `#!/bin/sh\nexec stage0 ${tool} "$@"\n`;
  return {
    files: {
      'x86/hello.hex0': listing(HELLO),
      'x86.answers': `${sha256Hex(HELLO)}  x86/bin/hello\n`,
      'kaem.x86': `./bootstrap-seeds/POSIX/x86/hex0-seed x86/hello.hex0 x86/bin/hello
./tools/kaem --verbose --file after.kaem
`,
      'after.kaem': 'this is replaced\n',
      'x86/bin/README': 'results\n',
    },
    programs: {
      'bootstrap-seeds/POSIX/x86/hex0-seed': assemble(ladder('seed/hex0.hex0')),
      'bootstrap-seeds/POSIX/x86/kaem-optional-seed': launcher('kaem-minimal'),
      ...Object.fromEntries(LAUNCHED.map((tool) => [`tools/${tool}`, launcher(tool)])),
    },
  };
}

/** A tree in memory. */
export function treeOf(files: Contents, programs: Contents = {}): MemoryFiles {
  const tree = new MemoryFiles();
  for (const [mode, contents] of [
    [0o644, files],
    [0o755, programs],
  ] as const) {
    for (const [name, content] of Object.entries(contents)) {
      tree.createDirectories(`/${name}`.slice(0, name.lastIndexOf('/') + 1));
      const bytes = typeof content === 'string' ? encodeUtf8(content) : new Uint8Array(content);
      tree.writeFile(`/${name}`, bytes, mode);
    }
  }
  return tree;
}

export interface SmallClimb {
  readonly engine: NamedEngine;
  /** Default: the last package that has an archive. */
  readonly until?: string;
  readonly archives?: Contents;
  readonly checkout?: (files: Contents) => void;
  readonly from?: ClimbOptions['from'];
  readonly accept?: Readonly<Record<string, string>>;
  readonly rounding?: string;
}

export interface SmallResult extends ReturnType<typeof climb> {
  readonly reports: readonly PackageReport[];
  /** By label: the world after each package that kaem builds. */
  readonly saved: ReadonlyMap<string, SavedWorld>;
  readonly printed: string;
}

/** Run a small climb. */
export function smallClimb(options: SmallClimb): SmallResult {
  const { engine, from, accept = {}, until = 'one-1.0:2' } = options;
  const published = archivesInSmall();
  const files = checkoutFiles(published);
  options.checkout?.(files);
  const checkout = treeOf(files);
  const stage0 = stage0Files();
  const plan = readManifest(manifestOf(checkout), 'steps/manifest', CONFIGURATION);
  const archives = archivesOf(checkout, plan);
  const accepted = acceptedSources([...archives.values()].flat(), new Map(Object.entries(accept)));
  const given = options.archives ?? published;
  const last = plan.find((one) => packageLabel(one) === until);
  if (last === undefined) throw new Error(`no package ${until}`);
  const needed = plan.slice(0, plan.indexOf(last) + 1).flatMap((one) => archives.get(one) ?? []);
  const read = (name: string) => given[name] as Uint8Array | undefined;
  const { contents } = findSources(needed, read, accepted, 'distfiles');
  const reports: PackageReport[] = [];
  const saved = new Map<string, SavedWorld>();
  let printed = '';
  const result = climb({
    layout: layOutWorld(checkout, treeOf(stage0.files, stage0.programs)),
    plan,
    until: last,
    archives,
    contents,
    accepted,
    engine,
    version: '0.0.0',
    filesLimit: 2 ** 30,
    ...(from && { from }),
    rounding: options.rounding,
    onPackage: (report, save) => {
      reports.push(report);
      if (save !== undefined) saved.set(packageLabel(report), save());
    },
    stdout: (bytes) => {
      printed += Buffer.from(bytes).toString();
    },
  });
  return { ...result, reports, saved, printed };
}

/** A saved world, as if it had been loaded from a disk. */
export function resumed({ document, entries, files }: SavedWorld): ResumedWorld {
  const contents = new Map<string, Uint8Array>();
  for (const { sha256, path } of entries) {
    const node = files.find(path);
    if (sha256 !== undefined && node?.kind === 'file') contents.set(sha256, node.bytes.slice());
  }
  const read = (sha256: string) => contents.get(sha256) as Uint8Array;
  const copy = JSON.parse(JSON.stringify({ document, entries })) as SavedWorld;
  return {
    document: { ...copy.document, entries: '' },
    world: worldOf(copy.entries, copy.document.clock, 2 ** 30, read),
  };
}
