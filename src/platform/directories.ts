import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Variables } from './environment.ts';

/** Where heddle keeps what belongs to the user, absolute. Nothing is created by asking. */
export interface Directories {
  readonly config: string;
  /** Keys, credentials, replicas: secrets. */
  readonly data: string;
  readonly state: string;
  readonly cache: string;
}

/**
 * `HEDDLE_HOME` stands for all four, as four directories below it; else the XDG base directories, of which
 * relative ones are ignored as their specification says, and so is such a `HOME`: keys would lie in a work tree.
 * Throws what the system says where nothing else knows the user's home, and the system does not either.
 */
export function findDirectories(variables: Variables = process.env): Directories {
  const home = variables['HEDDLE_HOME'];
  if (home !== undefined && home !== '') return below(resolve(home));
  const user = (): string => absolute(variables['HOME']) ?? absolute(homedir()) ?? userInfo().homedir;
  const base = (name: string, fallback: string): string => {
    return join(absolute(variables[name]) ?? join(user(), fallback), 'heddle');
  };
  return {
    config: base('XDG_CONFIG_HOME', '.config'),
    data: base('XDG_DATA_HOME', '.local/share'),
    state: base('XDG_STATE_HOME', '.local/state'),
    cache: base('XDG_CACHE_HOME', '.cache'),
  };
}

/** Where to keep what does not outlive the login; null where the system offers no place, or `HEDDLE_HOME` is set. */
export function findRuntimeDirectory(variables: Variables = process.env): string | null {
  const runtime = absolute(variables['XDG_RUNTIME_DIR']);
  if (variables['HEDDLE_HOME'] || runtime === undefined) return null;
  return join(runtime, 'heddle');
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function below(home: string): Directories {
  return {
    config: join(home, 'config'),
    data: join(home, 'data'),
    state: join(home, 'state'),
    cache: join(home, 'cache'),
  };
}
