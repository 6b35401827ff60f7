// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node chromium.js TARBALL [RUNS]`: the whole x86 build in one worker of Debian's Chromium, with the ports and in the
 * i386 machine, each run in a new browser. Peak memory is that of the process that renders the page, where Linux
 * tells it.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, defaultClientConditions } from 'vite';

const [tarball, runs = '3'] = process.argv.slice(2);
if (tarball === undefined) {
  console.error('usage: node chromium.js TARBALL [RUNS]');
  process.exit(2);
}

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

/** Most memory in MB that a renderer below process `root` ever had, or undefined. */
function peakOfRenderers(root) {
  if (!fs.existsSync('/proc/self/status')) return undefined;
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
      parents.set(Number(pid), Number(parent));
    } catch {} // it has ended
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  const peaks = [...parents.keys()].filter(isBelow).flatMap((pid) => {
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (!command.includes('--type=renderer')) return [];
    return [Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1])];
  });
  return peaks.length === 0 ? undefined : Math.round(Math.max(...peaks) / 1024);
}

const code = await bundle();
const base64 = fs.readFileSync(tarball, 'base64');
const rows = [];
for (const engine of ['ports', 'i386']) {
  for (let n = 0; n < Number(runs); n++) {
    const server = await chromium.launchServer({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    });
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage();
    const { ok, wall, answers, files } = await page.evaluate(run, { code, engine, base64 });
    const peak = peakOfRenderers(server.process().pid);
    rows.push({
      engine,
      ok,
      answers,
      files,
      'wall (s)': (wall / 1000).toFixed(2),
      'peak (MB)': peak,
    });
    await server.close();
  }
}
console.table(rows);
