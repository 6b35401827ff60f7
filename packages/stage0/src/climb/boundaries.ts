// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Processes that start and end → where a package of live-bootstrap begins and ends.
 *
 * With kaem a package is a process of its own, `kaem --file passN.kaem` in /steps/PACKAGE. With
 * bash it is a call of the function `build` in the one bash that runs /steps/N.sh, and what shows
 * are the programs that the function starts: `rm -rf build` in /steps/PACKAGE is its first, and
 * `rm -f /tmp/bzip2 /tmp/tar`, after the package is unpacked at the root, its last. Invariant:
 * nothing rests on this but the question when to look: names are compared with the manifest, and
 * files with published digests.
 *
 * Behaviour defined by steps/helpers.sh and seed/script-generator.c of live-bootstrap 984b8322.
 */
import type { ProcessRecord } from '../records.ts';
import type { PlannedPackage } from './manifest.ts';

/** A package that begins. */
export interface BegunPackage extends Pick<PlannedPackage, 'name' | 'shell'> {
  /** Name of the script for it; not seen where bash reads it itself. */
  readonly script?: string;
}

const FIRST_OF_BUILD = 'rm -rf build';
const LAST_OF_BUILD = 'rm -f /tmp/bzip2 /tmp/tar';

/** Follows the scripts of one climb. */
export class Boundaries {
  /** The kaem that builds package after package, once a package has shown which it is. */
  script: ProcessRecord | undefined;
  /** The bash that goes on from there. */
  private bash: ProcessRecord | undefined;
  /** What builds a package now. */
  private builder: ProcessRecord | undefined;
  private readonly running = new Map<number, ProcessRecord>();
  private readonly isResumed: boolean;

  /** @param isResumed the first process is the script itself. */
  constructor(isResumed: boolean) {
    this.isResumed = isResumed;
  }

  /** The package that begins with this process, if one does. */
  started(process: ProcessRecord): BegunPackage | undefined {
    this.running.set(process.step, process);
    if (this.isResumed) this.script ??= process;
    if (this.bash !== undefined) return this.startedInBash(process);
    if (this.builder !== undefined) return undefined;
    if (this.script !== undefined && process.parent !== this.script.step) return undefined;
    if (this.script !== undefined && isBashScript(process)) this.bash = process;
    const begun = begunByKaem(process);
    if (begun === undefined) return undefined;
    this.script ??= this.running.get(process.parent);
    this.builder = process;
    return begun;
  }

  private startedInBash(process: ProcessRecord): BegunPackage | undefined {
    const isFirst = process.argv.join(' ') === FIRST_OF_BUILD;
    const name = packageOf(process);
    if (process.parent !== this.bash?.step || !isFirst || name === undefined) return undefined;
    this.builder = this.bash;
    return { name, shell: 'bash' };
  }

  /** True if a package is built with the end of this process, false if it failed. */
  ended(process: ProcessRecord): boolean | undefined {
    this.running.delete(process.step);
    const isLast = this.builder === this.bash && this.isLastInBash(process);
    if (this.builder === undefined || (process !== this.builder && !isLast)) return undefined;
    this.builder = undefined;
    if (process === this.bash) return false;
    return process.end?.kind === 'exited' && process.end.status === 0;
  }

  private isLastInBash({ parent, argv }: ProcessRecord): boolean {
    return parent === this.bash?.step && argv.join(' ') === LAST_OF_BUILD;
  }
}

function begunByKaem(process: ProcessRecord): BegunPackage | undefined {
  const { argv } = process;
  const [, option, script = ''] = argv;
  const isPass = argv.length === 3 && option === '--file' && /^pass\d+\.kaem$/.test(script);
  const name = packageOf(process);
  return isPass && name !== undefined ? { name, shell: 'kaem', script } : undefined;
}

function isBashScript({ argv }: ProcessRecord): boolean {
  const [shell = '', script = ''] = argv;
  return argv.length === 2 && shell === 'bash' && /^\/steps\/\d+\.sh$/.test(script);
}

/** The package in whose folder a process starts. */
function packageOf({ directory }: ProcessRecord): string | undefined {
  return /^\/steps\/([^/]+)$/.exec(directory)?.[1];
}
