import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestRepository } from './repository.ts';

/**
 * Fills a repository with all that Git can store: packs with deltas of both kinds of base, loose objects beside them,
 * packed and loose refs, annotated tags of everything, names that are no text, links, a submodule, merges, files
 * that move, change their kind or their mode, and a linked worktree. Returns its commits, newest first.
 */
export function makeRich(repository: TestRepository): readonly string[] {
  const text = (lines: number, change = ''): string =>
    Array.from({ length: lines }, (_, line) => `${line === lines >> 1 ? change : ''}line ${line}\n`).join('');
  repository.oddNames();
  repository.write('big.txt', text(4000));
  repository.write('moves.txt', text(50));
  repository.write('becomes-link', 'a file\n');
  repository.write('becomes-directory', 'a file\n');
  repository.write('a-b', 'between a and a/\n');
  repository.write('a/x', 'below a\n');
  repository.commit('much');
  repository.submodule('libs/sub');
  repository.commit('a submodule');
  for (let round = 0; round < 12; round += 1) {
    repository.write('big.txt', text(4000 - round, `round ${round} `));
    repository.commit(`round ${round}`);
  }
  repository.makeMerge();
  repository.git('tag', '-a', '-m', 'of a commit', 'v1');
  repository.git('tag', '-a', '-m', 'of a tag', 'v1-again', 'v1');
  repository.git('tag', '-a', '-m', 'of a tree', 'tree', 'HEAD^{tree}');
  repository.git('tag', '-a', '-m', 'of a blob', 'blob', 'HEAD:README');
  repository.deepHistory(120);
  repository.git('update-ref', 'refs/heddle/packed', 'HEAD');
  repository.git('gc', '-q');
  rmSync(join(repository.path, 'becomes-link'));
  repository.link('becomes-link', 'README');
  rmSync(join(repository.path, 'becomes-directory'));
  repository.write('becomes-directory/file', 'below\n');
  rmSync(join(repository.path, 'a'), { recursive: true });
  repository.write('a', 'instead of a directory\n');
  renameSync(join(repository.path, 'moves.txt'), join(repository.path, 'moved.txt'));
  chmodSync(join(repository.path, 'README'), 0o755);
  rmSync(join(repository.path, 'binary'));
  repository.commit('loose objects');
  repository.git('update-ref', 'refs/heddle/threads/loose', 'HEAD');
  repository.git('update-ref', 'refs/heddle/packed', 'HEAD~1');
  repository.git('symbolic-ref', 'refs/heddle/threads/symbolic', 'refs/heddle/threads/loose');
  repository.git('worktree', 'add', '-q', '-b', 'beside', join(repository.root, 'linked'));
  return repository.git('rev-list', '--all').split('\n');
}
