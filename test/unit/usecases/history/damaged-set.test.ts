import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { diff, log, show } from '#usecases/history/read-history.ts';
import { redact } from '#usecases/removal/redact.ts';
import { listThreads } from '#usecases/threads/list-threads.ts';
import { verify } from '#usecases/verify/verify.ts';
import { purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ZZ = 'refs/heddle/threads/zz';

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
    await expect(redactPath(workspace, 'src/a.ts')).rejects.toMatchObject({ code: 'NOT_REDACTABLE' });
  });
});

describe('a thread ref that leads to no state', () => {
  beforeEach(async () => {
    const blob = workspace.writer.batch();
    const id = blob.add('blob', utf8('no state'));
    await blob.write();
    await moveRef(workspace, ZZ, id);
  });

  it('refuses what is about the thread, by its name, with the command that takes it away', async () => {
    const refusal = { code: 'OBJECT_CORRUPT', facts: { ref: ZZ } };
    await expect(log(workspace, { thread: 'zz', limit: null })).rejects.toMatchObject(refusal);
    await expect(show(workspace, { name: 'zz' })).rejects.toMatchObject(refusal);
    await expect(log(workspace, { thread: 'zz', limit: null })).rejects.toThrow(`git update-ref -d ${ZZ}`);
  });

  it('is passed over by what walks over threads, and told', async () => {
    const [first] = (await log(workspace, { thread: null, limit: null })).states;
    const { result, notes } = await redact(workspace, {
      path: 'src/a.ts',
      state: null,
      all: true,
      part: null,
      reason: 'a token was in it',
      reasonCode: 'credential',
      rotatedAt: null,
      dryRun: false,
    });
    expect(notes).toEqual([
      `${ZZ} leads to no state; \`git update-ref -d ${ZZ}\` takes it away; it is passed over`,
    ]);
    await purgeTombstone(workspace, result.tombstone ?? '');
    expect((await show(workspace, { name: first?.state.slice(0, 12) ?? '' })).state.state).toBe(first?.state);
    expect((await listThreads(workspace)).result.threads.map(({ thread }) => thread)).toEqual(['task']);
    await save(repository, workspace, { 'src/b.ts': 'goes on' });
    const { findings } = await verify(workspace, { all: true });
    expect(findings.map(({ kind, subject }) => [kind, subject.split(' ')[0]])).toEqual([
      ['state', 'zz'],
      ['ref', ZZ],
    ]);
  });
});
