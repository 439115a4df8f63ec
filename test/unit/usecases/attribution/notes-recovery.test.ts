import { describe, expect, it } from 'vitest';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { initialised } from '../../../support/memory/scenes.ts';
import { killedAt } from '../../../support/memory/steps.ts';

const NOTES = 'refs/notes/ai';

/** Writes a line that moves notes, and is killed when it is durable. */
async function killedAfterLine(workspace: Workspace): Promise<ObjectId> {
  const notes = await writeCommit(workspace.writer, plainFiles({ a: 'x' }));
  const { authority, caller, replica, now } = await readGround(workspace);
  await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
    publish(
      inner,
      { repo: authority.view.genesis, caller, replica, now },
      {
        op: 'attribution-export',
        verdict: { verdict: 'allow', stage: null, code: null },
        policy: authority.view.head,
        states: [],
        texts: {
          ...NO_CHANGE,
          resource: null,
          args: { operationId: null, verb: {} },
          refs: [{ name: NOTES, old: null, new: notes }],
          result: null,
        },
        verify: [],
        batch: null,
      },
    ),
  );
  return notes;
}

describe('notes of a line whose process was killed', () => {
  it('are moved by the next command, where this home began that', async () => {
    const { workspace } = await initialised();
    const notes = await killedAfterLine(workspace);
    await workspace.lock.run(() => recover(workspace));
    expect(await workspace.refs.readBranch(NOTES)).toBe(notes);
  });

  it('stay where they are, where it began no such thing', async () => {
    const { workspace } = await initialised();
    const { records } = workspace;
    await killedAfterLine({ ...workspace, records: { ...records, writeUndertaking: async () => undefined } });
    const told = await workspace.lock.run(() => recover(workspace));
    expect(told.join()).toContain('this user began no such thing here');
    expect(await workspace.refs.readBranch(NOTES)).toBeUndefined();
  });
});
