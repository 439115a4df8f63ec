import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';
const CRLF = LINES.replaceAll('\n', '\r\n');

/** One side of everything that git cannot merge, in a directory. */
interface Side {
  readonly write: (path: string, content: string) => void;
  readonly at: (path: string) => string;
}

function sideIn(directory: string): Side {
  const at = (path: string): string => join(directory, path);
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  return { at, write };
}

function base({ write }: Side): void {
  write('.gitattributes', 'crlf.txt text eol=crlf\nunion.txt merge=union\nwhole.txt -merge\n');
  write('crlf.txt', CRLF);
  for (const path of ['union.txt', 'whole.txt', 'exec.sh', 'both.sh', 'link', 'moved', 'split', 'type']) {
    write(path, `${path}\n${LINES}`);
  }
}

function branch({ at, write }: Side): void {
  write('crlf.txt', CRLF.replace('two', 'ours'));
  write('union.txt', `union.txt\n${LINES.replace('two', 'ours')}`);
  write('whole.txt', `whole.txt\n${LINES.replace('two', 'ours')}`);
  chmodSync(at('exec.sh'), 0o755);
  chmodSync(at('both.sh'), 0o755);
  write('both.sh', `both.sh\n${LINES.replace('two', 'ours')}`);
  rmSync(at('link'));
  symlinkSync('type', at('link'));
  rmSync(at('moved'));
  renameSync(at('split'), at('split-ours'));
  write('added', 'ours\n');
  write('mode', 'same\n');
  write('dir', 'ours is a file\n');
  write('deep/file', 'ours is below\n');
}

function thread({ at, write }: Side): void {
  write('crlf.txt', CRLF.replace('two', 'theirs'));
  write('union.txt', `union.txt\n${LINES.replace('two', 'theirs')}`);
  write('whole.txt', `whole.txt\n${LINES.replace('two', 'theirs')}`);
  write('exec.sh', `exec.sh\n${LINES.replace('six', 'theirs')}`);
  write('both.sh', `both.sh\n${LINES.replace('two', 'theirs')}`);
  write('link', `link\n${LINES.replace('two', 'theirs')}`);
  renameSync(at('moved'), at('moved-theirs'));
  renameSync(at('split'), at('split-theirs'));
  write('added', 'theirs\n');
  write('mode', 'same\n');
  chmodSync(at('mode'), 0o755);
  write('dir/file', 'theirs is below\n');
  write('deep', 'theirs is a file\n');
}

let stage: Stage;
let api: string;
let own: string;
/** The commit that git itself merges: the thread's files on the same base. */
let theirs: string;
beforeAll(async () => {
  stage = new Stage();
  base(sideIn(stage.path));
  stage.repository.commit('base');
  const from = stage.git('rev-parse', 'HEAD');
  await stage.begin();
  api = stage.beside('api');
  own = stage.beside('own');
  await stage.owner.ok(['start', 'task/api', '--worktree', api]);
  thread(sideIn(api));
  await stage.owner.ok(['capture', '-m', 'work'], { cwd: api });
  branch(sideIn(stage.path));
  stage.repository.commit('meanwhile');
  stage.git('checkout', '-q', '--detach');
  theirs = stage.git('commit-tree', 'refs/heddle/threads/task/api:files', '-p', from, '-m', 'theirs');
  stage.git('worktree', 'add', '-q', '--detach', own, 'main');
});
afterAll(() => stage.dispose());

/** Files with their modes, as they are on the disk. */
function filesIn(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = join(directory, name);
      const stat = lstatSync(path);
      if (stat.isDirectory() || name === '.git') return [];
      if (stat.isSymbolicLink()) return [[name, `link ${readlinkSync(path)}`]];
      return [[name, `${(stat.mode & 0o100) === 0 ? 'file' : 'exec'} ${readFileSync(path, 'latin1')}`]];
    }),
  );
}

/** Git calls the sides otherwise; nothing else differs. */
function named(text: string): string {
  return text
    .replaceAll('~HEAD', '~main')
    .replaceAll(`~${theirs}`, '~task_api')
    .replaceAll('<<<<<<< HEAD', '<<<<<<< main')
    .replaceAll(`>>>>>>> ${theirs}`, '>>>>>>> task/api');
}

function filesOf(directory: string): unknown {
  const files = Object.entries(filesIn(directory)).map(([path, content]) => [named(path), named(content)]);
  return Object.fromEntries(files);
}

function looksLike(directory: string): unknown {
  const index = named(stage.git('-C', directory, 'ls-files', '--stage'))
    .split('\n')
    .toSorted();
  return { files: filesOf(directory), index };
}

/** The same by hand in either: what stands there without the markers, and one name for each file. */
function resolveIn(directory: string, theirName: string): void {
  const { at, write } = sideIn(directory);
  write('crlf.txt', CRLF.replace('two', 'both'));
  write('both.sh', `both.sh\n${LINES.replace('two', 'both')}`);
  write('added', 'both\n');
  for (const path of [`deep~${theirName}`, `link~${theirName}`, 'split-ours']) rmSync(at(path));
  stage.git('-C', directory, 'add', '--all');
}

const KINDS = [
  ['added', 'add/add'],
  ['both.sh', 'content'],
  ['crlf.txt', 'content'],
  ['deep~task_api', 'file/directory'],
  ['dir~main', 'file/directory'],
  ['link', 'mode'],
  ['link~task_api', 'mode'],
  ['mode', 'add/add'],
  ['moved-theirs', 'rename/delete'],
  ['split', 'rename/rename'],
  ['split-ours', 'rename/rename'],
  ['split-theirs', 'rename/rename'],
  ['whole.txt', 'binary'],
];

describe('conflicts of every kind', () => {
  it('stand in files and index as git merge leaves them, are taken back, and are landed as resolved', async () => {
    const here = { cwd: api };
    const before = [looksLike(api), stage.git('-C', api, 'status', '--porcelain=v2')];
    expect(stage.gitCode('-C', own, 'merge', '-q', theirs)).toBe(1);
    const answer = await stage.owner.answer('land', ['task/api', '--onto', 'main'], { ...here, exit: 1 });
    expect(answer.conflicts.map(({ path, kind }) => [path, kind])).toEqual(KINDS);
    const conflicted = looksLike(own);
    expect(looksLike(api)).toEqual(conflicted);
    await stage.owner.ok(['abort'], here);
    expect([looksLike(api), stage.git('-C', api, 'status', '--porcelain=v2')]).toEqual(before);
    await stage.owner.ok(['undo'], here);
    expect(looksLike(api)).toEqual(conflicted);
    resolveIn(own, theirs);
    resolveIn(api, 'task_api');
    const { landed } = await stage.owner.answer('continue', [], here);
    expect(landed).toBe(true);
    expect(filesOf(api)).toEqual(filesOf(own));
    const tree = (name: string): readonly string[] =>
      named(stage.git('ls-tree', '-r', name))
        .split('\n')
        .toSorted();
    expect(tree('main')).toEqual(tree(stage.git('-C', own, 'write-tree')));
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });
});
