import { beforeEach, describe, expect, it } from 'vitest';
import type { TombstoneId } from '#domain/id.ts';
import { undo } from '#usecases/undo/undo.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadShunCheck, mendShunList } from '#usecases/content/shunned.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

/** What whoever can write the repository can do. */
function takeAway(): void {
  repository.shun.file = [];
}

const blob = (): string => workspace.writer.batch().add('blob', new TextEncoder().encode('secret'));

describe('a shun list that somebody took out of the repository', () => {
  it('refuses as before, names the tombstone, and is put back by the next change with a word about it', async () => {
    takeAway();
    await expect(save(repository, workspace, { 'src/b.ts': 'secret' })).rejects.toMatchObject({
      code: 'CONTENT_SHUNNED',
      facts: { tombstone },
    });
    expect(repository.shun.file).toEqual(repository.shun.home);
    takeAway();
    expect((await mendShunList(workspace)).join()).toContain('put it back');
    expect(await mendShunList(workspace)).toEqual([]);
  });

  it('counts for readers, who put nothing back', async () => {
    takeAway();
    expect(await (await loadShunCheck(workspace))(blob())).toBe(tombstone);
    expect(repository.shun.file).toEqual([]);
  });

  it('does not outlive a lift by another home, which takes out of the file alone', async () => {
    const { home } = repository.shun;
    await undo(workspace, null);
    expect(repository.shun.home).toEqual([]);
    repository.shun.home = home;
    expect(await (await loadShunCheck(workspace))(blob())).toBeUndefined();
    expect(await mendShunList(workspace)).toEqual([]);
    expect([repository.shun.file, repository.shun.home]).toEqual([[], []]);
    await save(repository, workspace, { 'src/b.ts': 'secret' });
  });
});
