// SPDX-License-Identifier: GPL-3.0-or-later
/** System calls and processes: small guests, interpreted and translated. */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { describe, expect, it } from 'vitest';
import { CALL } from '../src/call-numbers.ts';
import { DATA, elf, exit, load, place, system, word } from './guest.ts';
import { MODES, start } from './run.ts';

const {
  READ,
  WRITE,
  OPEN,
  CLOSE,
  WAITPID,
  UNLINK,
  EXECVE,
  CHDIR,
  CHMOD,
  LSEEK,
  ACCESS,
  MKDIR,
  UMASK,
  SYMLINK,
  GETCWD,
} = CALL;
const CREATE = 0o1101;

/** neg eax; mov ebx, eax; exit: the errno as status. */
const exitWithErrno = [0xf7, 0xd8, 0x89, 0xc3, ...load(0, 1), 0xcd, 0x80];
/** mov ebx, eax; exit. */
const exitWithResult = [0x89, 0xc3, ...load(0, 1), 0xcd, 0x80];

function world(): MemoryFiles {
  const files = new MemoryFiles();
  files.writeFile('/input', new Uint8Array([104, 101, 108, 108, 111]), 0o644);
  files.createDirectories('/folder');
  return files;
}

function exited(status: number): object {
  return { kind: 'exited', status };
}

describe.each(MODES)('%s', (mode) => {
  it('copies a file byte by byte, with the permissions that it asks for', () => {
    const code = [
      ...place(DATA, 'input'),
      ...place(DATA + 16, 'output'),
      ...system(OPEN, DATA, 0, 0),
      ...system(OPEN, DATA + 16, CREATE, 0o750),
      ...system(READ, 3, DATA + 32, 1), // loop
      ...[0x85, 0xc0, 0x74, 22 + 2], // test eax, eax; je after the jmp
      ...system(WRITE, 4, DATA + 32, 1),
      ...[0xeb, -(22 + 4 + 22 + 2) & 0xff],
      ...exit(0),
    ];
    const files = world();
    expect(start(elf(code), mode, files).status).toEqual(exited(0));
    expect(files.find('/output')).toMatchObject({
      mode: 0o750,
      bytes: new TextEncoder().encode('hello'),
    });
  });

  it.each<[string, number[], number]>([
    ['open of nothing', [...place(DATA, 'none'), ...system(OPEN, DATA)], 2],
    ['open of a directory to write', [...place(DATA, 'folder'), ...system(OPEN, DATA, 1)], 21],
    [
      'open with O_EXCL of what is there',
      [...place(DATA, 'input'), ...system(OPEN, DATA, 0o302, 0o600)],
      17,
    ],
    ['open with a bad pointer', system(OPEN, 16), 14],
    ['read from nothing', system(READ, 9, DATA, 1), 9],
    [
      'read to a bad pointer',
      [...place(DATA, 'input'), ...system(OPEN, DATA), ...system(READ, 3, 16, 1)],
      14,
    ],
    ['read of no bytes from nothing', system(READ, 9, DATA, 0), 9],
    ['write of no bytes to nothing', system(WRITE, 9, DATA, 0), 9],
    ['an unknown system call', system(399), 38],
    ['a file as a folder', [...place(DATA, 'input/x'), ...system(OPEN, DATA)], 20],
    ['a file with a slash after it', [...place(DATA, 'input/'), ...system(OPEN, DATA)], 20],
    ['a new file with a slash after it', [...place(DATA, 'n/'), ...system(OPEN, DATA, CREATE)], 21],
    [
      'a link to itself',
      [...place(DATA, 'l'), ...system(SYMLINK, DATA, DATA), ...system(OPEN, DATA)],
      40,
    ],
    [
      'O_EXCL of a link to nothing',
      [
        ...[...place(DATA, 'none'), ...place(DATA + 8, 'l'), ...system(SYMLINK, DATA, DATA + 8)],
        ...system(OPEN, DATA + 8, 0o301, 0o600),
      ],
      17,
    ],
    [
      'read of what is open with access 3',
      [...place(DATA, 'input'), ...system(OPEN, DATA, 3), ...system(READ, 3, DATA, 1)],
      9,
    ],
    [
      'write to what is open with access 3',
      [...place(DATA, 'input'), ...system(OPEN, DATA, 3), ...system(WRITE, 3, DATA, 1)],
      9,
    ],
    ['access with other bits', [...place(DATA, 'input'), ...system(ACCESS, DATA, 9)], 22],
    ['readlink to no room', [...place(DATA, 'input'), ...system(85, DATA, DATA, 0)], 22],
    ['wait with unknown options', system(WAITPID, -1, 0, 0x7fff), 22],
    ['rmdir of a file', [...place(DATA, 'input'), ...system(40, DATA)], 20],
    ['execve of a folder', [...place(DATA, 'folder'), ...system(EXECVE, DATA)], 13],
    [
      'a byte after 2 GiB',
      [
        ...[...place(DATA, 'out'), ...system(OPEN, DATA, CREATE, 0o600)],
        ...[...system(LSEEK, 3, 0x7fffffff, 0), ...system(WRITE, 3, DATA, 1)],
      ],
      27,
    ],
    [
      'write to a file open for reading',
      [...place(DATA, 'input'), ...system(OPEN, DATA), ...system(WRITE, 3, DATA, 1)],
      9,
    ],
    ['close twice', [...system(CLOSE, 1), ...system(CLOSE, 1)], 9],
    ['wait without children', system(WAITPID, -1), 10],
    ['execve of nothing', [...place(DATA, 'none'), ...system(EXECVE, DATA)], 2],
    [
      'execve of a file that is not executable',
      [...place(DATA, 'input'), ...system(EXECVE, DATA)],
      13,
    ],
    ['access to execute', [...place(DATA, 'input'), ...system(ACCESS, DATA, 1)], 13],
    ['chdir to a file', [...place(DATA, 'input'), ...system(CHDIR, DATA)], 20],
    ['getcwd in too little room', system(GETCWD, DATA, 1), 34],
    ['seek on a stream', system(LSEEK, 1), 29],
    ['mknod', system(14), 38],
    ['mount', system(21), 38],
    ['unshare', system(310), 38],
  ])('%s fails as in Linux', (_, code, errno) => {
    expect(start(elf([...code, ...exitWithErrno]), mode, world()).status).toEqual(exited(errno));
  });

  it.each<[string, number[], number]>([
    [
      'a read to nowhere at the end of a file',
      [
        ...place(DATA, 'input'),
        ...system(OPEN, DATA),
        ...system(READ, 3, DATA, 9),
        ...system(READ, 3, 16, 4),
      ],
      0,
    ],
    [
      'a read of which a part is there',
      [...place(DATA, 'input'), ...system(OPEN, DATA), ...system(READ, 3, DATA + 4096 - 2, 9)],
      2,
    ],
    [
      'seek in a folder',
      [...place(DATA, 'folder'), ...system(OPEN, DATA), ...system(LSEEK, 3, 5, 0)],
      5,
    ],
    [
      'the end of /dev/null',
      [...place(DATA, '/dev/null'), ...system(OPEN, DATA, 2), ...system(READ, 3, DATA, 5)],
      0,
    ],
    [
      'a write to /dev/null',
      [...place(DATA, '/dev/null'), ...system(OPEN, DATA, 2), ...system(WRITE, 3, DATA, 5)],
      5,
    ],
    ['an old uname', system(109, DATA), 0],
    [
      'the machine that the old uname tells',
      [...system(109, DATA), 0x0f, 0xb6, 0x05, ...word(DATA + 4 * 65)],
      'i'.charCodeAt(0),
    ],
  ])('%s is as in Linux', (_, code, result) => {
    expect(start(elf([...code, ...exitWithResult]), mode, world()).status).toEqual(exited(result));
  });

  it('a file larger than the limit', () => {
    const code = [
      ...[...place(DATA, 'out'), ...system(OPEN, DATA, CREATE, 0o600)],
      ...[...system(LSEEK, 3, 0x7ffffffe, 0), ...system(WRITE, 3, DATA, 1)],
    ];
    const ending = start(elf([...code, ...exit(0)]), mode, world());
    expect(ending.status).toEqual({ kind: 'killed', signal: 25 });
    expect(ending.stderr).toMatch(/\/out would have 2147483647 bytes, the limit is 1073741824/);
    expect(ending.stderr).toMatch(/hint: .*fileLimit/);
  });

  it('a fault in a child ends only the child', () => {
    const code = [
      ...[...system(2), 0x85, 0xc0, 0x75, 2, 0x0f, 0x0b], // test eax, eax; jne +2; ud2
      ...system(WAITPID, 0, DATA, 0),
      ...[0x8b, 0x1d, ...word(DATA), ...load(0, 1), 0xcd, 0x80],
    ];
    const ending = start(elf(code), mode);
    expect(ending.status).toEqual(exited(4));
    expect(ending.stderr).toMatch(/unknown instruction/);
  });

  it('an executed program inherits the descriptors and the umask', () => {
    // With one argument: a file as descriptors 1 and 3, umask 077, and itself. With two: writes
    // "one" to 1, "four" to 3, and ends with the umask.
    const second = [
      ...[
        ...place(DATA, 'onefour'),
        ...system(WRITE, 1, DATA, 3),
        ...system(WRITE, 3, DATA + 3, 4),
      ],
      ...[...system(UMASK), ...exitWithResult],
    ];
    const code = [
      ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x0f, 0x85, ...word(second.length), ...second],
      ...[...place(DATA, '/out'), ...system(OPEN, DATA, CREATE, 0o644), ...system(63, 3, 1)],
      ...[...place(DATA, '/guest'), ...system(UMASK, 0o077)],
      ...[0xc7, 0x05, ...word(DATA + 32), ...word(DATA)],
      ...[0xc7, 0x05, ...word(DATA + 36), ...word(DATA)],
      ...[...system(EXECVE, DATA, DATA + 32, 0), ...exit(99)],
    ];
    const files = world();
    const ending = start(elf(code), mode, files, ['guest']);
    expect(ending).toMatchObject({ status: exited(0o077), stdout: '', stderr: '' });
    expect(files.find('/out')).toMatchObject({ bytes: new TextEncoder().encode('onefour') });
  });

  it('a port that is executed writes to the descriptors, and makes files with the umask', () => {
    const code = [
      ...[...place(DATA, '/out'), ...system(OPEN, DATA, CREATE, 0o644), ...system(63, 3, 1)],
      ...[...place(DATA, '/port'), ...system(UMASK, 0o077)],
      ...[0xc7, 0x05, ...word(DATA + 32), ...word(DATA)],
      ...[...system(EXECVE, DATA, DATA + 32, 0), ...exit(99)],
    ];
    const files = world();
    files.writeFile('/guest', elf(code), 0o755);
    files.writeFile('/port', new Uint8Array(), 0o755);
    const machine = i386Engine({ mode });
    let stdout = 0;
    const host = new MemoryHost({
      files,
      stdout: () => stdout++,
      engine: (image, argv, world) => {
        if (image.path !== '/port') return machine(image, argv, world);
        world.writeStdout(new TextEncoder().encode('from the port'));
        world.writeFile('/made', new Uint8Array(), 0o666);
        return { kind: 'exited', status: 5 };
      },
    });
    expect(host.run('/guest', ['guest'], [])).toEqual(exited(5));
    expect(stdout).toBe(0);
    expect(files.find('/out')).toMatchObject({ bytes: new TextEncoder().encode('from the port') });
    expect(files.find('/made')).toMatchObject({ mode: 0o600 });
  });

  it('a program that starts itself for ever reaches the limit', () => {
    const code = [
      ...[...place(DATA, '/guest'), 0xc7, 0x05, ...word(DATA + 32), ...word(DATA)],
      ...[...system(EXECVE, DATA, DATA + 32, 0), ...exit(99)],
    ];
    const ending = start(elf(code), mode);
    expect(ending.stderr).toMatch(/100 processes wait for each other[\s\S]*hint: .*processLimit/);
    expect(ending.status).toEqual({ kind: 'killed', signal: 9 });
  });

  it('seeks past the end, and fills the gap with zeros', () => {
    const code = [
      ...place(DATA, 'out'),
      ...place(DATA + 8, 'ab'),
      ...system(OPEN, DATA, CREATE, 0o600),
      ...system(WRITE, 3, DATA + 8, 2),
      ...system(LSEEK, 3, 4, 0),
      ...system(WRITE, 3, DATA + 8, 1),
      ...system(LSEEK, 3, -1, 2),
      ...exitWithResult,
    ];
    const files = world();
    expect(start(elf(code), mode, files).status).toEqual(exited(4));
    expect(files.find('/out')).toMatchObject({ bytes: new Uint8Array([97, 98, 0, 0, 97]) });
  });

  it('changes modes, names and the working directory', () => {
    const code = [
      ...place(DATA, 'input'),
      ...place(DATA + 16, 'folder'),
      ...place(DATA + 32, 'new'),
      ...system(CHMOD, DATA, 0o751),
      ...system(UMASK, 0o077),
      ...system(CHDIR, DATA + 16),
      ...system(MKDIR, DATA + 32, 0o777),
      ...system(GETCWD, DATA + 64, 100),
      ...exitWithResult,
    ];
    const files = world();
    expect(start(elf(code), mode, files).status).toEqual(exited('/folder'.length + 1));
    expect(files.find('/input')).toMatchObject({ mode: 0o751 });
    expect(files.find('/folder/new')).toMatchObject({ kind: 'directory', mode: 0o700 });
  });

  it('an unlinked file stays readable while it is open, and has no name any more', () => {
    const code = [
      ...place(DATA, 'input'),
      ...system(OPEN, DATA, 2),
      ...system(UNLINK, DATA),
      ...system(WRITE, 3, DATA, 1),
      ...system(READ, 3, DATA + 16, 100),
      ...exitWithResult,
    ];
    const files = world();
    expect(start(elf(code), mode, files).status).toEqual(exited(4));
    expect(files.find('/input')).toBeUndefined();
  });

  it('forks: the child has its own memory, and the parent gets its status', () => {
    const code = [
      ...[0xc6, 0x05, ...word(DATA), 5], // mov byte [DATA], 5
      ...system(2),
      ...[0x85, 0xc0, 0x75, 7 + 22], // test eax, eax; jne parent
      ...[0xc6, 0x05, ...word(DATA), 9],
      ...exit(40),
      ...system(WAITPID, -1, DATA + 16, 0), // parent
      ...[0x0f, 0xb6, 0x1d, ...word(DATA)], // movzx ebx, byte [DATA]
      ...[0x0f, 0xb6, 0x05, ...word(DATA + 17)], // movzx eax, byte [DATA + 17]: the child's status
      ...[0x01, 0xc3, ...load(0, 1), 0xcd, 0x80],
    ];
    expect(start(elf(code), mode).status).toEqual(exited(45));
  });

  it("forks: a child that moves the end of its heap does not move its parent's", () => {
    const heap = [0x8b, 0x1d, ...word(DATA)]; // mov ebx, [DATA]
    const brk = (by: number) => [...heap, 0x81, 0xc3, ...word(by), ...load(0, 45), 0xcd, 0x80];
    const child = [
      ...brk(0),
      ...brk(0x2000),
      ...[...heap, 0xc6, 0x83, ...word(0x1000), 7], // mov byte [ebx + 0x1000], 7
      ...exit(0),
    ];
    const code = [
      ...[...system(45), 0xa3, ...word(DATA)],
      ...[...brk(0x1000), ...heap, 0xc6, 0x03, 9], // mov byte [ebx], 9
      ...[...system(2), 0x85, 0xc0, 0x0f, 0x85, ...word(child.length), ...child],
      ...system(WAITPID, -1, 0, 0),
      ...[...system(45), 0x2b, 0x05, ...word(DATA), 0x89, 0xc6], // esi = how far the heap reaches
      // ecx, ebx = bytes
      ...[...brk(0x2000), ...heap, 0x0f, 0xb6, 0x0b, 0x0f, 0xb6, 0x9b, ...word(0x1000)],
      ...[0x01, 0xcb, 0x01, 0xf3, 0x81, 0xeb, ...word(0x1000), ...load(0, 1), 0xcd, 0x80],
    ];
    expect(start(elf(code), mode).status).toEqual(exited(9));
  });

  it('an executed program can read what was written, and its parent sees the signal that ends it', () => {
    // Writes /out, keeps it open, and executes itself with other arguments; that run (argc 2)
    // divides by zero.
    const code = [
      ...[0x8b, 0x04, 0x24, 0x83, 0xf8, 0x02, 0x75, 0x04], // mov eax, [esp]; cmp eax, 2; jne +4
      ...[0x31, 0xc9, 0xf7, 0xf1], // xor ecx, ecx; div ecx
      ...place(DATA, '/out'),
      ...place(DATA + 16, '/guest'),
      ...system(OPEN, DATA, CREATE, 0o644),
      ...system(WRITE, 3, DATA, 4),
      ...[0xc7, 0x05, ...word(DATA + 32), ...word(DATA + 16)], // argv
      ...[0xc7, 0x05, ...word(DATA + 36), ...word(DATA + 16)],
      ...system(EXECVE, DATA + 16, DATA + 32, 0),
    ];
    const files = world();
    const ending = start(elf(code), mode, files, ['guest']);
    expect(ending.status).toEqual({ kind: 'killed', signal: 8 });
    expect(ending.stderr).toMatch(/division by zero/);
    expect(files.find('/out')).toMatchObject({ bytes: new TextEncoder().encode('/out') });
  });

  it('arguments and output', () => {
    const code = [
      ...[0x8b, 0x4c, 0x24, 0x08], // mov ecx, [esp + 8]: argv[1]
      ...[...load(0, WRITE), ...load(3, 1), ...load(2, 5), 0xcd, 0x80],
      ...exit(0),
    ];
    expect(start(elf(code), mode, undefined, ['guest', 'hé!\n']).stdout).toBe('hé!\n');
  });
});
