// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The types of the world that every program runs in. Types only: a port that imports this package
 * gets no code from it. The worlds themselves are `@stage0-ts/host/memory` and
 * `@stage0-ts/host/node`.
 */
export type {
  ChannelSink,
  ChildStatus,
  FileKind,
  FileStatus,
  Host,
  Inherited,
  Inode,
  Program,
  ProvenanceSink,
  SystemName,
} from './types.ts';
