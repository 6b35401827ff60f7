// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Preprocessed source → binary, by M2-Planet, blood-elf, M1 and hex2, which are started through the
 * host.
 *
 * Each step reads what the one before wrote, in temporary files named by the program that writes
 * them and the first free number. When a step fails, the temporary files stay. Quirks kept: those
 * of `-c` and of object files stay in any case.
 *
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc.c and cc_spawn.c.
 */
import { encodeUtf8, type ProvenanceMap } from '@stage0-ts/bytes';
import { ToolError, visible } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import type { Options } from './options.ts';
import type { Target } from './target.ts';

/** What a build needs to know. */
export interface Build extends Omit<Options, keyof Target>, Target {
  readonly libcPath: string;
  readonly path: string | undefined;
  /** The preprocessed source. */
  readonly source: Uint8Array;
  /** The provenance of that source, if the host wants it. */
  readonly provenance: ProvenanceMap | undefined;
  /** False if there are only object files. */
  readonly hasSources: boolean;
  readonly stdioUsed: boolean;
}

/** Thrown when a program ended with a status that is not 0, which becomes our status. */
class StepFailed {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

const OUTPUT = 'a.out';
/** How many numbers are tried for a temporary file. */
const MAX_NUMBER = 9001;

/** Build, and return the exit status. Throws ToolError if a program is not found. */
export function buildBinary(host: Host, build: Build): number {
  try {
    new Driver(host, build).run();
    return 0;
  } catch (failure) {
    if (failure instanceof StepFailed) return failure.status;
    throw failure;
  }
}

class Driver {
  private readonly host: Host;
  private readonly build: Build;
  private readonly folder: string;
  private stdioUsed: boolean;

  constructor(host: Host, build: Build) {
    this.host = host;
    this.build = build;
    this.folder = build.temporaryFolder ?? '/tmp';
    this.stdioUsed = build.stdioUsed;
  }

  run(): void {
    const { build, folder } = this;
    if (this.host.stat(folder) === undefined) {
      throw new ToolError(
        `unable to access: ${folder} for use as a temp directory; use --temp-directory or set the TMPDIR variable`,
        { code: 'no-temporary-folder' },
      );
    }
    const object = build.objectOnly ? (build.output ?? this.objectName()) : undefined;
    const source = this.temporary('M2-Mesoplanet', build.source, build.provenance);
    if (object === undefined) this.link(source);
    else this.compileOnly(source, object);
    this.discard(source);
  }

  private compileOnly(source: string, object: string): void {
    this.temporary('M2-Planet');
    if (this.build.hasSources) this.compile(source, object);
  }

  private link(source: string): void {
    const { build } = this;
    const debug = build.debug && build.operatingSystem !== 'UEFI';
    let assembly = this.temporary('M2-Planet');
    if (build.hasSources) this.compile(source, assembly);
    if (build.objects.length > 0) assembly = this.addObjects(assembly);
    let footer: string | undefined;
    if (debug) {
      footer = this.temporary('blood-elf');
      this.describe(assembly, footer);
    }
    const hex2 = this.temporary('M1-macro');
    this.assemble(assembly, footer, hex2);
    this.discard(assembly);
    if (footer !== undefined) this.discard(footer);
    this.linkHex2(hex2, debug);
    this.discard(hex2);
  }

  private compile(source: string, output: string): void {
    const { architecture, debug, operatingSystem, strict } = this.build;
    const words = ['--file', source, '--output', output, '--architecture', architecture];
    if (debug && operatingSystem !== 'UEFI') words.push('--debug');
    if (strict) words.push('--strict');
    this.start('M2-Planet', '# starting M2-Planet build', words);
  }

  /**
   * Join the assembly and the object files with catm; the last ones on the command line come first.
   */
  private addObjects(assembly: string): string {
    this.print('# starting catm merging of object files\n');
    const output = this.temporary('catm');
    const objects = [...this.build.objects].reverse();
    for (const object of objects) this.lookForStdio(object);
    this.start('catm', undefined, [output, assembly, ...objects]);
    return output;
  }

  /**
   * Looks for stdio in an object: one that was made with it mentions __init_malloc. Quirk kept:
   * upstream looks at pieces of 64 KiB, so it misses a mention that crosses a boundary.
   */
  private lookForStdio(object: string): void {
    const PIECE = 65536;
    const bytes = this.host.readFile(object);
    const buffer = new Uint8Array(PIECE);
    const mention = encodeUtf8('__init_malloc');
    for (let at = 0; at <= bytes.length; at += PIECE) {
      buffer.set(bytes.subarray(at, at + PIECE));
      const nul = buffer.indexOf(0);
      if (!includes(buffer.subarray(0, nul < 0 ? PIECE : nul), mention)) continue;
      this.complain('STDIO_USED\n');
      this.stdioUsed = true;
    }
  }

  private describe(assembly: string, footer: string): void {
    const words = ['--file', assembly, this.endianness(), '--output', footer];
    if (this.build.wordSize > 32) words.push('--64');
    this.start('blood-elf', '# starting Blood-elf stub generation', words);
  }

  private assemble(assembly: string, footer: string | undefined, output: string): void {
    const { architecture, operatingSystem } = this.build;
    const folder = `${this.build.libcPath}/${architecture}`;
    const kind =
      operatingSystem === 'UEFI' ? 'uefi/libc-full' : this.stdioUsed ? 'libc-full' : 'libc-core';
    const words = ['--file', `${folder}/${architecture}_defs.M1`, '--file', `${folder}/${kind}.M1`];
    words.push('--file', assembly, this.endianness(), '--architecture', architecture);
    if (footer !== undefined) words.push('--file', footer);
    this.start('M1', '# starting M1 assembly', [...words, '--output', output]);
  }

  private linkHex2(hex2: string, debug: boolean): void {
    const { architecture, operatingSystem, baseAddress, libcPath } = this.build;
    const kind = operatingSystem === 'UEFI' ? 'uefi/PE32' : 'ELF';
    const header = `${libcPath}/${architecture}/${kind}-${architecture}${debug ? '-debug' : ''}.hex2`;
    const words = ['--file', header, '--file', hex2, '--output', this.build.output ?? OUTPUT];
    words.push('--architecture', architecture, '--base-address', baseAddress, this.endianness());
    this.start('hex2', '# starting hex2 linking', words);
  }

  private endianness(): string {
    return this.build.bigEndian ? '--big-endian' : '--little-endian';
  }

  /** The name of the first input, without its folder and with the ending .o. */
  private objectName(): string {
    const { firstInput } = this.build;
    if (firstInput === undefined) {
      throw new ToolError('-c of standard input needs an output: use -o', { code: 'usage' });
    }
    const name = firstInput.slice(firstInput.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    return `${dot < 0 ? name : name.slice(0, dot)}.o`;
  }

  /** A new file `folder/program-NNNNNN`. */
  private temporary(
    program: string,
    bytes: Uint8Array = new Uint8Array(),
    provenance?: ProvenanceMap,
  ): string {
    for (let number = 0; number <= MAX_NUMBER; number++) {
      const name = `${this.folder}/${program}-${String(number).padStart(6, '0')}`;
      if (this.host.lstat(name) !== undefined) continue;
      if (provenance !== undefined) this.host.provenance?.(name, provenance);
      this.host.writeFile(name, bytes, 0o600);
      return name;
    }
    throw new ToolError(`unable to get a tempfile for ${program} output`, {
      code: 'no-temporary-file',
    });
  }

  private discard(name: string): void {
    if (!this.build.dirty) this.host.remove(name);
  }

  private start(program: string, note: string | undefined, words: readonly string[]): void {
    if (note !== undefined) this.print(`${note}\n`);
    const path = this.find(program);
    this.complain(`${[program, ...words].join(' ')} \n`);
    const status = this.ended(path, this.execute(path, [program, ...words]));
    if (status === 0) return;
    this.complain(`Subprocess: ${path} error\nAborting for safety\n`);
    throw new StepFailed(status);
  }

  private execute(path: string, argv: readonly string[]): ChildStatus {
    if (this.build.fuzz) return { kind: 'exited', status: 1 };
    try {
      return this.host.run(path, argv, this.host.environment);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      this.complain(`Unable to execute: ${visible(`${path}: ${error.message}`)}\n`);
      return { kind: 'exited', status: 1 };
    }
  }

  private ended(path: string, end: ChildStatus): number {
    if (end.kind === 'exited') return end.status;
    this.complain(`\n${path} abnormal termination, signal number = ${end.signal}\n`);
    return end.signal;
  }

  private find(program: string): string {
    const { path } = this.build;
    if (path === undefined) throw new ToolError('No PATH found', { code: 'no-path' });
    const folders = path.split(':');
    if (folders.at(-1) === '') folders.pop(); // an empty last element does not count
    const found = folders
      .map((folder) => `${folder}/${program}`)
      .find((trial) => this.host.stat(trial));
    if (found !== undefined) return found;
    throw new ToolError(`WHILE EXECUTING ${program} NOT FOUND!`, { code: 'not-found' });
  }

  private print(text: string): void {
    this.host.writeStdout(encodeUtf8(text));
  }

  private complain(text: string): void {
    this.host.writeStderr(encodeUtf8(text));
  }
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  for (
    let at = bytes.indexOf(part[0] as number);
    at >= 0;
    at = bytes.indexOf(part[0] as number, at + 1)
  ) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
