import { delimiter, dirname } from 'node:path';
import type { Variables } from '#platform/environment.ts';
import { gitEnvironment, type Setting } from './environment.ts';

/** Where git writes objects, and the object directory that it reads beside. */
export interface ObjectPlaces {
  readonly written: string;
  readonly read: string;
  /** What is written does not last: no ref may be moved meanwhile, by a filter of somebody's either. */
  readonly isFleeting?: true;
}

/** A Git directory elsewhere that is used with a work tree and objects of a repository. */
export interface ScratchPlaces {
  readonly gitDir: string;
  readonly worktree: string;
  readonly objects: ObjectPlaces;
  /** The repository's list of commits whose parents it lacks; need not be there. */
  readonly shallow: string;
}

/** What a git may use that reaches other repositories: see `transport/network.ts`. */
export interface NetworkGround {
  /** Stand in for the fixed settings. */
  readonly fixed: readonly Setting[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What a git sees around it: what each is, `GitRunner` says. */
export interface GitSurroundings {
  readonly bound?: boolean;
  readonly gitDir?: string | undefined;
  readonly objects?: ObjectPlaces | undefined;
  readonly beside?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** The environment of a git that works in a directory. */
export function environmentWithin(
  { cwd, inherited }: { readonly cwd: string; readonly inherited: Variables },
  { bound = false, gitDir, objects, beside = [], variables = {} }: GitSurroundings,
): Readonly<Record<string, string>> {
  return {
    ...gitEnvironment(inherited),
    ...(bound ? { GIT_CEILING_DIRECTORIES: dirname(cwd) } : {}),
    ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }),
    ...objectVariables(objects, beside),
    ...variables,
  };
}

/** The list of alternates has a syntax of its own: in quotes, any path is one path. */
function objectVariables(
  objects: ObjectPlaces | undefined,
  beside: readonly string[],
): Readonly<Record<string, string>> {
  const { read, written, isFleeting } = objects ?? {};
  const known = [...(read === undefined ? [] : [read]), ...beside];
  if (known.length === 0) return {};
  const quoted = known.map((path) => `"${path.replace(/["\\]/g, '\\$&')}"`);
  return {
    ...(written === undefined ? {} : { GIT_OBJECT_DIRECTORY: written }),
    // What git sets where it checks a push: it then moves no ref, whoever starts it.
    ...(written === undefined || isFleeting !== true ? {} : { GIT_QUARANTINE_PATH: written }),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted.join(delimiter),
  };
}
