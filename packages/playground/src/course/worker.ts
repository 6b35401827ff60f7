// SPDX-License-Identifier: GPL-3.0-or-later
/** The worker of a chapter: it gets command lines, and returns what they print. */
import type { Reply, Request } from './protocol.ts';
import { World } from './world.ts';

let world: World | undefined;

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  const reply = (message: Reply): void => postMessage(message);
  if (data.kind === 'begin') {
    world = new World(data.ladder, data.library, data.home);
    for (const line of data.exports) world.shell.run(line);
    return;
  }
  if (world === undefined) throw new Error('there is no world yet');
  if (data.kind === 'write') world.write(data.path, data.text);
  else if (data.kind === 'read') {
    reply({ kind: 'read', id: data.id, bytes: world.read(data.path) });
  } else reply({ kind: 'ran', id: data.id, ...world.shell.run(data.line), home: world.home });
});
