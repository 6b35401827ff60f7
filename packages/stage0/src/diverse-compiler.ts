// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The first compiler of the diverse build: `cc_x86 INPUT OUTPUT` by our M2-Planet.
 *
 * cc_x86 has one job in every release: to compile that release's M2-Planet. Our M2-Planet compiles
 * the same C to different code with the same behaviour. Two features of cc_x86's dialects need a
 * translation: constants in comments (up to 1.8.1) become macros, and FILE becomes a type. The
 * release's own definitions have other names for the instructions, so ours are put in front of the
 * output.
 */
import { ByteWriter, decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { compile } from '@stage0-ts/m2-planet';

/**
 * The program. With `logicalShiftRight` every `>>` of what it compiles is a logical shift, as in
 * what the hand-written compilers of RISC-V make.
 */
export function firstCompiler(options: { readonly logicalShiftRight?: boolean } = {}): Program {
  return (argv, host) =>
    reportErrors('cc_x86', host, () => {
      const input = requireOperand(argv, 1, 'the source file');
      const output = requireOperand(argv, 2, 'the output');
      requireDistinct(host, output, [input]);
      const source = encodeLatin1(withKnownDialect(decodeLatin1(host.readFile(input))));
      const out = new ByteWriter();
      out.write(encodeLatin1(definitions(options.logicalShiftRight === true)));
      const sources = [
        { name: 'FILE', bytes: encodeLatin1(FILE_TYPE) },
        { name: input, bytes: source },
      ];
      out.write(compile(sources, { architecture: 'x86' }));
      host.writeFile(output, out.toBytes(), 0o600);
      return 0;
    });
}

/**
 * What M2-Planet has to read before a source that is in the dialect of the hand-written compilers.
 */
export const FILE_TYPE = 'typedef char FILE;\n';

/** C in a hand-written compiler's dialect → C for M2-Planet; line numbers stay the same. */
export function withKnownDialect(source: string): string {
  return source.replace(/^\/\/ *CONSTANT /gm, '#define ');
}

/** The i386 instructions that our M2-Planet writes, as Intel's manual encodes them. */
const INSTRUCTIONS: readonly (readonly [name: string, code: string])[] = [
  ['add_eax,ebx', '01D8'],
  ['add_eax,ecx', '01C8'],
  ['and_eax,ebx', '21D8'],
  ['call', 'E8'],
  ['call_eax', 'FFD0'],
  ['cdq', '99'],
  ['cmp_ebx,eax', '39C3'],
  ['div_ebx', 'F7F3'],
  ['idiv_ebx', 'F7FB'],
  ['imul_ebx', 'F7EB'],
  ['int', 'CD'],
  ['je', '0F84'],
  ['jmp', 'E9'],
  ['jne', '0F85'],
  ['lea_eax,[ebp+DWORD]', '8D85'],
  ['lea_eax,[esi+DWORD]', '8D86'],
  ['lea_eax,[esp+DWORD]', '8D8424'],
  ['lea_ebx,[esi+DWORD]', '8D9E'],
  ['lea_ebx,[esp+DWORD]', '8D9C24'],
  ['mov_eax,', 'B8'],
  ['mov_eax,[eax]', '8B00'],
  ['mov_eax,ebx', '89D8'],
  ['mov_eax,edx', '89D0'],
  ['mov_ebp,edi', '89FD'],
  ['mov_ebx,', 'BB'],
  ['mov_ebx,[ebx]', '8B1B'],
  ['mov_[ebx],al', '8803'],
  ['mov_[ebx],ax', '668903'],
  ['mov_[ebx],eax', '8903'],
  ['mov_ecx,', 'B9'],
  ['mov_ecx,eax', '89C1'],
  ['mov_edi,esp', '89E7'],
  ['mov_edx,eax', '89C2'],
  ['mov_esi,esp', '89E6'],
  ['mov_esp,ebp', '89EC'],
  ['mov_esp,esi', '89F4'],
  ['movsx_eax,BYTE_PTR_[eax]', '0FBE00'],
  ['movsx_eax,WORD_PTR_[eax]', '0FBF00'],
  ['movsx_ebx,BYTE_PTR_[ebx]', '0FBE1B'],
  ['movzx_eax,al', '0FB6C0'],
  ['movzx_eax,BYTE_PTR_[eax]', '0FB600'],
  ['movzx_eax,WORD_PTR_[eax]', '0FB700'],
  ['mul_ebx', 'F7E3'],
  ['mul_ecx', 'F7E1'],
  ['not_eax', 'F7D0'],
  ['NULL', '00000000'],
  ['or_eax,ebx', '09D8'],
  ['pop_eax', '58'],
  ['pop_ebp', '5D'],
  ['pop_ebx', '5B'],
  ['pop_edi', '5F'],
  ['pop_esi', '5E'],
  ['push_eax', '50'],
  ['push_ebp', '55'],
  ['push_ebx', '53'],
  ['push_edi', '57'],
  ['push_esi', '56'],
  ['ret', 'C3'],
  ['sal_eax,cl', 'D3E0'],
  ['sar_eax,cl', 'D3F8'],
  ['seta_al', '0F97C0'],
  ['setae_al', '0F93C0'],
  ['setb_al', '0F92C0'],
  ['setbe_al', '0F96C0'],
  ['sete_al', '0F94C0'],
  ['setg_al', '0F9FC0'],
  ['setge_al', '0F9DC0'],
  ['setl_al', '0F9CC0'],
  ['setle_al', '0F9EC0'],
  ['setne_al', '0F95C0'],
  ['shl_eax,cl', 'D3E0'],
  ['shr_eax,cl', 'D3E8'],
  ['sub_ebx,eax', '29C3'],
  ['sub_esp,ecx', '29CC'],
  ['test_eax,eax', '85C0'],
  ['xchg_ebx,eax', '93'],
  ['xor_eax,eax', '31C0'],
  ['xor_eax,ebx', '31D8'],
  ['xor_edx,edx', '31D2'],
];

function definitions(logicalShiftRight: boolean): string {
  const codeOf = (name: string, code: string) =>
    logicalShiftRight && name === 'sar_eax,cl' ? 'D3E8' : code;
  return INSTRUCTIONS.map(([name, code]) => `DEFINE ${name} ${codeOf(name, code)}\n`).join('');
}
