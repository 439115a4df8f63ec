import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cleanEnvironment, expect } from './shell.mjs';

const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'coverage']);

/**
 * Makes `clone` a clone of the repository at `source`, or a repository of its own from the files where there is no
 * history to clone. Returns a sentence that says which.
 */
export function prepareClone(source, clone, home) {
  const why = unfit(source) ?? tryClone(source, clone);
  if (why === null) return `a clone of ${source}`;
  mkdirSync(clone);
  for (const path of listFiles(source)) copy(source, clone, path);
  const run = (argv) => {
    const { status, stderr } = git(argv, { cwd: clone, env: cleanEnvironment(home) });
    expect(status === 0, `git ${argv[0]} works on a copy of the files\n${stderr}`);
  };
  run(['-c', 'init.defaultBranch=main', 'init', '-q']);
  run(['add', '-A', '--', '.']);
  const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.com'];
  run([...author, '-c', 'commit.gpgSign=false', 'commit', '-q', '--allow-empty', '-m', 'Files of the demo']);
  return `a temporary repository from the files of ${source}, as there is no history to clone: ${why}`;
}

/** Why a clone would not be the whole history; null where it would. */
function unfit(source) {
  if (!existsSync(join(source, '.git')) && !existsSync(join(source, 'HEAD'))) return 'no .git directory';
  const ask = (argv) => git(argv, { cwd: source, env: ownEnvironment() });
  const shallow = ask(['rev-parse', '--is-shallow-repository']);
  if (shallow.status !== 0) return 'git does not read it';
  if (shallow.stdout.trim() !== 'false') return 'the checkout is shallow';
  return ask(['rev-parse', '--verify', '-q', 'HEAD^{commit}']).status === 0 ? null : 'there is no commit';
}

function tryClone(source, clone) {
  const argv = ['clone', '-q', '--no-hardlinks', '--no-recurse-submodules', source, clone];
  return git(argv, { cwd: dirname(clone), env: ownEnvironment() }).status === 0
    ? null
    : 'git cannot clone it';
}

/** Whoever runs the demo may need their own git configuration to read their repository. */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
}

function listFiles(source) {
  const { status, stdout } = git(['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: source,
    env: ownEnvironment(),
  });
  return status === 0 && stdout !== '' ? stdout.split('\0').filter(Boolean) : ['.'];
}

function copy(source, clone, path) {
  const from = join(source, path);
  if (!existsSync(from)) return;
  cpSync(from, join(clone, path), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (name) => !LEFT_OUT.has(basename(name)),
  });
}

function git(argv, options) {
  return spawnSync('git', argv, { ...options, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}
