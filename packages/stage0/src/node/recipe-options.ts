// SPDX-License-Identifier: GPL-3.0-or-later
/** The options that say how a tree of another layout than upstream's is built, shared by the subcommands. */
import type { RunOptions } from '../run.ts';
import { UsageError } from './usage.ts';

/** For `parseArgs`. */
export const RECIPE_OPTIONS = {
  cwd: { type: 'string', default: '/' },
  shell: { type: 'string', default: 'kaem-minimal' },
  env: { type: 'string', multiple: true, default: [] as string[] },
} as const;

/** Their lines of a help text. */
export const RECIPE_HELP = `  --cwd DIR              working directory in the tree (default: /)
  --shell NAME           which of our shells reads the script: kaem-minimal or kaem (default: kaem-minimal)
  --env NAME=V           a variable of the environment, which is empty otherwise; may be repeated`;

interface RecipeValues {
  readonly cwd: string;
  readonly shell: string;
  readonly env: readonly string[];
}

/** The values as options of a run. Throws UsageError with the help text `usage`. */
export function recipeFrom(
  values: RecipeValues,
  usage: string,
): Required<Pick<RunOptions, 'directory' | 'shell' | 'environment'>> {
  const { cwd, shell, env } = values;
  if (shell !== 'kaem' && shell !== 'kaem-minimal')
    throw new UsageError(`no shell is named ${shell}`, usage);
  const wrong = env.find((entry) => entry.indexOf('=') < 1);
  if (wrong !== undefined) throw new UsageError(`--env takes NAME=VALUE, not ${wrong}`, usage);
  return { directory: cwd, shell, environment: env };
}
