// SPDX-License-Identifier: GPL-3.0-or-later
/** The architecture and operating system to build for, and what follows from them. */
import { ToolError } from '@stage0-ts/diagnostics';
import type { Host } from '@stage0-ts/host';

export interface Target {
  readonly architecture: string;
  readonly operatingSystem: string;
  /** In the form that hex2 reads. */
  readonly baseAddress: string;
  readonly bigEndian: boolean;
  readonly wordSize: 32 | 64;
  /** Macros that tell the source about the target. */
  readonly defines: readonly (readonly [name: string, value: string])[];
}

type TargetFacts = Omit<Target, 'architecture' | 'operatingSystem'>;

/** Behaviour defined by M2-Mesoplanet 1.13.0, cc_env.c (setup_env). */
const ARCHITECTURES: Readonly<Record<string, TargetFacts>> = {
  'knight-native': { baseAddress: '0x0', bigEndian: true, wordSize: 32, defines: [] },
  'knight-posix': { baseAddress: '0x0', bigEndian: true, wordSize: 32, defines: [] },
  x86: little('0x8048000', 32, [['__i386__', '1']]),
  amd64: little('0x00600000', 64, [['__x86_64__', '1']]),
  armv7l: little('0x10000', 32, [['__arm__', '1']]),
  aarch64: little('0x400000', 64, [['__aarch64__', '1']]),
  riscv32: little('0x600000', 32, [
    ['__riscv', '1'],
    ['__riscv_xlen', '32'],
  ]),
  riscv64: little('0x600000', 64, [
    ['__riscv', '1'],
    ['__riscv_xlen', '64'],
  ]),
};

/** The operands that `-A` accepts, for messages. */
export const KNOWN_ARCHITECTURES: string = Object.keys(ARCHITECTURES).join(', ');

/** The names that uname has for machines, where upstream's are different. */
const MACHINES: ReadonlyMap<string, string> = new Map([
  ['i386', 'x86'],
  ['i486', 'x86'],
  ['i586', 'x86'],
  ['i686', 'x86'],
  ['i686-pae', 'x86'],
  ['x86_64', 'amd64'],
]);

/**
 * Choose the architecture by the option; without it by the environment's override; without that by
 * the machine. Throws for an unknown name.
 */
export function selectTarget(
  options: {
    readonly architecture: string | undefined;
    readonly operatingSystem: string | undefined;
  },
  host: Host,
  environment: ReadonlyMap<string, string>,
): Target {
  const { machine } = host.systemName();
  const architecture =
    options.architecture ??
    environment.get('ARCHITECTURE_OVERRIDE') ??
    MACHINES.get(machine) ??
    machine;
  const operatingSystem = options.operatingSystem ?? environment.get('OS_OVERRIDE') ?? 'Linux';
  const facts = Object.hasOwn(ARCHITECTURES, architecture)
    ? ARCHITECTURES[architecture]
    : undefined;
  if (facts === undefined) {
    throw new ToolError(
      `Unknown architecture: ${architecture} know values are: ${KNOWN_ARCHITECTURES}`,
      {
        code: 'unknown-architecture',
      },
    );
  }
  if (operatingSystem !== 'UEFI') return { ...facts, architecture, operatingSystem };
  const defines = [...facts.defines, ['__uefi__', '1'] as const];
  return { ...facts, architecture, operatingSystem, defines, baseAddress: '0x0' };
}

function little(
  baseAddress: string,
  wordSize: 32 | 64,
  defines: readonly (readonly [string, string])[],
): TargetFacts {
  return { baseAddress, bigEndian: false, wordSize, defines };
}
