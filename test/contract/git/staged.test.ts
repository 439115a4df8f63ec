import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openGit, type AskingGit, type GitRepository } from '#git/repository.ts';
import type { TreeChange } from '#ports/objects.ts';
import { makeOpen } from '../../support/repositories/open-repositories.ts';

const opened: GitRepository[] = [];
afterEach(async () => {
  for (const repository of opened.splice(0)) await repository.close();
});

async function staged(path: string, asking: AskingGit, env = process.env): Promise<readonly TreeChange[]> {
  const repository = await openGit(path, env, asking);
  opened.push(repository);
  return (await repository.hooks()).staged(null);
}

async function makeChanged() {
  const { repository } = await makeOpen();
  repository.write('gone', 'x\n');
  repository.write('dir/mode', 'y\n');
  repository.write('dir/same', 'z\n');
  repository.git('add', '-A');
  repository.git('commit', '-q', '-m', 'first');
  repository.git('rm', '-q', 'gone');
  chmodSync(join(repository.path, 'dir/mode'), 0o755);
  repository.oddNames();
  repository.write('dir/deep/new', 'n\n');
  repository.git('add', '-A');
  return repository;
}

describe('what is staged', () => {
  it('is the same by the tree that git noted in the index as by asking git', async () => {
    const repository = await makeChanged();
    const { path } = repository;
    const asked = await staged(path, 'first');
    expect(asked.length).toBeGreaterThan(3);
    // Without a note git is asked; with one, it is not.
    expect(await staged(path, 'when-needed')).toEqual(asked);
    repository.git('write-tree');
    expect(await staged(path, 'when-needed')).toEqual(asked);
  });

  it('is asked of git where nothing was committed, or there is no index', async () => {
    const { repository } = await makeOpen();
    expect(await staged(repository.path, 'when-needed')).toEqual(await staged(repository.path, 'first'));
  });
});
