// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node chromium.js TARBALL [RUNS]`: the whole x86 build in one worker of Debian's Chromium, with
 * the ports and in the i386 machine, each run in a new browser. CPU seconds and peak memory are
 * those of the process that renders the page, where Linux tells them.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, defaultClientConditions } from 'vite';
import { CHROMIUM } from '../scripts/chromium.js';

const [tarball, runs = '3'] = process.argv.slice(2);
if (tarball === undefined) {
  console.error('usage: node chromium.js TARBALL [RUNS]');
  process.exit(2);
}

/** Linux's clock ticks a second in /proc. */
const TICKS = 100;

/** The worker and all that it imports, as one text. */
async function bundle() {
  const entry = fileURLToPath(new URL('chromium-worker.js', import.meta.url));
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['stage0-source', ...defaultClientConditions] },
    build: { write: false, target: 'es2022', lib: { entry, formats: ['iife'], name: 'worker' } },
  });
  return output[0].code;
}

/** Runs in the page. */
function run({ code, engine, base64 }) {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    worker.postMessage({ engine, tarball: bytes });
  });
}

/**
 * Of the renderer below process `root` that ever had most memory: that, in MB, and its CPU seconds.
 */
function largestRenderer(root) {
  if (!fs.existsSync('/proc/self/status')) return {};
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
      parents.set(Number(pid), Number(parent));
    } catch {} // it has ended
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  const renderers = [...parents.keys()].filter(isBelow).flatMap((pid) => {
    const read = (name) => fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
    if (!read('cmdline').includes('--type=renderer')) return [];
    const peak = Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(read('status'))[1]) / 1024);
    const [user, system] = read('stat').split(') ')[1].split(' ').slice(11);
    return [{ peak, cpu: (Number(user) + Number(system)) / TICKS }];
  });
  return renderers.sort((a, b) => b.peak - a.peak)[0] ?? {};
}

const code = await bundle();
const base64 = fs.readFileSync(tarball, 'base64');
const rows = [];
for (const engine of ['ports', 'i386']) {
  for (let n = 0; n < Number(runs); n++) {
    const server = await chromium.launchServer(CHROMIUM);
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage();
    const { ok, wall, answers, files } = await page.evaluate(run, { code, engine, base64 });
    const { peak, cpu } = largestRenderer(server.process().pid);
    const seconds = (wall / 1000).toFixed(2);
    rows.push({
      engine,
      ok,
      answers,
      files,
      'wall (s)': seconds,
      'CPU (s)': cpu,
      'peak (MB)': peak,
    });
    await server.close();
  }
}
console.table(rows);
