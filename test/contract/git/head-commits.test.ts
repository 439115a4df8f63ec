import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeOpen, type Opened } from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

let repository: TestRepository;
let git: Opened['git'];
let base: string;
let theirs: string;

/** Somebody else commits in another worktree. */
beforeEach(async () => {
  ({ repository, git } = await makeOpen());
  repository.useRealDates();
  base = repository.git('rev-parse', 'HEAD');
  const elsewhere = join(repository.root, 'elsewhere');
  repository.git('worktree', 'add', '-q', '-b', 'other', elsewhere);
  writeFileSync(join(elsewhere, 'theirs'), 'theirs\n');
  repository.gitIn(elsewhere, 'add', '-A');
  const somebody = ['-c', 'user.name=Somebody Else', '-c', 'user.email=else@example.com'];
  repository.gitIn(elsewhere, ...somebody, 'commit', '-q', '-m', 'theirs');
  theirs = repository.git('rev-parse', 'other');
});

/** Who made what HEAD reaches beside the base, HEAD first. */
async function makers(): Promise<readonly string[]> {
  const commits = await git.worktree.commitsSince([base]);
  return commits.map(({ commit, madeHere }) =>
    commit === theirs ? 'theirs' : madeHere ? 'mine' : 'not mine',
  );
}

function commitMine(name = 'mine'): void {
  repository.write(name, `${name}\n`);
  repository.commit(name);
}

describe('commits that HEAD came to', () => {
  it('are none where it names what is known, loose, packed or detached', async () => {
    expect(await makers()).toEqual([]);
    repository.git('pack-refs', '--all');
    expect(await makers()).toEqual([]);
    repository.git('checkout', '-q', '--detach');
    expect(await makers()).toEqual([]);
  });

  it('are its own where they were committed, merged or amended there', async () => {
    commitMine();
    repository.git('commit', '-q', '--amend', '-m', 'better');
    repository.git('merge', '-q', '-m', 'merged', 'other');
    const [merge, ...rest] = await makers();
    expect([merge, ...rest.toSorted()]).toEqual(['mine', 'mine', 'theirs']);
  });

  it('are its own when they were rebased', async () => {
    commitMine('one');
    commitMine('two');
    repository.git('rebase', '-q', 'other');
    expect(await makers()).toEqual(['mine', 'mine', 'theirs']);
  });

  it('are not where it was forwarded to them, also to what was committed here on another branch', async () => {
    repository.git('merge', '-q', '--ff-only', 'other');
    expect(await makers()).toEqual(['theirs']);
    repository.git('checkout', '-q', '-b', 'third');
    commitMine();
    repository.git('checkout', '-q', 'main');
    repository.git('merge', '-q', '--ff-only', 'third');
    expect(await makers()).toEqual(['not mine', 'theirs']);
  });

  it('are not where others’ were picked or amended', async () => {
    commitMine();
    repository.git('cherry-pick', 'other');
    repository.git('commit', '-q', '--amend', '-m', 'amended');
    expect(await makers()).toEqual(['not mine', 'mine']);
  });

  it('are not where no log tells', async () => {
    commitMine();
    rmSync(join(repository.path, '.git/logs'), { recursive: true });
    expect(await makers()).toEqual(['not mine']);
  });
});
