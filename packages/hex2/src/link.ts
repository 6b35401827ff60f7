// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * hex2: sources of hexadecimal, octal or binary text with named labels → an image, for any
 * architecture.
 *
 * scan.ts reads the text. Then every reference gets its value here, because a label may come after
 * its uses and in a later source. Invariant: only bytes inside the holes change, and on RISC-V
 * those that the register reaches.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { latin1ToHost } from '@stage0-ts/bytes';
import {
  errorAt,
  reportOf,
  requireKnown,
  requireSources,
  type Source,
} from '@stage0-ts/diagnostics';
import { displacement, putBytes, range } from './displacement.ts';
import { ARCHITECTURES, DEFAULT_OPTIONS, isRiscV, type LinkOptions } from './options.ts';
import type { LinkResult } from './result.ts';
import { fitsBranch, replay, type Step } from './riscv.ts';
import { type Reference, type ScanResult, scan } from './scan.ts';
import type { Immediate } from './sigils.ts';
import { type Suspicions, suspicionsFor } from './strict.ts';

/**
 * Link the sources in their order.
 *
 * Throws a positioned ToolError for an undefined label or base, a value that does not fit its hole,
 * an unaligned ARM branch target, a name that is too long or holds a NUL, and a RISC-V word that is
 * cut off by the end of its file.
 */
export function link(sources: readonly Source[], options: LinkOptions = {}): LinkResult {
  requireSources(sources);
  requireKnown(options.architecture, ARCHITECTURES, 'architecture');
  const { provenance, strict = false, warnings, ...target } = options;
  const suspicions = suspicionsFor(reportOf({ strict, warnings }));
  const scanned = scan(sources, { ...DEFAULT_OPTIONS, ...target }, provenance, suspicions);
  const image = scanned.out.toBytes();
  resolve(scanned, image, suspicions);
  provenance?.finish(image.length);
  return { image, symbols: scanned.symbols };
}

/**
 * Fill the holes. On RISC-V, the other references and the `.` words go through the register, which
 * skips the holes.
 */
function resolve(scanned: ScanResult, image: Uint8Array, suspicions: Suspicions | undefined): void {
  const riscV = isRiscV(scanned.options.architecture);
  const steps: Step[] = [];
  for (const event of scanned.events) {
    if (event.kind === 'register') steps.push(event);
    else if (event.size > 0) {
      const { source, offset, sigil, base } = event;
      fillHole(scanned, image, event);
      if (sigil.absolute && base >= 0) suspicions?.uselessBase(source, offset);
      if (riscV) steps.push({ at: event.at, skip: event.size, word: 0 });
    } else steps.push({ at: event.at, skip: 0, word: immediateOf(scanned, event) });
  }
  if (riscV) replay(image, steps);
}

function fillHole(scanned: ScanResult, image: Uint8Array, reference: Reference): void {
  const { at, size } = reference;
  const { absolute } = reference.sigil;
  const target = addressOf(scanned, reference, reference.target);
  const relative = displacementOf(scanned, reference, target);
  const value = absolute ? target : relative;
  const [low, high] = range(size, absolute);
  if (value < low || value > high) {
    const what = absolute ? 'address' : 'displacement';
    throw failure(reference, 'out-of-range', `${what} ${value} does not fit ${bytesOf(size)}`);
  }
  putBytes(image, at, value, size, scanned.options.bigEndian);
}

/**
 * Quirk kept: an absolute reference also has a displacement. Its base must exist, and ARM checks
 * its target.
 */
function displacementOf(scanned: ScanResult, reference: Reference, target: number): number {
  const { architecture, baseAddress } = scanned.options;
  if (reference.base >= 0) return (target - addressOf(scanned, reference, reference.base)) | 0;
  if (reference.aligned && architecture === 'armv7l' && (target & 3) !== 0) {
    const name = scanned.names.shown(reference.target);
    throw failure(reference, 'unaligned-target', `branch target ${name} is not aligned to 4`);
  }
  const base = (baseAddress + reference.at + reference.size) | 0;
  return displacement(architecture, target, base, reference.aligned);
}

/** The bits that a RISC-V reference without a hole puts into the register. */
function immediateOf(scanned: ScanResult, reference: Reference): number {
  const { encode, bits } = reference.sigil.immediate as Immediate;
  const target = addressOf(scanned, reference, reference.target);
  const relative = displacementOf(scanned, reference, target);
  if (bits !== undefined && !fitsBranch(relative, bits)) {
    const message = `displacement ${relative} is odd or does not fit ${bits} bits`;
    throw failure(reference, 'out-of-range', message);
  }
  return encode(relative);
}

function addressOf(scanned: ScanResult, reference: Reference, name: number): number {
  const address = scanned.addresses[name];
  if (address !== undefined) return address;
  const message = `undefined label ${scanned.names.shown(name)}`;
  const { source, offset } = reference;
  throw errorAt(source, offset, 'undefined-label', message, symbolHint(scanned.names.text(name)));
}

/** What a label in M2-Planet's output means in the C program. */
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
