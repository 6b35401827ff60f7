// SPDX-License-Identifier: GPL-3.0-or-later
/** What the file table tells a host of bytes that pass by it. */
import type { ChannelSink, Host } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { describe, expect, it } from 'vitest';
import { FileTable } from '../src/files.ts';
import { Entropy } from '../src/signals.ts';

/** A process's host, with what it was told. */
function hostWith(stdin: string): { host: Host; received: object[]; gave: object[] } {
  const received: object[] = [];
  const gave: object[] = [];
  const channels: ChannelSink = {
    received: (from) => received.push(from),
    gave: (to) => gave.push(to),
  };
  const host = new MemoryHost({ files: new MemoryFiles(), stdin: Buffer.from(stdin) });
  return { host: Object.assign(host, { channels }), received, gave };
}

describe('the file table', () => {
  it('tells of the rest of standard input, which a program that is executed reads', () => {
    const [first, second] = [hostWith('ab'), hostWith('')];
    const table = new FileTable(first.host, 1 << 20, new Entropy());
    const byte = new Uint8Array(1);
    expect(table.read(0, byte)).toBe(1);
    expect([first.gave.length, second.received.length]).toEqual([1, 0]);
    const next = table.handOver(second.host);
    expect([next.read(0, byte), String.fromCharCode(byte[0] as number)]).toEqual([1, 'b']);
    expect(second.received).toEqual(first.gave);
  });

  it('tells of each pipe once for a process', () => {
    const { host, received, gave } = hostWith('');
    const table = new FileTable(host, 1 << 20, new Entropy());
    const [reads, writes] = table.pipe(0);
    for (let at = 0; at < 3; at++) table.write(writes, new Uint8Array(2));
    for (let at = 0; at < 3; at++) table.read(reads, new Uint8Array(2));
    expect([gave.length, received.length]).toEqual([1, 1]);
    expect(received[0]).toBe(gave[0]);
  });
});
