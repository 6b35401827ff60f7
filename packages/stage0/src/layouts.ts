// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Layouts of trees: the files that identify a layout, the script that builds it, and the
 * environment that the script needs.
 *
 * A layout is data. Guix, live-bootstrap and nixpkgs use the unchanged layout of stage0-posix, the
 * first one.
 */
import { ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { ARCHITECTURES } from './architectures.ts';
import type { BuildOptions } from './build.ts';

/**
 * How a tree is laid out. In all strings, `{arch}` is the architecture and `{folder}` its folder,
 * for example `amd64` and `AMD64`.
 */
export interface Layout {
  readonly name: string;
  /** Who uses this layout. */
  readonly of: string;
  /** Files that every such tree has. */
  readonly marks: readonly string[];
  /** The script, from `directory`; undefined for `kaem.{arch}` and the seed shell. */
  readonly script: string | undefined;
  readonly directory: string;
  /** What runs the script: the tree's own seed shell, if it has one; or our port of that name. */
  readonly shell: 'seed' | 'kaem-minimal' | 'kaem';
  readonly environment: readonly string[];
}

/** A tree has the first layout of which it has all marks. */
export const LAYOUTS: readonly Layout[] = [
  {
    name: 'stage0-posix',
    of: 'releases from 1.5.0 on, Guix, live-bootstrap, nixpkgs',
    marks: ['kaem.{arch}'],
    script: undefined,
    directory: '/',
    shell: 'seed',
    environment: [],
  },
  {
    // This comes before kaem.run, because upstream's x86 repository still has that file.
    name: 'stagex',
    of: 'StageX, with its commands as a script',
    marks: ['build/seed.kaem', 'hex0-seed', 'x86/hex0_x86.hex0'],
    script: 'seed.kaem',
    directory: '/build',
    shell: 'kaem-minimal',
    environment: ['M2LIBC_PATH=/M2libc', 'TMPDIR=/build', 'PATH=/build'],
  },
  {
    name: 'kaem.run',
    of: 'releases 1.3 and 1.4',
    marks: ['{folder}/kaem.run', '{folder}/mescc-tools-mini-kaem.kaem'],
    script: 'kaem.run',
    directory: '/{folder}',
    shell: 'seed',
    // Their kaem crashes if the environment is empty.
    environment: ['LANG=C'],
  },
  {
    name: 'mescc-tools.kaem',
    of: 'release 1.2, with bootstrap-seeds in it; what comes after its mescc-tools.kaem needs a kaem on the PATH',
    marks: ['{folder}/kaem.run', '{folder}/mescc-tools.kaem'],
    script: 'mescc-tools.kaem',
    directory: '/{folder}',
    shell: 'kaem',
    environment: [],
  },
  {
    name: 'kaem.run-1.1',
    of: 'release 1.1',
    marks: ['{folder}/kaem.run', '{folder}/hex0-seed'],
    script: 'kaem.run',
    directory: '/{folder}',
    shell: 'kaem',
    environment: [],
  },
  {
    name: 'kaem.run-1.0',
    of: 'release 1.0, with M2-Planet and mescc-tools in it',
    marks: ['kaem.run', 'hex0-seed', 'cc_{arch}.M1'],
    script: 'kaem.run',
    directory: '/',
    shell: 'kaem',
    environment: [],
  },
];

/** Options of a build. */
export type Recipe = Required<Pick<BuildOptions, 'directory' | 'shell' | 'environment'>> & {
  readonly script?: string;
};

/** The layout of a tree, or undefined for an unknown one. */
export function layoutOf(files: MemoryFiles, arch: string): Layout | undefined {
  return LAYOUTS.find(({ marks }) =>
    marks.every((mark) => files.find(`/${filledIn(mark, arch)}`)?.kind === 'file'),
  );
}

/** Where live-bootstrap keeps stage0-posix, now and in earlier years. */
const ROOTS = [
  '/seed/stage0-posix',
  '/sysa/stage0-posix/src',
  '/sysa/mescc-tools-seed/src/mescc-tools-seed',
];

/**
 * The stage0-posix tree inside a tree of unknown layout, and its path; undefined if there is none.
 */
export function innerTree(
  files: MemoryFiles,
  arch: string,
): { readonly path: string; readonly files: MemoryFiles } | undefined {
  if (layoutOf(files, arch) !== undefined) return undefined;
  for (const path of ROOTS) {
    const node = files.find(path);
    if (node?.kind !== 'directory') continue;
    const inner = new MemoryFiles(node);
    if (layoutOf(inner, arch) !== undefined) return { path, files: inner };
  }
  return undefined;
}

/** The layout with this name. Throws ToolError if there is none. */
export function layoutNamed(name: string): Layout {
  const found = LAYOUTS.find((layout) => layout.name === name);
  if (found !== undefined) return found;
  const names = LAYOUTS.map((layout) => layout.name).join(', ');
  throw new ToolError(`there is no layout ${name}: the layouts are ${names}`, {
    code: 'no-layout',
  });
}

/** How a tree of this layout is built for `arch`. */
export function recipeOf(layout: Layout, arch: string): Recipe {
  const { script, directory, shell, environment } = layout;
  return {
    ...(script !== undefined && { script: filledIn(script, arch) }),
    directory: filledIn(directory, arch),
    shell,
    environment: environment.map((entry) => filledIn(entry, arch)),
  };
}

function filledIn(text: string, arch: string): string {
  const folder = ARCHITECTURES.get(arch)?.folder ?? arch;
  return text.replaceAll('{arch}', arch).replaceAll('{folder}', folder);
}
