import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { diff, log, show } from '#usecases/history/read-history.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret' });
});

describe('a record that somebody planted among the tombstones', () => {
  it('keeps nobody from reading, and hides nothing that is sound', async () => {
    await redactPath(workspace, 'src/a.ts');
    const files = await readSetFiles(workspace);
    files.set(`hr-${'0'.repeat(52)}/declaration.json`, utf8('{}'));
    await plantSet(workspace, files, workspace.clock.now());
    const { states } = await log(workspace, { thread: null, limit: null });
    expect(states[0]?.redacted).toHaveLength(1);
    expect((await show(workspace, { name: null })).state.redacted).toHaveLength(1);
    await expect(diff(workspace, { from: null, to: null, stat: false })).resolves.toBeDefined();
    await expect(redactPath(workspace, 'src/a.ts')).rejects.toMatchObject({ code: 'TOMBSTONE_INVALID' });
  });
});

describe('a thread ref that leads to no state', () => {
  it('is told by its name, with the command that takes it away', async () => {
    const blob = workspace.writer.batch();
    const id = blob.add('blob', utf8('no state'));
    await blob.write();
    await moveRef(workspace, 'refs/heddle/threads/zz', id);
    await expect(redactPath(workspace, 'src/a.ts', { all: false })).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
      facts: { ref: 'refs/heddle/threads/zz' },
    });
  });
});
