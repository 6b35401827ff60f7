// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A small tree of the shape of an older release: a compiler in C, of a dialect that our port of
 * cc_x86 does not follow, which the tree compiles and then runs.
 */
import fs from 'node:fs';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { compile } from '@stage0-ts/cc-x86';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { machineEngine, type NamedEngine } from '@stage0-ts/stage0';
import { World } from './small-tree.ts';

/** A toy compiler: it copies a text and puts a line in front. */
export const COMPILER = `// CONSTANT READ 3
// CONSTANT WRITE 4
// CONSTANT OPEN 5
int call(int number, int a, int b, int c);
void copy(int from, int to)
{
	char* text;
	text = "  ";
	while(1 == call(READ, from, text, 1)) call(WRITE, to, text, 1);
}
int main(int argc, char** argv)
{
	int from;
	int to;
	from = call(OPEN, argv[1], 0, 0);
	to = call(OPEN, argv[2], 577, 384);
	call(WRITE, to, "# Core\\n", 7);
	copy(from, to);
	return 0;
}
`;

const LIBRARY = `DEFINE pop_eax 58
DEFINE push_eax 50
DEFINE push_esp 54
DEFINE mov_ebp,esp 89E5
DEFINE mov_ebx,eax 89C3
DEFINE mov_eax, B8
DEFINE mov_eax,[esp+DWORD] 8B8424
DEFINE mov_ebx,[esp+DWORD] 8B9C24
DEFINE mov_ecx,[esp+DWORD] 8B8C24
DEFINE mov_edx,[esp+DWORD] 8B9424
DEFINE lea_ecx,[esp+DWORD] 8D8C24
DEFINE push_ecx 51
DEFINE call E8
DEFINE int CD
DEFINE ret C3
:_start
	pop_eax
	mov_ebp,esp
	lea_ecx,[esp+DWORD] %0
	push_eax
	push_ecx
	push_eax
	call %FUNCTION_main
	mov_ebx,eax
	mov_eax, %1
	int !0x80
:FUNCTION_call
	mov_eax,[esp+DWORD] %16
	mov_ebx,[esp+DWORD] %12
	mov_ecx,[esp+DWORD] %8
	mov_edx,[esp+DWORD] %4
	int !0x80
	ret
`;
export const SCRIPT = `./bootstrap-seeds/POSIX/x86/hex0-seed x86/hex0_x86.hex0 x86/artifact/hex0
./tools/cc_x86 x86/M2.c x86/artifact/M2.M1
./tools/catm-minimal x86/artifact/M2-0.M1 x86/libc.M1 x86/artifact/M2.M1
./tools/M0 x86/artifact/M2-0.M1 x86/artifact/M2-0.hex2
./tools/catm-minimal x86/artifact/M2-1.hex2 x86/ELF.hex2 x86/artifact/M2-0.hex2
./tools/hex2-0 x86/artifact/M2-1.hex2 x86/artifact/M2
./x86/artifact/M2 x86/M2.c x86/bin/result
`;

export const ladder = new URL('../../../test-vectors/ladder/', import.meta.url);
const text = (name: string) => fs.readFileSync(new URL(name, ladder));

/** The tree, and whatever `more` does to it. */
export function tree(more: (world: World) => void = () => {}): MemoryFiles {
  const world = new World();
  world.text('/x86/M2.c', COMPILER);
  world.text('/x86/libc.M1', `${text('lib/x86/x86_defs.M1')}\n${LIBRARY}`);
  world.text('/x86/ELF.hex2', text('lib/x86/ELF-x86.hex2'));
  for (const tool of ['cc_x86', 'catm-minimal', 'M0', 'hex2-0']) world.launcher(tool);
  world.script(SCRIPT);
  world.withdraw('x86/bin/M1');
  more(world);
  return world.files;
}

/**
 * The tree's own chain. Its cc_x86 is a launcher of our port, which does not accept the older
 * dialect: in that, constants are in comments.
 */
export const machine: NamedEngine = machineEngine();
export const older: NamedEngine = {
  ...machine,
  run: (image, argv, host) => {
    if (!image.path.endsWith('/cc_x86')) return machine.run(image, argv, host);
    const [, input = '', output = ''] = argv;
    const source = decodeUtf8(host.readFile(input));
    const known = source.replace(/^\/\/ CONSTANT (\w+) (\d+)$/gm, 'enum { $1 = $2 };');
    host.writeFile(output, compile(encodeUtf8(known)), 0o600);
    return { kind: 'exited', status: 0 };
  },
};
