// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A recorded cross-check → what it had to trust, and how much it compared.
 *
 * A *trusted binary* is a file that no process of the build made and that is not text, if a process
 * ran it or a program was derived from it, by copying, joining or unpacking. Machine code has no
 * other way into a build. It needs no trust if it is *made from source*: our port made the same
 * bytes, and everything that the port read is text of the tree, or was itself made from source.
 * What a binary does when it runs does not count: it cannot vouch for itself.
 */
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { isElf } from './elf-magic.ts';
import { type Nature, portFor } from './engines.ts';
import { knownSeed } from './known-releases.ts';
import { Texts } from './origins.ts';
import type { FileRecord, ProcessRecord } from './records.ts';
import type { Descent } from './watch.ts';

/** Why a binary is accepted, or why not. */
export type Standing =
  /** The build makes the same bytes from source. */
  | 'made-from-source'
  /** The build makes this tool from source, and gets other bytes. */
  | 'differs-from-source'
  /** Its digest is one that upstream published. */
  | 'known'
  /** The caller trusts it. */
  | 'allowed'
  /** It was read, but no program derives from it: for example an archive of sources. */
  | 'data'
  | 'unknown';

export interface TrustedBinary {
  /** Path in the tree, without leading slash. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The program that it is, or that derives from it; empty for data. */
  readonly program: string;
  /** Step of the first process that ran it, or read it. */
  readonly step: number;
  readonly standing: Standing;
  /** The file that was made from source, the seed's name, or empty. */
  readonly by: string;
}

/** Processes in which nothing independent was compared, grouped by reason. */
export interface Uncompared {
  readonly reason: 'launcher' | 'same-binary' | 'same-port' | 'first-shell';
  /** Path of the first such program. */
  readonly path: string;
  readonly steps: readonly number[];
}

export interface Coverage {
  /** Number of processes in the build. */
  readonly processes: number;
  /**
   * Those in which the two builds ran independent programs: machine code of the tree (or made by
   * it) in one, and our port or one of its descendants in the other; or a descendant in one, and
   * our port in the other.
   */
  readonly compared: number;
  /** Those of them that ran a descendant instead of a port. */
  readonly descendants: number;
  readonly uncompared: readonly Uncompared[];
}

/** The parts of a build that this module needs. */
export interface TrustInput {
  readonly processes: readonly ProcessRecord[];
  readonly shell: ProcessRecord | undefined;
  readonly hidden: boolean;
  readonly descent: Descent;
}

/** @param allowed paths in the tree, without leading slash, of binaries that the caller trusts. */
export function trustedBinaries(
  builds: readonly TrustInput[],
  allowed: ReadonlySet<string>,
): TrustedBinary[] {
  const visible = builds.filter(({ hidden }) => !hidden);
  const fromSource = new Map<string, string>();
  const texts = new Texts();
  for (const build of visible) collectFromSource(build, fromSource, texts);
  const found = new Map<string, TrustedBinary>();
  for (const build of visible) {
    for (const [path, use] of new Foreign(build, texts).uses) {
      const known = found.get(path);
      if (known !== undefined && (known.program !== '' || use.program === '')) continue;
      const { step, program, file } = use;
      found.set(path, { ...judge(path, file, program, fromSource, allowed), step, program });
    }
  }
  return [...found.values()];
}

interface Use {
  readonly file: FileRecord;
  readonly step: number;
  program: string;
}

/** Follows binaries that came with a tree through a build. */
class Foreign {
  /** By path without leading slash. */
  readonly uses = new Map<string, Use>();

  constructor({ processes, shell, descent }: TrustInput, texts: Texts) {
    const all = shell === undefined ? processes : [shell, ...processes];
    for (const { inputs, step } of all) {
      for (const [path, file] of inputs) {
        if (file.madeBy === undefined && !texts.has(file.bytes)) this.note(path, file, step);
      }
    }
    for (const { path, step } of all) this.become(descent.programs.get(step) ?? [], path);
    for (const [path, origins] of descent.made) this.become(origins, path);
  }

  private become(origins: Iterable<string>, program: string): void {
    for (const path of origins) {
      const use = this.uses.get(path);
      if (use !== undefined) use.program ||= program.slice(1);
    }
  }

  private note(path: string, file: FileRecord, step: number): void {
    const name = path.slice(1);
    if (!this.uses.has(name)) this.uses.set(name, { file, step, program: '' });
  }
}

function judge(
  path: string,
  { bytes }: FileRecord,
  program: string,
  fromSource: ReadonlyMap<string, string>,
  allowed: ReadonlySet<string>,
): Omit<TrustedBinary, 'program' | 'step'> {
  const sha256 = sha256Hex(bytes);
  const as = (standing: Standing, by = '') => ({ path, size: bytes.length, sha256, standing, by });
  const twin = fromSource.get(sha256);
  if (twin !== undefined) return as('made-from-source', twin);
  if (allowed.has(path)) return as('allowed');
  if (program === '') return as('data');
  const tool = portFor(path);
  const own = [...fromSource.values()].find((made) => tool !== undefined && portFor(made) === tool);
  const seed = knownSeed(sha256);
  // Some releases publish a seed that differs from what their own source makes.
  if (seed !== undefined) return as('known', seed);
  return own === undefined ? as('unknown') : as('differs-from-source', own);
}

/** Digest → path of every file that our ports made from source in this build. */
function collectFromSource(
  { processes }: TrustInput,
  found: Map<string, string>,
  texts: Texts,
): void {
  const good = new Set<Uint8Array>();
  for (const process of processes) {
    if (process.nature !== 'port' && process.nature !== 'stand-in') continue;
    const inputs = [...process.inputs].filter(([path]) => path !== process.path);
    const clean = inputs.every(([, file]) =>
      file.madeBy === undefined ? texts.has(file.bytes) : good.has(file.bytes),
    );
    if (!clean || process.isHandedInput) continue;
    for (const path of process.made) {
      const output = process.outputs.get(path);
      if (output?.kind !== 'file') continue;
      good.add(output.bytes);
      if (!texts.has(output.bytes)) found.set(sha256Hex(output.bytes), path.slice(1));
    }
  }
}

/** How much of the build was compared. `left` and `right` are two recordings of the same build. */
export function coverageOf(left: TrustInput, right: TrustInput): Coverage {
  const seen = left.hidden ? right : left;
  const uncompared = new Map<string, Uncompared & { readonly steps: number[] }>();
  const add = (reason: Uncompared['reason'], { path, step }: ProcessRecord): void => {
    const key = `${reason} ${reason === 'same-binary' ? path : ''}`;
    const known = uncompared.get(key);
    if (known !== undefined) known.steps.push(step);
    else uncompared.set(key, { reason, path: path.slice(1), steps: [step] });
  };
  const shell = left.shell ?? right.shell;
  if (left.shell !== undefined && right.shell !== undefined)
    add('first-shell', shell as ProcessRecord);
  let compared = 0;
  let descendants = 0;
  for (const [at, process] of seen.processes.entries()) {
    const other = left.hidden || right.hidden ? hiddenNature(process) : right.processes[at]?.nature;
    if (other === undefined) continue; // the builds have diverged
    if (isIndependent(process.nature, other)) {
      compared++;
      if (process.nature === 'descendant' || other === 'descendant') descendants++;
    } else add(reasonOf(process.nature, other), process);
  }
  return {
    processes: seen.processes.length,
    compared,
    descendants,
    uncompared: [...uncompared.values()],
  };
}

/** What a kernel ran, unobserved: the file itself, if it is machine code. */
function hiddenNature(process: ProcessRecord): Nature {
  const image = process.inputs.get(process.path);
  return image !== undefined && isElf(image.bytes) ? 'native' : 'launcher';
}

/** These run without a byte of the tree's machine code. */
const OURS: ReadonlySet<Nature> = new Set(['port', 'stand-in', 'descendant']);

/**
 * True for one of our tools and one of the tree. If a check runs no machine code of the tree: for
 * our port and the tree's own C source, compiled by us.
 */
function isIndependent(a: Nature, b: Nature): boolean {
  const isCode = (nature: Nature) => nature === 'machine' || nature === 'native';
  const isOurs = (nature: Nature) => OURS.has(nature);
  if (isCode(a) || isCode(b)) return (isOurs(a) && isCode(b)) || (isCode(a) && isOurs(b));
  return isOurs(a) && isOurs(b) && (a === 'descendant') !== (b === 'descendant');
}

function reasonOf(a: Nature, b: Nature): Uncompared['reason'] {
  if (a === 'launcher' || b === 'launcher') return 'launcher';
  return a === 'machine' || a === 'native' ? 'same-binary' : 'same-port';
}
