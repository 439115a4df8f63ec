import { beforeEach, describe, expect, it } from 'vitest';
import { shortId, type TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadSet, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let tombstone: TombstoneId;
let stub: string;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
  stub = repository.files.get('src/a.ts')?.content ?? '';
  await save(repository, workspace, { 'src/copy.ts': stub, 'src/other.ts': 'another secret' });
});

describe('a replacement that somebody captured under another name', () => {
  it('is no content to be redacted: the refusal names whose it is', async () => {
    const redacting = redactPath(workspace, 'src/copy.ts');
    await expect(redacting).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
    await expect(redacting).rejects.toThrow(shortId(tombstone));
    expect((await loadSet(workspace)).records.size).toBe(1);
  });

  it('is left out where a path also held something else', async () => {
    await save(repository, workspace, { 'src/copy.ts': 'a third secret' });
    const second = await redactPath(workspace, 'src/copy.ts');
    expect((await loadSet(workspace)).records.get(second.tombstone)?.declaration.covers.files).toHaveLength(
      1,
    );
    expect(repository.files.get('src/a.ts')?.content).toBe(stub);
  });
});
