import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { growHistory } from './history.mjs';
import { run } from './measure.mjs';

const HEDDLE = fileURLToPath(new URL('../bin/heddle.js', import.meta.url));
const KEPT = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];
const OWNER = 'owner@example.com';
const AN_HOUR = 3600;

/** No signing, no hooks, no collection in the background: the same configuration for git and for heddle's git. */
const GIT_CONFIG = `[user]
	name = Bench
	email = bench@example.com
[init]
	defaultBranch = main
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/** Where the benchmark works: an environment of its own, below one temporary directory. */
export class Stage {
  #base;
  #homes = 0;
  env;

  constructor(base) {
    this.#base = base;
    const home = join(base, 'home');
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(join(home, '.gitconfig'), GIT_CONFIG);
    const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
    this.env = {
      ...Object.fromEntries(kept),
      HOME: home,
      USERPROFILE: home,
      LC_ALL: 'C',
      TZ: 'UTC',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      // Else git waits ten seconds for somebody to read its warning.
      FILTER_BRANCH_SQUELCH_WARNING: '1',
    };
  }

  directory(name) {
    return join(this.#base, name);
  }

  node(...args) {
    return { file: process.execPath, args, cwd: this.#base, env: this.env };
  }

  git(cwd, ...args) {
    return { file: 'git', args, cwd, env: this.env };
  }

  /** A user of heddle with keys of their own; commands run in `cwd`. */
  user(cwd) {
    this.#homes += 1;
    const home = join(this.#base, `heddle-home-${this.#homes}`);
    const env = { ...this.env, HEDDLE_HOME: home };
    return {
      home,
      heddle: (...args) => ({ file: process.execPath, args: [HEDDLE, ...args], cwd, env }),
    };
  }
}

/** Files of a few kilobytes in directories three deep; the same ones for the same number. */
export function filePaths(files) {
  return Array.from(
    { length: files },
    (_, index) => `area${index % 8}/part${(index >> 3) % 16}/unit${(index >> 7) % 16}/file${index}.ts`,
  );
}

/** Lines that are all alike, and compress to nothing. */
const alike = (index, line) => `export const v${line} = ${index};\n`;

/** A line of code like no other: it compresses as source text does. */
function various(index, line) {
  const word = (turn) => Math.imul(index * 200 + line + turn * 7919 + 1, 0x9e3779b1) >>> 0;
  const name = (turn) => `v${(word(turn) % 30_011).toString(36)}`;
  return `  const ${name(1)} = ${name(2)}(${name(3)}, ${word(4) % 1000});\n`;
}

function writeTree(root, files, lineOf) {
  const past = Date.now() / 1000 - AN_HOUR;
  for (const [index, path] of filePaths(files).entries()) {
    const at = join(root, path);
    const lines = Array.from({ length: 20 + ((index * 37) % 180) }, (_, line) => lineOf(index, line));
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, lines.join(''));
    // Git reads files again that are as young as its index; the age of the tree must not decide what is timed.
    utimesSync(at, past, past);
  }
}

/** Makes a repository with one packed commit of so many files. */
function makeSource(stage, root, files, lineOf = alike) {
  mkdirSync(root);
  run(stage.git(root, 'init', '-q'));
  writeTree(root, files, lineOf);
  run(stage.git(root, 'add', '-A'));
  run(stage.git(root, 'commit', '-q', '-m', 'all files'));
  run(stage.git(root, 'repack', '-a', '-d', '-q'));
}

/** Begins heddle in a repository: an owner, a session and an open thread. */
export function begin(stage, root) {
  const user = stage.user(root);
  run(user.heddle('init', '--no-passphrase', '--principal', OWNER, '--namespace', 'bench', '--name', 'tree'));
  run(user.heddle('login'));
  run(user.heddle('start', 'task/bench', '--task', 'Measure'));
  return user;
}

/** Copies what lies in a directory, as it is: Node 22 and 24 make directories anew that everybody can look into. */
function copyTree(from, to) {
  mkdirSync(to, { recursive: true });
  execFileSync('cp', ['-pR', `${from}/.`, to]);
}

/** Keeps copies of directories under a name, and puts them back as they were. None lies in a work tree. */
function keep(paths, name = 'kept') {
  const kept = (path) => (basename(path) === '.git' ? `${dirname(path)}.git.${name}` : `${path}.${name}`);
  const copy = (from, to) => {
    rmSync(to, { recursive: true, force: true });
    copyTree(from, to);
  };
  for (const path of paths) copy(path, kept(path));
  return () => {
    for (const path of paths) copy(kept(path), path);
  };
}

/**
 * Clones of one tree, with heddle and without; `change` gives both the same next content of one file,
 * `leak` writes another secret to a path.
 */
export function makeClones(stage, files) {
  const source = stage.directory(`source-${files}`);
  const ours = stage.directory(`heddle-${files}`);
  const twin = stage.directory(`git-${files}`);
  makeSource(stage, source, files);
  for (const clone of [ours, twin]) run(stage.git(stage.directory('.'), 'clone', '-q', source, clone));
  const { heddle, home } = begin(stage, ours);
  const changed = filePaths(files)[files >> 1];
  const changer = (root) => {
    let count = 0;
    return () => {
      count += 1;
      appendFileSync(join(root, changed), `export const added${count} = ${count};\n`);
    };
  };
  const leaker = (root) => {
    let count = 0;
    return (path) => {
      count += 1;
      const lines = Array.from({ length: 40 }, (_, line) => `secret ${count} of ${files} in line ${line}\n`);
      writeFileSync(join(root, path), lines.join(''));
    };
  };
  return {
    files,
    heddle,
    ours,
    git: (...args) => stage.git(twin, ...args),
    change: { heddle: changer(ours), git: changer(twin) },
    leak: { heddle: leaker(ours), git: leaker(twin) },
    reset: { heddle: keep([join(ours, '.git'), home]), git: keep([join(twin, '.git')]) },
  };
}

/** The same tree where nothing is kept yet. Both work in one directory: each finds its own `.git` put there. */
export function makeUnkept(stage, files) {
  const root = stage.directory(`source-${files}`);
  const own = join(root, '.git');
  rmSync(own, { recursive: true });
  run(stage.git(root, 'init', '-q'));
  run(stage.git(root, 'commit', '-q', '--allow-empty', '-m', 'nothing'));
  const bare = stage.directory(`git-unkept-${files}`);
  copyTree(own, bare);
  const { heddle, home } = begin(stage, root);
  const resetGit = () => {
    rmSync(own, { recursive: true, force: true });
    copyTree(bare, own);
  };
  return {
    root,
    heddle,
    git: (...args) => stage.git(root, ...args),
    keep: (name) => keep([own, home], name),
    reset: { heddle: keep([own, home]), git: resetGit },
  };
}

/** A small repository with a long thread; `old` is one of its oldest states, and the commit that carries it. */
export function makeHistory(stage, states) {
  const root = stage.directory('history');
  makeSource(stage, root, 10);
  const { heddle, home } = begin(stage, root);
  appendFileSync(join(root, filePaths(1)[0]), '// changed\n');
  run(heddle('capture', '-m', 'first'));
  const git = (...args) => stage.git(root, ...args);
  return {
    heddle,
    git,
    old: growHistory(git, { home, count: states - 1 }),
    dropIndex: () => rmSync(join(root, '.git', 'heddle', 'index'), { recursive: true, force: true }),
  };
}

/**
 * A small repository whose thread has so many states before the next one, in a worktree of its own; `change` gives it,
 * and git's work tree beside it, the next content of one file.
 */
export function makeLongThread(stage, states) {
  const root = stage.directory(`long-${states}`);
  const worktree = stage.directory(`long-${states}-worktree`);
  makeSource(stage, root, 10);
  const { heddle, home } = begin(stage, root);
  const [file] = filePaths(1);
  appendFileSync(join(root, file), '// changed\n');
  run(heddle('capture', '-m', 'first'));
  growHistory((...args) => stage.git(root, ...args), { home, count: states - 1 });
  run(heddle('start', 'task/next', '--from', 'task/bench', '--worktree', worktree));
  let count = 0;
  const changer = (directory) => () => {
    count += 1;
    appendFileSync(join(directory, file), `// ${count}\n`);
  };
  return {
    heddle: (...args) => ({ ...heddle(...args), cwd: worktree }),
    git: (...args) => stage.git(root, ...args),
    change: { heddle: changer(worktree), git: changer(root) },
  };
}

/**
 * A thread in a linked worktree of its own, and git's nearest, each time in a new place: ext4 looks for a minute past
 * each file that was deleted, and what had to be timed would be that. `keepOne` takes all away but the last.
 */
export function worktreeLanes(stage, { heddle, git, files }) {
  const lane = (name, { make, remove }) => {
    const made = [];
    const commands = [];
    const prepare = () => {
      made.push({
        directory: stage.directory(`worktree-${name}-${files}-${made.length}`),
        thread: `task/beside-${made.length}`,
      });
      commands[0] = make(made.at(-1));
    };
    const keepOne = () => {
      for (const place of made.slice(0, -1)) run(remove(place));
    };
    return { prepare, commands, keepOne };
  };
  const ours = lane('heddle', {
    make: ({ directory, thread }) => ({
      ...heddle('start', thread, '--worktree', directory),
      shows: (text) => text.includes(directory),
    }),
    remove: ({ thread }) => heddle('thread', 'drop', thread),
  });
  const twin = lane('git', {
    make: ({ directory }) => git('worktree', 'add', '--detach', directory),
    remove: ({ directory }) => git('worktree', 'remove', '--force', directory),
  });
  const keepOne = () => {
    ours.keepOne();
    twin.keepOne();
  };
  return { heddle: ours, git: twin, keepOne };
}

/**
 * A thread of so many states, each with five other files changed, in a tree of so many; a secret stands in all but the
 * first tenth of them. And a branch with the same trees as commits, in a repository of git's alone; both packed.
 */
export function makeLeak(stage, { states, files, program }) {
  const ours = stage.directory('leak-heddle');
  const twin = stage.directory('leak-git');
  makeSource(stage, ours, files, various);
  const { heddle, home } = begin(stage, ours);
  const all = filePaths(files);
  // 7919 is prime: neighbours in the list are far apart in the tree.
  const changed = all.map((_, index) => all[(index * 7919) % files]).slice(0, 1000);
  const captured = (count) => run({ ...heddle(), args: [program, String(count), ...changed] });
  const before = Math.ceil(states / 10);
  captured(before);
  const lines = Array.from({ length: 40 }, (_, line) => `a secret of many bytes in line ${line}\n`);
  writeFileSync(join(ours, LEAKED), lines.join(''));
  captured(states - before);
  makeTwin(stage, ours, twin);
  const commands = {
    redact: heddle('redact', LEAKED, '--reason', 'bench'),
    purge: heddle('purge', LEAKED, '--yes'),
    survey: heddle('purge', LEAKED, '--dry-run'),
  };
  return {
    commands,
    git: (...args) => stage.git(twin, ...args),
    // Whole: a copy inside would be a place where the secret stands.
    reset: { heddle: keep([ours, home]), git: keep([twin]) },
  };
}

/** Below a directory of the tree, as most files are. */
export const LEAKED = 'area1/leaked.env';

function makeTwin(stage, ours, twin) {
  const here = (...args) => run(stage.git(ours, ...args)).trim();
  const thread = 'refs/heddle/threads/task/bench';
  let commit = here('rev-parse', 'main');
  for (const carrier of here('rev-list', '--reverse', thread, '^main').split('\n'))
    commit = here('commit-tree', `${carrier}:files`, '-p', commit, '-m', 'change');
  here('update-ref', 'refs/heads/twin', commit);
  run(
    stage.git(stage.directory('.'), 'clone', '-q', '--no-local', '--single-branch', '-b', 'twin', ours, twin),
  );
  here('update-ref', '-d', 'refs/heads/twin');
  here('gc', '-q', '--prune=now');
  run(stage.git(twin, 'gc', '-q'));
}

/** A small repository whose authority chain `program` lets grow; `growTo` returns how many grants there are. */
export function makeChain(stage, program) {
  const root = stage.directory('chain');
  makeSource(stage, root, 10);
  const { heddle } = begin(stage, root);
  let grants = 0;
  return {
    heddle,
    git: (...args) => stage.git(root, ...args),
    growTo(wanted) {
      const count = wanted - grants;
      if (count > 0) run({ ...heddle(), args: [program, String(grants), String(count)] });
      grants = Math.max(grants, wanted);
      return grants;
    },
  };
}
