// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls about time. The clock is the host's. A world in memory moves it only when programs
 * ask for it or change a file, so each run sees the same times; on Node it is the computer's clock.
 * Sleeping takes no time.
 */
import { type Call, type CallContext, done, put, putWords } from './call-context.ts';
import { errno } from './errno.ts';

/** Clock numbers up to CLOCK_TAI. A process's own clock shows the same time as the others here. */
const CLOCKS = 11;
const TICKS_PER_SECOND = 100;
/** Bytes of a struct rusage. */
const USAGE = 72;
const RESOLUTION = 1_000_000;

/** The present time: whole seconds, and the rest in units of which `unit` make a second. */
function now(context: CallContext, unit: number): [seconds: number, part: number] {
  const milliseconds = Math.floor(context.host.now());
  return [Math.floor(milliseconds / 1000), (milliseconds % 1000) * (unit / 1000)];
}

const time: Call = (context, address) => {
  const [seconds] = now(context, 1000);
  if (address !== 0) putWords(context, address, seconds);
  return seconds;
};

const timeOfDay: Call = (context, address, zone) => {
  if (address !== 0) putWords(context, address, ...now(context, 1e6));
  if (zone !== 0) putWords(context, zone, 0, 0);
  return 0;
};

const clock =
  (seconds: 1 | 2): Call =>
  (context, which, address) => {
    if (which >>> 0 > CLOCKS) throw errno('EINVAL');
    const [whole, part] = now(context, 1e9);
    if (seconds === 1) putWords(context, address, whole, part);
    else putWords(context, address, whole, 0, part, 0);
    return 0;
  };

const resolution: Call = (context, which, address) => {
  if (which >>> 0 > CLOCKS) throw errno('EINVAL');
  if (address !== 0) putWords(context, address, 0, RESOLUTION);
  return 0;
};

const times: Call = (context, address) => {
  if (address !== 0) putWords(context, address, 0, 0, 0, 0);
  return Math.floor((context.host.now() * TICKS_PER_SECOND) / 1000) & 0x7fffffff;
};

const usage: Call = (context, _who, address) => {
  put(context, address, new Uint8Array(USAGE));
  return 0;
};

/** Takes no time, but others may run. */
const sleep: Call = (context) => done(() => context.letOthersRun());

/** Call numbers and their functions. */
export const TIME_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [13, time],
  [43, times],
  [77, usage],
  [78, timeOfDay],
  [162, sleep],
  [265, clock(1)],
  [266, resolution],
  [267, sleep], // clock_nanosleep
  [403, clock(2)],
];
