// SPDX-License-Identifier: GPL-3.0-or-later
// `node engines/qjs.js FILE WORD…`: runs a file in Bellard's QuickJS, compiled to WebAssembly. It
// gives the program what QuickJS's own shell would: scriptArgs, print, and the module std.
import fs from 'node:fs';

const [file, ...words] = process.argv.slice(2);
const { getQuickJS } = await import('quickjs-emscripten').catch(() => {
  console.error('engines/qjs.js: error: QuickJS is not installed\n  hint: npm ci --prefix engines');
  process.exit(1);
});
const vm = await getQuickJS();
const runtime = vm.newRuntime();
runtime.setModuleLoader((name) => {
  if (name !== 'std') return { error: new Error(`there is no module ${name}`) };
  return `export const open = (path) => {
  const bytes = hostRead(path);
  if (bytes === null) return null;
  let at = 0;
  return {
    read(buffer, offset, length) {
      const part = new Uint8Array(bytes, at, Math.min(length, bytes.byteLength - at));
      new Uint8Array(buffer, offset).set(part);
      at += part.length;
      return part.length;
    },
    close() {},
  };
};
export const err = { puts: hostError, flush() {} };
export const exit = hostExit;`;
});
const context = runtime.newContext();
const define = (name, action) => {
  context.newFunction(name, action).consume((made) => context.setProp(context.global, name, made));
};
const text = (handle) => context.getString(handle);
define('print', (line) => {
  process.stdout.write(`${text(line)}\n`);
});
define('hostError', (message) => {
  process.stderr.write(text(message));
});
define('hostRead', (path) => {
  if (!fs.existsSync(text(path))) return context.null;
  const bytes = new Uint8Array(fs.readFileSync(text(path)));
  return context.newArrayBuffer(bytes.buffer);
});
define('hostExit', (status) => {
  process.exitCode = context.getNumber(status);
});
const args = context.unwrapResult(context.evalCode(JSON.stringify([file, ...words])));
context.setProp(context.global, 'scriptArgs', args);
const result = context.evalCode(fs.readFileSync(file, 'utf8'), file);
if (result.error) throw new Error(JSON.stringify(context.dump(result.error)));
const jobs = runtime.executePendingJobs();
if (jobs.error) throw new Error(JSON.stringify(context.dump(jobs.error)));
process.exit();
