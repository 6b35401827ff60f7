// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which port does the work of a hand-written tool of another architecture, when that architecture
 * is built with our ports.
 *
 * The ports of hand-written tools follow the x86 ones. For each of the others, this lists what runs
 * in its place and why that is right. Every stand-in does the tool's work on the tool's own input.
 * All published answers are the output of M2-Planet, blood-elf, M1, hex2 and M2-Mesoplanet for that
 * architecture, which are ported as such: except for riscv32's M2, no stand-in has a part in their
 * bytes.
 */
import { ByteWriter, decodeLatin1, encodeLatin1, ProvenanceMap } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand, type Source } from '@stage0-ts/diagnostics';
import { hex0 } from '@stage0-ts/hex0';
import { hex1 } from '@stage0-ts/hex1';
import { link } from '@stage0-ts/hex2';
import type { Host, Program } from '@stage0-ts/host';
import { kaemMinimal } from '@stage0-ts/kaem';
import { expand, M0 } from '@stage0-ts/m1';
import { compile, m2PlanetBuiltBy } from '@stage0-ts/m2-planet';
import { catmMinimal } from '@stage0-ts/mescc-tools-extra';

/** What a report says about a stand-in. */
export interface StandInRecord {
  /** The tool that it replaces, by the name that scripts use: `hex0`, `cc_amd64`, … */
  readonly tool: string;
  /** Upstream's name of the tool whose port runs. */
  readonly port: string;
  /** Why that port does the same job, and what differs. */
  readonly reason: string;
}

export interface StandIn extends StandInRecord {
  readonly run: Program;
  /** True if its output differs from the tool's by design, so that the two cannot be compared. */
  readonly otherCode?: boolean;
}

type CrossArchitecture = 'amd64' | 'aarch64' | 'riscv32' | 'riscv64';

/** The address at which programs of each of these architectures are loaded. */
const BASE_ADDRESS = 0x600000;

const HEX1_NAMES = 'a name is followed by a blank in all of its sources';

const STAND_INS: Readonly<Record<CrossArchitecture, readonly StandIn[]>> = {
  amd64: [
    ...sameLanguage('amd64'),
    {
      tool: 'hex1',
      port: 'hex1',
      reason: 'hand-written for amd64; its language is that of x86',
      run: hex1,
    },
    {
      tool: 'hex2-0',
      port: 'hex2',
      reason: 'hand-written for amd64; the language of x86, but addresses count from 0x600000',
      run: linker('hex2-0', 'amd64'),
    },
    {
      tool: 'M0',
      port: 'M0',
      reason: 'hand-written for amd64; its language is that of x86',
      run: M0,
    },
    compilerFor('amd64', 'more definitions'),
  ],
  aarch64: [
    ...sameLanguage('aarch64'),
    {
      tool: 'hex1',
      port: 'hex2',
      reason: `hand-written for aarch64; its ^~ and & are those of hex2, and ${HEX1_NAMES}`,
      run: linker('hex1', 'aarch64'),
    },
    {
      tool: 'hex2-0',
      port: 'hex2',
      reason: 'hand-written for aarch64; its ^~ and & are those of hex2',
      run: linker('hex2-0', 'aarch64'),
    },
    {
      tool: 'M0',
      port: 'M0',
      reason: 'hand-written for aarch64; its language is that of x86',
      run: M0,
    },
    compilerFor('aarch64', 'more definitions'),
  ],
  riscv32: [
    ...riscV('riscv32'),
    {
      tool: 'M2',
      port: 'M2-Planet',
      reason:
        'cc_riscv32, which builds this M2, makes every >> logical: M2-Planet with logicalShiftRight',
      run: m2PlanetBuiltBy({ logicalShiftRight: true }),
    },
  ],
  riscv64: riscV('riscv64'),
};

/**
 * The program that replaces `tool` (a script's name for it, without folder) on `arch`, if there is
 * one.
 */
export function standInFor(arch: string, tool: string): StandIn | undefined {
  if (!Object.hasOwn(STAND_INS, arch)) return undefined;
  return STAND_INS[arch as CrossArchitecture].find((one) => one.tool === tool);
}

/** Tools whose hand-written versions differ between architectures only in their machine code. */
function sameLanguage(arch: CrossArchitecture): StandIn[] {
  const reason = (what: string) => `hand-written for ${arch}; ${what}`;
  return [
    { tool: 'hex0', port: 'hex0', reason: reason('hex0 is one language'), run: hex0 },
    {
      tool: 'kaem-minimal',
      port: 'kaem-minimal',
      reason: reason('scripts are read in the same way'),
      run: kaemMinimal,
    },
    {
      tool: 'catm-minimal',
      port: 'catm-minimal',
      reason: reason('joins files in the same way'),
      run: catmMinimal,
    },
  ];
}

function riscV(arch: 'riscv32' | 'riscv64'): StandIn[] {
  return [
    ...sameLanguage(arch),
    {
      tool: 'hex1',
      port: 'hex2',
      reason: `hand-written for ${arch}; its ! @ $ ~ are those of hex2, and ${HEX1_NAMES}`,
      run: linker('hex1', arch),
    },
    {
      tool: 'hex2-0',
      port: 'hex2',
      reason: `hand-written for ${arch}; its . ! @ $ ~ are those of hex2`,
      run: linker('hex2-0', arch),
    },
    {
      tool: 'M0',
      port: 'M1',
      reason: `hand-written for ${arch}; its words and immediates are those of M1, whose text has other blanks and line ends`,
      run: macroAssembler(arch),
    },
    compilerFor(arch, 'logical shifts'),
  ];
}

/**
 * `NAME INPUT OUTPUT`, done by the linker. A new output gets mode 0700, as the hand-written tools
 * give it.
 */
function linker(name: string, architecture: CrossArchitecture): Program {
  return converter(name, 0o700, (source, _, map) => {
    const options = { architecture, bigEndian: false, baseAddress: BASE_ADDRESS, provenance: map };
    return { bytes: link([source], options).image, map };
  });
}

/** `M0 INPUT OUTPUT`, done by M1. */
function macroAssembler(architecture: CrossArchitecture): Program {
  return converter('M0', 0o600, (source, _, map) => {
    return { bytes: expand([source], { architecture, bigEndian: false, provenance: map }), map };
  });
}

/**
 * `cc_<arch> INPUT OUTPUT`, done by M2-Planet, which in bootstrap mode accepts what those compilers
 * accept.
 *
 * It uses more instructions than they do. Phase 5 puts definitions before the output; where these
 * lack some instructions, the output begins with M2libc's definitions for the architecture.
 * cc_riscv32 and cc_riscv64 compile every `>>` to a logical shift, so the M2 that they build shifts
 * logically.
 */
function compilerFor(
  arch: CrossArchitecture,
  needs: 'more definitions' | 'logical shifts',
): StandIn {
  const tool = `cc_${arch}`;
  const definitions = `M2libc/${arch}/${arch}_defs.M1`;
  const note =
    needs === 'logical shifts'
      ? 'with the logical >> that it has'
      : `with instructions that phase 5 has no names for, so the output begins with ${definitions}`;
  return {
    tool,
    port: 'M2-Planet',
    reason: `hand-written for ${arch}; compiles the same C in bootstrap mode to other code, which makes M2 only, ${note}`,
    run: converter(tool, 0o600, (source, host, map) => {
      const code = compile([source], { architecture: arch, bootstrapMode: true, provenance: map });
      if (needs === 'logical shifts') return { bytes: withLogicalShifts(code), map };
      const out = new ByteWriter(code.length);
      out.write(host.readFile(definitions));
      const head = out.length;
      out.write(code);
      return { bytes: out.toBytes(), map: map?.withPrefix(head, definitions) };
    }),
  };
}

/**
 * Replaces M2-Planet's line for a signed `>>` by the one for an unsigned `>>`. Lines of strings
 * begin with a quote, so they do not match.
 */
function withLogicalShifts(code: Uint8Array): Uint8Array {
  return encodeLatin1(
    decodeLatin1(code).replace(/^rd_a0 rs1_a1 rs2_a0 sra$/gm, 'rd_a0 rs1_a1 rs2_a0 srl'),
  );
}

/** An output, and its provenance if the caller wants it. */
interface Converted {
  readonly bytes: Uint8Array;
  readonly map: ProvenanceMap | undefined;
}

/** The program `NAME INPUT OUTPUT` that applies a function to the input. */
function converter(
  name: string,
  mode: number,
  convert: (source: Source, host: Host, map: ProvenanceMap | undefined) => Converted,
): Program {
  return (argv, host) =>
    reportErrors(name, host, () => {
      const input = requireOperand(argv, 1, 'the source file');
      const output = requireOperand(argv, 2, 'the output');
      requireDistinct(host, output, [input]);
      const source = { name: input, bytes: host.readFile(input) };
      const { bytes, map } = convert(source, host, host.provenance && new ProvenanceMap());
      if (map !== undefined) host.provenance?.(output, map);
      host.writeFile(output, bytes, mode);
      return 0;
    });
}
