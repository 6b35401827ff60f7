// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The sources that our ports follow: for each tool, all files of upstream's that it is built from,
 * with their digests in the releases that the port follows. These are 1.9.0 and 1.9.1, and for
 * cc_x86 every release whose dialect it knows. planet-dialects.ts has those of M2-Planet's newer
 * commits.
 *
 * If one of these files is missing in a tree or has another digest, the tree's tool is not the one
 * that the port follows, and the two may behave differently.
 */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { COMPILER_DIALECTS, COMPILER_SOURCE } from './compiler-dialects.ts';
import { planetDialect } from './planet-dialects.ts';

const FOLLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  hex0: {
    'x86/hex0_x86.hex0': ['0727c60b5573c0cbdbcf908cf54ebeb861b64cdfc1bdc818995a53bfac02f07a'],
  },
  'kaem-minimal': {
    'x86/kaem-minimal.hex0': ['a2d4036b17f42a2081f892038b3fd12f7e886732c8da757bdbdd5fb23e00c1ae'],
  },
  hex1: {
    'x86/hex1_x86.hex0': ['3a1536886bfbaf7d98de4ce637df3d3c36deb4befba16fdb2e7ba1e15831c99a'],
  },
  'hex2-0': {
    'x86/hex2_x86.hex1': ['5461302428f40d1e8a7789b2a9eca4d6e25dc10dbd4c1bd52d5232cb513c5ed5'],
  },
  'catm-minimal': {
    'x86/catm_x86.hex2': ['60ac884ba052147fedbf4b567f041c0b16d05f0a301564831b813475e7a302a4'],
  },
  M0: {
    'x86/M0_x86.hex2': ['17997bdbfe43b71e05e8c0207da0a7d08e22936986cab3e0f08bf0e25660ac09'],
  },
  cc_x86: { [COMPILER_SOURCE]: [...COMPILER_DIALECTS.keys()] },
  'M2-Planet': {
    'M2-Planet/cc-minimal.c': ['bed90932d6ed6b75a4cffb8c1767479f56ad89cc8916ff257219dde6e9d46815'],
    'M2-Planet/cc.c': [
      'e96d635fcf5295df2264b5f9b2570a7e3269baa25d0f5bc4349a405326a1ea2e',
      'f29fedcc891b16c7262e02ad7fa1cfde9c488e9f3dbcd802029bd3d82694bf5a',
    ],
    'M2-Planet/cc.h': ['c5f4e807de2b6b2b9d906f7494b258c9dd35b65be07cc218cebb3b0965d1cf3c'],
    'M2-Planet/cc_core.c': ['2b18d5506c2d14529e0f2959d6b1db4dc0dcafbc556d4804782aac71f6835a94'],
    'M2-Planet/cc_emit.c': ['f61960488ea8a58735ff2e6c97c4427ae93b52dae4b3ee4260596c8cd8cbe50a'],
    'M2-Planet/cc_emit.h': ['cad3903ba13eab93cc780c0271a2c2bb5c0c0fc4ac95617cd2d65423d6981827'],
    'M2-Planet/cc_globals.c': ['3538fdaba8d241d2e0ee960eea8bb0f8e75db15bf3332c2d7872215e6f2b852f'],
    'M2-Planet/cc_globals.h': ['9a63ca625c95b8ba11fb4ec561f9c46941602f9062a406b45a9e28543e15e48f'],
    'M2-Planet/cc_macro.c': ['01f09a83b3b63725d2000c51b79f64fe9ec64c4a1144a5d9ef55641fc93ec8c6'],
    'M2-Planet/cc_reader.c': [
      'c569987a90d07e51a457bd6bc90621fed1dab84e6778d4c9e3995f0b1d86bc0e',
      'f75f2438da9cd2b188d3805bfaa19cd5f6fc9a7738f3aaabbe8bada4364d68c8',
    ],
    'M2-Planet/cc_strings.c': ['723809f52ab919ac540e574cdd196c02aba2ce662753417e4b47958416656a4c'],
    'M2-Planet/cc_types.c': ['12a33b20f025f90b84ef3b70eeda369edba591c3bf2314d1b8b8e3294b237649'],
  },
  'blood-elf': {
    'mescc-tools/blood-elf.c': ['f052b106acc267990b8b4de14a5684d3d96eb468a2eb71bbbea96d7ec98adfaf'],
    'mescc-tools/stringify.c': ['2cc09fd299c2bdff1a5e32d1baf84bd92a01f4447c475a671a80fa6549bf1302'],
  },
  M1: {
    'mescc-tools/M1-macro.c': ['d0528b3fb6f54961c1b455f2a72e06f213ab9b8d8bd04b92b31ae753c30b8700'],
  },
  hex2: {
    'mescc-tools/hex2.c': ['6d010a9e518b50525b9aed9dbae6a55c8e5fc4771ba0125551da962f92d61f62'],
    'mescc-tools/hex2.h': ['de9ba5397afa35d73452c7ac5e48da700d2612ec34b548c629837255dcfa687a'],
    'mescc-tools/hex2_globals.h': [
      '6826a9adb174fa73ad57d5b83885b989adfc4bca95a9ae064d0685eb5879a5f2',
    ],
    'mescc-tools/hex2_linker.c': [
      '91d0b45264fde254758b278e437317b0ddcd0899c1e612b2cc7775c403bde56d',
    ],
    'mescc-tools/hex2_word.c': ['9843574faa7597d21bca30df318e09fed0e771538724ed086f6744142969fc46'],
  },
  get_machine: {
    'mescc-tools/get_machine.c': [
      '9e379e7eb69c69fd6f89676be38c7839f20426f7adb6fd085b43f483285d7df8',
    ],
  },
  kaem: {
    'mescc-tools/Kaem/kaem.c': ['68189e0ac7c8aec765b2ab8ac1831c5d99427852e42d7eb8393232ab29348c17'],
    'mescc-tools/Kaem/kaem.h': ['898300992848e6bb965cc2b4581e376442c94b8555a38f4e2c85cf601bc63f13'],
    'mescc-tools/Kaem/kaem_globals.c': [
      'f470585d23e5dbc3cb134be4f0f2ba4aea3ffc7f20b66303bf2ff4d6b0856d41',
    ],
    'mescc-tools/Kaem/kaem_globals.h': [
      '180b31f1365dbbd1501979b37b8775e1fd261e940a5fce4d237ae559b055d5fd',
    ],
    'mescc-tools/Kaem/variable.c': [
      'c2db8421f91eb965f7926792ded7853c5b18a72efdec51f12de6bd794c9d569b',
    ],
  },
  'M2-Mesoplanet': {
    'M2-Mesoplanet/cc.c': ['f06908b07b1be52e5ec6f5cdc1f63b8fbfe4aee437deae79d13f7f819cecfe6d'],
    'M2-Mesoplanet/cc.h': ['8bf1704691dc71c1d29d859211d3858bcaa0dba67e5c19dfa2efabfc61d6c7cb'],
    'M2-Mesoplanet/cc_core.c': ['6a0dfd92f47daaf38541c0e9d2a5c170191c40a11c1bf985f6366f4f50cd5eea'],
    'M2-Mesoplanet/cc_env.c': ['032cefdab49c887ae93eeccd04ff6b41f2921149321aff682235de7b1eb512d6'],
    'M2-Mesoplanet/cc_globals.c': [
      '93a698458baa98a8c3f2c716d75ee577ad76364717c2f8237542b9368bb6bbf0',
    ],
    'M2-Mesoplanet/cc_globals.h': [
      'e3f7719ade310f638ec8827dc5ea7755a7a47349724266324182ee5584f6dd14',
    ],
    'M2-Mesoplanet/cc_macro.c': [
      '712c5376c30476299c7f9b26daad3b4bb92988dd60922f674584ae6b00dd6a5c',
    ],
    'M2-Mesoplanet/cc_reader.c': [
      '09631af747fbd1f61fc881099429b979c1f1f0e7fc83f594cdde26ff77112932',
    ],
    'M2-Mesoplanet/cc_spawn.c': [
      '0d4fbab3d0cc751ea6359ae5fb7fbd6d1df326814749e9a92344cd75b8856675',
    ],
  },
  catm: {
    'mescc-tools-extra/catm.c': [
      '1dc88343b8f685c60a7ccee8d341c2813b69a22ca4135874ca809eb1e07e7f02',
    ],
  },
  chmod: {
    'mescc-tools-extra/chmod.c': [
      'e84dda4cc7730790a48cf72e57344619391c410fc6eb5c895b20d14cd8204893',
    ],
  },
  cp: {
    'mescc-tools-extra/cp.c': ['289fabfa3791b1c91bef3030548a3498c6a3ff98c3be91a69280f9422e35a90e'],
  },
  match: {
    'mescc-tools-extra/match.c': [
      '48308231019e8a224981c67f9846610372411faf191322233ecc054373089d77',
    ],
  },
  mkdir: {
    'mescc-tools-extra/mkdir.c': [
      '131e711303c2a0cebd03cf918b8f35041620501bcf1f6174353b2b8724dea61d',
    ],
  },
  replace: {
    'mescc-tools-extra/replace.c': [
      '26282e41c72578d471d6b48627fa57e1bad9c16679185bd407638057808bcd14',
    ],
  },
  rm: {
    'mescc-tools-extra/rm.c': ['f42fa5d94c3e7f890f6d66ba1cd2434bdd03a754bf6060f51801eb663d67c5d4'],
  },
  sha256sum: {
    'mescc-tools-extra/sha256sum.c': [
      'a3dadfcf25725792f9fe38bd328140718553460049898b2025696c1f1dec5fc6',
    ],
  },
  unbz2: {
    'mescc-tools-extra/unbz2.c': [
      'b5f6bf8f3780cd3b1ef6594417535b973b40fcc6152af63cdf53771e6cf5676b',
    ],
  },
  ungz: {
    'mescc-tools-extra/ungz.c': [
      '2c7b4b8be1263154aff5300765f2a19d8e476c01beee0ac97e628b4346eec80b',
    ],
  },
  untar: {
    'mescc-tools-extra/untar.c': [
      '7840120f0508a421dea31b75a3184e4439232052ec96efc7875e429a924acfd3',
    ],
  },
  unxz: {
    'mescc-tools-extra/unxz.c': [
      '7a50e92ca277611a18fe448aef46f5cc0806b940a534240c0075726725af6a6c',
    ],
  },
  wrap: {
    'mescc-tools-extra/wrap.c': [
      '3e11307607f5f7968e029d8b611a0e381cd521a7f92af410865772269b3c9f8a',
    ],
  },
};

/**
 * The tools of a tree of upstream's layout whose sources are not those that our ports follow, in
 * the order of the bootstrap. Undefined if the tree has none of the sources at these paths: then
 * nothing is known.
 */
export function unfollowedTools(files: MemoryFiles): readonly string[] | undefined {
  const paths = Object.values(FOLLOWED).flatMap((sources) => Object.keys(sources));
  if (!paths.some((path) => files.find(`/${path}`)?.kind === 'file')) return undefined;
  return Object.keys(FOLLOWED).filter((tool) => !isFollowed(files, tool));
}

function isFollowed(files: MemoryFiles, tool: string): boolean {
  if (tool === 'M2-Planet' && planetDialect(files) !== undefined) return true;
  return Object.entries(FOLLOWED[tool] ?? {}).every(([path, digests]) => {
    const node = files.find(`/${path}`);
    return node?.kind === 'file' && digests.includes(sha256Hex(node.bytes));
  });
}
