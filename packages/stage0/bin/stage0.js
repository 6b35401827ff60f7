#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the built command. npm links to this file, which is there before anything is built.
import('../dist/bin/stage0.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('stage0: not built yet: run `npm run build` in the checkout\n');
  process.exitCode = 1;
});
