// SPDX-License-Identifier: GPL-3.0-or-later
export { requireBytes, requireKnown, requireSource, requireSources } from './arguments.ts';
export { codeFrame } from './code-frame.ts';
export { type FindingOptions, type Report, reportOf, StrayCharacters } from './findings.ts';
export { hintAt } from './hints.ts';
export { type FileComparer, requireDistinct, requireOperand, unknownOption } from './operands.ts';
export { locate, type Position } from './position.ts';
export { asToolError, catchStackOverflow, type ErrorStream, reportErrors } from './report.ts';
export {
  answerError,
  errorAt,
  formatError,
  formatWarning,
  type Source,
  ToolError,
  type ToolErrorOptions,
} from './tool-error.ts';
export { visible } from './visible.ts';
