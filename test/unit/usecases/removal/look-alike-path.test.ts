import { beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '#ports/workspace.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'the@key.ts': 'secret', 'b.ts': 'x' });
});

const onDisk = (path: string): string | undefined => repository.files.get(path)?.content;

describe('a file that is called as another one is printed', () => {
  it('is not hidden in its place: both are named, and each can be', async () => {
    await save(repository, workspace, { 'the%40key.ts': 'decoy' });
    await expect(redactPath(workspace, 'the%40key.ts')).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      facts: { paths: ['the%2540key.ts', 'the%40key.ts'] },
    });
    await redactPath(workspace, 'the@key.ts');
    expect([onDisk('the@key.ts')?.includes('secret'), onDisk('the%40key.ts')]).toEqual([false, 'decoy']);
    await redactPath(workspace, 'the%2540key.ts');
    expect(onDisk('the%40key.ts')).not.toBe('decoy');
  });

  it('keeps nobody from naming one as it is printed where there is no other', async () => {
    await redactPath(workspace, 'the%40key.ts');
    expect(onDisk('the@key.ts')).not.toBe('secret');
  });
});
