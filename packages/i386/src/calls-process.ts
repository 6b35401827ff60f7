// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls about processes: clone as a fork, segments of a thread, limits, user and group
 * numbers, random bytes.
 */
import { type Call, done, put, putWords, wordAt } from './call-context.ts';
import { errno } from './errno.ts';

/** Flags of clone. */
const [CLONE_VM, CLONE_VFORK, CLONE_CHILD_SETTID, CLONE_PARENT_SETTID] = [
  0x100, 0x4000, 0x01000000, 0x00100000,
];
const CLONE_SETTLS = 0x80000;
/** Entries of the descriptor table that a thread may set, the same as on a 64-bit kernel. */
const [FIRST_ENTRY, LAST_ENTRY] = [12, 14];
const MAX_RANDOM = 0x1ffffff;
/** Resources of getrlimit. */
const [RLIMIT_STACK, RLIMIT_NOFILE] = [3, 7];
const UNLIMITED = -1;
const STACK_LIMIT = 8 << 20;
const MAX_FILES = 1024;
/** Options of prctl that have no effect here: name, dumpable, no new privileges. */
const HARMLESS_OPTIONS = new Set([4, 15, 38]);

/**
 * Makes a separate process. Threads, which share memory and run at the same time, are not
 * supported.
 */
const clone: Call = (context, flags, stack, parentTid, _tls, childTid) => {
  const isThread = (flags & CLONE_VM) !== 0 && (flags & CLONE_VFORK) === 0;
  if (isThread || (flags & CLONE_SETTLS) !== 0) throw errno('ENOSYS');
  const pid = context.fork(stack, (flags & CLONE_CHILD_SETTID) === 0 ? 0 : childTid);
  if ((flags & CLONE_PARENT_SETTID) !== 0) putWords(context, parentTid, pid);
  return pid;
};

/** set_thread_area: base and entry of a struct user_desc; an entry of -1 asks for a free one. */
const setThreadArea: Call = (context, address) => {
  const wanted = wordAt(context, address);
  const entry = wanted === -1 ? FIRST_ENTRY : wanted;
  if (entry < FIRST_ENTRY || entry > LAST_ENTRY) throw errno('EINVAL');
  context.setSegment(entry, wordAt(context, address + 4));
  if (wanted === -1) putWords(context, address, entry);
  return 0;
};

function limitOf(resource: number): readonly [soft: number, hard: number] {
  if (resource >>> 0 > 15) throw errno('EINVAL');
  if (resource === RLIMIT_STACK) return [STACK_LIMIT, UNLIMITED];
  if (resource === RLIMIT_NOFILE) return [MAX_FILES, MAX_FILES];
  return [UNLIMITED, UNLIMITED];
}

const getLimit: Call = (context, resource, address) => {
  putWords(context, address, ...limitOf(resource));
  return 0;
};

const limits64: Call = (context, _pid, resource, _next, before) => {
  const wide = (limit: number) => [limit, limit === UNLIMITED ? UNLIMITED : 0];
  if (before !== 0) putWords(context, before, ...limitOf(resource).flatMap(wide));
  return 0;
};

const random: Call = (context, address, size) => {
  const bytes = new Uint8Array(Math.min(size >>> 0, MAX_RANDOM));
  context.entropy.fill(bytes);
  put(context, address, bytes);
  return bytes.length;
};

const threeZeros: Call = (context, a, b, c) =>
  done(() => {
    for (const address of [a, b, c]) putWords(context, address, 0);
  });

const option: Call = (_context, number) => {
  if (!HARMLESS_OPTIONS.has(number)) throw errno('EINVAL');
  return 0;
};

/** Fills a struct sysinfo: seconds since the start, loads, memory in bytes, processes. */
const systemInfo: Call = (context, address) => {
  const seconds = Math.floor(context.host.now() / 1000) & 0x7fffffff;
  const { used, limit } = context.memory;
  const memory = [limit, Math.max(0, limit - used), 0, 0, 0, 0];
  putWords(context, address, seconds, 0, 0, 0, ...memory, 1, 0, 0, 1, 0, 0);
  return 0;
};

const zero: Call = () => 0;
const self: Call = (context) => context.pid;

/** Call numbers and their functions. */
export const PROCESS_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [23, zero], // setuid
  [34, zero], // nice
  [36, zero], // sync
  [46, zero], // setgid
  [57, zero], // setpgid
  [65, self], // getpgrp
  [66, self], // setsid
  [70, zero], // setreuid
  [71, zero], // setregid
  [75, zero], // setrlimit
  [76, getLimit],
  [80, zero], // getgroups
  [81, zero], // setgroups
  [96, () => 20], // getpriority
  [97, zero], // setpriority
  [116, systemInfo],
  [120, clone],
  [132, self], // getpgid
  [136, zero], // personality
  [147, self], // getsid
  [158, (context) => done(() => context.letOthersRun())], // sched_yield
  [172, option], // prctl
  [191, getLimit], // ugetrlimit
  [203, zero], // setreuid32
  [204, zero], // setregid32
  [205, zero], // getgroups32
  [206, zero], // setgroups32
  [208, zero], // setresuid32
  [209, threeZeros], // getresuid32
  [210, zero], // setresgid32
  [211, threeZeros], // getresgid32
  [213, zero], // setuid32
  [214, zero], // setgid32
  [224, self], // gettid
  [240, zero], // futex: there is nobody to wait for or to wake
  [243, setThreadArea],
  [258, self], // set_tid_address
  [311, zero], // set_robust_list
  [340, limits64],
  [355, random],
];
