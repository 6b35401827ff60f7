// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The subcommands of `stage0`, as data: help, parsing, suggestions, completion, the man page and
 * the table in the README come from here. What a command does is loaded when it is asked for.
 */
import { ARCHITECTURES } from '../architectures.ts';
import type { Command, Operand, Option } from './command.ts';
import { ENGINE_NAMES } from './engine-names.ts';
import { LIMIT_OPTIONS, PROGRAM_LIMIT_OPTIONS, ROUND_OPTION } from './limit-options.ts';
import { LAYOUT_OPTIONS, RECIPE_OPTIONS } from './recipe-options.ts';

/** A script must be able to tell "differs" from "could not look". */
const CANNOT_JUDGE = 3;

const ARCH: Option = {
  value: 'ARCH',
  help: `the architecture, of: ${[...ARCHITECTURES.keys()].join(', ')}`,
  default: 'x86',
};
const ENGINES = ENGINE_NAMES.join(', ');
const ENGINE: Option = {
  value: 'NAME',
  help: `what runs the programs: ${ENGINES}. native runs the tree's programs on this computer with your rights`,
  default: 'ports',
};
const OUT: Option = {
  value: 'DIR',
  help: 'write the files that were made below DIR, at their paths in the tree',
};
const KEEP_GOING: Option = { help: 'go on after a program failed' };
const JSON_1: Option = { help: 'print one JSON document (version 1) and nothing else' };
const QUIET: Option = { help: 'no progress line' };

const ENGINE_PAIR: Option = {
  value: 'A,B',
  help:
    `the engines, of: ${ENGINES}. By itself the check uses ports,i386 for a tree with the ` +
    'sources that our ports follow, exact,i386 where they follow that of cc_x86 only, and ' +
    "diverse,i386 for any other release. native runs the tree's programs on this computer " +
    'with your rights',
};
const THOROUGH: Option = {
  help: 'compare with diverse as well, where the check does not by itself',
};
const TRUST: Option = {
  value: 'PATH',
  help: 'accept the binary at PATH of the tree, which no process of the build makes',
  isRepeated: true,
};
const PARTIAL: Option = { help: 'accept that a part is not compared; the report names it' };

const TREES: Operand = {
  name: 'TREE',
  help:
    'a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2. Several are parts of one tree: each is put ' +
    "where its folder's name says (M2-Planet-1.13 in M2-Planet), or where PATH=TREE does",
  isRepeated: true,
};

export const COMMANDS: readonly Command[] = [
  {
    name: 'build',
    summary: 'rebuild a stage0-posix tree with our ports and check every artifact',
    operands: [TREES],
    about:
      "Run the tree's own kaem.ARCH with our ports, in memory, and compare what it makes with " +
      'ARCH.answers.',
    options: {
      arch: ARCH,
      engine: ENGINE,
      out: OUT,
      json: JSON_1,
      'keep-going': KEEP_GOING,
      quiet: QUIET,
      ...LAYOUT_OPTIONS,
      ...LIMIT_OPTIONS,
    },
    notes:
      'Hand-written tools of architectures other than x86 have no port: a port that does the same ' +
      'job replaces them, and the report names each with the reason. With --engine ' +
      'diverse, which builds any release, the programs that the same release makes for the i386 do ' +
      'the rest.',
    exitStatus: '0 every answer matches, 1 something does not, 2 usage, 3 it cannot be judged.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./build-command.ts')).buildCommand,
  },
  {
    name: 'check',
    summary: 'build it with two engines and compare every file of every process',
    operands: [TREES],
    about:
      'Build the tree with two engines and compare every file that every process leaves, in the ' +
      'order of the build, and the trees when both have ended. "ok" is earned: what was not ' +
      'compared, and each binary that nothing vouches for, prevents it until you accept it.',
    options: {
      engines: ENGINE_PAIR,
      thorough: THOROUGH,
      arch: ARCH,
      trust: TRUST,
      partial: PARTIAL,
      against: {
        value: 'WHAT',
        help:
          'also compare with a build that was made elsewhere, and name where it began to go wrong: ' +
          "a folder laid out as the tree or as a distribution's bin, an archive, or one file",
      },
      json: { help: 'print one JSON document (version 2) and nothing else' },
      html: {
        value: 'FILE',
        help: 'write a report that a browser shows, with the chain as a graph',
      },
      quiet: QUIET,
      ...LAYOUT_OPTIONS,
      ...LIMIT_OPTIONS,
    },
    exitStatus:
      '0 the builds agree, 1 something differs or is wrong, 2 usage, 3 it cannot be judged.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./check-command.ts')).checkCommand,
  },
  {
    name: 'attest',
    summary: 'check it, and write what was found as a statement that people can sign',
    operands: [TREES],
    about:
      'Check the tree as stage0 check does, and if the builds agree, write an in-toto statement ' +
      'with SLSA provenance: each file that the build makes with its digest, and what that rests ' +
      'on. It has no clock, no host name and no path in it, so two people who checked the same ' +
      'tree in the same way hold the same bytes. docs/attest.md says how it is signed.',
    options: {
      out: { value: 'FILE', help: 'where the statement goes; standard output otherwise' },
      builder: { value: 'URI', help: 'say in the statement who ran it' },
      runtime: { help: 'say in the statement which JavaScript engine ran it' },
      engines: ENGINE_PAIR,
      thorough: THOROUGH,
      arch: ARCH,
      trust: TRUST,
      partial: PARTIAL,
      quiet: QUIET,
      ...LAYOUT_OPTIONS,
      ...LIMIT_OPTIONS,
    },
    exitStatus: '0 written, 1 something differs or is wrong, 2 usage, 3 it cannot be judged.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./attest-command.ts')).attestCommand,
  },
  {
    name: 'sign',
    summary: 'sign a statement with an Ed25519 key, as a DSSE envelope',
    operands: [{ name: 'STATEMENT', help: 'what stage0 attest wrote' }],
    about:
      'Sign a statement with an Ed25519 key, as openssl genpkey writes it, and print a DSSE ' +
      'envelope. With an SSH key, ssh-keygen -Y sign -n stage0-attest signs the statement, and ' +
      'with an OpenPGP key gpg --armor --detach-sign does.',
    options: {
      key: { value: 'FILE', help: 'the private key, in PEM', isRequired: true },
      out: { value: 'FILE', help: 'where the envelope goes; standard output otherwise' },
    },
    exitStatus: '0 signed, 2 usage, 3 it cannot be signed.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./attest-command.ts')).signCommand,
  },
  {
    name: 'verify',
    summary: 'say who signed a statement, and whether enough people did',
    operands: [
      {
        name: 'FILE',
        help:
          'statements, DSSE envelopes, and signatures by ssh-keygen or gpg, in any order; an ' +
          'envelope has its statement in it',
        isRepeated: true,
      },
    ],
    about:
      'Verify signatures over statements under a policy, which names people, their keys and how ' +
      'many of them have to sign. Each signature is named with who made it, or why it does not ' +
      'count. Statements that disagree are shown side by side.',
    options: {
      policy: { value: 'FILE', help: 'the policy, see docs/attest.md', isRequired: true },
      json: JSON_1,
    },
    exitStatus:
      '0 enough people signed, 1 not enough, or statements disagree, 2 usage, 3 a statement or the ' +
      'policy cannot be read.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./attest-command.ts')).verifyCommand,
  },
  {
    name: 'explain',
    summary: 'show where a byte of an artifact comes from, down to the source',
    operands: [
      { name: 'TREE', help: 'a folder, or a .tar, .tar.gz, .tar.xz or .tar.bz2' },
      {
        name: 'PATH@OFFSET',
        help:
          'a file that the build makes and a byte of it, counted from 0: x86/bin/M1@0x2f0 or ' +
          'x86/bin/M1@752',
      },
    ],
    about:
      'Build the tree with our ports, and show where one byte of a file comes from: hop by hop, ' +
      'with the text, the tool and the line of the script that ran it, down to a line of a source ' +
      'file of the tree. Programs without a port run in the machine, and a trace ends ' +
      'there. A later step of the build may fail.',
    options: { arch: ARCH, json: JSON_1, quiet: QUIET, ...LAYOUT_OPTIONS, ...LIMIT_OPTIONS },
    exitStatus:
      '0 explained, 2 usage, 3 nothing to explain: no such tree, file or byte, or it was not made.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./explain-command.ts')).explainCommand,
  },
  {
    name: 'prove',
    summary: 'prove what a hex0 seed does with every input',
    operands: [{ name: 'SEED', help: 'an i386 program that is called as hex0 INPUT OUTPUT' }],
    about:
      'Prove what a hex0 seed does with every input: explore all states that it can have between ' +
      'two reads, make the smallest table that does the same, and compare that with our port of ' +
      'hex0. Nothing of the program is run on this computer. docs/proof.md says why this is a ' +
      'proof, and of what.',
    options: {
      with: {
        value: 'PROGRAM',
        help: 'compare it with this program too, which is explored in the same way',
      },
      except: { value: 'BYTES', help: 'only inputs without these characters, as in --except Gg' },
      margin: {
        value: 'N',
        help: 'states that our port may have more than the seed, 0 to 2',
        default: '1',
      },
      'max-states': { value: 'N', help: 'give up beyond this many states', default: '50000' },
      mutants: {
        value: 'N',
        help:
          'flip N single bits of its code, one after the other, and say of each program ' +
          'whether it is different, with a shortest input',
        default: '0',
      },
    },
    exitStatus:
      '0 proved equal, 1 different, 2 usage, 3 the set of states does not close, or there is no ' +
      'such program.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./prove-command.ts')).proveCommand,
  },
  {
    name: 'run',
    summary: 'run any kaem script on a tree in memory',
    operands: [{ name: 'SCRIPT', help: 'the script, from the working directory in the tree' }],
    about: 'Run a kaem script on a tree in memory. What it prints goes to standard output.',
    options: {
      root: {
        value: 'TREE',
        help: 'a folder or archive that is the root directory',
        isRequired: true,
      },
      engine: ENGINE,
      ...RECIPE_OPTIONS,
      out: OUT,
      'keep-going': KEEP_GOING,
      ...LIMIT_OPTIONS,
    },
    exitStatus: 'that of the script; 2 usage.',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    name: 'climb',
    summary: 'climb live-bootstrap from hex0-seed by its own scripts, and compare its digests',
    operands: [{ name: 'CHECKOUT', help: 'a folder with live-bootstrap, or an archive of it' }],
    about:
      "Run live-bootstrap's own scripts in memory, from hex0-seed on, package after package, with " +
      'the archives of the sources from a folder: nothing is downloaded. After each package its ' +
      'published digests are compared. docs/climb.md says where archives can be had and what was ' +
      'reached.',
    options: {
      distfiles: {
        value: 'DIR',
        help: 'the folder with the archives; each must have the SHA-256 that live-bootstrap gives',
        isRequired: true,
      },
      stage0: {
        value: 'TREE',
        help: 'stage0-posix, where the checkout has no submodules: a folder or an archive',
      },
      engine: {
        value: 'NAME',
        help:
          'what runs the programs: ports, i386, exact, diverse. With the last two no program that ' +
          'came with the tree runs',
        default: 'i386',
      },
      until: {
        value: 'PACKAGE',
        help:
          'the last package to build, as NAME or NAME:PASS; otherwise the last one for which all ' +
          'archives are there',
      },
      'accept-source': {
        value: 'NAME=SHA256',
        help: 'take an archive with this digest instead of the published one; the report says so',
        isRepeated: true,
      },
      save: { value: 'DIR', help: 'save the world in DIR after each package' },
      resume: { value: 'DIR', help: 'go on from the world that is saved in DIR' },
      against: {
        value: 'DIR',
        help: 'compare the saved world with that of another climb, name by name',
      },
      out: OUT,
      steps: { help: 'write a line to standard error for each program that starts' },
      quiet: QUIET,
      ...LIMIT_OPTIONS,
      ...ROUND_OPTION,
      'time-limit': { value: 'SECONDS', help: 'stop after this time', default: '86400' },
      'files-limit': {
        value: 'BYTES',
        help: 'what all files of the world may hold together',
        default: '2G',
      },
    },
    exitStatus:
      '0 reached, and every published digest was met, 1 not, 2 usage, 3 it cannot be judged.',
    errorStatus: CANNOT_JUDGE,
    load: async () => (await import('./climb-command.ts')).climbCommand,
  },
  {
    name: 'exec',
    summary: 'run an i386 Linux program in the machine, on the files of this computer',
    operands: [{ name: 'PROGRAM' }, { name: 'ARGUMENT', isOptional: true, isRepeated: true }],
    about:
      'Run an i386 Linux program in the machine, on any computer. It reads and writes files as a ' +
      "program of its own would. Options come before PROGRAM; what follows it is the program's.",
    options: {
      ...PROGRAM_LIMIT_OPTIONS,
      ...ROUND_OPTION,
      trace: {
        help: 'write each instruction to standard error, with the registers that it changed',
      },
      'dump-wasm': {
        value: 'ADDRESS',
        help: 'run nothing: print what the function with an instruction at ADDRESS is translated to',
      },
    },
    exitStatus:
      'that of the program; 128 and the signal when one ends it; 1 it cannot be run, 2 usage.',
    optionsFirst: true,
    load: async () => (await import('./exec-command.ts')).execCommand,
  },
  {
    name: 'shell',
    summary: 'print what puts every tool on the PATH: eval "$(stage0 shell)"',
    operands: [],
    about:
      'Print what puts every tool on the PATH of bash, dash, zsh or another POSIX shell: eval ' +
      '"$(stage0 shell)". In a checkout of stage0-ts it also sets LADDER and LIB, which the ' +
      'tutorial uses.',
    options: {
      into: {
        value: 'DIR',
        help:
          'where the launchers are written; otherwise in .cache/stage0-ts/bin in the ' +
          'node_modules that this package is in',
      },
    },
    notes:
      'cp, rm, mkdir, chmod, sha256sum and unxz keep their meaning: ours are stage0 cp and so on.',
    exitStatus: '0 done, 1 the launchers cannot be written, 2 usage.',
    load: async () => (await import('./shell-command.ts')).shellCommand,
  },
];
