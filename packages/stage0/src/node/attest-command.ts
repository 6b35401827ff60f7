// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 attest`, `sign` and `verify`: the command lines around the package attest.
 *
 * That package depends on a third-party library, for OpenPGP. So this package does not depend on
 * it: it is loaded when one of the three commands is used, and has to be installed next to this
 * one.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { NodeHost } from '@stage0-ts/host/node';
import { checkText } from '../check-text.ts';
import { evidenceOf } from '../evidence.ts';
import { runCheck, trustedPaths } from './check-run.ts';
import type { Arguments } from './command.ts';
import { print, printError } from './streams.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

async function attestLibrary(): Promise<typeof import('@stage0-ts/attest')> {
  try {
    return await import('@stage0-ts/attest');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ToolError('this needs the package @stage0-ts/attest', {
      code: 'no-attest',
      hint: `npm install @stage0-ts/attest@${version()} beside this package brings it`,
    });
  }
}

/** Exit status 0, 1 or 3; throws UsageError and ToolError. */
export async function attestCommand(given: Arguments): Promise<number> {
  const builder = given.optionalText('builder');
  if (builder !== undefined && !/^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(builder)) {
    throw new UsageError('--builder takes a URI, as in https://example.org/me');
  }
  const { statementOf } = await attestLibrary();
  const out = given.optionalText('out');
  const reports = runCheck(given, { out });
  const bad = reports.find(({ ok }) => !ok);
  if (bad !== undefined) {
    printError(`${checkText(bad)}\nno statement was written\n`);
    return bad.verdict.exitStatus;
  }
  const accepted = [
    ...(given.has('partial') ? ['--partial'] : []),
    ...trustedPaths(given).map((path) => `--trust ${path}`),
  ];
  const runtime = given.has('runtime') ? runtimeName() : undefined;
  const evidence = evidenceOf(reports, { accepted, version: version(), builder, runtime });
  write(out, statementOf(evidence));
  return 0;
}

/** Name and version of the engine and of its program. */
function runtimeName(): string {
  const { bun, deno, node, v8 } = process.versions;
  if (bun !== undefined) return `Bun ${bun} (JavaScriptCore)`;
  if (deno !== undefined) return `Deno ${deno} (V8 ${v8})`;
  return `Node ${node} (V8 ${v8})`;
}

/** Exit status 0; throws ToolError. */
export async function signCommand(given: Arguments): Promise<number> {
  const { readStatement, sign } = await attestLibrary();
  const [file] = given.operands as readonly [string];
  const statement = new NodeHost().readFile(file);
  readStatement(statement, file); // throws for a file that is not a statement
  const key = given.text('key');
  const pem = decodeUtf8(new NodeHost().readFile(key));
  write(given.optionalText('out'), await sign(statement, pem, key));
  return 0;
}

/** Exit status 0 or 1; throws ToolError. */
export async function verifyCommand(given: Arguments): Promise<number> {
  const { readPolicy, verificationDocument, verificationText, verify } = await attestLibrary();
  const host = new NodeHost();
  const file = given.text('policy');
  const policy = await readPolicy(host.readFile(file), file);
  const files = given.operands.map((name) => ({ name, bytes: host.readFile(name) }));
  const result = await verify(files, policy, new Date());
  if (given.has('json')) print(`${JSON.stringify(verificationDocument(result), null, 2)}\n`);
  else print(verificationText(result));
  return result.ok ? 0 : 1;
}

function write(out: string | undefined, bytes: Uint8Array): void {
  if (out === undefined) print(decodeUtf8(bytes));
  else new NodeHost().writeFile(out, bytes, 0o666);
}
