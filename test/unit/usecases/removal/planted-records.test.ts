import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest, TombstoneId } from '#domain/id.ts';
import type { OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isShunned } from '#usecases/content/shunned.ts';
import { undo } from '#usecases/undo/undo.ts';
import { settleRemovals } from '#usecases/removal/settle.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { findState } from '#usecases/states/find-states.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { DEV } from '../../../support/decisions.ts';
import { parseInstant } from '#domain/time.ts';
import {
  forgeRecords,
  loadSet,
  plantDeclaration,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

/** A developer, who may capture and no more, signs records about removals and puts them into the set. */
let repository: MemoryRepository;
let workspace: Workspace;
let dev: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  dev = await join(repository, DEV, 'developer');
});

/** A tombstone over contents that somebody else's cover already. */
async function plantOver(files: readonly Digest[]): Promise<TombstoneId> {
  const planted: TombstoneId[] = [];
  await forgeRecords(dev, (draft) => {
    const removal = {
      files,
      paths: ['src/a.ts'],
      reason: 'x',
      reasonCode: 'other',
      rotatedAt: null,
    } as const;
    planted.push(draft.redact(removal).id);
  });
  const [id] = planted;
  if (id === undefined) throw new Error('it was planted');
  return id;
}

/** A line that the developer signs as it stands. */
async function writeLine(op: OperationKind, texts: Partial<OperationTexts>): Promise<void> {
  const { authority, caller, replica, now } = await readGround(dev);
  const { genesis: repo, head: policy } = authority.view;
  await publish(
    dev,
    { repo, caller, replica, now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy,
      states: [],
      texts: {
        ...NO_CHANGE,
        resource: null,
        args: { operationId: null, verb: {} },
        result: null,
        ...texts,
      },
      verify: [],
      batch: null,
    },
  );
}

async function newestId(): Promise<string> {
  for await (const { id } of workspace.log.newest()) return id;
  return '';
}

async function filesOf(tombstone: TombstoneId): Promise<readonly Digest[]> {
  return (await loadSet(workspace)).records.get(tombstone)?.declaration.covers.files ?? [];
}

describe('a planted tombstone', () => {
  it('does not take the place of content that its owner lifts', async () => {
    const { state } = await save(repository, workspace, { 'src/a.ts': 'secret' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await plantOver(await filesOf(tombstone));
    await undo(workspace, null);
    const carried = await findState(workspace, state);
    const { files } = await carrierTrees(workspace, carried?.carrier ?? '');
    const entry = await new PathFinder(workspace, utf8('src/a.ts')).find(files);
    const blob = await workspace.objects.read(entry?.id ?? '', 100);
    expect(new TextDecoder().decode(blob?.content)).toBe('secret');
  });

  it('that says that it stands for another one is not in the way of an owner who lifts', async () => {
    await save(repository, workspace, { 'src/a.ts': 'secret' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = await filesOf(tombstone);
    await plantDeclaration(dev, { covers: { files, names: [], texts: [tombstone] } });
    await undo(workspace, null);
    expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('lifted');
    expect(repository.files.get('src/a.ts')?.content).toBe('secret');
  });

  it('makes no other home refuse what it covers, whatever the log says and the quarantine holds', async () => {
    await save(repository, workspace, { 'src/a.ts': 'harmless' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const files = await filesOf(tombstone);
    await undo(workspace, null);
    const planted = await plantOver(files);
    const name = threadRef('task');
    const head = (await dev.refs.read(name)) ?? null;
    await writeLine('redact', {
      refs: [{ name, old: head, new: head }],
      effects: [{ kind: 'veil', tombstone: planted }],
    });
    repository.quarantine.held.set(planted, 'lost');
    expect((await settleRemovals(workspace)).join()).toContain('left as it is');
    expect(await isShunned(workspace, planted)).toBe(false);
    expect(await workspace.shun.read()).toEqual([]);
  });
});

describe.each(['lift', 'purge'] as const)('a planted %s', (kind) => {
  it('is not in the way of an owner who lifts', async () => {
    await save(repository, workspace, { 'src/a.ts': 'secret' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    await forgeRecords(dev, (draft) => draft[kind](tombstone, 'x'));
    await undo(workspace, null);
    expect(await workspace.quarantine.list()).toEqual([]);
    expect(await workspace.shun.read()).toEqual([]);
    expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('lifted');
    await expect(undo(workspace, null)).resolves.toMatchObject({ result: { op: 'capture' } });
  });

  it('dated ahead is not what a receipt answers', async () => {
    await save(repository, workspace, { 'src/a.ts': 'secret' });
    const { tombstone } = await redactPath(workspace, 'src/a.ts');
    const now = parseInstant('2031-01-01T00:00:00.000Z');
    await forgeRecords(dev, (draft) => draft[kind](tombstone, 'x'), { now });
    await purgeTombstone(workspace, tombstone);
    const record = (await loadSet(workspace)).records.get(tombstone);
    expect(record?.status).toBe('purged');
    expect(record?.receipts.map(({ receipt }) => receipt.purge)).toEqual(
      record?.countedPurges.map(({ id }) => id),
    );
  });
});

describe('a planted line', () => {
  it.each(['undo', 'lift', 'recovery'] as const)(
    'of %s that says that a redaction was undone does not keep its owner from it',
    async (op) => {
      await save(repository, workspace, { 'src/a.ts': 'secret' });
      const { tombstone } = await redactPath(workspace, 'src/a.ts');
      const id = await newestId();
      await writeLine(op, { result: { undone: id, voided: id } });
      expect((await undo(workspace, null)).result).toMatchObject({ undone: id, op: 'redact' });
      expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('lifted');
      await expect(undo(workspace, id)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    },
  );
});
