import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { parseId } from '#domain/id.ts';
import type { Effect } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { startThread } from '#usecases/threads/start.ts';
import { applyEffects } from '#usecases/transaction/effects.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { plainFiles, writeCommit, writeFiles } from '../../../support/memory/files.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { killedAt } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

const SECRET = 'the secret\n';
const DIRECTORY = '/srv/other';

/** What a linked worktree was filled with: path to content. */
async function filled(): Promise<Readonly<Record<string, string>>> {
  const tree = repository.worktrees.linked.get(DIRECTORY) ?? null;
  if (tree === null) throw new Error('nothing was checked out');
  const files = await workspace.objects.listFiles(tree);
  const entries = files.map(async ({ path, id }) => {
    const blob = await workspace.objects.read(id, 10_000);
    return [Buffer.from(path).toString('latin1'), decodeUtf8(blob?.content ?? new Uint8Array()) ?? ''];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

async function loggedTrees(): Promise<readonly (ObjectId | null)[]> {
  const { operations } = await workspace.log.check();
  return operations.flatMap(({ texts }) =>
    texts === 'redacted'
      ? []
      : texts.effects.flatMap((effect) => (effect.kind === 'checkout' ? [effect.tree] : [])),
  );
}

const begin = (from: string, thread = 'other', inner = workspace) =>
  startThread(inner, { thread, task: null, from, directory: DIRECTORY });

describe('a worktree that is made from a state', () => {
  it('is filled from its carrier as it is now, and no Git id of its files is logged', async () => {
    const { state } = await save(repository, workspace, { key: SECRET, a: '1' });
    await redactPath(workspace, 'key');
    await begin(state);
    expect(await filled()).toEqual({ a: '1', key: expect.stringContaining('redacted hr-') as string });
    expect(await loggedTrees()).toEqual([null]);
  });

  it('is filled after a kill with what the state is carried with by then', async () => {
    const { state } = await save(repository, workspace, { key: SECRET });
    await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
      begin(state, 'other', inner),
    );
    await workspace.lock.run(() => recover(workspace));
    expect(await filled()).toEqual({ key: SECRET });
  });

  it('is never filled from the tree that an old line names, where the state is known', async () => {
    const { state } = await save(repository, workspace, { key: SECRET });
    const carrier = (await workspace.refs.read(threadRef('task'))) ?? '';
    const { files: old } = await carrierTrees(workspace, carrier);
    await redactPath(workspace, 'key');
    const other = await writeFiles(workspace.writer, plainFiles({ planted: '1' }));
    for (const tree of [old, other, null]) {
      const effect: Effect = {
        kind: 'checkout',
        directory: DIRECTORY,
        commit: null,
        tree,
        thread: 'other',
        state,
      };
      await applyEffects(workspace, [effect]);
      expect(await filled()).toEqual({ key: expect.stringContaining('redacted hr-') as string });
      repository.worktrees.linked.delete(DIRECTORY);
      await workspace.records.writePosition(`${workspace.places.commonDir}/worktrees/other`, undefined);
    }
  });

  it('is filled from an old line whose state is gone, but for what is refused; without a tree it is refused', async () => {
    await save(repository, workspace, { key: SECRET });
    await redactPath(workspace, 'key');
    const tree = await writeFiles(workspace.writer, plainFiles({ key: SECRET, a: '1' }));
    const state = parseId('hs', `hs-${'0'.repeat(52)}`);
    const effect = { kind: 'checkout', directory: DIRECTORY, commit: null, thread: 'other', state } as const;
    await expect(applyEffects(workspace, [{ ...effect, tree: null }])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(repository.worktrees.linked.has(DIRECTORY)).toBe(false);
    await applyEffects(workspace, [{ ...effect, tree }]);
    expect(await filled()).toEqual({ a: '1', key: expect.stringContaining('redacted hr-') as string });
  });
});

describe('a worktree that is made from a Git commit', () => {
  it('holds the replacement wherever the commit holds what is refused', async () => {
    await save(repository, workspace, { key: SECRET });
    const { tombstone } = await redactPath(workspace, 'key');
    const files = new Map([
      ...plainFiles({ 'src/key.ts': SECRET, 'x/y\xff': SECRET, a: '1' }),
      ['link', { mode: '120000', content: SECRET }] as const,
      ['run', { mode: '100755', content: SECRET }] as const,
    ]);
    repository.revisions.set('old', await writeCommit(workspace.writer, files));
    await begin('old');
    const notice = `redacted ${tombstone} by owner@example.com at ${repository.now}: credential`;
    expect(await filled()).toEqual({
      'src/key.ts': `// ${notice}\n`,
      'x/y\xff': expect.stringContaining(notice) as string,
      a: '1',
      link: `redacted-${tombstone}`,
      run: expect.stringContaining(notice) as string,
    });
    const tree = repository.worktrees.linked.get(DIRECTORY) ?? '';
    const modes = (await workspace.objects.listFiles(tree)).map(({ mode }) => mode);
    expect(modes).toEqual(['100644', '120000', '100755', '100644', '100644']);
  });

  it('is what the commit holds where nothing is refused', async () => {
    const commit = await writeCommit(workspace.writer, plainFiles({ a: '1' }));
    repository.revisions.set('old', commit);
    await begin('old');
    expect(await filled()).toEqual({ a: '1' });
    expect(await loggedTrees()).toEqual([await workspace.revisions.commitTree(commit)]);
  });
});
