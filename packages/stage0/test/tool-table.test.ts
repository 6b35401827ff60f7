// SPDX-License-Identifier: GPL-3.0-or-later
import { TOOLS } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../src/node/suggest.ts';
import { TOOL_TABLE } from '../src/node/tool-table.ts';

describe('the table of tools', () => {
  it('has the tools, in their order', () => {
    expect(Object.keys(TOOL_TABLE)).toEqual(Object.keys(TOOLS));
  });

  it.each(Object.entries(TOOL_TABLE))('loads %s, and no other', async (name, { load }) => {
    expect(await load()).toBe(TOOLS[name]);
  });
});

describe('the nearest name', () => {
  const names = ['build', 'check', 'M2-Planet', 'cc_x86', 'hex0', 'hex1'];
  it.each([
    ['biuld', 'build'],
    ['chek', 'check'],
    ['CHECK', 'check'],
    ['m2planet', 'M2-Planet'],
    ['cc-x86', 'cc_x86'],
    ['hex9', 'hex0'],
    ['frobnicate', undefined],
    ['', undefined],
    ['x'.repeat(5000), undefined],
  ])('of %j is %j', (typed, expected) => {
    expect(nearestName(typed, names)).toBe(expected);
  });
});
