// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Source files → the pieces of one list of tokens, with every included file in place of its
 * #include.
 *
 * #include is followed while reading, before any condition is looked at. Each name, as written, is
 * read once.
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc_reader.c (read_all_tokens, include_file).
 */
import type { Source, ToolError } from '@stage0-ts/diagnostics';
import { Scanner } from './scanner.ts';
import { type Stretch, Token } from './token.ts';

/** The settings of reading; see PreprocessOptions for the meaning of each. */
export interface ReaderOptions {
  readonly readFile: (path: string) => Uint8Array | undefined;
  readonly libcPath: string;
  readonly includePaths: readonly string[];
  readonly operatingSystem: string;
  readonly followIncludes: boolean;
  readonly maxString: number;
}

/** A file that an #include names; it may not exist. */
interface IncludedFile {
  readonly path: string;
  readonly bytes: Uint8Array | undefined;
  /** The paths at which it was searched for. */
  readonly tried: readonly string[];
}

/** Names that are ignored here: only other compilers need these files. */
const IGNORED = new Set(['"../gcc_req.h"', '"gcc_req.h"']);

export class Reader {
  /** What has been read, for a TokenList. */
  readonly pieces: (Token | Stretch)[] = [];
  /** True once a file with the name stdio.h has been included. */
  stdioUsed = false;
  /** Text that upstream prints on standard output. */
  readonly notes: string[] = [];
  /** Included names in the order of reading, as they are in the source, with their quotes. */
  readonly included: string[] = [];
  private readonly seen = new Set<string>();
  private readonly options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.options = options;
  }

  /** Read a file that the command line names. */
  read(source: Source): void {
    this.readAs(source, source.name);
  }

  /**
   * @param shownName the file's name in `// #FILENAME` lines; names of included files keep their
   *   quotes.
   */
  private readAs(source: Source, shownName: string): void {
    const scanner = new Scanner(source, this.options.maxString);
    this.addHeader(scanner, shownName, 1);
    while (!scanner.atEnd) {
      const end = this.readStretch(scanner);
      if (end < scanner.at) this.include(scanner, shownName, end);
    }
  }

  /** Read up to an #include or to the end of the source. Returns the place where it stopped. */
  private readStretch(scanner: Scanner): number {
    const { source, text } = scanner;
    const starts: number[] = [];
    let end = scanner.at;
    while (!scanner.atEnd && !scanner.skip()) {
      starts.push(end);
      end = scanner.at;
    }
    this.pieces.push({ source, text, starts, end });
    return end;
  }

  /** A line that tells M2-Planet which file and line follow. */
  private addHeader(scanner: Scanner, name: string, line: number): void {
    const text = `// #FILENAME ${name} ${line}`;
    const header = new Token(text, scanner.source, scanner.at, 0, 0);
    if (header.text.length >= this.options.maxString) {
      throw header.error('token-too-long', 'string exceeded max string size');
    }
    this.pieces.push(header, new Token('\n', scanner.source, scanner.at, 0, 0));
  }

  /**
   * Everything except the directive and the name is kept: the rest of its line follows, after an
   * extra line end.
   */
  private include(scanner: Scanner, includer: string, directive: number): void {
    const opened = scanner.includeName();
    const name = opened.slice(1);
    if (name === 'stdio.h') this.stdioUsed = true;
    const written = opened + (opened.startsWith('<') ? '>' : '"');
    const file = opened.startsWith('<')
      ? this.findSystem(scanner, name, directive)
      : this.findLocal(scanner, name, includer, directive);
    if (file !== undefined) this.splice(scanner, includer, written, file, directive);
    // Upstream replaces the closing quote by a line end.
    this.pieces.push(new Token('\n', scanner.source, scanner.at - 1));
  }

  private splice(
    scanner: Scanner,
    includer: string,
    written: string,
    file: IncludedFile,
    directive: number,
  ): void {
    if (this.seen.has(written)) return;
    this.seen.add(written);
    if (IGNORED.has(written)) return;
    if (this.options.followIncludes) this.included.push(written);
    if (file.bytes === undefined) {
      throw this.missing(scanner, directive, written, file.tried);
    }
    const line = scanner.line + 1;
    if (this.options.followIncludes) this.readAs({ name: file.path, bytes: file.bytes }, written);
    this.addHeader(scanner, includer, line);
    scanner.line = line;
  }

  /**
   * `<name>`: a file below the libc folder. Undefined for a file of the other operating system,
   * which is skipped.
   */
  private findSystem(scanner: Scanner, name: string, directive: number): IncludedFile | undefined {
    const path = `${this.options.libcPath}/${name}`;
    const { operatingSystem } = this.options;
    if (operatingSystem !== 'Linux' && operatingSystem !== 'UEFI') {
      throw this.error(scanner, directive, 'unknown-host', `unknown host ${operatingSystem}`);
    }
    if (path.includes(operatingSystem === 'Linux' ? 'uefi' : 'linux')) {
      this.notes.push(`skipping:\n${path}\n`);
      return undefined;
    }
    return { path, bytes: this.options.readFile(path), tried: [path] };
  }

  /**
   * `"name"`: in the working directory, then beside the including file, then in the include paths.
   *
   * Quirk kept: the name of an including file that was itself included begins with its quote, so
   * usually there is nothing beside it.
   */
  private findLocal(
    scanner: Scanner,
    name: string,
    includer: string,
    directive: number,
  ): IncludedFile {
    if (name === 'M2libc/bootstrappable.h') {
      const path = `${this.options.libcPath}/bootstrappable.h`;
      return { path, bytes: this.options.readFile(path), tried: [path] };
    }
    const direct = this.options.readFile(name);
    const tried = [name];
    if (direct !== undefined) return { path: name, bytes: direct, tried };
    const slash = includer.lastIndexOf('/');
    if (slash < 0) {
      // Upstream writes through a null pointer here.
      throw this.missing(scanner, directive, `"${name}"`, [name]);
    }
    for (const folder of [includer.slice(0, slash), ...this.options.includePaths]) {
      const path = `${folder}/${name}`;
      tried.push(path);
      const bytes = this.options.readFile(path);
      if (bytes !== undefined) return { path, bytes, tried };
    }
    return { path: name, bytes: undefined, tried };
  }

  /** The error for a file that does not exist: the paths that were tried, and a possible reason. */
  private missing(
    scanner: Scanner,
    directive: number,
    written: string,
    tried: readonly string[],
  ): ToolError {
    const { text, source } = scanner;
    const message = `unable to read file: ${written} (tried ${tried.join(', ')})`;
    const directives = text.slice(0, directive).match(/^[ \t]*#[ \t]*(if|endif)/gm) ?? [];
    const ends = directives.filter((word) => word.endsWith('endif')).length;
    const hint =
      directives.length > 2 * ends
        ? 'every #include is read before any condition is looked at, also where an #if skips it'
        : written.startsWith('<')
          ? 'set M2LIBC_PATH to the folder of M2libc'
          : undefined;
    return new Token('', source, directive).error('missing-include', message, hint);
  }

  private error(scanner: Scanner, offset: number, code: string, message: string): ToolError {
    return new Token('', scanner.source, offset).error(code, message);
  }
}
