// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The code of each operation that forms.ts calls direct: one handler an operation. Each pushes
 * operands, computes, writes the destination, and notes who set the flags if anything will read
 * them.
 */
import { type Instruction, MEMORY, REGISTER } from '../decode.ts';
import { ARITHMETIC, OVERFLOW } from '../flags.ts';
import type { OperationName } from '../instructions.ts';
import { EAX, EBP, EBX, ECX, EDX, ESI, ESP } from '../registers.ts';
import type { BlockEmitter } from './block.ts';
import { pushCell } from './cells.ts';
import { type EmitHandler, keepOperand, operand } from './emit-handler.ts';
import { PACKED } from './flag-code.ts';
import { FLAGS_LOCAL, QUICK_CALL } from './layout.ts';
import { scan, shift, shiftDouble } from './shift-code.ts';
import { isRegister } from './state.ts';
import { emitString } from './string-code.ts';
import { OP } from './wasm.ts';

/** The condition code that is true with a carry. */
const IF_CARRY = 2;

/** destination = destination op source; the destination is only compared when `writes` is false. */
function binary(op: number, kind: 'add' | 'sub' | 'logical', writes = true): EmitHandler {
  return (emitter, i, needed) => {
    const { state } = emitter;
    const { code } = state;
    const [to, from] = [operand(i, 0), operand(i, 1)];
    if (needed === 0) {
      if (!writes) return touchMemory(emitter, i);
      if (movesStackPointer(emitter, i, kind)) return true;
      emitter.write(to, () => {
        emitter.read(to);
        emitter.read(from);
        code.op(op);
      });
      return true;
    }
    const a = keepOperand(emitter, to);
    const b = keepOperand(emitter, from);
    state.get(a);
    state.get(b);
    code.op(op);
    emitter.extend(i.size);
    const result = state.keep();
    if (writes) emitter.write(to, () => state.get(result));
    emitter.setProducer(kind === 'logical' ? { kind, result } : { kind, a, b, result });
    return true;
  };
}

/** The same with the carry before it. */
function binaryWithCarry(kind: 'adc' | 'sbb'): EmitHandler {
  const isSum = kind === 'adc';
  return (emitter, i, needed) => {
    const { state } = emitter;
    const { code } = state;
    const [to, from] = [operand(i, 0), operand(i, 1)];
    emitter.pushCondition(IF_CARRY);
    const before = state.keep();
    const a = keepOperand(emitter, to);
    const b = keepOperand(emitter, from);
    const compute = isSum ? OP.i32_add : OP.i32_sub;
    state.get(a);
    state.get(b);
    code.op(compute);
    state.get(before);
    code.op(compute);
    const result = state.keep();
    emitter.write(to, () => state.get(result));
    if (needed === 0) return true;
    // With a carry before, numbers that are equal count as one that is less.
    const [first, second] = isSum ? [result, a] : [a, b];
    state.get(first);
    state.get(second);
    code.op(OP.i32_lt_u);
    state.get(first);
    state.get(second);
    code.op(OP.i32_eq);
    state.get(before);
    code.op(OP.i32_and);
    code.op(OP.i32_or);
    emitter.setProducer({ kind, a, b, carry: state.keep(), result });
    return true;
  };
}

/** A comparison that nobody looks at still may fault. */
function touchMemory(emitter: BlockEmitter, i: Instruction): boolean {
  for (const part of i.operands) {
    if (part.kind !== MEMORY) continue;
    emitter.read(part);
    emitter.state.code.op(OP.drop);
  }
  return true;
}

/** add esp, n and sub esp, n cost nothing. */
function movesStackPointer(
  emitter: BlockEmitter,
  i: Instruction,
  kind: 'add' | 'sub' | 'logical',
): boolean {
  const [to, from] = [operand(i, 0), operand(i, 1)];
  if (kind === 'logical' || !isRegister(to) || to.register !== ESP || from.kind === REGISTER)
    return false;
  if (from.kind === MEMORY) return false;
  emitter.state.moveStackPointer(kind === 'add' ? from.value : -from.value);
  return true;
}

function increment(kind: 'inc' | 'dec'): EmitHandler {
  return (emitter, i, needed, live) => {
    const { state } = emitter;
    const to = operand(i, 0);
    // The carry stays: whoever set it has to be packed first.
    if (needed !== 0) emitter.packLive(live & ~i.writes);
    const a = keepOperand(emitter, to);
    state.get(a);
    state.code.constant(kind === 'inc' ? 1 : -1);
    state.code.op(OP.i32_add);
    emitter.extend(i.size);
    const result = state.keep();
    emitter.write(to, () => state.get(result));
    if (needed !== 0) emitter.setProducer({ kind, a, result });
    return true;
  };
}

const negate: EmitHandler = (emitter, i) => {
  const { state } = emitter;
  const to = operand(i, 0);
  state.code.constant(0);
  const a = state.keep();
  const b = keepOperand(emitter, to);
  state.get(a);
  state.get(b);
  state.code.op(OP.i32_sub);
  emitter.extend(i.size);
  const result = state.keep();
  emitter.write(to, () => state.get(result));
  emitter.setProducer({ kind: 'sub', a, b, result });
  return true;
};

/** mul and imul of eax, when nobody reads the flags. */
function multiplyWide(extend: number, shiftRight: number): EmitHandler {
  return (emitter, i, needed) => {
    if (needed !== 0) return false;
    const { state } = emitter;
    const { code } = state;
    const factor = keepOperand(emitter, operand(i, 0));
    state.pushRegister(EAX);
    const value = state.keep();
    // The high half: again as 64 bits; the optimiser sees that it is one product.
    state.get(value);
    code.op(extend);
    state.get(factor);
    code.op(extend);
    code.op(OP.i64_mul);
    code.longConstant(32);
    code.op(shiftRight);
    code.op(OP.i32_wrap_i64);
    state.setRegister(EDX);
    state.get(value);
    state.get(factor);
    code.op(OP.i32_mul);
    state.setRegister(EAX);
    return true;
  };
}

const multiplyInto: EmitHandler = (emitter, i, needed) => {
  if (needed !== 0) return false;
  const factors = i.operands.length === 3 ? [1, 2] : [0, 1];
  emitter.write(operand(i, 0), () => {
    for (const factor of factors) emitter.read(operand(i, factor));
    emitter.state.code.op(OP.i32_mul);
  });
  return true;
};

/**
 * The common case, in which edx only extends eax and nothing can go wrong; the interpreter has the
 * others.
 */
function divide(isSigned: boolean): EmitHandler {
  return (emitter, i) => {
    const { state } = emitter;
    const { code } = state;
    const divisor = keepOperand(emitter, operand(i, 0));
    state.settleStackPointer();
    state.pushRegister(EDX);
    if (isSigned) {
      state.pushRegister(EAX);
      code.constant(31);
      code.op(OP.i32_shr_s);
    } else code.constant(0);
    code.op(OP.i32_eq);
    state.get(divisor);
    if (isSigned) {
      // Neither 0 nor −1, which the smallest number cannot be divided by.
      code.constant(1);
      code.op(OP.i32_add);
      code.constant(1);
      code.op(OP.i32_gt_u);
    } else {
      code.constant(0);
      code.op(OP.i32_ne);
    }
    code.op(OP.i32_and);
    code.open(OP.if);
    state.pushRegister(EAX);
    state.get(divisor);
    code.op(isSigned ? OP.i32_rem_s : OP.i32_rem_u);
    state.setLocal(EDX);
    state.pushRegister(EAX);
    state.get(divisor);
    code.op(isSigned ? OP.i32_div_s : OP.i32_div_u);
    state.setLocal(EAX);
    code.op(OP.else);
    emitter.slots?.flush();
    state.storeDirty();
    emitter.stepSpilled(i.address, 0);
    for (const register of [EAX, EDX]) {
      pushCell(code, state.layout, register);
      state.setLocal(register);
    }
    code.end();
    state.dirty |= (1 << EAX) | (1 << EDX);
    emitter.setProducer(PACKED);
    return true;
  };
}

const exchange: EmitHandler = (emitter, i) => {
  const { state } = emitter;
  const [first, second] = [operand(i, 0), operand(i, 1)];
  const a = keepOperand(emitter, first);
  const b = keepOperand(emitter, second);
  emitter.write(first, () => state.get(b));
  emitter.write(second, () => state.get(a));
  return true;
};

const move: EmitHandler = (emitter, i) => {
  const [to, from] = [operand(i, 0), operand(i, 1)];
  emitter.write(to, () => emitter.read(from));
  return true;
};

const extendZero: EmitHandler = (emitter, i) => {
  const { code } = emitter.state;
  const from = operand(i, 1);
  emitter.write(operand(i, 0), () => {
    if (from.kind === MEMORY) {
      emitter.load(from, from.size === 1 ? OP.i32_load8_u : OP.i32_load16_u);
      return;
    }
    emitter.read(from);
    code.constant(from.size === 1 ? 0xff : 0xffff);
    code.op(OP.i32_and);
  });
  return true;
};

const pop: EmitHandler = (emitter, i) => {
  emitter.pop();
  emitter.state.setRegister(operand(i, 0).register);
  return true;
};

const leave: EmitHandler = (emitter) => {
  const { state } = emitter;
  emitter.readFrame();
  const frame = state.keep();
  state.pushRegister(EBP);
  state.code.constant(4);
  state.code.op(OP.i32_add);
  state.setRegister(ESP);
  state.get(frame);
  state.setRegister(EBP);
  return true;
};

const systemCall: EmitHandler = (emitter, i, _needed, live) => {
  if ((operand(i, 0).value & 0xff) !== 0x80) return false;
  const { state } = emitter;
  const { code } = state;
  emitter.spillAll(live);
  for (const register of [EAX, EBX, ECX, EDX]) state.pushRegister(register);
  code.constant(i.address + i.length);
  code.constant(live);
  code.indexed(OP.call, emitter.helpers + QUICK_CALL);
  state.setRegister(EAX);
  state.words.forget();
  return true;
};

/** Bits of eax that ah has. */
const AH = 0xff00;
/** The bit that lahf always sets in ah. */
const AH_ALWAYS = 2;
/** Flags that ah can hold. */
const LOW_FLAGS = ARITHMETIC & ~OVERFLOW;

const flagsToAh: EmitHandler = (emitter, i, _needed, live) => {
  const { state } = emitter;
  const { code } = state;
  emitter.packLive(live | i.reads);
  state.pushRegister(EAX);
  code.constant(~AH);
  code.op(OP.i32_and);
  state.get(FLAGS_LOCAL);
  code.constant(LOW_FLAGS);
  code.op(OP.i32_and);
  code.constant(AH_ALWAYS);
  code.op(OP.i32_or);
  code.constant(8);
  code.op(OP.i32_shl);
  code.op(OP.i32_or);
  state.setRegister(EAX);
  return true;
};

const ahToFlags: EmitHandler = (emitter, i, _needed, live) => {
  const { state } = emitter;
  const { code } = state;
  emitter.packLive(live & ~i.writes);
  state.get(FLAGS_LOCAL);
  code.constant(~LOW_FLAGS);
  code.op(OP.i32_and);
  state.pushRegister(EAX);
  code.constant(8);
  code.op(OP.i32_shr_u);
  code.constant(LOW_FLAGS);
  code.op(OP.i32_and);
  code.op(OP.i32_or);
  code.indexed(OP.local_set, FLAGS_LOCAL);
  emitter.setProducer(PACKED);
  return true;
};

/** By operation. */
export const HANDLERS: Readonly<Partial<Record<OperationName, EmitHandler>>> = {
  add: binary(OP.i32_add, 'add'),
  sub: binary(OP.i32_sub, 'sub'),
  adc: binaryWithCarry('adc'),
  sbb: binaryWithCarry('sbb'),
  cmp: binary(OP.i32_sub, 'sub', false),
  and: binary(OP.i32_and, 'logical'),
  or: binary(OP.i32_or, 'logical'),
  xor: binary(OP.i32_xor, 'logical'),
  test: binary(OP.i32_and, 'logical', false),
  inc: increment('inc'),
  dec: increment('dec'),
  neg: negate,
  not: (emitter, i) => {
    const to = operand(i, 0);
    emitter.write(to, () => {
      emitter.read(to);
      emitter.state.code.constant(-1);
      emitter.state.code.op(OP.i32_xor);
    });
    return true;
  },
  shl: shift(OP.i32_shl, 'shl'),
  shr: shift(OP.i32_shr_u, 'shr'),
  sar: shift(OP.i32_shr_s, 'sar'),
  shld: shiftDouble(OP.i32_shl, OP.i32_shr_u),
  shrd: shiftDouble(OP.i32_shr_u, OP.i32_shl),
  bsf: scan(OP.i32_ctz),
  bsr: scan(OP.i32_clz),
  mul: multiplyWide(OP.i64_extend_i32_u, OP.i64_shr_u),
  imul: multiplyWide(OP.i64_extend_i32_s, OP.i64_shr_s),
  imul2: multiplyInto,
  imul3: multiplyInto,
  div: divide(false),
  idiv: divide(true),
  mov: move,
  movsx: move,
  movzx: extendZero,
  xchg: exchange,
  lea: (emitter, i) => {
    emitter.write(operand(i, 0), () => emitter.state.pushAddress(operand(i, 1)));
    return true;
  },
  push: (emitter, i) => {
    emitter.push(() => emitter.read(operand(i, 0)));
    return true;
  },
  pop,
  leave,
  cbw: (emitter) => {
    const { state } = emitter;
    state.pushRegister(EAX);
    state.code.op(OP.i32_extend16_s);
    state.setRegister(EAX);
    return true;
  },
  cwd: (emitter) => {
    const { state } = emitter;
    state.pushRegister(EAX);
    state.code.constant(31);
    state.code.op(OP.i32_shr_s);
    state.setRegister(EDX);
    return true;
  },
  set: (emitter, i) => {
    emitter.write(operand(i, 0), () => emitter.pushCondition(i.condition));
    return true;
  },
  cmov: (emitter, i) => {
    const [to, from] = [operand(i, 0), operand(i, 1)];
    emitter.write(to, () => {
      emitter.read(from);
      emitter.read(to);
      emitter.pushCondition(i.condition);
      emitter.state.code.op(OP.select);
    });
    return true;
  },
  int: systemCall,
  movs: (emitter, i) => {
    emitString(emitter, i, ESI);
    return true;
  },
  stos: (emitter, i) => {
    emitString(emitter, i, EAX);
    return true;
  },
  lahf: flagsToAh,
  sahf: ahToFlags,
  nop: () => true,
};
