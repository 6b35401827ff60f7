// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run single-file [-- OUT]`: the sources of packages/stage0/src/anywhere and all that they
// import → one file, `stage0.js`, for any JavaScript engine. It is not minified, so that it can be
// read, and the same sources give the same bytes. Prints its SHA-256.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HEAD = `// SPDX-License-Identifier: GPL-3.0-or-later
// stage0.js: the tools of the stage0 bootstrap, an i386 machine, and the check of one with the other,
// in one file for any JavaScript engine. Made by scripts/single-file.js of the stage0-ts sources.
`;

const result = await build({
  configFile: false,
  logLevel: 'warn',
  root: ROOT,
  resolve: { conditions: ['stage0-source'] },
  build: {
    write: false,
    minify: false,
    target: 'es2022',
    rolldownOptions: { external: ['std', 'qjs:std'] },
    lib: {
      entry: path.join(ROOT, 'packages/stage0/src/anywhere/start.ts'),
      formats: ['iife'],
      name: 'stage0',
      fileName: 'stage0',
    },
  },
});
const [{ output }] = Array.isArray(result) ? result : [result];
const text = HEAD + output[0].code;
const out = path.resolve(process.argv[2] ?? path.join(ROOT, 'stage0.js'));
fs.writeFileSync(out, text);
const digest = createHash('sha256').update(text).digest('hex');
console.log(`${digest}  ${path.basename(out)}, ${text.length} bytes`);
