// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Text to this process's standard streams, written immediately; a full disk is a ToolError, as for
 * every tool.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { NodeHost } from '@stage0-ts/host/node';

export function print(text: string): void {
  new NodeHost().writeStdout(encodeUtf8(text));
}

export function printError(text: string): void {
  new NodeHost().writeStderr(encodeUtf8(text));
}
