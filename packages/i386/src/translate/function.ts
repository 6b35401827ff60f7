// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One guest function → one WebAssembly function, with structured control flow.
 *
 * The structure follows N. Ramsey, "Beyond Relooper" (2022): the dominator tree is walked; a block
 * that edges lead back to opens a loop, a block where edges meet comes after the end of a `block`,
 * everything else is nested where the one edge to it is. Where jumps lead into the middle of a loop
 * there are switches (switches.ts); what they do not help, and functions that are very long or nest
 * very deep, become a loop around a table of blocks. A function returns the address that the
 * guest's ret popped; the caller goes on only when that is the one it pushed, and otherwise leaves
 * the rest to the interpreter.
 */
import type { Instruction } from '../decode.ts';
import { EAX, ESP } from '../registers.ts';
import type { AccessLayout } from './access.ts';
import { BlockEmitter } from './block.ts';
import {
  bodyOf,
  dirtyAfterCall,
  dirtyAtStarts,
  liveAfterEach,
  neededAtStarts,
  registersOf,
} from './block-facts.ts';
import { type Block, type Ending, successors } from './blocks.ts';
import {
  callFunction,
  callPointer,
  comeBack,
  enterCopy,
  jumpByPointer,
  leaveFor,
} from './call-code.ts';
import type { EntryFrames } from './entry-frames.ts';
import {
  ALL_REGISTERS,
  droppedBy,
  type FunctionFacts,
  liveAtEnd,
  type ProgramFacts,
} from './facts.ts';
import { type Flow, isNestable, structureFlow } from './flow.ts';
import { analyseFrame, type Frame, isBalanced } from './frame.ts';
import { countBack, countEntry } from './fuel.ts';
import {
  emitChecks,
  guardChecks,
  registerChecks,
  returnCheck,
  stackFrom,
  takeKnown,
} from './guard.ts';
import { type Registers, stackUses } from './known.ts';
import { FIRST_TEMPORARY, LABEL_LOCAL, OBSERVE, PASSED, RETURN_LOCAL, RETURNED } from './layout.ts';
import { type Charges, chargesOf, type Metering, type Weights } from './metering.ts';
import { HeldSlots } from './slots.ts';
import { lastReads } from './stack-words.ts';
import { BlockState, type StackPointer } from './state.ts';
import { Code, OP } from './wasm.ts';

/** What all functions of a module share. */
export interface ModuleContext {
  readonly facts: ProgramFacts;
  readonly frames: EntryFrames;
  /** Entry → index of the WebAssembly function. */
  readonly indices: ReadonlyMap<number, number>;
  /** Index of the first of the functions that every module has. */
  readonly helpers: number;
  readonly layout: AccessLayout;
  readonly metering: Metering;
  /** Undefined where instructions are counted. */
  readonly weights: Weights | undefined;
  /** Call `observe` before every block. */
  readonly observed: boolean;
  readonly depthLimit: number;
}

export interface EmittedFunction {
  readonly code: Code;
  readonly locals: number;
  /** Offset in the body, guest address, and so on, ascending. */
  readonly marks: readonly number[];
}

const UNCOUNTED: Charges = { entry: 0, back: new Map() };

/** What is called by a pointer may be anything. */
const UNKNOWN_CALLEE = { changes: ALL_REGISTERS, liveOut: 0, drop: undefined };

export function emitFunction(fact: FunctionFacts, context: ModuleContext): EmittedFunction {
  return new FunctionEmitter(fact, context).emit();
}

class FunctionEmitter {
  private readonly code = new Code();
  private readonly state: BlockState;
  private readonly emitter: BlockEmitter;
  private readonly marks: number[] = [];
  private readonly fact: FunctionFacts;
  private readonly context: ModuleContext;
  private readonly flow: Flow;
  private readonly frame: Frame;
  /** Registers that may differ from their cells at the start of a block. */
  private readonly dirtyIn: number[];
  /** Registers whose locals are right at the start of a block, by address. */
  private readonly needed: ReadonlyMap<number, number>;
  private readonly charges: Charges;
  /** Position → depth of the label to branch to. */
  private readonly labels = new Map<number, number>();
  /** Blocks whose first guard is where the call before them returns. */
  private readonly guarded = new Set<Block>();
  /** What esp was at the entry, where a return has to compare. */
  private readonly entryLocal: number | undefined;
  /** Depth of the dispatching loop, where flow is not structured. */
  private dispatch = -1;

  constructor(fact: FunctionFacts, context: ModuleContext) {
    this.fact = fact;
    this.context = context;
    this.flow = structureFlow(fact.code);
    const frameAt = context.frames.get(fact.code.entry);
    this.frame = analyseFrame(fact.code, this.flow, context.facts, frameAt);
    this.state = new BlockState(this.code, registersOf(fact), context.layout);
    for (const { roots } of new Set([...this.frame.covers.values()].flat())) {
      this.state.reservePlaces(roots.keys());
    }
    if (this.comparesStackPointer()) this.entryLocal = this.state.reserve();
    const mark = (address: number): void => {
      this.marks.push(this.code.bytes.length, address);
    };
    this.emitter = new BlockEmitter(this.state, mark, context.helpers);
    this.dirtyIn = dirtyAtStarts(fact, this.flow, context.facts);
    this.needed = neededAtStarts(fact, this.flow, this.frame, this.dirtyIn, context.facts);
    this.charges =
      context.metering === 'none' ? UNCOUNTED : chargesOf(fact, this.flow, context.weights);
  }

  emit(): EmittedFunction {
    const { state } = this;
    const { entry } = this.fact.code;
    const flags = this.fact.liveIn.get(entry) ?? 0;
    state.reload(ALL_REGISTERS & ~PASSED, this.neededAt(entry), flags);
    if (this.entryLocal !== undefined) {
      state.pushRegister(ESP);
      this.code.indexed(OP.local_set, this.entryLocal);
    }
    this.emitter.withExits(() => {
      this.prologue();
      this.body();
    });
    this.code.op(OP.end);
    return {
      code: this.code,
      locals: Math.max(state.highest, FIRST_TEMPORARY),
      marks: this.marks,
    };
  }

  private neededAt(block: number): number {
    return this.needed.get(block) ?? ALL_REGISTERS;
  }

  /** Is there an ending at which esp is not known to be what it was at the entry? */
  private comparesStackPointer(): boolean {
    return [...this.fact.code.blocks.values()].some(
      (block) =>
        block.ending.kind === 'jump-indirect' ||
        (block.ending.kind === 'return' && !isBalanced(this.frame, block)),
    );
  }

  /** All blocks. Nothing is reached after them. */
  private body(): void {
    if (isNestable(this.flow)) this.tree(0);
    else this.dispatcher();
    this.code.op(OP.unreachable);
  }

  /** The guard of a function that needs but one, and variables that its loops hold in locals. */
  private prologue(): void {
    const { emitter, fact, flow, frame, state } = this;
    const block = fact.code.blocks.get(fact.code.entry) as Block;
    if (frame.whole === undefined || block.instructions.length === 0) return;
    emitter.begin(PASSED, PASSED | this.neededAt(block.start));
    this.startInstruction(block, 0, fact.liveIn.get(block.start) ?? 0);
    const checks = guardChecks(state, frame.whole);
    if (checks.length === 0) return;
    emitChecks(this.code, checks, () => emitter.leaveAtStart());
    if (flow.loopHeads.size === 0) return;
    const uses = [...frame.before].flatMap(([{ instructions }, before]) =>
      instructions.flatMap((instruction, at) => stackUses(instruction, before[at] as Registers)),
    );
    const counts = this.context.metering !== 'none';
    emitter.slots = new HeldSlots(state, uses, frame.whole, counts);
    emitter.slots.loadAll();
  }

  /**
   * Leave to the interpreter if the guard before an instruction of the block fails.
   *
   * @param isDone where the block begins, its guard was part of what is before it.
   */
  private guard(block: Block, at: number, isDone: boolean): void {
    const extents = this.frame.guards.get(block)?.get(at);
    if (extents === undefined) return;
    const { state, emitter } = this;
    if (!isDone) {
      state.words.forget();
      state.settleStackPointer();
      emitChecks(this.code, guardChecks(state, extents), () => emitter.leaveHere());
    }
    state.stack =
      stackFrom(state, this.frame.before.get(block)?.[at]?.[ESP], extents) ?? state.stack;
  }

  /** Where esp is when the block begins, if it is known from a guard before it. */
  private stackAt(block: Block | undefined): StackPointer | undefined {
    if (block === undefined || this.frame.guards.get(block)?.has(0) === true) return undefined;
    const { before, covers } = this.frame;
    return stackFrom(this.state, before.get(block)?.[0]?.[ESP], covers.get(block)?.[0]);
  }

  /** `live`: flags that are right before the instruction. */
  private startInstruction(block: Block, at: number, live: number): void {
    const { before, covers, expected } = this.frame;
    this.emitter.startInstruction({
      instruction: block.instructions[at] as Instruction,
      position: at,
      registers: before.get(block)?.[at] ?? [],
      cover: covers.get(block)?.[at],
      before: live,
      expected: expected.get(block)?.get(at),
    });
  }

  // Structure

  /** The block at `position` and all that it dominates. */
  private tree(position: number): void {
    const { code } = this;
    const children = this.flow.dominated[position] as readonly number[];
    const meeting = children.filter((child) => this.flow.merges.has(child));
    const isLoop = this.flow.loopHeads.has(position);
    if (isLoop) this.labels.set(position, code.open(OP.loop));
    this.within(position, meeting);
    if (isLoop) code.end();
  }

  /** The last of the merges is outermost: all before may branch to it. */
  private within(position: number, meeting: readonly number[]): void {
    const { code } = this;
    for (let at = meeting.length - 1; at >= 0; at--) {
      this.labels.set(meeting[at] as number, code.open(OP.block));
    }
    this.block(position);
    for (const merge of meeting) {
      code.end();
      // A merge that is a loop head as well gets its label again, inside.
      this.tree(merge);
    }
  }

  private goTo(from: number, target: number): void {
    const { position, switches } = this.flow;
    const before = switches.before.get(target);
    if (before !== undefined) {
      this.code.constant((switches.targets.get(before) as readonly number[]).indexOf(target));
      this.code.indexed(OP.local_set, LABEL_LOCAL);
    }
    if (this.stackAt(this.fact.code.blocks.get(target)) === undefined) {
      this.state.settleStackPointer();
    }
    const to = position.get(before ?? target) as number;
    if (to <= from) {
      const known = this.fact.liveIn.get(target) ?? 0;
      countBack(this.emitter, this.charges.back.get(to) ?? 0, target, known);
    }
    if (this.isNested(from, to)) this.tree(to);
    else if (this.dispatch < 0) this.code.branch(OP.br, this.labels.get(to) as number);
    else {
      this.code.constant(to);
      this.code.indexed(OP.local_set, LABEL_LOCAL);
      this.code.branch(OP.br, this.dispatch);
    }
  }

  /** Is the block at position `to` placed where the one edge to it is? */
  private isNested(from: number, to: number): boolean {
    return this.dispatch < 0 && to > from && !this.flow.merges.has(to);
  }

  /** loop { switch (label) { each block } } */
  private dispatcher(): void {
    const { code } = this;
    const count = this.flow.order.length;
    this.dispatch = code.open(OP.loop);
    const depths: number[] = [];
    for (let at = count - 1; at >= 0; at--) depths[at] = code.open(OP.block);
    code.indexed(OP.local_get, LABEL_LOCAL);
    code.table(depths);
    for (let at = 0; at < count; at++) {
      code.end();
      this.block(at);
    }
    code.end();
  }

  // Blocks

  private block(position: number): void {
    const { emitter, fact, context } = this;
    const block = fact.code.blocks.get(this.flow.order[position] as number);
    if (block === undefined) {
      this.switch(position);
      return;
    }
    const reads = lastReads(block.instructions, this.frame.before.get(block) ?? []);
    const dirty = this.dirtyIn[position] as number;
    emitter.begin(dirty, this.neededAt(block.start), reads, this.stackAt(block));
    const body = bodyOf(block);
    const atEnd = liveAtEnd(block, fact, context.facts);
    const live = liveAfterEach(block, body, atEnd);
    if (block.instructions.length === 0) this.startBlock(block, position);
    for (let at = 0; at < block.instructions.length; at++) {
      const instruction = block.instructions[at] as Instruction;
      this.startInstruction(block, at, live[at] as number);
      this.guard(block, at, at === 0 && this.guarded.has(block));
      if (at === 0) this.startBlock(block, position);
      if (at === body.length) break; // the ending's
      if (emitter.emitTruth(instruction, body[at + 1])) at++;
      else emitter.emit(live[at + 1] as number);
    }
    this.ending(block, position, atEnd);
  }

  /** To the block whose number is in the local. */
  private switch(position: number): void {
    const { flow, code, labels } = this;
    const targets = flow.edges[position] as readonly number[];
    code.indexed(OP.local_get, LABEL_LOCAL);
    code.table(targets.map((to) => labels.get(to) as number));
  }

  private startBlock(block: Block, position: number): void {
    if (position === 0) countEntry(this.emitter, this.charges.entry);
    if (this.context.observed) this.observe(block);
  }

  private observe(block: Block): void {
    const known = this.fact.liveIn.get(block.start) ?? 0;
    this.emitter.slots?.flush();
    this.emitter.spillAll(known);
    this.code.constant(block.start);
    this.code.constant(known);
    this.code.indexed(OP.call, OBSERVE);
  }

  private ending(block: Block, position: number, live: number): void {
    const { ending } = block;
    const last = block.instructions.at(-1);
    switch (ending.kind) {
      case 'enter':
        enterCopy(this.emitter, last as Instruction);
        this.next(ending.to, position, live);
        return;
      case 'come-back':
        comeBack(this.emitter, last as Instruction, ending.to);
        this.next(ending.to, position, live);
        return;
      case 'next':
        this.next(ending.to, position, live);
        return;
      case 'branch':
        this.branch(last as Instruction, ending, position, live);
        return;
      case 'call':
        this.call(block, ending.target, position, live);
        return;
      case 'call-indirect':
        this.callIndirect(block, ending.to, position);
        return;
      case 'jump-indirect':
        jumpByPointer(this.emitter, last as Instruction, this.fact, this.entryLocal);
        return;
      case 'return':
        this.return(block, live);
        return;
      default:
        leaveFor(this.emitter, ending.at);
        return;
    }
  }

  private next(to: number, position: number, live: number): void {
    this.emitter.packLive(live);
    this.goTo(position, to);
  }

  private branch(
    last: Instruction,
    ending: Ending & { kind: 'branch' },
    position: number,
    live: number,
  ): void {
    const { code, state, emitter } = this;
    emitter.pushCondition(last.condition);
    if (live !== 0) {
      const condition = state.keep();
      emitter.packLive(live);
      state.get(condition);
    }
    const { stack } = state;
    code.open(OP.if);
    this.goTo(position, ending.taken);
    code.end();
    state.stack = stack;
    this.goTo(position, ending.to);
  }

  private return(block: Block, live: number): void {
    const { code, state, emitter, fact } = this;
    if (fact.drop !== undefined && !isBalanced(this.frame, block)) {
      state.pushRegister(ESP);
      state.get(this.entryLocal as number);
      code.op(OP.i32_ne);
      code.open(OP.if);
      emitter.leaveHere();
      code.end();
    }
    emitter.pop();
    const address = state.keep();
    state.moveStackPointer(droppedBy(block.instructions.at(-1) as Instruction));
    emitter.slots?.flush();
    emitter.spillSome((fact.changes | (1 << ESP)) & ~RETURNED, live);
    state.get(address);
    state.pushRegister(EAX);
    code.op(OP.return);
  }

  private call(block: Block, target: number, position: number, live: number): void {
    const { emitter, context, state } = this;
    const callee = context.facts.get(target) as FunctionFacts;
    const [back = 0] = successors(block.ending);
    const isRecursive = callee.group === this.fact.group && callee.recursive;
    callFunction(emitter, context, { callee, back, live, isRecursive });
    state.dirty = dirtyAfterCall(state.dirty, callee);
    if (callee.drop !== undefined) state.moveStackPointer(4 + callee.drop);
    this.afterCall(callee, back, position, block);
  }

  private callIndirect(block: Block, back: number, position: number): void {
    const needed = this.fact.liveIn.get(back) ?? 0;
    callPointer(this.emitter, block.instructions.at(-1) as Instruction, back, needed);
    this.afterCall(UNKNOWN_CALLEE, back, position, block);
  }

  /**
   * Leave to the interpreter when the address on the stack, which a call has returned to, is not
   * `back`, or a register is not what it was taken to be. One way out serves the guard of the code
   * there as well, if nothing else leads to it.
   */
  private afterCall(
    { changes, liveOut, drop }: Pick<FunctionFacts, 'changes' | 'liveOut' | 'drop'>,
    back: number,
    position: number,
    caller: Block,
  ): void {
    const { code, state, flow } = this;
    code.indexed(OP.local_set, RETURN_LOCAL);
    const kept = this.frame.kept.get(caller) ?? [];
    const held = kept.reduce((all, { register }) => all | (1 << register), this.neededAt(back));
    const needed = this.fact.liveIn.get(back) ?? 0;
    const flags = needed | liveOut;
    const block = this.fact.code.blocks.get(back) as Block;
    if (drop !== undefined && this.stackAt(block) === undefined) state.settleStackPointer();
    const isLost = drop === undefined ? changes | (1 << ESP) : changes & ~(1 << ESP);
    state.reload(isLost & ~RETURNED, held, flags);
    state.changed(EAX);
    const cover = this.frame.covers.get(caller)?.at(-1);
    const checks = [returnCheck(code, back)];
    for (const one of kept) checks.push(...registerChecks(state, one.register, one.known, cover));
    const guard = this.frame.guards.get(block)?.get(0);
    const to = flow.position.get(back) as number;
    const follows = this.isNested(position, to) && !flow.loopHeads.has(to);
    if (guard !== undefined && follows && (needed & ~liveOut) === 0) {
      const more = guardChecks(state, guard);
      checks.push(...more);
      if (more.length > 0) this.guarded.add(block);
    }
    emitChecks(code, checks, () => this.emitter.leaveTo(liveOut));
    // The guard of what follows sets the places anew: then `cover` does not describe them.
    for (const { register, known } of this.guarded.has(block) ? [] : kept) {
      takeKnown(state, register, known, cover);
    }
    this.goTo(position, back);
  }
}
