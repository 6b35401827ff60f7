// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Debian's Firefox, by its own remote protocol (Marionette: JSON with its length before it, over
 * TCP), since playwright drives only a Firefox of its own making.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const NAMES = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
export const FIREFOX = NAMES.find((name) => fs.existsSync(name));
/** Milliseconds until it accepts connections. */
const START = 60_000;
const PREFERENCES = {
  'marionette.port': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
};

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

export class Firefox {
  private readonly process: ChildProcess;
  private readonly profile: string;
  private socket: net.Socket | undefined;
  private rest = Buffer.alloc(0);
  private count = 0;
  private readonly waiting = new Map<number, Waiting>();

  private constructor() {
    this.profile = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-firefox-'));
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
    );
    fs.writeFileSync(path.join(this.profile, 'user.js'), lines.join(''));
    const words = ['--headless', '--no-remote', '--marionette', '--profile', this.profile];
    const env = { ...process.env, HOME: this.profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' };
    this.process = spawn(FIREFOX as string, words, { stdio: 'ignore', env });
  }

  static async start(): Promise<Firefox> {
    const firefox = new Firefox();
    const file = path.join(firefox.profile, 'MarionetteActivePort');
    const until = Date.now() + START;
    while (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') === '') {
      if (Date.now() > until) throw new Error('Firefox does not listen');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await firefox.connect(Number(fs.readFileSync(file, 'utf8')));
    await firefox.command('WebDriver:NewSession', { capabilities: {} });
    return firefox;
  }

  async open(url: string): Promise<void> {
    await this.command('WebDriver:Navigate', { url });
  }

  /** The value of an expression in the page. */
  async value<Value>(expression: string): Promise<Value> {
    const script = `return (${expression});`;
    const result = await this.command('WebDriver:ExecuteScript', { script, args: [] });
    return (result as { readonly value: Value }).value;
  }

  async stop(): Promise<void> {
    this.socket?.destroy();
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await ended;
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Resolves when its greeting arrives, which has the number 0 here. */
  private connect(port: number): Promise<unknown> {
    const greeted = new Promise((resolve, reject) => this.waiting.set(0, { resolve, reject }));
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('data', (bytes) => this.take(bytes));
    this.socket.on('error', (error) => {
      for (const { reject } of this.waiting.values()) reject(error);
    });
    return greeted;
  }

  private command(name: string, parameters: object): Promise<unknown> {
    const id = ++this.count;
    const text = JSON.stringify([0, id, name, parameters]);
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket?.write(`${Buffer.byteLength(text)}:${text}`);
    return answer;
  }

  private take(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const at = this.rest.indexOf(':');
      const size = Number(this.rest.subarray(0, at).toString());
      if (at < 0 || this.rest.length < at + 1 + size) return;
      const message: unknown = JSON.parse(this.rest.subarray(at + 1, at + 1 + size).toString());
      this.rest = this.rest.subarray(at + 1 + size);
      const [, id, error, result] = Array.isArray(message) ? message : [1, 0, null, message];
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === null) waiting?.resolve(result);
      else waiting?.reject(new Error(JSON.stringify(error)));
    }
  }
}
