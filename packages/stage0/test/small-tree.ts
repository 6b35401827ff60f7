// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A small honest tree of the shape of stage0-posix, to plant faults in: a seed that assembles
 * itself and three tools, all of them machine code from listings, and a script that runs them.
 */
import { readFileSync } from 'node:fs';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { assemble } from '@stage0-ts/hex0';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import {
  type CheckOptions,
  type CheckResult,
  check,
  machineEngine,
  portsAndMachine,
} from '@stage0-ts/stage0';
import { type Call, guest, listing, unlink, write } from './guests.ts';

export const SEED = '/bootstrap-seeds/POSIX/x86/hex0-seed';
const source = readFileSync(
  new URL('../../../test-vectors/ladder/seed/hex0.hex0', import.meta.url),
);
export const hex0 = assemble(source);
/** What the tree's honest tools do. */
export const RM: Call[] = [unlink('x86/junk')];

export const SCRIPT = `.${SEED} x86/hex0_x86.hex0 x86/artifact/hex0
./x86/artifact/hex0 x86/rm.hex0 x86/bin/rm
./x86/artifact/hex0 x86/match.hex0 x86/bin/match
./x86/artifact/hex0 x86/M1.hex0 x86/bin/M1
./x86/bin/rm x86/junk
./x86/bin/match a a
`;

export class World {
  readonly files = new MemoryFiles();
  private readonly published = new Map<string, string>();

  constructor() {
    for (const folder of ['/x86/artifact', '/x86/bin', '/tools', '/tmp']) {
      this.files.createDirectories(folder);
    }
    this.program(SEED, hex0);
    this.text('/x86/hex0_x86.hex0', source);
    this.text('/x86/junk', encodeUtf8('junk\n'));
    this.source('rm', guest(...RM));
    this.source('match', guest());
    this.source('M1', guest(write(1, 'M1')));
    this.publish('x86/artifact/hex0', hex0);
    this.publish('x86/bin/M1', guest(write(1, 'M1')));
    this.script(SCRIPT);
  }

  text(path: string, bytes: Uint8Array | string): void {
    this.files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    const content = typeof bytes === 'string' ? encodeUtf8(bytes) : bytes;
    this.files.writeFile(path, content, 0o644);
  }

  program(path: string, bytes: Uint8Array): void {
    this.text(path, bytes);
    const node = this.files.get(path);
    if (node.kind === 'file') node.mode = 0o755;
  }

  /** The source of a tool: its bytes as text for hex0. */
  source(tool: string, bytes: Uint8Array): void {
    this.text(`/x86/${tool}.hex0`, listing(bytes));
  }

  launcher(tool: string): void {
    this.program(`/tools/${tool}`, encodeUtf8(`#!/bin/sh\nexec stage0 ${tool} "$@"\n`));
  }

  publish(path: string, bytes: Uint8Array): void {
    this.published.set(path, sha256Hex(bytes));
    this.writeAnswers();
  }

  withdraw(path: string): void {
    this.published.delete(path);
    this.writeAnswers();
  }

  private writeAnswers(): void {
    const lines = [...this.published].map(([path, digest]) => `${digest}  ${path}\n`);
    this.text('/x86.answers', lines.join(''));
  }

  script(text: string): void {
    this.text('/kaem.x86', text);
  }

  /** Add a line after all others. */
  append(line: string): void {
    this.script(`${SCRIPT}${line}\n`);
  }
}

const LIMITS = { instructionLimit: 2_000_000 };

export function judged(
  plant: (world: World) => void,
  options: Partial<CheckOptions> = {},
): CheckResult {
  const load = () => {
    const world = new World();
    plant(world);
    return world.files;
  };
  return check(load, {
    engines: [portsAndMachine(LIMITS), machineEngine(LIMITS)],
    script: 'kaem.x86',
    ...options,
  });
}

/** Everything that the verdict says. */
export function said(result: CheckResult): string {
  const { sentence, reasons } = result.verdict;
  return [sentence, ...reasons.map(({ text }) => text), result.divergence?.message].join('\n');
}
