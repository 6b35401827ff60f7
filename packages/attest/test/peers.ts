// SPDX-License-Identifier: GPL-3.0-or-later
/** Keys that people have, made by the programs that people have, in a folder of their own. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SSH_NAMESPACE } from '../src/index.ts';

/** Debian's python3-securesystemslib works with Debian's Python. */
export const PYTHON = '/usr/bin/python3';

/** True if the program exists. If not, this says so loudly. */
export function has(program: string, ...args: readonly string[]): boolean {
  const found = spawnSync(program, args).status === 0;
  if (!found) console.warn(`\n*** DID NOT RUN: tests with ${program}, which is not here. ***\n`);
  return found;
}

export const hasOpenssl: boolean = has('openssl', 'version');
export const hasSsh: boolean = spawnSync('ssh-keygen', ['-?']).error === undefined;
if (!hasSsh) console.warn('\n*** DID NOT RUN: tests with ssh-keygen, which is not here. ***\n');
export const hasGpg: boolean = has('gpg', '--version');
export const hasSecuresystemslib: boolean = has(PYTHON, '-c', 'import securesystemslib.signer');

/** A folder with keys in it; `close` removes it and ends gpg's agent. */
export class KeyFolder {
  readonly path: string = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-attest-'));
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    const home = path.join(this.path, 'gnupg');
    fs.mkdirSync(home, { mode: 0o700 });
    this.env = { ...process.env, GNUPGHOME: home, LC_ALL: 'C' };
  }

  close(): void {
    if (hasGpg) this.tryRun('gpgconf', '--kill', 'all');
    fs.rmSync(this.path, { recursive: true, force: true });
  }

  write(name: string, bytes: Uint8Array | string): string {
    const file = path.join(this.path, name);
    fs.writeFileSync(file, bytes, { mode: 0o600 });
    return file;
  }

  read(name: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(fs.readFileSync(path.join(this.path, name)));
  }

  text(name: string): string {
    return fs.readFileSync(path.join(this.path, name), 'utf8');
  }

  /** Run the program in the folder. Returns the exit status and what was printed. */
  tryRun(program: string, ...args: readonly string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.path,
      env: this.env,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  }

  run(program: string, ...args: readonly string[]): string {
    const { status, output } = this.tryRun(program, ...args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${output}`);
    return output;
  }

  /** Make an Ed25519 key with openssl: NAME.key and NAME.pub. Returns the public key. */
  openssl(name: string): string {
    this.run('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', `${name}.key`);
    this.run('openssl', 'pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`);
    return this.text(`${name}.pub`);
  }

  /** Make an SSH key. Returns the line of the public key. */
  ssh(name: string, ...type: readonly string[]): string {
    this.run('ssh-keygen', '-q', '-t', ...type, '-N', '', '-C', name, '-f', `${name}.ssh`);
    return this.text(`${name}.ssh.pub`);
  }

  signWithSsh(name: string, file: string, namespace: string = SSH_NAMESPACE): Uint8Array {
    fs.rmSync(path.join(this.path, `${file}.sig`), { force: true });
    this.run('ssh-keygen', '-q', '-Y', 'sign', '-n', namespace, '-f', `${name}.ssh`, file);
    return this.read(`${file}.sig`);
  }

  /** Make an OpenPGP key. Returns the certificate. */
  gpg(name: string, algorithm: string, expire = 'never'): string {
    const user = `${name} <${name}@example.org>`;
    const unlocked = ['--batch', '--passphrase', ''];
    this.run('gpg', ...unlocked, '--quick-generate-key', user, algorithm, 'sign', expire);
    return this.certificate(name);
  }

  certificate(name: string): string {
    return this.run('gpg', '--batch', '--armor', '--export', `${name}@example.org`);
  }

  signWithGpg(name: string, file: string, ...options: readonly string[]): Uint8Array {
    const how = options.length === 0 ? ['--armor', '--detach-sign'] : options;
    const user = `${name}@example.org`;
    this.run('gpg', '--batch', '--yes', '-u', user, '-o', `${file}.${name}.asc`, ...how, file);
    return this.read(`${file}.${name}.asc`);
  }
}
