// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The options that say how a tree of another layout than upstream's is built, shared by the
 * subcommands.
 */
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
import type { Arguments, Options } from './command.ts';
import { UsageError } from './usage.ts';

/** Where a script runs, and which environment it gets. */
export const RECIPE_OPTIONS: Options = {
  cwd: { value: 'DIR', help: 'working directory in the tree', default: '/' },
  shell: {
    value: 'NAME',
    help: 'which of our shells reads the script: kaem-minimal or kaem',
    default: 'kaem-minimal',
  },
  env: {
    value: 'NAME=V',
    help: 'a variable of the environment, which is empty otherwise',
    isRepeated: true,
  },
};

/** The same options, where the tree's own layout gives the defaults. */
export const LAYOUT_OPTIONS: Options = {
  layout: {
    value: 'NAME',
    help: [
      'how the tree is laid out (default: by what is in it):',
      ...LAYOUTS.map(({ name, of }) => `${name}: ${of}`),
    ].join('\n'),
  },
  script: {
    value: 'FILE',
    help:
      'for a tree of another layout: the kaem script to run instead of kaem.ARCH and its seed ' +
      'shell',
  },
  ...RECIPE_OPTIONS,
};

/**
 * The tree to build (the given one, or one inside it), how to build it, and the name of its layout
 * for the report.
 */
export interface LaidOut {
  readonly files: MemoryFiles;
  readonly recipe: Recipe;
  readonly layout: string;
}

/** What the command line means by a tree. Throws UsageError. */
export function laidOut(given: Arguments, tree: MemoryFiles): LaidOut {
  const arch = given.text('arch');
  const script = given.optionalText('script');
  const inner = script === undefined ? innerTree(tree, arch) : undefined;
  const files = inner?.files ?? tree;
  const recipe = layoutRecipe(given, files);
  const name = layoutFor(given, files)?.name ?? 'unknown';
  const where = inner === undefined ? '' : `, in ${inner.path.slice(1)}`;
  const own = `your own: ${script} in ${given.text('cwd')}`;
  return { files, recipe, layout: script === undefined ? `${name}${where}` : own };
}

function layoutFor(given: Arguments, files: MemoryFiles): Layout | undefined {
  const name = given.optionalText('layout');
  return name === undefined ? layoutOf(files, given.text('arch')) : layoutNamed(name);
}

/** The recipe of the command line; the tree's layout gives what the command line leaves open. */
export function layoutRecipe(given: Arguments, files: MemoryFiles): Recipe {
  const recipe = recipeFrom(given);
  const script = given.optionalText('script');
  if (script !== undefined) {
    if (given.optionalText('layout') !== undefined) {
      throw new UsageError('--layout has a --script of its own');
    }
    return { ...recipe, script };
  }
  const layout = layoutFor(given, files);
  if (layout === undefined) return recipe;
  const own = recipeOf(layout, given.text('arch'));
  return {
    ...own,
    directory: recipe.directory === '/' ? own.directory : recipe.directory,
    shell: recipe.shell === 'kaem' ? 'kaem' : own.shell,
    environment: [...own.environment, ...recipe.environment],
  };
}

/** The values as options of a run. Throws UsageError. */
export function recipeFrom(
  given: Arguments,
): Required<Pick<RunOptions, 'directory' | 'shell' | 'environment'>> {
  const shell = given.text('shell');
  const environment = given.texts('env');
  if (shell !== 'kaem' && shell !== 'kaem-minimal') {
    throw new UsageError(`no shell is named ${shell}`);
  }
  const wrong = environment.find((entry) => entry.indexOf('=') < 1);
  if (wrong !== undefined) throw new UsageError(`--env takes NAME=VALUE, not ${wrong}`);
  return { directory: given.text('cwd'), shell, environment };
}
