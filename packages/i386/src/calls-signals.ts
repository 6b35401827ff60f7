// SPDX-License-Identifier: GPL-3.0-or-later
/** System calls about signals. signals.ts says when signals are delivered. */
import { type Call, type CallContext, putWords, wordAt } from './call-context.ts';
import { errno } from './errno.ts';
import { type Disposition, isSignal, type Mask } from './signals.ts';

/** Codes of siginfo for kill and tkill. */
const [SI_USER, SI_TKILL] = [0, -6];

/** signal: returns the previous handler. */
const setHandler: Call = ({ signals }, signal, handler) => {
  const [before] = signals.get(signal);
  // As in old systems: the handler is reset when it is called, and its signal is not blocked.
  const flags = 0xc0000000 | 0;
  if (!signals.set(signal, [handler, flags, 0, 0, 0])) throw errno('EINVAL');
  return before;
};

/** sigaction; `words` are the places of handler, flags, restorer and mask in its structure. */
const setAction =
  (words: readonly number[]): Call =>
  (context, signal, next, before) => {
    const { signals } = context;
    if (!isSignal(signal)) throw errno('EINVAL');
    const old = signals.get(signal);
    if (next !== 0) {
      const field = (at: number) => {
        const word = words[at];
        return word === undefined ? 0 : wordAt(context, next + word * 4);
      };
      const disposition: Disposition = [field(0), field(1), field(2), field(3), field(4)];
      if (!signals.set(signal, disposition)) throw errno('EINVAL');
    }
    if (before !== 0) {
      const fields: number[] = [];
      words.forEach((word, at) => {
        fields[word] = old[at] as number;
      });
      putWords(context, before, ...fields);
    }
    return 0;
  };

/** The signal mask at an address, of one word or two. */
function maskAt(context: CallContext, address: number, words: 1 | 2): Mask {
  return [wordAt(context, address), words === 2 ? wordAt(context, address + 4) : 0];
}

/** sigprocmask. */
const setMask =
  (words: 1 | 2): Call =>
  (context, how, next, before) => {
    const { signals } = context;
    const old = signals.mask;
    if (next !== 0) {
      const [low, high] = maskAt(context, next, words);
      signals.mask = [masked(how, old[0], low), masked(how, old[1], high)];
    }
    if (before !== 0) putWords(context, before, ...old.slice(0, words));
    return 0;
  };

function masked(how: number, old: number, change: number): number {
  if (how === 0) return old | change;
  if (how === 1) return old & ~change;
  if (how === 2) return change;
  throw errno('EINVAL');
}

/** The pending signals. */
const pending =
  (words: 1 | 2): Call =>
  (context, address) => {
    putWords(context, address, ...context.signals.waiting.slice(0, words));
    return 0;
  };

/**
 * Waits with another mask. It does not block, because a signal that does not come from a fork that
 * waits never comes.
 */
function suspend(context: CallContext, mask: Mask): number {
  context.suspend(mask);
  context.letOthersRun();
  throw errno('EINTR');
}

const waitFor: Call = (context, set, info, timeout) => {
  const found = context.signals.take(maskAt(context, set, 2));
  if (found === undefined) throw errno(timeout === 0 ? 'EINTR' : 'EAGAIN');
  if (info !== 0) putWords(context, info, found.signal, 0, found.code, found.pid, 0, found.status);
  return found.signal;
};

/** kill, tkill, tgkill. */
function send(context: CallContext, pid: number, signal: number, code: number): number {
  if (signal !== 0 && !isSignal(signal)) throw errno('EINVAL');
  const to = pid === 0 || pid === -1 || pid === -context.pid ? context.pid : pid;
  if (!context.signal(to, { signal, code, pid: context.pid, status: 0 })) throw errno('ESRCH');
  return 0;
}

/** Call numbers and their functions. */
export const SIGNAL_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [27, () => 0], // alarm
  [29, (context) => suspend(context, context.signals.mask)], // pause
  [37, (context, pid, signal) => send(context, pid, signal, SI_USER)],
  [48, setHandler],
  [67, setAction([0, 2, 3, 1])], // sigaction: handler, mask, flags, restorer
  [72, (context, _a, _b, mask) => suspend(context, [mask, 0])], // sigsuspend
  [73, pending(1)],
  [104, () => 0], // setitimer
  [119, (context) => context.leaveHandler(false)], // sigreturn
  [126, setMask(1)],
  [173, (context) => context.leaveHandler(true)], // rt_sigreturn
  [174, setAction([0, 1, 2, 3, 4])], // rt_sigaction
  [175, setMask(2)],
  [176, pending(2)],
  [177, waitFor], // rt_sigtimedwait
  [179, (context, mask) => suspend(context, maskAt(context, mask, 2))], // rt_sigsuspend
  [186, () => 0], // sigaltstack
  [238, (context, tid, signal) => send(context, tid, signal, SI_TKILL)],
  [270, (context, _group, tid, signal) => send(context, tid, signal, SI_TKILL)],
];
