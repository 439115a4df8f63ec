import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const HEDDLE = fileURLToPath(new URL('../bin/heddle.js', import.meta.url));
const PER_DIRECTORY = 50;

/** A repository with so many files, nothing of them in it yet; initialised by its owner, a thread open. */
export function prepareTree(base, files) {
  const path = join(base, `tree-${files}`);
  const tree = { path, env: environment(base), files };
  mkdirSync(path, { recursive: true });
  run('git', ['init', '-q', '-b', 'main'], tree);
  run('git', ['config', 'gc.auto', '0'], tree);
  const init = 'init --no-passphrase --principal owner@example.com --namespace bench --name core';
  for (const line of [init, 'login --no-passphrase', 'start task/bench']) {
    run(process.execPath, [HEDDLE, ...line.split(' ')], tree);
  }
  for (let index = 0; index < files; index += 1) {
    const number = Math.floor(index / PER_DIRECTORY);
    const directory = join(path, `d${Math.floor(number / 10)}`, `d${number}`);
    if (index % PER_DIRECTORY === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${index}.txt`), `file ${index}\n${`line of ${index}\n`.repeat(60)}`);
  }
  return tree;
}

/** Nothing of the user's shows in what is measured. */
export function environment(base) {
  return {
    PATH: process.env.PATH,
    HOME: join(base, 'home'),
    HEDDLE_HOME: join(base, 'home', 'heddle'),
    TMPDIR: base,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'bench',
    GIT_AUTHOR_EMAIL: 'bench@example.com',
    GIT_COMMITTER_NAME: 'bench',
    GIT_COMMITTER_EMAIL: 'bench@example.com',
  };
}

/** Runs a program; throws where it does not end with 0. Milliseconds. */
export function run(program, argv, { path, env }) {
  const begin = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(program, argv, {
    cwd: path,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const milliseconds = Number(process.hrtime.bigint() - begin) / 1e6;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr.toString('utf8')}`);
  return milliseconds;
}
