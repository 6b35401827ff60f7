// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a signal handler finds on the stack, and how it returns: Linux's frames for 32-bit programs
 * (arch/x86/kernel/signal_32.c, asm/sigframe.h, asm/sigcontext.h).
 *
 * A frame holds all registers, the state of the x87 and the signal mask; sigreturn restores them.
 * Invariant: what the handler does not change in the frame is the same after it.
 */
import type { Interpreter } from './interpreter.ts';
import { EAX, EBP, EBX, ECX, EDI, EDX, ESI, ESP } from './registers.ts';
import { type Mask, SIGCHLD, type SignalInfo, type Signals } from './signals.ts';
import { loadState, STATE, storeState } from './x87/environment.ts';

const [SA_SIGINFO, SA_RESTORER] = [4, 0x04000000];

/** Offsets in a frame, without and with siginfo: context, mask (or its second word), code, size. */
const PLAIN = { context: 8, highMask: 720, code: 724, size: 732 } as const;
const WITH_INFO = { context: 164, mask: 252, code: 260, size: 268 } as const;
const [INFO, USER_CONTEXT] = [16, 144];

/** Offsets in the context. */
const CONTEXT = {
  registers: 16,
  eip: 56,
  flags: 64,
  float: 76,
  mask: 80,
} as const;
/** The order of the registers in the context. */
const ORDER = [EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX];
const [CODE_SELECTOR, DATA_SELECTOR] = [0x23, 0x2b];
/**
 * Size of the state of the x87, of its status word again, and of a mark that no SSE state follows.
 */
const FLOAT_SIZE: number = STATE[4] + 4;
const FLOAT_STATUS = 4;
const FLOAT_MARK = 0xffff0000;
const DIRECTION = 0x400;
/** Flags that sigreturn restores from the frame. */
const RESTORED = 0x40dd5;

/** pop eax; mov eax, sigreturn; int 0x80, and the same for rt_sigreturn without the pop. */
const RETURN_CODE = [0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80];
const RETURN_CODE_WITH_INFO = [0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0];

/**
 * Make `cpu` continue in the handler of a signal.
 *
 * @param mask the signal mask to restore after the handler.
 */
export function enterHandler(
  cpu: Interpreter,
  signals: Signals,
  info: SignalInfo,
  mask: Mask,
): void {
  const { registers } = cpu;
  const [handler, flags, restorer] = signals.get(info.signal);
  const hasInfo = (flags & SA_SIGINFO) !== 0;
  const layout = hasInfo ? WITH_INFO : PLAIN;
  const float = ((registers[ESP] as number) - FLOAT_SIZE) & ~15;
  const frame = ((float - layout.size + 4) & ~15) - 4;
  const bytes = new Uint8Array(layout.size);
  const view = new DataView(bytes.buffer);
  const words = (at: number, ...values: number[]): void => {
    for (const [n, value] of values.entries()) view.setInt32(at + n * 4, value, true);
  };
  words(0, (flags & SA_RESTORER) !== 0 ? restorer : frame + layout.code, info.signal);
  fillContext(cpu, words, layout.context, float, mask[0]);
  if (hasInfo) {
    words(8, frame + INFO, frame + USER_CONTEXT);
    words(INFO, ...infoWords(info));
    words(WITH_INFO.mask, ...mask);
    bytes.set(RETURN_CODE_WITH_INFO, WITH_INFO.code);
  } else {
    words(PLAIN.highMask, mask[1]);
    bytes.set(RETURN_CODE, PLAIN.code);
  }
  storeFloat(cpu, float);
  cpu.storeBytes(frame, bytes);
  registers[EAX] = info.signal;
  registers[EDX] = hasInfo ? frame + INFO : 0;
  registers[ECX] = hasInfo ? frame + USER_CONTEXT : 0;
  registers[ESP] = frame;
  cpu.flags.unpack(cpu.flags.pack() & ~DIRECTION);
  cpu.eip = handler;
}

function fillContext(
  { registers, segments, flags, eip }: Interpreter,
  words: (at: number, ...values: number[]) => void,
  at: number,
  float: number,
  mask: number,
): void {
  words(at, ...[5, 4, 0, 3].map((number) => segments.selector(number)));
  words(at + CONTEXT.registers, ...ORDER.map((register) => registers[register] as number));
  words(at + CONTEXT.eip, eip, CODE_SELECTOR, flags.pack(), registers[ESP] as number);
  words(at + CONTEXT.float - 4, DATA_SELECTOR, float, mask);
}

/** siginfo: signal, errno, code, process, user, status. */
function infoWords({ signal, code, pid, status }: SignalInfo): number[] {
  return [signal, 0, code, pid, 0, signal === SIGCHLD ? status : 0];
}

/** Save the x87 and reset it: a handler begins with the state of a new program. */
function storeFloat(cpu: Interpreter, address: number): void {
  const bytes = new Uint8Array(FLOAT_SIZE);
  bytes.set(storeState(cpu.fpu, STATE[4]));
  const status = cpu.fpu.statusWord | FLOAT_MARK;
  new DataView(bytes.buffer).setUint32(FLOAT_SIZE - FLOAT_STATUS, status, true);
  cpu.storeBytes(address, bytes);
  cpu.fpu.reset();
}

/**
 * sigreturn: restore the state from before the handler. Returns the old eax, and the mask.
 *
 * @param hasInfo rt_sigreturn.
 */
export function leaveHandler(cpu: Interpreter, hasInfo: boolean): { eax: number; mask: Mask } {
  const { registers } = cpu;
  // The return address has been popped, and, without siginfo, also the number of the signal.
  const frame = (registers[ESP] as number) - (hasInfo ? 4 : 8);
  const layout = hasInfo ? WITH_INFO : PLAIN;
  const word = (at: number): number => cpu.load((frame + at) | 0, 4);
  const context = layout.context;
  const mask: Mask = hasInfo
    ? [word(WITH_INFO.mask), word(WITH_INFO.mask + 4)]
    : [word(context + CONTEXT.mask), word(PLAIN.highMask)];
  const float = word(context + CONTEXT.float);
  if (float === 0) cpu.fpu.reset();
  else loadState(cpu.fpu, cpu.loadBytes(float, STATE[4]));
  const before = ORDER.map((_, at) => word(context + CONTEXT.registers + at * 4));
  const flags = word(context + CONTEXT.flags);
  const eip = word(context + CONTEXT.eip);
  for (const [at, register] of ORDER.entries()) registers[register] = before[at] as number;
  cpu.flags.unpack((cpu.flags.pack() & ~RESTORED) | (flags & RESTORED));
  cpu.eip = eip;
  return { eax: registers[EAX] as number, mask };
}
