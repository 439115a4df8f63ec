'use strict';
const { chmodSync, mkdirSync, statSync } = require('node:fs');
const module_ = require('node:module');
const { homedir } = require('node:os');
const { isAbsolute, join } = require('node:path');

function cacheDirectory({ HEDDLE_HOME: own, XDG_CACHE_HOME: xdg }) {
  if (own) return join(own, 'cache', 'v8');
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'heddle', 'v8');
}

/**
 * Turns on the compile cache of Node 22.1 and newer, in a directory that only this user can write: cached code is run
 * as it is found. On somebody else's directory `chmod` fails, but not for root, and the cache stays off.
 */
exports.enablePrivateCompileCache = function enablePrivateCompileCache() {
  try {
    const directory = cacheDirectory(process.env);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (process.getuid !== undefined && statSync(directory).uid !== process.getuid()) return;
    chmodSync(directory, 0o700);
    module_.enableCompileCache(directory);
  } catch {
    // A cache only saves time: a read-only home must not stop the program.
  }
};
