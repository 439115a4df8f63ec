// Loaded with `--import` into the real program: counts its file-system mutations and git children, and kills
// it with SIGKILL, or fails a call, at a chosen one. The program itself has no hook for this.
//
//   COUNT_FILE=path              at exit, writes {"steps":[{"kind","path"}…],"git":[[argv]…]} there
//   COUNT_UNDER=path[:path]      counts only mutations below these; git children always count
//   KILL_AT=n                    kills at step n, from 1
//   KILL_WHEN=before|during|after  default before; "during" leaves half of a write done
//   ERROR_AT=n ERROR_CODE=ENOSPC   fails step n once
//   ERROR_FROM=n                 fails every step from n on that needs space
//   KILL_GIT=n[,before|during|after]  kills at the n-th git child; "during" kills the child too
//   KILL_GIT_OUTPUT=text         "during" waits until the child has printed this
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { basename, delimiter, resolve, sep } from 'node:path';

const env = process.env;
const number = (name) => (env[name] === undefined ? 0 : Number(env[name]));
const KILL_AT = number('KILL_AT');
const KILL_WHEN = env.KILL_WHEN ?? 'before';
const ERROR_AT = number('ERROR_AT');
const ERROR_FROM = number('ERROR_FROM');
const ERROR_CODE = env.ERROR_CODE ?? 'ENOSPC';
const UNDER = env.COUNT_UNDER?.split(delimiter)
  .filter(Boolean)
  .map((path) => resolve(path));
const [gitNumber, gitWhen = 'before'] = (env.KILL_GIT ?? '0').split(',');
const NEEDS_SPACE = new Set(['open', 'write', 'mkdir', 'link', 'symlink', 'copy', 'rename', 'fsync']);

const real = { writeSync: fs.writeSync, writeFileSync: fs.writeFileSync, openSync: fs.openSync };
const steps = [];
const gitChildren = [];
const paths = new Map();
let depth = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal may be taken by another thread: nothing more may happen on this one.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function counts(path) {
  if (typeof path === 'number' && path <= 2) return false;
  const name = typeof path === 'number' ? paths.get(path) : path;
  if (UNDER === undefined || name === undefined) return true;
  const full = resolve(String(name));
  return UNDER.some((root) => full === root || full.startsWith(root + sep));
}

function fail(kind, path) {
  const error = new Error(`${ERROR_CODE}: injected, ${kind}`);
  throw Object.assign(error, {
    errno: -(constants.errno[ERROR_CODE] ?? 5),
    code: ERROR_CODE,
    syscall: kind,
    path: typeof path === 'number' ? paths.get(path) : String(path),
  });
}

/** Counts one step; does not return where the process dies before it. True: it dies when the step is done. */
function begin(kind, path, half) {
  steps.push({ kind, path: String(typeof path === 'number' ? (paths.get(path) ?? path) : path) });
  const n = steps.length;
  if (n === ERROR_AT || (ERROR_FROM > 0 && n >= ERROR_FROM && NEEDS_SPACE.has(kind))) fail(kind, path);
  if (n !== KILL_AT) return false;
  if (KILL_WHEN === 'after') return true;
  if (KILL_WHEN === 'during') half?.();
  die();
}

function halfOf(data, offset, length) {
  const bytes =
    typeof data === 'string'
      ? Buffer.from(data)
      : Buffer.from(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const part = bytes.subarray(Number(offset) || 0, (Number(offset) || 0) + (Number(length) || bytes.length));
  return part.subarray(0, Math.floor(part.length / 2));
}

const writeHalf = (fd, [data, offset, length]) => {
  const isText = typeof data === 'string';
  real.writeSync(fd, halfOf(data, isText ? 0 : (offset?.offset ?? offset), isText ? undefined : length));
};
const writeFileHalf =
  (flag) =>
  ([path, data, options]) => {
    const fd =
      typeof path === 'number' ? path : real.openSync(path, options?.flag ?? flag, options?.mode ?? 0o666);
    real.writeSync(fd, halfOf(data));
  };

function isMutatingOpen([, flags = 'r']) {
  if (typeof flags === 'string') return /[wa+]/.test(flags);
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = fs.constants;
  return (Number(flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0;
}

/** Name of a call: its kind, which argument names the file, and how half of it is done. */
const CALLS = {
  open: { kind: 'open', only: isMutatingOpen },
  write: { kind: 'write', half: ([fd, ...rest]) => writeHalf(fd, rest) },
  writev: { kind: 'write' },
  writeFile: { kind: 'write', half: writeFileHalf('w') },
  appendFile: { kind: 'write', half: writeFileHalf('a') },
  rename: { kind: 'rename', path: 1 },
  link: { kind: 'link', path: 1 },
  symlink: { kind: 'symlink', path: 1 },
  unlink: { kind: 'unlink' },
  rm: { kind: 'unlink' },
  rmdir: { kind: 'unlink' },
  mkdir: { kind: 'mkdir' },
  mkdtemp: { kind: 'mkdir' },
  fsync: { kind: 'fsync' },
  fdatasync: { kind: 'fsync' },
  truncate: { kind: 'truncate' },
  ftruncate: { kind: 'truncate' },
  copyFile: { kind: 'copy', path: 1 },
  cp: { kind: 'copy', path: 1 },
  chmod: { kind: 'chmod' },
  fchmod: { kind: 'chmod' },
  utimes: { kind: 'utimes' },
  futimes: { kind: 'utimes' },
};

function pathOf(call, args) {
  const path = args[call.path ?? 0];
  if (path instanceof URL) return path.pathname;
  // A handle of fs/promises may stand where a path does.
  return typeof path === 'object' && typeof path?.fd === 'number' ? path.fd : path;
}

const isCounted = (call, args) => depth === 0 && (call.only?.(args) ?? true) && counts(pathOf(call, args));

function wrapSync(name, call) {
  const original = fs[`${name}Sync`];
  fs[`${name}Sync`] = function (...args) {
    const doomed = isCounted(call, args) && begin(call.kind, pathOf(call, args), () => call.half?.(args));
    depth += 1;
    try {
      const result = original.apply(this, args);
      if (name === 'open') paths.set(result, String(args[0]));
      return result;
    } finally {
      depth -= 1;
      if (doomed) die();
    }
  };
}

function wrapCallback(name, call) {
  const original = fs[name];
  fs[name] = function (...args) {
    const done = args.at(-1);
    if (typeof done !== 'function') return original.apply(this, args);
    let doomed = false;
    try {
      doomed = isCounted(call, args) && begin(call.kind, pathOf(call, args), () => call.half?.(args));
    } catch (error) {
      process.nextTick(done, error);
      return undefined;
    }
    return original.call(this, ...args.slice(0, -1), (...results) => {
      if (doomed) die();
      if (name === 'open' && results[0] === null) paths.set(results[1], String(args[0]));
      done(...results);
    });
  };
}

function wrapPromise(target, name, { kind, locate, half, only }) {
  const original = target[name];
  target[name] = async function (...args) {
    const path = locate(this, args);
    const doomed = (only?.(args) ?? true) && counts(path) && begin(kind, path, () => half?.(this, args));
    try {
      const result = await original.apply(this, args);
      if (name === 'open') paths.set(result.fd, String(args[0]));
      return result;
    } finally {
      if (doomed) die();
    }
  };
}

const HANDLE_CALLS = {
  write: { kind: 'write', half: (handle, args) => writeHalf(handle.fd, args) },
  writev: { kind: 'write' },
  writeFile: { kind: 'write', half: (handle, [data]) => real.writeSync(handle.fd, halfOf(data)) },
  appendFile: { kind: 'write', half: (handle, [data]) => real.writeSync(handle.fd, halfOf(data)) },
  sync: { kind: 'fsync' },
  datasync: { kind: 'fsync' },
  truncate: { kind: 'truncate' },
  chmod: { kind: 'chmod' },
  utimes: { kind: 'utimes' },
};

const handle = await fs.promises.open(tmpdir(), 'r');
const handlePrototype = Object.getPrototypeOf(handle);
await handle.close();

for (const [name, call] of Object.entries(CALLS)) {
  if (typeof fs[`${name}Sync`] === 'function') wrapSync(name, call);
  if (typeof fs[name] === 'function') wrapCallback(name, call);
  if (typeof fs.promises[name] === 'function') {
    const { kind, only } = call;
    const half = call.half && ((_, args) => typeof args[0] !== 'object' && call.half(args));
    wrapPromise(fs.promises, name, { kind, only, half, locate: (_, args) => pathOf(call, args) });
  }
}
for (const [name, call] of Object.entries(HANDLE_CALLS)) {
  wrapPromise(handlePrototype, name, { ...call, locate: (self) => self.fd });
}

const isGit = (file) => /^git(\.exe)?$/.test(basename(String(file)));

/** Counts a git child as a step and dies before it, where that was asked. */
function beginGit(argv) {
  gitChildren.push(argv);
  const isChosen = gitChildren.length === Number(gitNumber);
  if (isChosen && gitWhen === 'before') die();
  if (begin('git-spawn', argv.join(' '))) return 'after';
  return isChosen ? gitWhen : undefined;
}

/** The child's end is a step of its own. */
function endGit(argv, when) {
  if (when !== undefined) die();
  if (begin('git-exit', argv.join(' '))) die();
}

function killDuring(child) {
  const both = () => {
    child.kill('SIGKILL');
    die();
  };
  const awaited = env.KILL_GIT_OUTPUT;
  if (awaited === undefined) {
    setTimeout(both, 1);
    return;
  }
  let seen = '';
  const push = child.stdout.push;
  child.stdout.push = function (chunk, ...rest) {
    seen += chunk === null ? '' : chunk.toString('latin1');
    if (seen.includes(awaited)) both();
    return push.call(this, chunk, ...rest);
  };
}

const spawn = childProcess.ChildProcess.prototype.spawn;
childProcess.ChildProcess.prototype.spawn = function (options) {
  if (!isGit(options.file)) return spawn.call(this, options);
  const argv = options.args ?? [];
  const when = beginGit(argv);
  const result = spawn.call(this, options);
  this.prependOnceListener('exit', () => endGit(argv, when));
  if (when === 'during') killDuring(this);
  return result;
};

for (const name of ['spawnSync', 'execFileSync']) {
  const original = childProcess[name];
  childProcess[name] = function (file, ...rest) {
    if (!isGit(file)) return original.call(this, file, ...rest);
    const argv = [file, ...(Array.isArray(rest[0]) ? rest[0] : [])];
    const when = beginGit(argv);
    try {
      return original.call(this, file, ...rest);
    } finally {
      endGit(argv, when);
    }
  };
}

syncBuiltinESMExports();

if (env.COUNT_FILE !== undefined) {
  process.on('exit', () => {
    depth += 1;
    real.writeFileSync(env.COUNT_FILE, JSON.stringify({ steps, git: gitChildren }));
  });
}
