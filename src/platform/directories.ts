import { homedir } from 'node:os';
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
 * relative ones are ignored as their specification says.
 */
export function findDirectories(variables: Variables = process.env): Directories {
  const home = variables['HEDDLE_HOME'];
  if (home !== undefined && home !== '') return below(resolve(home));
  const user = variables['HOME'] || homedir();
  const base = (name: string, fallback: string): string => {
    const value = variables[name];
    return join(value !== undefined && isAbsolute(value) ? value : join(user, fallback), 'heddle');
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
  const runtime = variables['XDG_RUNTIME_DIR'];
  if (variables['HEDDLE_HOME'] || runtime === undefined || !isAbsolute(runtime)) return null;
  return join(runtime, 'heddle');
}

function below(home: string): Directories {
  return {
    config: join(home, 'config'),
    data: join(home, 'data'),
    state: join(home, 'state'),
    cache: join(home, 'cache'),
  };
}
