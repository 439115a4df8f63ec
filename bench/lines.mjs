import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin, filePaths } from './fixture.mjs';
import { growHistory } from './history.mjs';
import { BenchError, run } from './measure.mjs';

const FILE = 'lines.ts';
const REF = 'refs/heads/main';

/** Versions of a file: half of the lines are there at the begin, the others come, and some change, state by state. */
function makeVersions(lines, states) {
  const text = Array.from({ length: lines >> 1 }, (_, index) => `export const first${index} = ${index};`);
  const added = (lines - text.length) / states;
  let seed = 7;
  const somewhere = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % text.length;
  };
  const joined = () => text.map((line) => `${line}\n`).join('');
  const base = joined();
  const versions = [];
  for (let state = 1; state <= states; state += 1) {
    for (let line = Math.round((state - 1) * added); line < Math.round(state * added); line += 1) {
      text.splice(somewhere(), 0, `export const added${line} = ${state};`);
    }
    text[somewhere()] = `export const changed${state} = ${state};`;
    versions.push(joined());
  }
  return { base, versions };
}

function fileCommand(path, text) {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
}

function importCommits(git, pieces) {
  const { file, args, ...options } = git('fast-import', '--quiet', '--force');
  const { status, stderr } = spawnSync(file, args, { ...options, input: pieces.join(''), encoding: 'utf8' });
  if (status !== 0) throw new BenchError(`git fast-import: ${stderr}`);
}

/** One file with a history of states, and a repository of git's alone in which commits made the same of it. */
export function makeLines(stage, { lines, states }) {
  const { base, versions } = makeVersions(lines, states);
  const [root, twin] = ['lines', 'lines-git'].map((name) => stage.directory(name));
  for (const directory of [root, twin]) {
    mkdirSync(directory);
    run(stage.git(directory, 'init', '-q'));
    writeFileSync(join(directory, FILE), base);
    run(stage.git(directory, 'add', '-A'));
    run(stage.git(directory, 'commit', '-q', '-m', 'first'));
  }
  const { heddle, home } = begin(stage, root);
  writeFileSync(join(root, FILE), versions[0]);
  run(heddle('capture', '-m', 'first'));
  const more = (made) => fileCommand(`files/${FILE}`, versions[made] ?? '');
  growHistory((...args) => stage.git(root, ...args), { home, count: states - 1, more });
  const commits = versions.map(
    (text, index) =>
      `commit ${REF}\nmark :${index + 1}\ncommitter Bench <bench@example.com> ${index + 1} +0000\ndata 0\n` +
      `from ${index === 0 ? run(stage.git(twin, 'rev-parse', REF)).trim() : `:${index}`}\n${fileCommand(FILE, text)}`,
  );
  importCommits((...args) => stage.git(twin, ...args), commits);
  run(stage.git(twin, 'reset', '-q', '--hard'));
  // As git's collector packs what is captured: an import takes another kind of file for what a version is a delta of.
  for (const directory of [root, twin]) run(stage.git(directory, 'repack', '-q', '-a', '-d', '-f'));
  const forget = (...names) => {
    for (const name of names) rmSync(join(root, '.git', 'heddle', name), { recursive: true, force: true });
  };
  return {
    heddle: heddle('blame', FILE, '--at', 'task/bench'),
    forgetFile: () => forget('lines'),
    forgetAll: () => forget('lines', 'states', 'verified'),
    git: stage.git(twin, 'blame', FILE),
    count: versions.at(-1).split('\n').length - 1,
  };
}

/** A clone of a tree whose last commits bring what was captured just before each. */
export function makeRange(stage, { files, count }) {
  const root = stage.directory(`range-${files}`);
  run(stage.git(stage.directory('.'), 'clone', '-q', stage.directory(`source-${files}`), root));
  const { heddle } = begin(stage, root);
  const git = (...args) => stage.git(root, ...args);
  for (const [index, path] of filePaths(files).slice(0, count).entries()) {
    appendFileSync(join(root, path), `export const brought = ${index};\n`);
    run(heddle('capture', '-m', 'change'));
    run(git('commit', '-q', '-a', '-m', 'change'));
  }
  return { heddle, git, ranges: ['HEAD', `HEAD~${count}..HEAD`], commits: [1, count] };
}
