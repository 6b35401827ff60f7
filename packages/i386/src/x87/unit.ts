// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The state of the x87: eight registers that form a stack, the control and status words, and the
 * address of the last instruction (Intel SDM volume 1, chapters 8.1 and 8.4 to 8.7).
 *
 * An operation notes exceptions in `raised` and calls {@link Fpu.settle}, which puts them into the
 * status word and returns whether the result may be stored. An exception that is not masked becomes
 * a fault at the next instruction that waits. Invariant: a register keeps its content when it is
 * marked empty.
 */
import { MachineError } from '../errors.ts';
import { type Extended, INDEFINITE, ZERO } from './number.ts';
import { DENORMAL, INVALID, ROUNDED_UP, type Rounding, STACK_FAULT, ZERO_DIVIDE } from './round.ts';

/** Bits of the status word. */
const EXCEPTIONS = 0x3f;
const SUMMARY = 0x80;
export const C0 = 0x100;
export const C1: number = ROUNDED_UP;
export const C2 = 0x400;
export const C3 = 0x4000;
const BUSY = 0x8000;
const TOP_SHIFT = 11;
const TOP_BITS = 0x3800;

/**
 * Exceptions that are found before the result is computed. If one of them is not masked, nothing is
 * stored or popped.
 */
export const BEFORE_RESULT: number = INVALID | DENORMAL | ZERO_DIVIDE;

/** After fninit and at the start of a program: all exceptions masked, full precision. */
const INITIAL_CONTROL = 0x37f;
/** Bits of the control word that a program can change, and one that is always set. */
const CONTROL_BITS = 0x1f3f;
const CONTROL_ONE = 0x40;

export class Fpu implements Rounding {
  private controlWord = INITIAL_CONTROL;
  /** The status word without TOP. */
  private status = 0;
  private top = 0;
  /** One bit for each register, set if it is not empty. */
  private full = 0;
  /** Indexed by register number, not by place on the stack. */
  private readonly registers: Extended[] = new Array<Extended>(8).fill(ZERO);
  /** Addresses of the last instruction other than a control instruction, and of its operand. */
  instruction = 0;
  operand = 0;
  raised = 0;
  /** True if an operand was a denormal number in memory. In the register it is a normal one. */
  fromDenormal = false;
  /** May the machine round a result that processors do not round alike? */
  roundFunctions = false;

  copy(): Fpu {
    const twin = new Fpu();
    twin.controlWord = this.controlWord;
    twin.status = this.status;
    twin.top = this.top;
    twin.full = this.full;
    this.registers.forEach((x, at) => {
      twin.registers[at] = x;
    });
    twin.instruction = this.instruction;
    twin.operand = this.operand;
    twin.roundFunctions = this.roundFunctions;
    return twin;
  }

  /** fninit */
  reset(): void {
    this.controlWord = INITIAL_CONTROL;
    this.status = 0;
    this.top = 0;
    this.full = 0;
    this.instruction = 0;
    this.operand = 0;
  }

  // The words

  get control(): number {
    return this.controlWord;
  }

  set control(word: number) {
    this.controlWord = (word & CONTROL_BITS) | CONTROL_ONE;
    this.summarise();
  }

  get statusWord(): number {
    return this.status | (this.top << TOP_SHIFT);
  }

  set statusWord(word: number) {
    this.status = word & ~TOP_BITS & 0xffff;
    this.top = (word >> TOP_SHIFT) & 7;
    this.summarise();
  }

  /** Two bits for each register: a number, zero, something else, empty. */
  get tagWord(): number {
    let tags = 0;
    for (let at = 7; at >= 0; at--) tags = (tags << 2) | this.tagOf(at);
    return tags;
  }

  /** Only whether the register is empty is taken from each tag. */
  set tagWord(word: number) {
    this.full = 0;
    for (let at = 0; at < 8; at++) if (((word >> (at * 2)) & 3) !== 3) this.full |= 1 << at;
  }

  private tagOf(number: number): number {
    if (((this.full >> number) & 1) === 0) return 3;
    const { exponent, significand } = this.registers[number] as Extended;
    if (exponent === 0 && significand === 0n) return 1;
    return exponent === 0 || exponent === 0x7fff || significand >> 63n === 0n ? 2 : 0;
  }

  /** Set or clear the summary bits: is there an exception that the control word does not mask? */
  private summarise(): void {
    const open = this.status & ~this.controlWord & EXCEPTIONS;
    this.status = (this.status & ~(SUMMARY | BUSY)) | (open === 0 ? 0 : SUMMARY | BUSY);
  }

  /** Replace those of C0 to C3 that are in `of` by `bits`. */
  setConditions(bits: number, of: number = C0 | C2 | C3): void {
    this.status = (this.status & ~of) | bits;
  }

  /** fnclex */
  clearExceptions(): void {
    this.status &= ~(EXCEPTIONS | STACK_FAULT | SUMMARY | BUSY);
  }

  // The stack

  /** The number `place` registers below the top; undefined if that register is empty. */
  get(place: number): Extended | undefined {
    const number = (this.top + place) & 7;
    return ((this.full >> number) & 1) === 0 ? undefined : this.registers[number];
  }

  /** The content of a register, even if it is marked as empty. */
  content(place: number): Extended {
    return this.registers[(this.top + place) & 7] as Extended;
  }

  put(place: number, x: Extended): void {
    const number = (this.top + place) & 7;
    this.registers[number] = x;
    this.full |= 1 << number;
  }

  /** Set the content of a register, but not whether it is empty: for frstor. */
  setContent(place: number, x: Extended): void {
    this.registers[(this.top + place) & 7] = x;
  }

  /** Mark a register as empty. */
  free(place: number): void {
    this.full &= ~(1 << ((this.top + place) & 7));
  }

  pop(): void {
    this.free(0);
    this.turn(1);
  }

  push(x: Extended): void {
    this.turn(-1);
    this.put(0, x);
  }

  /** Move the top, whatever the registers hold. */
  turn(by: number): void {
    this.top = (this.top + by) & 7;
  }

  // Exceptions

  /**
   * Called before an instruction that waits. Throws MachineError for exceptions that are not
   * masked.
   */
  wait(): void {
    if ((this.status & SUMMARY) !== 0) {
      throw new MachineError('float-error', 'a floating-point exception that is not masked');
    }
  }

  /** Called before an instruction that computes; `instruction` is its address. */
  begin(instruction: number): void {
    this.wait();
    this.raised = 0;
    this.fromDenormal = false;
    this.instruction = instruction;
  }

  /** Called if a register that should contain a number is empty. */
  underflow(): Extended {
    this.raised |= INVALID | STACK_FAULT;
    return INDEFINITE;
  }

  /** Called if the stack has no room for a number to be pushed. */
  overflow(): Extended {
    this.raised |= INVALID | STACK_FAULT | C1;
    return INDEFINITE;
  }

  /** True if an exception among `these` has been raised that is not masked. */
  stops(these: number = BEFORE_RESULT): boolean {
    return (this.raised & these & ~this.controlWord) !== 0;
  }

  /**
   * Put the raised exceptions into the status word. False if the result must not be stored, because
   * an exception among `these` is not masked.
   */
  settle(these: number = BEFORE_RESULT): boolean {
    // Without a result, the exceptions that only a result raises do not occur.
    if (this.stops(these)) {
      const isFault = (this.raised & STACK_FAULT) !== 0;
      const before = this.stops(these & BEFORE_RESULT) ? BEFORE_RESULT : these;
      this.raised &= before | STACK_FAULT | (isFault ? C1 : 0);
    }
    this.status = (this.status & ~C1) | this.raised;
    this.summarise();
    return !this.stops(these);
  }
}
