import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HEDDLE = fileURLToPath(new URL('../bin/heddle.js', import.meta.url));
const RUNNER = fileURLToPath(new URL('run-everyday.mjs', import.meta.url));

/** By the first word of each, which is what the launcher goes by. */
const EVERYDAY = [
  ['can', 'state:capture', 'a/tree@task/build'],
  ['capture', '-m', 'next'],
  ['hook', 'run', 'pre-commit', '--'],
  ['log', '-n', '20'],
  ['status'],
  ['blame', 'file.txt'],
  ['start', 'task/beside', '--worktree'],
];

/**
 * Runs the verbs of every day in a repository of their own; returns V8's code of what ran, by verb and chunk. What is
 * compiled for a verb is then what it needs: a start takes longer to read the code of all of a chunk than to compile
 * what was not called here.
 */
export function compileEveryday() {
  const base = mkdtempSync(join(tmpdir(), 'heddle-build-'));
  try {
    const work = { cwd: join(base, 'tree'), env: environment(base), stdio: ['ignore', 'pipe', 'inherit'] };
    prepare(work);
    return new Map(EVERYDAY.flatMap((argv) => codeOf(argv, join(base, 'code', argv[0]), work)));
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
}

function codeOf(argv, out, work) {
  execFileSync(process.execPath, [RUNNER, out, ...argv], work);
  return readdirSync(out).map((name) => [join(argv[0], name), readFileSync(join(out, name))]);
}

/** Nothing of whoever builds: neither keys, nor settings of git, nor what tells an agent. */
function environment(base) {
  const { PATH, TMPDIR, TEMP, TMP, SystemRoot } = process.env;
  const who = { NAME: 'Build', EMAIL: 'build@example.com' };
  return {
    ...Object.fromEntries(
      Object.entries({ PATH, TMPDIR, TEMP, TMP, SystemRoot }).filter(([, value]) => value !== undefined),
    ),
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) =>
        Object.entries(who).map(([name, value]) => [`GIT_${role}_${name}`, value]),
      ),
    ),
    HOME: base,
    USERPROFILE: base,
    HEDDLE_HOME: join(base, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

/** What the token engine lets pass here it is not started for again. */
function prepare(work) {
  const git = (...args) => execFileSync('git', args, work);
  const heddle = (...args) => execFileSync(process.execPath, [HEDDLE, ...args], work);
  const write = (text) => writeFileSync(join(work.cwd, 'file.txt'), text);
  mkdirSync(work.cwd);
  write('first\n');
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  git('repack', '-q', '-a', '-d');
  heddle('init', '--no-passphrase', '--principal', 'build@example.com', '--namespace', 'a', '--name', 'tree');
  heddle('login');
  heddle('start', 'task/build', '--task', 'Build');
  write('second\n');
  heddle('capture', '-m', 'second');
  heddle('start', 'task/before', '--worktree');
  // So that what is remembered of the file is found, and followed to the next state.
  heddle('blame', 'file.txt');
  // What git does before it runs the hook of a commit, in which then something is new.
  git('add', '-A');
  git('write-tree');
  heddle('hook', 'run', 'pre-commit', '--');
  write('third\n');
}
