import { beforeEach, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { applyAfterPush } from '#usecases/server/after-push.ts';
import { movesTo, pushed, serverOf } from '../../../support/memory/pushes.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let clone: MemoryRepository;
let server: MemoryRepository;
beforeEach(async () => {
  clone = await started();
  server = await serverOf(clone);
  await save(clone, clone.workspace, { 'a.txt': 'one\n' });
  await push();
});

/** A push that git accepted; what came after it may have been killed. */
async function push(): Promise<Awaited<ReturnType<typeof movesTo>>> {
  const moves = await movesTo(server, clone);
  expect(await pushed(server, moves)).toEqual([]);
  return moves;
}

it('what tombstones ask for is done after the push that brings them', async () => {
  const { tombstone } = await redactPath(clone.workspace, 'a.txt');
  const { applied } = await applyAfterPush(server.workspace, await push());
  expect(applied).toEqual([tombstone]);
  expect(await server.workspace.quarantine.state(tombstone)).toBe('held');
  expect((await server.workspace.shun.read()).length).toBeGreaterThan(0);
});

it('where that was killed the next push does it, though it brings none of it', async () => {
  const { tombstone } = await redactPath(clone.workspace, 'a.txt');
  await push();
  await save(clone, clone.workspace, { 'b.txt': 'more\n' });
  const moves = await push();
  expect((await applyAfterPush(server.workspace, moves)).applied).toEqual([tombstone]);
  expect((await server.workspace.shun.read()).length).toBeGreaterThan(0);
  expect((await applyAfterPush(server.workspace, moves)).applied).toEqual([]);
});

it('notes that cannot be read, or name what is gone, stop nothing', async () => {
  const gone = '1'.repeat(40);
  const { rewriteNotes } = server.workspace;
  for (const notes of ['no line of git’s', `${gone} ${gone} refs/heddle/threads/task\n`]) {
    await rewriteNotes.write('pushes', utf8(notes));
    await save(clone, clone.workspace, { 'b.txt': notes });
    await applyAfterPush(server.workspace, await push());
    expect(await rewriteNotes.read('pushes')).toBeUndefined();
  }
});
