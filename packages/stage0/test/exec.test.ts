// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 exec`: i386 programs with the files of this computer, on any computer. */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { afterAll, expect, inject, it } from 'vitest';
import { rawGuest } from './guests.ts';

const STAGE0 = inject('bundledCommand');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-exec-'));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

function stage0(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [STAGE0, ...args], { cwd: scratch, encoding: 'utf8' });
}

it('runs a program that prints', () => {
  expect(stage0('hex0', `${LADDER}/hello/hello.hex0`, 'hello').status).toBe(0);
  expect(stage0('exec', './hello')).toMatchObject({
    status: 0,
    stdout: 'Hello, stage0!\n',
    stderr: '',
  });
});

it('runs one that reads and writes files: hex0 assembles itself', () => {
  const source = `${LADDER}/seed/hex0.hex0`;
  expect(stage0('hex0', source, 'hex0').status).toBe(0);
  expect(stage0('exec', 'hex0', source, 'again')).toMatchObject({ status: 0, stderr: '' });
  expect(fs.readFileSync(path.join(scratch, 'again'))).toEqual(
    fs.readFileSync(path.join(scratch, 'hex0')),
  );
});

it.each([[[]], [['--interpret']]])('ends when a limit is reached, with %j', (mode) => {
  fs.writeFileSync(path.join(scratch, 'endless'), rawGuest(0xeb, 0xfe));
  const limited = stage0('exec', ...mode, '--instruction-limit', '3m', './endless', '--interpret');
  expect(limited.status).toBe(128 + 24);
  expect(limited.stderr).toMatch(/^\.\/endless: error: stopped after \d+ instructions/);
  const timed = stage0('exec', ...mode, '--time-limit', '1', './endless');
  expect(timed.status).toBeGreaterThan(0);
  expect(timed.stderr).toMatch(/stopped/);
  expect(stage0('exec', '--time-limit', 'x', './endless').status).toBe(2);
  expect(stage0('exec', '--none', './endless').status).toBe(2);
});

it('says what cannot be run', () => {
  fs.writeFileSync(path.join(scratch, 'text'), 'no program');
  expect(stage0('exec', 'text')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('text: error: too short for an ELF file'),
  });
  expect(stage0('exec', 'missing')).toMatchObject({
    status: 1,
    stderr: 'missing: error: no such file or directory\n',
  });
  expect(stage0('exec').status).toBe(2);
});

it('--trace shows each instruction and what it changed', () => {
  fs.writeFileSync(path.join(scratch, 'ends'), rawGuest(0x31, 0xdb, 0x8d, 0x43, 1, 0xcd, 0x80));
  const { status, stdout, stderr } = stage0('exec', '--trace', './ends');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  const lines = stderr.split('\n').map((line) => line.replace(/^[0-9a-f]{8} +/, ''));
  expect(lines.slice(0, 2)).toEqual([
    'xor ebx, ebx',
    expect.stringMatching(/^lea .* eax=00000001$/),
  ]);
});

it('--dump-wasm prints what a function is translated to', () => {
  const entry = new DataView(rawGuest(0x90).buffer).getUint32(24, true);
  const words = ['exec', '--dump-wasm', entry.toString(16), './ends'];
  expect(stage0(...words).stdout).toMatch(/;; [0-9a-f]+ xor ebx, ebx\n {4}local\.get \$ebx\n/);
  expect(stage0('exec', '--dump-wasm', '10', './ends')).toMatchObject({
    status: 1,
    stderr: './ends: error: no function that is translated has an instruction at 10\n',
  });
  expect(stage0('exec', '--dump-wasm', 'here', './ends').status).toBe(2);
});
