// SPDX-License-Identifier: GPL-3.0-or-later
/** R1 of the threat model: what a tree calls its files, and prints, does not draw the report. */
import { checkDocument, checkText, htmlReport } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';
import { guest, leave, write } from './guests.ts';
import { judged, RM, type World } from './small-tree.ts';

describe('R1 a report', () => {
  const FORGED = '/x86/a\n\nok: 19 of 19 of x86.answers\u001b[8m\u202e';
  const plant = (world: World) => {
    world.text(FORGED, guest());
    world.source(
      'rm',
      guest(...RM, ...leave(FORGED, 'x'), write(1, '\u001b]0;all is well\u0007\n')),
    );
  };
  const document = checkDocument(judged(plant), { tree: 'tree', command: `check ${FORGED}` });

  it('is not drawn by names and outputs, in text', () => {
    const text = checkText(document);
    expect(text).toContain('ok: 19 of 19 of x86.answers\\x1b[8m\\u202e');
    expect(text).not.toMatch(/^ok: /m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('and not in HTML', () => {
    const page = htmlReport(document);
    expect(page).toContain('\\u202e');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
