// SPDX-License-Identifier: GPL-3.0-or-later

import { runInNewContext } from 'node:vm';
import { ByteWriter, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import {
  catchStackOverflow,
  codeFrame,
  errorAt,
  formatError,
  formatWarning,
  locate,
  reportErrors,
  reportOf,
  requireBytes,
  requireKnown,
  requireSource,
  requireSources,
  ToolError,
  unknownOption,
  visible,
} from '@stage0-ts/diagnostics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const source = (text: string) => ({ name: 'in.M1', bytes: encodeUtf8(text) });

describe('findings', () => {
  const text = source('a b');

  it('are an error at the first place, warnings, or nothing', () => {
    const warnings: ToolError[] = [];
    const warned = reportOf({ warnings: (one) => warnings.push(one) });
    warned?.(text, 0, 'one', 'first');
    warned?.(text, 2, 'two', 'second');
    expect(warnings.map(({ code, column }) => [code, column])).toEqual([
      ['one', 1],
      ['two', 3],
    ]);
    const strict = reportOf({ strict: true, warnings: (one) => warnings.push(one) });
    expect(() => strict?.(text, 2, 'two', 'second')).toThrow('second');
    expect(warnings).toHaveLength(2);
    expect(reportOf({})).toBeUndefined();
  });

  it('are at most a hundred', () => {
    let count = 0;
    const report = reportOf({ warnings: () => count++ });
    for (let turn = 0; turn < 1000; turn++) report?.(text, 0, 'one', 'first');
    expect(count).toBe(100);
  });
});

describe('an error with a position', () => {
  it('has file, line, column, message, line and caret', () => {
    const error = errorAt(
      source('first\n\tsecond %x\n'),
      14,
      'undefined-label',
      'the label x is not defined',
    );
    expect(formatError(error, 'M1')).toBe(
      'in.M1:2:9: error: the label x is not defined\n   second %x\n          ^\n',
    );
    expect(error).toMatchObject({
      code: 'undefined-label',
      file: 'in.M1',
      line: 2,
      column: 9,
      offset: 14,
      exitCode: 1,
    });
  });

  it('shows a window of a long line', () => {
    const [text, caret] = codeFrame(encodeUtf8('x'.repeat(1e6)), 5e5).split('\n') as [
      string,
      string,
    ];
    expect(text).toMatch(/^ {2}…x+…$/);
    expect(text.length).toBeLessThan(80);
    expect(caret).toMatch(/^ {2} *\^$/);
  });

  it('stays on one line whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(220), (bytes, offset) => {
        const lines = codeFrame(bytes, offset).split('\n');
        expect(lines.length).toBe(3);
        expect((lines[1] as string).length).toBeLessThanOrEqual((lines[0] as string).length + 1);
        expect(lines[0]).toMatch(/^[ -~…]*$/);
      }),
    );
  });

  it('counts lines by line feeds and columns by bytes', () => {
    expect(locate(encodeUtf8('a\r\nbé\nc'), 3)).toEqual({ line: 2, column: 1 });
    expect(locate(encodeUtf8('a\r\nbé\nc'), 6)).toEqual({ line: 2, column: 4 });
    expect(locate(encodeUtf8('a\n'), 99)).toEqual({ line: 2, column: 1 });
  });
});

describe('visible text', () => {
  it.each([
    ['plain, Ünïcode, 日本, 🌍, back\\slash', 'plain, Ünïcode, 日本, 🌍, back\\slash'],
    ['\x1b[2J\x07\0\x7f', '\\x1b[2J\\x07\\x00\\x7f'],
    ['a\nok: all\r\tb', 'a\\nok: all\\r\\tb'],
    ['\u009b2J\u0085', '\\u009b2J\\u0085'],
    ['\u202e\u2066\u200f\u061c\u200b\ufeff', '\\u202e\\u2066\\u200f\\u061c\\u200b\\ufeff'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\udcff\udc80\ud800', '\\xff\\x80\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j', (text, expected) => {
    expect(visible(text)).toBe(expected);
    expect(visible(expected)).toBe(expected);
  });

  it('is how errors and warnings are shown, on one line', () => {
    const error = new ToolError('no \x1b[8m\nok', { code: 'x', file: 'a\u202eb', hint: 'try\r' });
    expect(formatError(error, 'hex2')).toBe('a\\u202eb: error: no \\x1b[8m\\nok\n  hint: try\\r\n');
    expect(formatWarning(error, 'hex2')).toMatch(/^a\\u202eb: warning: no /);
  });

  it('of a source of any bytes is printable', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, name) => {
        const error = errorAt({ name, bytes }, 3, 'x', decodeUtf8(bytes));
        expect(formatError(error, 'tool')).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
      }),
    );
  });
});

describe('what nobody sees in a source', () => {
  const hint = (text: string, offset: number) =>
    errorAt({ name: 'in', bytes: Buffer.from(text, 'latin1') }, offset, 'x', 'wrong').hint;

  it('is a line end of Windows', () => {
    expect(hint('a\r\nb\n', 0)).toMatch(/^the line ends in CR LF .* git config core.autocrlf/);
    expect(hint('a\r\nb\n', 3)).toBeUndefined();
    expect(hint('a\rb\n', 0)).toBeUndefined();
    expect(hint('a\r\n', 99)).toBeUndefined();
  });

  it('is a byte order mark in the first line', () => {
    expect(hint('\xef\xbb\xbfa\nb\n', 3)).toMatch(/byte order mark/);
    expect(hint('\xef\xbb\xbfa\nb\n', 5)).toBeUndefined();
  });
});

describe('arguments from JavaScript', () => {
  it.each<[unknown, string]>([
    ['text', 'string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[1], 'Array'],
    [new ArrayBuffer(1), 'ArrayBuffer'],
    [new Uint16Array(1), 'Uint16Array'],
    [{}, 'Object'],
  ])('%j is not bytes', (value, got) => {
    const message = `the input: expected Uint8Array, got ${got}`;
    expect(() => requireBytes(value)).toThrow(new TypeError(message));
  });

  it('are bytes, whatever realm they come from', () => {
    requireBytes(new Uint8Array());
    requireBytes(Buffer.from('a'));
    requireBytes(runInNewContext('new Uint8Array(3)'));
  });

  it('are sources with a name', () => {
    const bytes = new Uint8Array();
    requireSources([{ name: 'a', bytes }]);
    expect(() => requireSource({ bytes })).toThrow(
      'expected a name that is a string, got undefined',
    );
    expect(() => requireSource({ name: 'a' })).toThrow(
      'the source a: expected Uint8Array, got undefined',
    );
    expect(() => requireSources(bytes)).toThrow(
      'expected an array of { name, bytes }, got Uint8Array',
    );
    expect(() => requireSources([bytes])).toThrow('source 0: expected a name that is a string');
    expect(() => requireSources([null])).toThrow('source 0: expected { name, bytes }, got null');
  });

  it('are one of the known values', () => {
    requireKnown(undefined, ['x86'], 'architecture');
    requireKnown('x86', ['x86'], 'architecture');
    const attempt = (value: unknown) => () => requireKnown(value, ['x86', 'amd64'], 'architecture');
    expect(attempt('vax')).toThrow('architecture: expected one of x86, amd64, got "vax"');
    expect(attempt(7)).toThrow('architecture: expected one of x86, amd64, got number');
  });
});

describe('an unknown option', () => {
  it('of an older release gets advice', () => {
    expect(formatError(unknownOption('--LittleEndian'), 'hex2')).toBe(
      'hex2: error: unknown option --LittleEndian\n' +
        '  hint: it is --little-endian since mescc-tools 1.0\n',
    );
    expect(unknownOption('--bogus').hint).toBeUndefined();
  });
});

describe('reporting', () => {
  const run = (body: () => number) => {
    let stderr = '';
    const host = { writeStderr: (bytes: Uint8Array) => (stderr += Buffer.from(bytes).toString()) };
    return { status: reportErrors('tool', host as never, body), stderr };
  };

  it('passes the status through', () => expect(run(() => 7)).toEqual({ status: 7, stderr: '' }));

  it('prints a ToolError and gives its status', () => {
    const body = () => {
      throw new ToolError('no such file', { code: 'ENOENT', file: 'a', exitCode: 3 });
    };
    expect(run(body)).toEqual({ status: 3, stderr: 'a: error: no such file\n' });
  });

  it('names the tool when no file is at fault', () => {
    const body = () => {
      throw new ToolError('what?', { code: 'usage' });
    };
    expect(run(body).stderr).toBe('tool: error: what?\n');
  });

  it('turns endless recursion into an error', () => {
    const deep = (n: number): number => deep(n + 1) + 1;
    expect(run(() => deep(0))).toEqual({
      status: 1,
      stderr: 'tool: error: the input is nested too deeply\n',
    });
  });

  it('lets a reader say how far it got when the stack overflows', () => {
    let depth = 0;
    const deep = (): number => {
      depth++;
      return deep() + 1;
    };
    const at = (message: string) =>
      new ToolError(message, { code: 'deep', file: 'in', line: depth });
    expect(run(() => catchStackOverflow(deep, at)).stderr).toBe(
      `in:${depth}: error: the input is nested too deeply\n`,
    );
    expect(() => catchStackOverflow(() => Number('x').toFixed(200).length, at)).toThrow(/toFixed/);
  });

  it('treats endless output as a fault of the input', () => {
    const writer = new ByteWriter();
    expect(run(() => writer.fill(0, 2 ** 31) ?? 0)).toEqual({
      status: 1,
      stderr: 'tool: error: the output is too large\n',
    });
    expect(run(() => 'x'.repeat(2 ** 30).length).stderr).toBe(
      'tool: error: the output is too large\n',
    );
  });

  it('does not hide our own faults', () => {
    expect(() =>
      run(() => {
        throw new TypeError('ours');
      }),
    ).toThrow('ours');
  });
});
