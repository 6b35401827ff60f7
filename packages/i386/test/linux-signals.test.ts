// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Signals that a process sends to itself, that its children send, and that report the end of a
 * child, compared with this computer's kernel.
 */
import { CODE, DATA, exit, load, place, system, word } from './guest.ts';
import {
  byteAt,
  exited,
  failed,
  killed,
  nativeGuests,
  OUT,
  type Probe,
  poke,
  RESULT,
  testProbes,
} from './probes.ts';

const [USR1, USR2, TERM, CHLD] = [10, 12, 15, 17];
const [SIGINFO, NODEFER, RESETHAND] = [4, 0x40000000, 0x80000000];
const ACTION = DATA + 256;
const SEEN = DATA + 512;

/** Where the handler is: after the jump over it. */
const HANDLER = CODE + 5;
const withHandler = (handler: readonly number[], main: readonly number[]) => [
  ...[0xe9, ...word(handler.length), ...handler, ...main],
];
/** A call whose fourth argument is the size of a signal mask. */
const rt = (number: number, a = 0, b = 0, c = 0) => [...load(6, 8), ...system(number, a, b, c)];
/** rt_sigaction of `signal`: the handler, flags, and the mask during it. */
const action = (signal: number, flags = 0, mask = 0) => [
  ...[...poke(ACTION, HANDLER), ...poke(ACTION + 4, flags), ...poke(ACTION + 12, mask)],
  ...rt(174, signal, ACTION, 0),
];
/** mov ebx, eax; kill(ebx, signal). */
const killEax = (signal: number) => [
  ...[0x89, 0xc3, ...load(1, signal), ...load(0, 37), 0xcd, 0x80],
];
/** kill(getpid(), signal). */
const killSelf = (signal: number) => [...system(20), ...killEax(signal)];
/** kill(getppid(), signal); exit. */
const killParent = (signal: number) => [...system(64), ...killEax(signal), ...exit(0)];
/** add [SEEN], the signal's number, which the handler finds above its return address. */
const ADD_SIGNAL = [0x8b, 0x44, 0x24, 4, 0x01, 0x05, ...word(SEEN), 0xc3];
const bit = (signal: number) => 1 << (signal - 1);
/** Blocks these signals. */
const block = (mask: number) => [...poke(OUT, mask), ...rt(175, 0, OUT, 0)];
/** inc [SEEN]; cmp [SEEN], count; a jump over the next `length` bytes. */
const countsCalls = (count: number, jump: number, length: number) => [
  ...[0xff, 0x05, ...word(SEEN), 0x83, 0x3d, ...word(SEEN), count, jump, length],
];
const [JAE, JNE] = [0x73, 0x75];
const FORK = [...system(2), 0x85, 0xc0];
/** Runs `child` in a fork. */
const forked = (child: readonly number[]) => [...FORK, 0x0f, 0x85, ...word(child.length), ...child];

/** Changes eax in its frame, which is the only place from which sigreturn can restore it. */
const CHANGES_FRAME = [0xc7, 0x44, 0x24, 8 + 44, ...word(77), 0xc3];
/** Adds the signal's number to [SEEN] and stores the sender's pid, both from siginfo at [esp+8]. */
const READS_INFO = [
  ...[0x8b, 0x4c, 0x24, 8, 0x8b, 0x01, 0x01, 0x05, ...word(SEEN), 0x8b, 0x59, 12],
  ...[0x89, 0x1d, ...word(SEEN + 4), 0xc3],
];
/** Changes every register, the direction flag, the carry and the x87. */
const CHANGES_ALL = [
  ...[
    ...[3, 1, 2, 6, 7, 5].flatMap((register) => load(register, -1)),
    0xf9,
    0xfd,
    0xdb,
    0xe3,
    0xc3,
  ],
];

const PROBES: readonly Probe[] = [
  [
    'a handler is called',
    withHandler(ADD_SIGNAL, [...action(USR1), ...killSelf(USR1), ...byteAt(SEEN)]),
    exited(USR1),
  ],
  [
    'and the call that sent it returns 0',
    withHandler(ADD_SIGNAL, [
      ...action(USR1),
      ...killSelf(USR1),
      0x03,
      0x05,
      ...word(SEEN),
      ...RESULT,
    ]),
    exited(USR1),
  ],
  [
    'the same by tgkill',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...system(224), 0x89, 0xc3, 0x89, 0xc1, ...load(2, USR1)],
      ...[...load(0, 270), 0xcd, 0x80, ...byteAt(SEEN)],
    ]),
    exited(USR1),
  ],
  [
    'twice',
    withHandler(ADD_SIGNAL, [
      ...action(USR1),
      ...killSelf(USR1),
      ...killSelf(USR1),
      ...byteAt(SEEN),
    ]),
    exited(2 * USR1),
  ],
  [
    'a handler with siginfo',
    withHandler(READS_INFO, [...action(USR1, SIGINFO), ...killSelf(USR1), ...byteAt(SEEN)]),
    exited(USR1),
  ],
  [
    'siginfo says who sent it',
    withHandler(READS_INFO, [
      ...[...action(USR1, SIGINFO), ...killSelf(USR1), ...system(20)],
      ...[0x2b, 0x05, ...word(SEEN + 4), ...RESULT],
    ]),
    exited(0),
  ],
  [
    'what a handler writes into its frame is restored',
    withHandler(CHANGES_FRAME, [...action(USR1), ...killSelf(USR1), ...RESULT]),
    exited(77),
  ],
  [
    'all registers, flags and the x87 are restored',
    withHandler(CHANGES_ALL, [
      ...[...action(USR1), ...load(5, 3), ...load(6, 4), ...load(7, 5), 0xd9, 0xe8, 0xfc, 0xf8],
      ...[...killSelf(USR1), 0x9c, 0x58, 0x25, ...word(0x401), 0x01, 0xe8, 0x01, 0xf0, 0x01, 0xf8],
      ...[0xdb, 0x1d, ...word(OUT), 0x03, 0x05, ...word(OUT), ...RESULT],
    ]),
    exited(3 + 4 + 5 + 1),
  ],
  [
    'a handler begins with an empty x87',
    withHandler(
      [0xdf, 0xe0, 0x0f, 0xb6, 0xc4, 0xa3, ...word(SEEN), 0xc3],
      [...[...poke(SEEN, 9), ...action(USR1), 0xd9, 0xe8, ...killSelf(USR1), ...byteAt(SEEN)]],
    ),
    exited(0),
  ],
  [
    'a blocked signal is not delivered',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...block(bit(USR1))],
      ...[...killSelf(USR1), ...byteAt(SEEN)],
    ]),
    exited(0),
  ],
  [
    'it is pending',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...block(bit(USR1))],
      ...[...killSelf(USR1), ...rt(176, OUT), ...byteAt(OUT + 1)],
    ]),
    exited(bit(USR1) >> 8),
  ],
  [
    'until it is unblocked; then it is delivered once',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...block(bit(USR1)), ...killSelf(USR1)],
      ...[...killSelf(USR1), ...rt(175, 1, OUT, 0), ...byteAt(SEEN)],
    ]),
    exited(USR1),
  ],
  [
    'sigsuspend unblocks it, and is interrupted',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...block(bit(USR1)), ...killSelf(USR1)],
      ...[...poke(OUT + 8, 0), ...load(1, 8), ...load(3, OUT + 8), ...load(0, 179), 0xcd, 0x80],
      ...[0x2b, 0x05, ...word(SEEN), ...RESULT],
    ]),
    failed(4 + USR1),
  ],
  [
    'after sigsuspend the signal is blocked again',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...block(bit(USR1)), ...killSelf(USR1)],
      ...[...poke(OUT + 8, 0), ...load(1, 8), ...load(3, OUT + 8), ...load(0, 179), 0xcd, 0x80],
      ...[...killSelf(USR1), ...byteAt(SEEN)],
    ]),
    exited(USR1),
  ],
  [
    'rt_sigtimedwait takes it',
    [
      ...[...block(bit(USR1)), ...killSelf(USR1)],
      ...[...poke(OUT + 8, 0), ...poke(OUT + 12, 0), ...rt(177, OUT, 0, OUT + 8), ...RESULT],
    ],
    exited(USR1),
  ],
  [
    'rt_sigtimedwait when there is none',
    [...poke(OUT, bit(USR1)), ...rt(177, OUT, 0, OUT + 8), ...RESULT],
    failed(11),
  ],
  [
    'a handler blocks its own signal',
    withHandler(
      // The first call sends the signal again.
      [
        ...[...countsCalls(1, JNE, killSelf(USR1).length + 8), ...killSelf(USR1)],
        ...[0x6b, 0x05, ...word(SEEN), 5, 0x90, 0xc3],
      ],
      [...action(USR1), ...killSelf(USR1), ...byteAt(SEEN)],
    ),
    exited(2),
  ],
  [
    'but not with SA_NODEFER',
    withHandler(
      [...countsCalls(3, JAE, killSelf(USR1).length), ...killSelf(USR1), 0xc3],
      [...action(USR1, NODEFER), ...killSelf(USR1), ...byteAt(SEEN)],
    ),
    exited(3),
  ],
  [
    'SA_RESETHAND resets the handler',
    withHandler(ADD_SIGNAL, [
      ...action(USR1, RESETHAND),
      ...killSelf(USR1),
      ...killSelf(USR1),
      ...exit(1),
    ]),
    killed(USR1),
  ],
  [
    'signal() resets it too',
    withHandler(ADD_SIGNAL, [
      ...system(48, USR1, HANDLER),
      ...killSelf(USR1),
      ...killSelf(USR1),
      ...exit(1),
    ]),
    killed(USR1),
  ],
  [
    'of two pending signals, one interrupts the handler of the other',
    withHandler(ADD_SIGNAL, [
      ...[...action(USR1), ...action(USR2), ...block(bit(USR1) | bit(USR2))],
      ...[...killSelf(USR2), ...killSelf(USR1), ...rt(175, 1, OUT, 0), ...byteAt(SEEN)],
    ]),
    exited(USR1 + USR2),
  ],
  [
    'SIGCHLD is delivered when a fork has ended',
    withHandler(ADD_SIGNAL, [
      ...[...action(CHLD), ...forked(exit(3)), ...system(7, -1, OUT, 0), ...byteAt(SEEN)],
    ]),
    exited(CHLD),
  ],
  [
    'siginfo of SIGCHLD has the status',
    withHandler(
      [0x8b, 0x4c, 0x24, 8, 0x8b, 0x41, 20, 0xa3, ...word(SEEN), 0xc3],
      [
        ...[
          ...action(CHLD, SIGINFO),
          ...forked(exit(3)),
          ...system(7, -1, OUT, 0),
          ...byteAt(SEEN),
        ],
      ],
    ),
    exited(3),
  ],
  [
    'a fork sends its parent a signal',
    withHandler(ADD_SIGNAL, [
      ...action(USR1),
      ...forked(killParent(USR1)),
      ...[...system(7, -1, OUT, 0), ...byteAt(SEEN)],
    ]),
    exited(USR1),
  ],
  [
    'and one that ends it',
    [...forked(killParent(TERM)), ...[...system(7, -1, OUT, 0), ...exit(1)]],
    killed(TERM),
  ],
  [
    'a fork does not inherit pending signals',
    [
      ...[...block(bit(TERM)), ...killSelf(TERM)],
      ...forked([...rt(175, 1, OUT, 0), ...exit(5)]),
      ...[...system(7, -1, OUT + 8, 0), ...byteAt(OUT + 9)],
    ],
    exited(5),
  ],
  [
    'but an executed program does',
    [
      // With two arguments, this is the program that was executed.
      ...[
        0x8b,
        0x04,
        0x24,
        0x83,
        0xf8,
        0x02,
        0x0f,
        0x85,
        ...word(10 + rt(175).length + exit(0).length),
      ],
      ...[...poke(OUT, bit(TERM)), ...rt(175, 1, OUT, 0), ...exit(1)],
      ...[...block(bit(TERM)), ...killSelf(TERM), ...place(DATA, 'guest')],
      ...[...poke(OUT, DATA), ...poke(OUT + 4, DATA), ...system(11, DATA, OUT, 0), ...exit(99)],
    ],
    killed(TERM),
  ],
  [
    'a pipe that nobody reads, with a handler',
    withHandler(ADD_SIGNAL, [
      ...[...action(13), ...system(42, OUT), ...system(6, 3), ...system(4, 4, DATA, 3)],
      ...[0x2b, 0x05, ...word(SEEN), ...RESULT],
    ]),
    failed(32 + 13),
  ],
  ['SIGKILL cannot be blocked', [...block(-1), ...killSelf(9), ...exit(1)], killed(9)],
  [
    'kill of a child that has ended',
    [...forked(exit(0)), 0x89, 0xc3, ...load(1, 0), ...load(0, 37), 0xcd, 0x80, ...RESULT],
    exited(0),
  ],
  ['sysinfo', [...system(116, OUT), ...RESULT], exited(0)],
];

testProbes(PROBES, nativeGuests());
