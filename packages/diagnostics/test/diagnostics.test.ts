// SPDX-License-Identifier: GPL-3.0-or-later
import { ByteWriter, encodeUtf8 } from '@stage0-ts/bytes';
import {
  codeFrame,
  errorAt,
  formatError,
  locate,
  reportErrors,
  ToolError,
  withinStack,
} from '@stage0-ts/diagnostics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const source = (text: string) => ({ name: 'in.M1', bytes: encodeUtf8(text) });

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

  it('lets a reader say how far it came when the stack overflows', () => {
    let depth = 0;
    const deep = (): number => {
      depth++;
      return deep() + 1;
    };
    const at = (message: string) =>
      new ToolError(message, { code: 'deep', file: 'in', line: depth });
    expect(run(() => withinStack(deep, at)).stderr).toBe(
      `in:${depth}: error: the input is nested too deeply\n`,
    );
    expect(() => withinStack(() => Number('x').toFixed(200).length, at)).toThrow(/toFixed/);
  });

  it('takes output without end for a fault of the input', () => {
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
