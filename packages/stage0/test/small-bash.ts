// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A bash for a live-bootstrap in small: a program of ours that does what a list says. The programs
 * that it starts are those that live-bootstrap's function `build` starts.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { GUEST_CODE, wordBytes } from '@stage0-ts/vectors/test-support';
import { rawGuest } from './guests.ts';
import { archive, archivesInSmall, type Contents, HELLO, UNPACK } from './small-climb.ts';

/** What our small bash does: change to a folder, or run a program to its end. */
export type Action =
  | { readonly cd: string }
  | { readonly run: readonly [path: string, ...string[]] };

/** Begin a package. */
export const begin = (name: string): Action[] => [
  { cd: `/steps/${name}` },
  { run: ['/usr/bin/rm', '-rf', 'build'] },
];
const END: Action = { run: ['/usr/bin/rm', '-f', '/tmp/bzip2', '/tmp/tar'] };
const copy = (from: string, to: string): Action => ({ run: ['/usr/bin/copy', from, to] });
/** A whole package. Its archive is copied in place of a build. */
export const build = (name: string, revision: number, source: string): Action[] => [
  ...begin(name),
  copy(`/external/distfiles/${source}`, `/external/repo/${name}_${revision}.tar.bz2`),
  END,
];

const mov = (register: number, value: number) => [0xb8 + register, ...wordBytes(value)];
const [EAX, ECX, EDX, EBX] = [0, 1, 2, 3];
const INT = [0xcd, 0x80];

/** A program that does these actions and then exits with 0. */
function shell(actions: readonly Action[]): Uint8Array {
  const data: number[] = [];
  const size = code(actions, () => 0).length;
  const place = (bytes: readonly number[]) =>
    GUEST_CODE + size + data.push(...bytes) - bytes.length;
  return rawGuest(...code(actions, place), ...data);
}

/** `place` stores bytes somewhere and returns their address. */
function code(actions: readonly Action[], place: (bytes: readonly number[]) => number): number[] {
  const text = (word: string) => place([...encodeUtf8(word), 0]);
  const whole = actions.flatMap((action) => {
    if ('cd' in action) return [...mov(EAX, 12), ...mov(EBX, text(action.cd)), ...INT];
    const [path, ...rest] = action.run;
    const words = [path.slice(path.lastIndexOf('/') + 1), ...rest].map(text);
    const argv = place([...words, 0].flatMap((word) => [...wordBytes(word)]));
    const child = [
      ...[...mov(EAX, 11), ...mov(EBX, text(path)), ...mov(ECX, argv), ...mov(EDX, 0), ...INT],
      ...[...mov(EAX, 1), ...mov(EBX, 126), ...INT],
    ];
    const wait = [...mov(EAX, 7), ...mov(EBX, -1), ...mov(ECX, 0), ...mov(EDX, 0), ...INT];
    const fork = [...mov(EAX, 2), ...INT, 0x85, 0xc0, 0x75, child.length]; // test eax, eax; jnz
    return [...fork, ...child, ...wait];
  });
  return [...whole, ...mov(EAX, 1), ...mov(EBX, 0), ...INT];
}

const THREE = archive('three', { note: 'three\n' });

/** Three packages; one of them is built twice. */
export const ALL: readonly Action[] = [
  ...build('one-1.0', 0, 'one-1.0.tar.gz'),
  ...build('three-3', 0, 'three-3.tar.gz'),
  ...build('three-3', 1, 'three-3.tar.gz'),
];

/** Archives and a changed checkout, so that this bash runs after bash-1. */
export function bashInSmall(
  actions: readonly Action[],
  published: string = sha256Hex(THREE),
): { readonly archives: Contents; readonly checkout: (files: Contents) => void } {
  const bash = archive('bash', { bash: shell(actions), rm: HELLO });
  const archives: Contents = {
    ...archivesInSmall(),
    'bash-1.tar.gz': bash,
    'three-3.tar.gz': THREE,
  };
  const one = sha256Hex(archives['one-1.0.tar.gz'] as Uint8Array);
  const checkout = (files: Contents) => {
    files['steps/manifest'] = (files['steps/manifest'] as string).replace(
      'build: never-1',
      'improve: fhs\nbuild: one-1.0\nbuild: three-3\nbuild: three-3',
    );
    files['steps/0.sh'] += 'bash /steps/1.sh\n';
    files['steps/1.sh'] = 'our bash does not read this\n';
    files['steps/bash-1/sources'] = `f https://example.org/bash-1.tar.gz ${sha256Hex(bash)}\n`;
    files['steps/bash-1/pass1.kaem'] = `${UNPACK}copy bash/bash /usr/bin/bash
copy bash/rm /usr/bin/rm
chmod 755 /usr/bin/bash
chmod 755 /usr/bin/rm
/tools/mkdir -p /external/repo
`;
    files['steps/three-3/sources'] = `f https://example.org/three-3.tar.gz ${sha256Hex(THREE)}\n`;
    files['steps/SHA256SUMS.pkgs'] = [
      `${one}  one-1.0_0.tar.bz2`,
      `${published}  three-3_0.tar.bz2`,
      `${sha256Hex(THREE)}  three-3_1.tar.bz2\n`,
    ].join('\n');
  };
  return { archives, checkout };
}
