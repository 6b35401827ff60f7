// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A tree that does not build as it should → what is probably wrong with it, and how to fix it.
 *
 * Most faults of a tree arise on its way to the disk, not in its sources: a clone without
 * submodules, a zip that lost the executable bits, an editor or git that changed line ends. This
 * does not change a build or a verdict. Invariant: for a tree equal to upstream's release there is
 * no advice.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { visible } from '@stage0-ts/diagnostics';
import type { DirectoryNode, FileNode, MemoryFiles, TreeNode } from '@stage0-ts/host/memory';
import { ARCHITECTURES } from './architectures.ts';
import { UPSTREAM } from './upstream.ts';

export interface AdviceOptions {
  /** The script that is run instead of `kaem.<arch>`: an absolute path in the tree. */
  readonly script?: string;
}

/**
 * Folders of stage0-posix that are repositories of their own, and that every architecture needs.
 */
const MODULES = [
  'bootstrap-seeds',
  'M2-Mesoplanet',
  'M2-Planet',
  'M2libc',
  'mescc-tools',
  'mescc-tools-extra',
];

const RELEASE = `take ${UPSTREAM.archive.name} from the release page (not "Source code")`;
const CARRIAGE_RETURN = 0x0d;

/** Files in which a carriage return or a byte order mark becomes a word, or part of one. */
const PLAIN_TEXT = /(?:^|\/)kaem\.[^/]*$|\.(?:kaem|hex[012]|M1|answers)$/;
/** The byte order marks of UTF-8 and of both kinds of UTF-16. */
const MARKS = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/** Sentences, with the likeliest cause first; empty if nothing is found. */
export function adviceFor(
  files: MemoryFiles,
  arch: string,
  options: AdviceOptions = {},
): readonly string[] {
  const { script } = options;
  const sentences = [
    emptyModules(files, arch),
    script === undefined ? otherLayout(files, arch) : undefined,
    lostBits(files, script ?? `/kaem.${arch}`, arch),
    lineEnds(files),
    byteOrderMark(files),
  ];
  return sentences.filter((sentence) => sentence !== undefined).map(visible);
}

/**
 * What a file given as TREE is, if it is not an archive that we can read; undefined if it is not
 * recognised.
 */
export function adviceForFile(bytes: Uint8Array): string | undefined {
  const start = decodeUtf8(bytes.subarray(0, 100)).trimStart();
  if (start.startsWith('PK\u0003\u0004')) {
    return `this is a zip archive, which keeps no executable bits: ${RELEASE}`;
  }
  if (/^<(?:!doctype|html)/i.test(start)) {
    return 'this is a web page: the link led to a page about the archive, not to the archive';
  }
  if (start.startsWith('version https://git-lfs')) {
    return 'this is a pointer of Git LFS: `git lfs pull` brings the file';
  }
  return undefined;
}

/** Happens in a clone without --recursive, and in the archive that GitHub makes of a tag. */
function emptyModules(files: MemoryFiles, arch: string): string | undefined {
  if (files.find(`/kaem.${arch}`) === undefined) return undefined;
  const listed = modulesOf(files);
  const others = [...ARCHITECTURES.values()].map(({ folder }) => folder);
  const own = ARCHITECTURES.get(arch)?.folder ?? arch;
  const foreign = new Set([...others, 'armv7l'].filter((folder) => folder !== own));
  const empty = (listed ?? [own, ...MODULES])
    .filter((path) => !foreign.has(path))
    .filter((path) => isEmpty(files.find(`/${path}`), listed !== undefined));
  if (empty.length === 0) return undefined;
  const names = empty.length === 1 ? `${empty[0]} is empty` : `${empty.join(', ')} are empty`;
  const update = '`git submodule update --init --recursive` in the clone';
  return `the submodules are missing (${names}): ${RELEASE}, or run ${update}, or give their archives beside this one`;
}

/** The paths that .gitmodules lists; undefined when there is no such file. */
function modulesOf(files: MemoryFiles): string[] | undefined {
  const node = files.find('/.gitmodules');
  if (node?.kind !== 'file') return undefined;
  const lines = decodeUtf8(node.bytes).split('\n');
  const pairs = lines.map((line) => line.split('=').map((part) => part.trim()));
  return pairs.filter(([key]) => key === 'path').map(([, path]) => path ?? '');
}

function isEmpty(node: TreeNode | undefined, missingToo: boolean): boolean {
  return node?.kind === 'directory' ? node.entries.size === 0 : missingToo && node === undefined;
}

/**
 * There is no `kaem.<arch>`: the user means another folder or architecture, or the tree is built in
 * another way.
 */
function otherLayout(files: MemoryFiles, arch: string): string | undefined {
  const script = `kaem.${arch}`;
  const { entries } = files.root;
  if (entries.has(script)) return undefined;
  if (entries.size === 0) return 'the folder is empty';
  const seed = files.find('/seed/stage0-posix');
  if (seed?.kind === 'directory' && seed.entries.size === 0) {
    return 'this is live-bootstrap without its submodules: `git submodule update --init --recursive` in the clone, or give their archives beside it, seed/stage0-posix=ARCHIVE and so on';
  }
  const below = folderWith(files.root, script, 2);
  if (below !== undefined) return `the tree begins deeper: TREE is the folder ${below}`;
  const archive = [...entries.keys()].find((name) => /\.tar(?:\.(?:gz|xz|bz2))?$/.test(name));
  if (archive !== undefined) return `the folder holds an archive: TREE may be ${archive} itself`;
  const scripts = [...entries.keys()].filter((name) => ARCHITECTURES.has(archOf(name)));
  const [first] = scripts;
  if (first !== undefined) {
    return `the tree has ${scripts.join(', ')}: --arch ${archOf(first)}, for example`;
  }
  if (entries.has('mescc-tools-mini-kaem.kaem') || entries.has('POSIX')) {
    return 'this is a part of a stage0-posix tree: TREE is the folder above it';
  }
  return 'the tree is of another layout: --layout NAME if it is one of those that --help names, or --script FILE with its script and --cwd DIR where it runs';
}

/** `amd64` of `kaem.amd64`; the empty string for other names. */
function archOf(name: string): string {
  return name.startsWith('kaem.') ? name.slice('kaem.'.length) : '';
}

/** The path of the folder that holds `name`, at most `depth` folders down. */
function folderWith(folder: DirectoryNode, name: string, depth: number): string | undefined {
  if (depth === 0) return undefined;
  for (const [child, node] of folder.entries) {
    if (node.kind !== 'directory') continue;
    if (node.entries.has(name)) return child;
    const deeper = folderWith(node, name, depth - 1);
    if (deeper !== undefined) return `${child}/${deeper}`;
  }
  return undefined;
}

/**
 * Programs that the script starts exist but are not executable: after unpacking a zip, or on a file
 * system without modes.
 */
function lostBits(files: MemoryFiles, script: string, arch: string): string | undefined {
  const folder = ARCHITECTURES.get(arch)?.folder;
  const seeds = `bootstrap-seeds/POSIX/${folder}`;
  const started = [
    `/${seeds}/kaem-optional-seed`,
    `/${seeds}/hex0-seed`,
    ...programsOf(files, script),
  ];
  const lost = [...new Set(started)].filter((path) => {
    const node = files.find(path);
    return node?.kind === 'file' && (node.mode & 0o111) === 0;
  });
  if (lost.length === 0) return undefined;
  const names = lost.map((path) => path.slice(1)).join(' ');
  const way = `take a .tar.gz, or run \`chmod +x ${names}\``;
  return `the executable bits were lost, as in a zip or on Windows: ${way}`;
}

/** The first words of a script's lines that are paths from the root. */
function programsOf(files: MemoryFiles, script: string): string[] {
  const node = files.find(script);
  if (node?.kind !== 'file') return [];
  const words = decodeUtf8(node.bytes)
    .split('\n')
    .map((line) => line.split(/[ \t\r]/, 1)[0] as string);
  return words.filter((word) => /^\.?\/./.test(word)).map((word) => word.replace(/^\./, ''));
}

/** On Windows git makes such texts unless it is configured not to. */
function lineEnds(files: MemoryFiles): string | undefined {
  const wrong = textsWhere(files, ({ bytes }) => {
    const at = bytes.indexOf(CARRIAGE_RETURN);
    return at >= 0 && bytes[at + 1] === 0x0a;
  });
  if (wrong.length === 0) return undefined;
  const way = 'run `git config --global core.autocrlf input` and clone again, or take the .tar.gz';
  return `${some(wrong, 'has', 'have')} the line ends of Windows, which kaem does not accept: ${way}`;
}

/** Some editors put this before the first character. */
function byteOrderMark(files: MemoryFiles): string | undefined {
  const wrong = textsWhere(files, ({ bytes }) =>
    MARKS.some((mark) => mark.every((byte, at) => bytes[at] === byte)),
  );
  if (wrong.length === 0) return undefined;
  const way = 'which is part of the first word: save as UTF-8 without it';
  return `${some(wrong, 'begins', 'begin')} with a byte order mark, ${way}`;
}

function textsWhere(files: MemoryFiles, test: (node: FileNode) => boolean): string[] {
  const found: string[] = [];
  for (const [path, node] of files.files()) {
    if (PLAIN_TEXT.test(path) && test(node)) found.push(path.slice(1));
  }
  return found;
}

/** `kaem.x86 has`, or `kaem.x86 and 12 more files have`. */
function some(paths: readonly string[], one: string, several: string): string {
  const [first = '', ...rest] = paths;
  if (rest.length === 0) return `${first} ${one}`;
  return `${first} and ${rest.length} more ${rest.length === 1 ? 'file' : 'files'} ${several}`;
}
