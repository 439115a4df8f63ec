import { chmodSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

function cacheDirectory({ HEDDLE_HOME: own, XDG_CACHE_HOME: xdg }) {
  if (own) return join(own, 'cache', 'v8');
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'heddle', 'v8');
}

/**
 * Turns on V8's compile cache where Node has one (22.1 and newer), in a directory that only this user can
 * write: cached code is run as it is found. `chmod` fails on somebody else's directory, and the cache stays off.
 */
export function enablePrivateCompileCache() {
  if (module.enableCompileCache === undefined) return;
  try {
    const directory = cacheDirectory(process.env);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    module.enableCompileCache(directory);
  } catch {
    // A cache only saves time: a read-only home must not stop the program.
  }
}
