// SPDX-License-Identifier: GPL-3.0-or-later
/** A user-mode i386 Linux machine: see README.md. */
export { decode, type FetchByte, type Instruction, type Operand } from './decode.ts';
export { describeInstruction, type InstructionMeaning } from './describe.ts';
export type { Descriptor, OpenedFile } from './descriptor.ts';
export { type Executable, readExecutable, type Segment } from './elf.ts';
export { type ElfField, elfFields } from './elf-fields.ts';
export { type EngineOptions, i386Engine } from './engine.ts';
export { type FaultCode, MachineError } from './errors.ts';
export { FileTable } from './files.ts';
export { Flags } from './flags.ts';
export { formatInstruction } from './format.ts';
export { OPERATIONS, type OperationName } from './instructions.ts';
export { Interpreter } from './interpreter.ts';
export { Machine, type MachineOptions } from './machine.ts';
export type { Layout } from './memory.ts';
export { Memory } from './memory.ts';
export { Pipe } from './pipe.ts';
export type { Legacy, Session } from './process.ts';
export { reachableCode } from './reachable.ts';
export { REGISTER_NAMES } from './registers.ts';
export { Segments } from './segments.ts';
export {
  type Disposition,
  Entropy,
  type Mask,
  type SignalInfo,
  Signals,
} from './signals.ts';
export { traced } from './trace.ts';
export { TranslationCache } from './translate/cache.ts';
export { translationText } from './translate/dump.ts';
export { MemoryPool } from './translate/pool.ts';
export type { WaitingFork, WaitingForks } from './waiting.ts';
