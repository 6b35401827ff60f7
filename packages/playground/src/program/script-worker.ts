// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs one script, so that the page stays alive and can end it: a request in, a reply out. */
import { type Contents, readersFiles } from '../shared/readers-files.ts';
import { runKaem, type ScriptRun } from './script-run.ts';

export interface ScriptRequest {
  readonly script: Uint8Array;
  readonly ladder: Contents;
  readonly library: Contents;
}

addEventListener('message', ({ data }: MessageEvent<ScriptRequest>) => {
  const { script, ladder, library } = data;
  postMessage(runKaem(script, readersFiles(ladder, library)) satisfies ScriptRun);
});
