// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * hex2: sources of hexadecimal, octal or binary text with named labels → an image, for any architecture.
 *
 * scan.ts reads the text; here every reference gets its value, as a label may come after its uses and in
 * a later source. Invariant: only bytes inside the holes change, on RISC-V also those that the register
 * reaches.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { latin1ToHost } from '@stage0-ts/bytes';
import { errorAt, requireKnown, requireSources, type Source } from '@stage0-ts/diagnostics';
import { displacement, putBytes, range } from './displacement.ts';
import { ARCHITECTURES, DEFAULT_OPTIONS, isRiscV, type LinkOptions } from './options.ts';
import type { LinkResult } from './result.ts';
import {
  fitsBranch,
  immediateB,
  immediateI,
  immediateJ,
  immediateU,
  replay,
  type Step,
} from './riscv.ts';
import { type Reference, type Scan, scan } from './scan.ts';

/**
 * Link the sources in their order.
 *
 * Throws a positioned ToolError for an undefined label or base, a value that does not fit its pointer, an
 * unaligned ARM branch target, a name that is too long or holds a NUL, and a RISC-V word that the end
 * of its file cuts off.
 */
export function link(sources: readonly Source[], options: LinkOptions = {}): LinkResult {
  requireSources(sources);
  requireKnown(options.architecture, ARCHITECTURES, 'architecture');
  const { map, ...target } = options;
  const run = scan(sources, { ...DEFAULT_OPTIONS, ...target }, map);
  const image = run.out.toBytes();
  if (isRiscV(run.options.architecture)) linkWords(run, image);
  else for (const reference of run.references) fillHole(run, image, reference);
  map?.finish(image.length);
  return { image, symbols: run.symbols };
}

function fillHole(run: Scan, image: Uint8Array, reference: Reference): void {
  const { sign, at, size } = reference;
  const target = addressOf(run, reference, reference.target);
  const distance = distanceOf(run, reference, target);
  const absolute = sign === 0x24 || sign === 0x26; // $ &
  if (run.options.strict && absolute && reference.base >= 0) {
    throw failure(reference, 'useless-base', 'this base has no effect');
  }
  const value = absolute ? target : distance;
  const [low, high] = range(size, absolute);
  if (value < low || value > high) {
    const what = absolute ? 'address' : 'distance';
    throw failure(reference, 'out-of-range', `${what} ${value} does not fit ${bytesOf(size)}`);
  }
  putBytes(image, at, value, size, run.options.bigEndian);
}

/** Quirk kept: an absolute pointer has a distance too; its base must exist and ARM checks its target. */
function distanceOf(run: Scan, reference: Reference, target: number): number {
  const { architecture, baseAddress } = run.options;
  if (reference.base >= 0) return (target - addressOf(run, reference, reference.base)) | 0;
  if (reference.aligned && architecture === 'armv7l' && (target & 3) !== 0) {
    const name = run.names.shown(reference.target);
    throw failure(reference, 'unaligned-target', `branch target ${name} is not aligned to 4`);
  }
  const base = (baseAddress + reference.at + reference.size) | 0;
  return displacement(architecture, target, base, reference.aligned);
}

/** Holes are filled as elsewhere; the other references and the `.` words go through the register. */
function linkWords(run: Scan, image: Uint8Array): void {
  const steps: Step[] = [];
  let next = 0;
  for (const [index, reference] of run.references.entries()) {
    for (; (run.layout[next]?.before ?? Infinity) <= index; next++) {
      steps.push(run.layout[next] as Step);
    }
    if (reference.size > 0) fillHole(run, image, reference);
    else steps.push({ at: reference.at, skip: 0, word: immediateOf(run, reference) });
  }
  replay(image, steps.concat(run.layout.slice(next)));
}

function immediateOf(run: Scan, reference: Reference): number {
  const distance = distanceOf(run, reference, addressOf(run, reference, reference.target));
  switch (reference.sign) {
    case 0x21: // !
      return immediateI(distance);
    case 0x40: // @
      requireBranch(reference, distance, 13);
      return immediateB(distance);
    case 0x24: // $
      requireBranch(reference, distance, 21);
      return immediateJ(distance);
    default: // ~
      return immediateU(distance);
  }
}

function requireBranch(reference: Reference, distance: number, bits: number): void {
  if (fitsBranch(distance, bits)) return;
  const message = `distance ${distance} is odd or does not fit ${bits} bits`;
  throw failure(reference, 'out-of-range', message);
}

function addressOf(run: Scan, reference: Reference, name: number): number {
  const address = run.addresses[name];
  if (address !== undefined) return address;
  const message = `undefined label ${run.names.shown(name)}`;
  const { source, offset } = reference;
  throw errorAt(source, offset, 'undefined-label', message, symbolHint(run.names.text(name)));
}

/** What a label of M2-Planet's output is in the C program. */
function symbolHint(label: string): string | undefined {
  const [, kind, name] = /^(FUNCTION|GLOBAL)_(.*)$/s.exec(label) ?? [];
  if (name === undefined) return undefined;
  return kind === 'FUNCTION'
    ? `the C function ${latin1ToHost(name)} is declared and used, but not defined`
    : `the C variable ${latin1ToHost(name)} is not defined in what is linked`;
}

function bytesOf(size: number): string {
  return size === 1 ? '1 byte' : `${size} bytes`;
}

function failure(reference: Reference, code: string, message: string): Error {
  return errorAt(reference.source, reference.offset, code, message);
}
