// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The first page's program: hex0 text → bytes → what it prints, at once and after each key. It runs
 * in the i386 machine with a limit, so that no text can block the page.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { asToolError } from '@stage0-ts/diagnostics';
import { assemble } from '@stage0-ts/hex0';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { i386Engine } from '@stage0-ts/i386';
import { counted } from '../shared/format.ts';
import './home.css';
import hello from './hello.hex0?raw';

const MAX_INSTRUCTIONS = 100_000;
const MAX_MEMORY = 4 << 20;
/** How many bytes of output are kept. */
const MAX_OUTPUT = 2000;

const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const text = element<HTMLTextAreaElement>('live-text');
const output = element('live-output');

/** The signal with which the machine ends a program that has reached its limit. */
const SIGXCPU = 24;

function endOf(signal: number): string {
  if (signal === SIGXCPU)
    return `stopped after ${MAX_INSTRUCTIONS.toLocaleString('en')} instructions`;
  return `ended by signal ${signal}`;
}

/** What the program printed, and how it ended. */
function run(image: Uint8Array): { readonly printed: string; readonly end: string } {
  const parts: Uint8Array[] = [];
  let size = 0;
  const take = (bytes: Uint8Array): void => {
    if (size < MAX_OUTPUT) parts.push(bytes.slice(0, MAX_OUTPUT - size));
    size += bytes.length;
  };
  const host = new MemoryHost({ files: new MemoryFiles(), stdout: take, stderr: take });
  const engine = i386Engine({
    mode: 'interpret',
    instructionLimit: MAX_INSTRUCTIONS,
    memoryLimit: MAX_MEMORY,
    stackSize: 1 << 16,
  });
  const printed = () => parts.map((bytes) => decodeUtf8(bytes)).join('');
  try {
    const end = engine({ path: 'program', bytes: image }, ['program'], host);
    const how = end.kind === 'exited' ? `exit status ${end.status}` : endOf(end.signal);
    return { printed: printed(), end: how };
  } catch (error) {
    return { printed: printed(), end: asToolError(error)?.message ?? (error as Error).message };
  }
}

function show(): void {
  const source = encodeUtf8(text.value);
  const status = element('live-bytes');
  try {
    const image = assemble(source, { strict: true });
    const { printed, end } = run(image);
    status.textContent = `${counted(image.length, 'byte')}, run in an i386 machine: ${end}`;
    output.textContent = printed;
    output.className = end === 'exit status 0' ? '' : 'bad';
  } catch (error) {
    const { message, line } = asToolError(error) ?? { message: String(error), line: undefined };
    status.textContent = line === undefined ? message : `line ${line}: ${message}`;
    output.textContent = '';
    output.className = 'bad';
  }
}

text.value = hello;
text.addEventListener('input', show);
show();

element('live-link').addEventListener('click', async (event) => {
  event.preventDefault();
  const { linkTo } = await import('../program/link.ts');
  const { LANGUAGES } = await import('../program/examples.ts');
  const language = LANGUAGES.find(({ name }) => name === 'hex0');
  if (language !== undefined) {
    location.href = `playground/index.html${await linkTo({ language, text: text.value })}`;
  }
});
