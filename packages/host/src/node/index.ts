// SPDX-License-Identifier: GPL-3.0-or-later
/** The real world, through Node: files of this machine, its environment, its programs. */

export { NodeHost } from './host.ts';
export { runOnNode } from './main.ts';
