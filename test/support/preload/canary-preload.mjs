// Loaded with `--import`, with what network-preload.mjs does as well:
//
//   CANARY_CHILDREN=path  appends a JSON line {argv,env} for each child process that is started
//   CANARY_GRAVES=dir     keeps a copy of each file that is deleted or replaced, unless it is below CANARY_HOMES
//   CANARY_HOMES=dir      holds people's homes: keys and credentials belong there
//   CANARY_BUG=1          throws an error at the next call after a key or credential was opened, or else at the
//                         first child process
//
// A process that is kept gets them anew with each command line.
import './network-preload.mjs';
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';

const { appendFileSync, copyFileSync, lstatSync } = fs;
const SECRET = /\.hcred$|[/\\]keys[/\\][^/\\]+\.json$/;
let settings = takeSettings(process.env);
let holdsSecret = false;
let buried = 0;

/** The program is to have none of them. */
function takeSettings(env) {
  const { CANARY_CHILDREN, CANARY_GRAVES, CANARY_HOMES, CANARY_BUG } = env;
  for (const name of ['CANARY_CHILDREN', 'CANARY_GRAVES', 'CANARY_HOMES', 'CANARY_BUG']) delete env[name];
  return { CANARY_CHILDREN, CANARY_GRAVES, CANARY_HOMES, CANARY_BUG };
}

// Before the program's own listener, which runs the command line.
if (process.send !== undefined) {
  process.on('message', ({ env }) => {
    settings = takeSettings(env);
    holdsSecret = false;
  });
}

function trip() {
  if (settings.CANARY_BUG !== undefined && holdsSecret) throw new TypeError('a planted bug');
}

function bury(path) {
  const { CANARY_GRAVES, CANARY_HOMES } = settings;
  if (CANARY_GRAVES === undefined || !(typeof path === 'string' || path instanceof Buffer)) return;
  const full = resolve(String(path));
  if (full.startsWith(CANARY_HOMES + sep) || full.startsWith(CANARY_GRAVES + sep)) return;
  try {
    const found = lstatSync(full);
    // What has another name is not gone: a credential that was asked for begins like this.
    if (!found.isFile() || found.nlink > 1) return;
    buried += 1;
    copyFileSync(full, join(CANARY_GRAVES, `${process.pid}-${buried}`));
  } catch {
    // Nothing is there.
  }
}

function watch(target, name, before, after = () => undefined) {
  const original = target[name];
  target[name] = function (...args) {
    before(args);
    const result = original.apply(this, args);
    after(args);
    return result;
  };
}

const opened = ([path]) => {
  if (SECRET.test(String(path))) holdsSecret = true;
};
for (const name of ['open', 'readFile']) {
  watch(fs.promises, name, trip, opened);
  watch(fs, `${name}Sync`, trip, opened);
}
for (const [name, path] of Object.entries({ unlink: 0, rm: 0, rename: 1 })) {
  const before = (args) => {
    trip();
    bury(args[path]);
  };
  watch(fs.promises, name, before);
  watch(fs, `${name}Sync`, before);
}
function startsChild([file, list, options]) {
  const more = Array.isArray(list) ? options : list;
  const argv = [file, ...(Array.isArray(list) ? list : [])];
  const env = more?.env ?? process.env;
  const { CANARY_CHILDREN, CANARY_BUG } = settings;
  if (CANARY_CHILDREN !== undefined) appendFileSync(CANARY_CHILDREN, `${JSON.stringify({ argv, env })}\n`);
  if (CANARY_BUG !== undefined) throw new TypeError('a planted bug');
}
for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync', 'fork'])
  watch(childProcess, name, startsChild);
syncBuiltinESMExports();
