import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, type TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { startThread } from '#usecases/threads/start.ts';
import { findCoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';
import { redactionProblem, removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { DEV } from '../../../support/decisions.ts';
import {
  forgeRecords,
  loadSet,
  plantDeclaration,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let dev: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  dev = await join(repository, DEV, 'admin');
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

async function problem(kind: 'lift' | 'purge' = 'purge'): Promise<string | undefined> {
  const record = (await loadSet(workspace)).records.get(tombstone);
  if (record === undefined) throw new Error('it is in the set');
  return removalProblem(workspace, record, kind);
}

describe('a removal is carried out', () => {
  it('where an owner of every place signed it', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBeUndefined();
    await forgeRecords(workspace, (draft) => draft.lift(tombstone, 'x'));
    expect(await problem('lift')).toBeUndefined();
  });

  it('where one of several records orders it, whatever the others are', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBeUndefined();
  });

  it('at the places of the content alone, by who owns no more than those', async () => {
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core@task', until: null });
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBeUndefined();
  });
});

describe('a lift that somebody planted', () => {
  it('does not empty the quarantine', async () => {
    await forgeRecords(dev, (draft) => draft.lift(tombstone, 'x'));
    await save(repository, workspace, { other: 'secret too' });
    await redactPath(workspace, 'other');
    expect(await workspace.quarantine.state(tombstone)).toBe('held');
    await forgeRecords(workspace, (draft) => draft.lift(tombstone, 'x'));
    await save(repository, workspace, { third: 'secret as well' });
    await redactPath(workspace, 'third');
    expect(await workspace.quarantine.state(tombstone)).toBe('none');
  });
});

describe('a removal is refused', () => {
  it('where nobody signed it', async () => {
    expect(await problem()).toBe('no purge of it was signed');
    expect(await problem('lift')).toBe('no lift of it was signed');
  });

  it('where its author is no owner', async () => {
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBe('it was not allowed: ROLE_INSUFFICIENT on acme/core@task:src/a.ts');
  });

  it('where its author does not own every place', async () => {
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core@task', until: null });
    await startThread(workspace, { thread: 'side', task: null, from: 'task', directory: null });
    await save(repository, workspace, { c: '1' });
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBe('it was not allowed: ROLE_INSUFFICIENT on acme/core@side:src/a.ts');
  });

  it('where its author is an owner no more', async () => {
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core', until: null });
    const { view } = await loadAuthority(workspace);
    const grant = view.grants.find(({ principal, role }) => principal === DEV && role === 'owner');
    await removeGrant(workspace, grant?.id ?? '');
    // The head that it names is one at which it was allowed, and later than the tombstone's.
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'), { policy: view.head });
    expect(await problem()).toBe('it was not allowed: ROLE_INSUFFICIENT on acme/core@task:src/a.ts');
  });

  it('where it names an authority record that is not in the chain, or one before the tombstone’s', async () => {
    const { view } = await loadAuthority((await started()).workspace);
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'), { policy: view.head });
    expect(await problem()).toBe('the authority record it was decided under is unknown');
    const { genesis } = (await loadAuthority(workspace)).view;
    await forgeRecords(workspace, (draft) => draft.lift(tombstone, 'x'), { policy: genesis });
    expect(await problem('lift')).toBe('it was decided under an older authority record than its tombstone');
  });

  it('where no state holds the content any more, by who owns less than the repository', async () => {
    await addGrant(workspace, { principal: DEV, role: 'owner', resource: 'acme/core@task', until: null });
    const captured = (await workspace.log.check()).operations.find(({ line }) => line.op === 'capture');
    await undo(workspace, captured?.id ?? '');
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBe('it was not allowed: ROLE_INSUFFICIENT on acme/core');
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    expect(await problem()).toBeUndefined();
  });
});

describe('a tombstone that was planted', () => {
  it('by who could redact nowhere is refused without a look at what it covers', async () => {
    const reader = await join(repository, 'reader@example.com', 'reader');
    const covers = (await loadSet(workspace)).records.get(tombstone)?.declaration.covers;
    if (covers === undefined) throw new Error('it is in the set');
    const byReader = await plantDeclaration(reader, { covers });
    const byAdmin = await plantDeclaration(dev, { covers });
    let looked = 0;
    const list: Workspace['refs']['list'] = (prefix) => {
      looked += 1;
      return workspace.refs.list(prefix);
    };
    const { records } = await loadSet(workspace);
    for (const [id, problem, looks] of [
      [byReader, 'it was not allowed: ROLE_INSUFFICIENT on acme/core', 0],
      [byAdmin, undefined, 1],
    ] as const) {
      const record = records.get(id);
      if (record === undefined) throw new Error('it is in the set');
      const { read } = workspace.refs;
      const refs = { ...workspace.refs, read: read.bind(workspace.refs), list };
      expect(await redactionProblem({ ...workspace, refs }, record)).toBe(problem);
      expect(Math.min(looked, 1)).toBe(looks);
    }
  });
});

describe('what a tombstone covers', () => {
  it('is found among as many contents as it may cover as it is alone', async () => {
    await save(repository, workspace, { 'src/b.ts': 'other', 'deep/er/c.ts': 'third' });
    const [file] = (await loadSet(workspace)).records.get(tombstone)?.declaration.covers.files ?? [];
    if (file === undefined) throw new Error('it covers a file');
    const alone = await findCoveredPlaces(workspace, new Set([file]));
    const others = Array.from({ length: 5000 }, (_, index) =>
      formatDigest(workspace.hasher.hash('file', utf8(`${index}`))),
    );
    const among = await findCoveredPlaces(workspace, new Set([...others, file]));
    expect(alone.places.length).toBeGreaterThan(1);
    expect(among).toEqual(alone);
    expect((await findCoveredPlaces(workspace, new Set(others))).places).toEqual([]);
  });
});
