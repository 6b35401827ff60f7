// SPDX-License-Identifier: GPL-3.0-or-later
/** The options that say how a tree of another layout than upstream's is built, shared by the subcommands. */
import type { MemoryFiles } from '@stage0-ts/host/memory';
import {
  innerTree,
  LAYOUTS,
  type Layout,
  layoutNamed,
  layoutOf,
  type Recipe,
  recipeOf,
} from '../layouts.ts';
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

/** For `parseArgs`, where the tree's own layout decides unless something is said. */
export const LAYOUT_OPTIONS: typeof RECIPE_OPTIONS & {
  readonly layout: { readonly type: 'string' };
  readonly script: { readonly type: 'string' };
} = {
  ...RECIPE_OPTIONS,
  layout: { type: 'string' },
  script: { type: 'string' },
};

/** Their lines of a help text. */
export const LAYOUT_HELP: string = `  --layout NAME          how the tree is laid out (default: by what is in it):
${LAYOUTS.map(({ name, of }) => `                         ${name}: ${of}`).join('\n')}
  --script FILE          for a tree of another layout: the kaem script to run instead of kaem.ARCH and its seed shell
${RECIPE_HELP}`;

interface LayoutValues extends RecipeValues {
  readonly arch: string;
  readonly layout?: string | undefined;
  readonly script?: string | undefined;
}

/** A tree that was given, or the one in it that is meant; how to build it; and how it is laid out, for the report. */
export interface LaidOut {
  readonly files: MemoryFiles;
  readonly recipe: Recipe;
  readonly layout: string;
}

/** What the command line means by a tree. Throws UsageError. */
export function laidOut(values: LayoutValues, given: MemoryFiles, usage: string): LaidOut {
  const { script, cwd } = values;
  const inner = script === undefined ? innerTree(given, values.arch) : undefined;
  const files = inner?.files ?? given;
  const recipe = layoutRecipe(values, files, usage);
  const name = layoutFor(values, files)?.name ?? 'not known';
  const where = inner === undefined ? '' : `, in ${inner.path.slice(1)}`;
  const layout = script === undefined ? `${name}${where}` : `your own: ${script} in ${cwd}`;
  return { files, recipe, layout };
}

function layoutFor({ layout, arch }: LayoutValues, files: MemoryFiles): Layout | undefined {
  return layout === undefined ? layoutOf(files, arch) : layoutNamed(layout);
}

/** The recipe of the command line; where that says nothing, of the tree's layout. Throws UsageError. */
export function layoutRecipe(values: LayoutValues, files: MemoryFiles, usage: string): Recipe {
  const given = recipeFrom(values, usage);
  const { layout: name, script, arch } = values;
  if (script !== undefined) {
    if (name !== undefined) throw new UsageError('--layout has a --script of its own', usage);
    return { ...given, script };
  }
  const layout = layoutFor(values, files);
  if (layout === undefined) return given;
  const own = recipeOf(layout, arch);
  return {
    ...own,
    directory: given.directory === '/' ? own.directory : given.directory,
    shell: given.shell === 'kaem' ? 'kaem' : own.shell,
    environment: [...own.environment, ...given.environment],
  };
}

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
