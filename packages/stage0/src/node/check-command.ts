// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 check TREE`: the command line around the cross-check. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { NodeHost } from '@stage0-ts/host/node';
import type { CheckDocument } from '../check-document.ts';
import { checkText } from '../check-text.ts';
import { htmlReport } from '../html-report.ts';
import { runCheck } from './check-run.ts';
import type { Arguments } from './command.ts';
import { print } from './streams.ts';

/** Exit status 0, 1 or 3; throws UsageError, and ToolError for what cannot be judged. */
export function checkCommand(given: Arguments): number {
  const html = given.optionalText('html');
  const [document, more] = runCheck(given, { against: given.optionalText('against'), out: html });
  print(given.has('json') ? jsonText(document, more) : plainText(document, more));
  if (html !== undefined) {
    new NodeHost().writeFile(html, encodeUtf8(htmlReport(document)), 0o666);
  }
  return (more ?? document).verdict.exitStatus;
}

/** One document. The diverse build's document, if there is one, is a part of it. */
function jsonText(document: CheckDocument, more: CheckDocument | undefined): string {
  return `${JSON.stringify(more === undefined ? document : { ...document, diverse: more }, null, 2)}\n`;
}

function plainText(document: CheckDocument, more: CheckDocument | undefined): string {
  const first = checkText(document);
  return more === undefined ? first : `${first}\n${checkText(more)}`;
}
