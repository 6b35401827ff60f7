// SPDX-License-Identifier: GPL-3.0-or-later
/** A world that lives in memory: files, processes and streams, in Node or a browser. */
export {
  type DirectoryNode,
  type FileNode,
  type LinkNode,
  MemoryFiles,
  type NodeTimes,
  type TreeNode,
  type WorldClock,
} from './files.ts';
export {
  type Engine,
  MemoryHost,
  type MemoryHostOptions,
  type ProgramImage,
  type WorldEngine,
} from './host.ts';
