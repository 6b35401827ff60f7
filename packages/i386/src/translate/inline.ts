// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Copies of small functions in their callers: functions → the same functions, with the blocks of
 * what they call among their own.
 *
 * A call of a translated function costs more than what a small one does: registers go by their
 * cells, and a guard, a comparison of the address and the host's own call come with it. A copy has
 * none of that; its pushes are covered by its caller's guard. It still pushes the address to return
 * to, and compares what it pops, so that memory is what it would be. The function itself stays, for
 * calls by pointers.
 *
 * The code is larger, so that only programs that run for long get it: see Needs in program.ts.
 *
 * A copied block has its address and a number, times {@link COPY}, as its key; so `key | 0` is the
 * address. Invariant: a function with copies does what it did with calls.
 */
import { type Block, type CodeFunction, callees, type Ending, successors } from './blocks.ts';
import { components } from './components.ts';
import { analyseFlow, isNestable } from './flow.ts';
import { frameRegisters } from './frame-pointers.ts';

/** Guest addresses are less. */
const COPY = 2 ** 32;
/** Instructions that a function may have, with its own copies, to be copied. */
const MAX_COPIED = 80;
/** Instructions that all copies of a function may have together. */
const MAX_TOTAL = 1000;
/** Instructions from which on a function takes no more copies. */
const MAX_GROWN = 1000;

/**
 * @param functions those to translate.
 * @param codeOf any other function that they call, by its entry.
 */
export function inlineCalls(
  functions: ReadonlyMap<number, CodeFunction>,
  codeOf: (entry: number) => CodeFunction,
): Map<number, CodeFunction> {
  const known = new Map(functions);
  const at = (entry: number): CodeFunction => {
    const code = known.get(entry) ?? codeOf(entry);
    known.set(entry, code);
    return code;
  };
  const next = (entry: number): Iterable<number> =>
    functions.has(entry) || isSmall(at(entry)) ? callees(at(entry)) : [];
  const sites = callSites(functions);
  /** Functions that do not call themselves, with the copies in them. */
  const toCopy = new Map<number, CodeFunction>();
  const grown = new Map<number, CodeFunction>();
  // Callees come first: see components.ts.
  for (const members of components(functions.keys(), next)) {
    for (const entry of members) {
      const code = grow(at(entry), toCopy);
      grown.set(entry, code);
      const isRecursive = members.length > 1 || callees(at(entry)).has(entry);
      const total = sizeOf(code.blocks.values()) * (sites.get(entry) ?? 0);
      if (!isRecursive && (isSmall(code) || total <= MAX_TOTAL) && isCopied(code)) {
        toCopy.set(entry, code);
      }
    }
  }
  return new Map([...functions.keys()].map((entry) => [entry, grown.get(entry) as CodeFunction]));
}

/** Entry → how many calls lead there. */
function callSites(functions: ReadonlyMap<number, CodeFunction>): Map<number, number> {
  const sites = new Map<number, number>();
  for (const { blocks } of functions.values()) {
    for (const { ending } of blocks.values()) {
      if (ending.kind !== 'call') continue;
      sites.set(ending.target, (sites.get(ending.target) ?? 0) + 1);
    }
  }
  return sites;
}

/** Is a block with this key a copy? */
export function isCopy(key: number): boolean {
  return key >= COPY;
}

function isSmall({ blocks }: CodeFunction): boolean {
  return sizeOf(blocks.values()) <= MAX_COPIED;
}

/** Does it return, and always to where its caller called it? */
function isCopied({ blocks }: CodeFunction): boolean {
  const kinds = new Set([...blocks.values()].map(({ ending }) => ending.kind));
  return kinds.has('return') && !kinds.has('jump-indirect') && !kinds.has('call-indirect');
}

/** The function with copies of those in `toCopy` that it calls. */
function grow(code: CodeFunction, toCopy: ReadonlyMap<number, CodeFunction>): CodeFunction {
  const blocks = new Map(code.blocks);
  let size = sizeOf(blocks.values());
  const limit = MAX_GROWN;
  let copies = 1;
  for (const block of code.blocks.values()) {
    const { ending } = block;
    const callee = ending.kind === 'call' ? toCopy.get(ending.target) : undefined;
    if (callee === undefined || !keepsFrames(callee, code)) continue;
    size += sizeOf(callee.blocks.values());
    if (size > limit) break;
    copyInto(blocks, block, callee, copies);
    copies += copiesIn(callee);
  }
  const grown = { ...code, blocks };
  return isNestable(analyseFlow(code)) && !isNestable(analyseFlow(grown)) ? code : grown;
}

/** Are frame pointers of the function still such with the callee's blocks among its own? */
function keepsFrames(callee: CodeFunction, { entry, blocks, whole }: CodeFunction): boolean {
  const own = whole?.blocks ?? blocks;
  const both = frameRegisters({ entry, blocks: new Map([...own, ...callee.blocks]) });
  return frameRegisters({ entry, blocks: own }).every((register) => both.includes(register));
}

/** Let the call at the end of `caller` lead to copies of the blocks, from number `copy` on. */
function copyInto(
  blocks: Map<number, Block>,
  caller: Block,
  { entry, blocks: copied }: CodeFunction,
  copy: number,
): void {
  const [back = 0] = successors(caller.ending);
  const keyOf = (key: number): number => key + copy * COPY;
  const called = { kind: 'enter', target: entry, to: keyOf(entry) } as const;
  blocks.set(caller.start, { ...caller, ending: called });
  for (const block of copied.values()) {
    const start = keyOf(block.start);
    blocks.set(start, { ...block, start, ending: copyEnding(block.ending, keyOf, entry, back) });
  }
}

function copyEnding(
  ending: Ending,
  keyOf: (key: number) => number,
  target: number,
  back: number,
): Ending {
  switch (ending.kind) {
    case 'return':
      return { kind: 'come-back', target, to: back };
    case 'branch':
      return { ...ending, taken: keyOf(ending.taken), to: keyOf(ending.to) };
    default:
      return 'to' in ending ? { ...ending, to: keyOf(ending.to) } : ending;
  }
}

function sizeOf(blocks: Iterable<Block>): number {
  let size = 0;
  for (const { instructions } of blocks) size += instructions.length;
  return size;
}

/** One more than the highest number of a copy in the function. */
function copiesIn({ blocks }: CodeFunction): number {
  return 1 + Math.max(...[...blocks.keys()].map((key) => Math.floor(key / COPY)));
}
