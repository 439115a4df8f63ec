import { beforeEach, describe, expect, it } from 'vitest';
import type { TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isShunned } from '#usecases/content/shunned.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { settleRemovals } from '#usecases/removal/settle.ts';
import { DEV } from '../../../support/decisions.ts';
import {
  forgeRecords,
  loadSet,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

async function status(): Promise<string | undefined> {
  return (await loadSet(workspace)).records.get(tombstone)?.status;
}

/** Somebody who owns another thread, and could order something there. */
async function ownerElsewhere(): Promise<Workspace> {
  const other = await join(repository, DEV, null);
  const grant = { principal: DEV, role: 'owner', resource: 'acme/core@other', until: null } as const;
  await addGrant(workspace, { ...grant, reason: null });
  return other;
}

async function receipts(): Promise<readonly string[]> {
  const record = (await loadSet(workspace)).records.get(tombstone);
  return (record?.receipts.map(({ receipt }) => receipt.outcome) ?? []).toSorted();
}

describe('what a removal left over', () => {
  it('is nothing after one that came to its end', async () => {
    expect(await settleRemovals(workspace)).toEqual([]);
    expect(repository.eraser.ran).toEqual([]);
    expect(await workspace.quarantine.state(tombstone)).toBe('held');
  });

  it('is finished where the content was not yet refused', async () => {
    await workspace.shun.drop(tombstone);
    expect(await settleRemovals(workspace)).toHaveLength(1);
    expect(await isShunned(workspace, tombstone)).toBe(true);
  });

  it('is finished where an owner ordered a purge and nothing was destroyed yet', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    await settleRemovals(workspace);
    expect(repository.eraser.ran.map(({ step }) => step)).toEqual(
      workspace.eraser.steps.map(({ name }) => name),
    );
    expect([await status(), await receipts(), await workspace.quarantine.list()]).toEqual([
      'purged',
      ['complete'],
      [],
    ]);
  });

  it('is no more than a receipt behind the point of no return', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    await workspace.quarantine.spend(tombstone);
    await settleRemovals(workspace);
    expect(repository.eraser.ran).toEqual([]);
    expect([await receipts(), await workspace.quarantine.list()]).toEqual([['complete'], []]);
  });

  it('is cleared behind a receipt, which is not signed twice', async () => {
    await purgeTombstone(workspace, tombstone);
    repository.quarantine.held.set(tombstone, 'spent');
    await settleRemovals(workspace);
    expect([await receipts(), await workspace.quarantine.list()]).toEqual([['complete'], []]);
  });

  it('is finished where an owner ordered a lift', async () => {
    await forgeRecords(workspace, (draft) => draft.lift(tombstone, 'x'));
    await settleRemovals(workspace);
    expect([await workspace.quarantine.list(), await workspace.shun.read()]).toEqual([[], []]);
  });

  it('goes where a redaction was killed before its line', async () => {
    const [contents] = [await workspace.quarantine.open(tombstone)];
    const other = `hr-${'0'.repeat(52)}` as TombstoneId;
    if (contents !== undefined) await workspace.quarantine.keep(other, contents);
    await settleRemovals(workspace);
    expect(await workspace.quarantine.list()).toEqual([tombstone]);
  });
});

describe('a purge', () => {
  it('that is repeated finds that it was done, and does nothing', async () => {
    await purgeTombstone(workspace, tombstone);
    const ran = repository.eraser.ran.length;
    await purgeTombstone(workspace, tombstone);
    expect(repository.eraser.ran).toHaveLength(ran);
    expect(await receipts()).toEqual(['complete']);
  });

  it('gets its receipt by another order, where who ordered it first may no more and all is gone', async () => {
    await forgeRecords(await ownerElsewhere(), (draft) => draft.purge(tombstone, 'x'));
    await workspace.quarantine.spend(tombstone);
    expect((await settleRemovals(workspace)).join()).toContain('left as it is');
    await purgeTombstone(workspace, tombstone);
    expect([await status(), await receipts()]).toEqual(['purged', ['complete']]);
  });

  it('is not ordered by who cannot carry it out', async () => {
    repository.quarantine.held.set(tombstone, 'lost');
    const { log } = workspace;
    const forgetful = { ...log, newest: async function* none() {}, head: log.head.bind(log) };
    await expect(purgeTombstone({ ...workspace, log: forgetful }, tombstone)).rejects.toThrow('quarantine');
    expect(await status()).toBe('redacted');
  });

  it('by another home of the clone finds in the carriers of before what it has no key to', async () => {
    repository.quarantine.held.set(tombstone, 'lost');
    await purgeTombstone(workspace, tombstone);
    const [first] = repository.eraser.ran;
    expect(first?.target.contents.map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(['secret']);
    expect(first?.target.salts).toHaveLength(1);
    expect([await status(), await receipts()]).toEqual(['purged', ['complete']]);
  });

  it('that a moved clone finishes has a receipt that others believe', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    const replica = createReplica();
    const moved = { ...workspace, replica: async () => replica };
    await settleRemovals(moved);
    expect([await status(), await receipts()]).toEqual(['purged', ['complete']]);
  });

  it('of a moved clone waits for its receipt until somebody endorses the clone', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    const replica = createReplica();
    const said = { ...workspace.said, agentDetected: 'AI_AGENT' };
    const moved = { ...workspace, said, replica: async () => replica };
    await settleRemovals(moved);
    expect([await status(), await receipts(), await workspace.quarantine.state(tombstone)]).toEqual([
      'purging',
      [],
      'spent',
    ]);
    await settleRemovals({ ...moved, said: workspace.said });
    expect([await status(), await workspace.quarantine.state(tombstone)]).toEqual(['purged', 'none']);
  });
});

describe('a purge that left something', () => {
  beforeEach(async () => {
    repository.eraser.residue = [{ place: 'ref', where: 'refs/heads/main', owner: 'git', note: null }];
    await purgeTombstone(workspace, tombstone);
  });

  it('keeps the quarantine, and is not tried again by itself', async () => {
    const ran = repository.eraser.ran.length;
    await settleRemovals(workspace);
    expect(repository.eraser.ran).toHaveLength(ran);
    expect([await status(), await receipts(), await workspace.quarantine.state(tombstone)]).toEqual([
      'purging',
      ['incomplete'],
      'held',
    ]);
  });

  it('is complete once it is ordered again and nothing is left', async () => {
    repository.eraser.residue = [];
    await purgeTombstone(workspace, tombstone);
    expect([await status(), await receipts()]).toEqual(['purged', ['complete', 'incomplete']]);
    expect(await workspace.quarantine.list()).toEqual([]);
  });

  it('is complete where the rest only looks alike', async () => {
    repository.eraser.residue = [{ place: 'similar', where: 'abc', owner: 'git', note: null }];
    await purgeTombstone(workspace, tombstone);
    expect(await receipts()).toEqual(['complete', 'incomplete']);
  });
});

describe('nothing is destroyed or given back', () => {
  it('for a purge that nobody signed who may', async () => {
    const dev = await ownerElsewhere();
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect((await settleRemovals(workspace)).join()).toContain('left as it is');
    expect(repository.eraser.ran).toEqual([]);
    expect(await workspace.quarantine.state(tombstone)).toBe('held');
  });

  it('for a lift of somebody who is no owner there', async () => {
    const dev = await ownerElsewhere();
    await forgeRecords(dev, (draft) => draft.lift(tombstone, 'x'));
    expect((await settleRemovals(workspace)).join()).toContain('left as it is');
    expect(await workspace.quarantine.state(tombstone)).toBe('held');
  });

  it.each(['lift', 'purge'] as const)(
    'for a %s of somebody who never was an owner: it is nothing',
    async (kind) => {
      const dev = await join(repository, DEV, 'admin');
      await forgeRecords(dev, (draft) => draft[kind](tombstone, 'x'));
      expect(await settleRemovals(workspace)).toEqual([]);
      expect([await status(), await workspace.quarantine.state(tombstone)]).toEqual(['redacted', 'held']);
    },
  );

  it('but a planted lift saves nothing from its owner', async () => {
    await forgeRecords(await ownerElsewhere(), (draft) => draft.lift(tombstone, 'x'));
    await purgeTombstone(workspace, tombstone);
    expect([await status(), await receipts()]).toEqual(['purged', ['complete']]);
  });

  it('where the set was taken away', async () => {
    await moveRef(workspace, TOMBSTONES_REF, null);
    await settleRemovals(workspace);
    expect(await workspace.quarantine.state(tombstone)).toBe('held');
  });
});
