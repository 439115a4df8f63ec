import { beforeEach, describe, expect, it } from 'vitest';
import type { TombstoneId } from '#domain/id.ts';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { redactName } from '#usecases/removal/names/redact-name.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { undo } from '#usecases/undo/undo.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { receiveTombstones } from '#usecases/receive/receive-tombstones.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import {
  forgeRecords,
  loadSet,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { plantSet, readSetFiles } from '../../../support/memory/removal/set-files.ts';
import { fetched, fetchInto, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let origin: MemoryRepository;
/** Somebody else's clone, from before anything was removed; its people have the owner's home. */
let clone: MemoryRepository;
let theirs: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  origin = await started();
  await save(origin, origin.workspace, { 'src/a.ts': 'secret', 'src/b.ts': 'another' });
  await cloneIt();
  ({ tombstone } = await redactPath(origin.workspace, 'src/a.ts'));
});

async function cloneIt(): Promise<void> {
  clone = await fetched(origin);
  const { keys, credentials } = origin.workspace;
  theirs = { ...clone.workspace, keys, credentials };
  await adopt(theirs, null);
}

/** What git does; then what a pull does first. */
async function receive(): ReturnType<typeof receiveTombstones> {
  await fetchInto(theirs, origin.workspace, (ref) =>
    ref.replace('refs/heddle/', 'refs/heddle/remotes/origin/'),
  );
  return receiveTombstones(theirs, 'origin');
}

/** Whoever pulls has newer authority records before anything is judged by them. */
async function authorityArrives(): Promise<void> {
  const next = (await origin.workspace.refs.read(AUTHORITY_REF)) ?? null;
  const old = (await theirs.refs.read(AUTHORITY_REF)) ?? null;
  await (await theirs.refs.prepare([{ name: AUTHORITY_REF, old, new: next }], [])).commit();
}

async function statusOf(workspace: Workspace): Promise<string | undefined> {
  return (await loadSet(workspace)).records.get(tombstone)?.status;
}

const refsOf = async (workspace: Workspace): Promise<readonly unknown[]> =>
  Promise.all([TOMBSTONES_REF, 'refs/heddle/threads/task'].map((name) => workspace.refs.read(name)));

async function expectSound(): Promise<void> {
  expect((await verify(theirs, { all: true })).findings).toEqual([]);
}

describe('tombstones of another clone that arrive', () => {
  it('hide what this clone holds: the same refs, its own quarantine, its own shun list', async () => {
    const { added, applied, refused } = await receive();
    expect([added, applied, refused]).toEqual([[tombstone], [tombstone], []]);
    expect(await refsOf(theirs)).toEqual(await refsOf(origin.workspace));
    expect(await theirs.quarantine.list()).toEqual([tombstone]);
    clone.files.set('src/again.ts', { mode: '100644', content: 'secret' });
    expect((await theirs.shun.read()).every((entry) => entry.tombstone === tombstone)).toBe(true);
    expect(await theirs.shun.read()).toHaveLength(2);
    await expectSound();
  });

  it('hide a name, too, and give it back', async () => {
    origin = await started();
    await save(origin, origin.workspace, { 'src/contoso.ts': 'a', b: 'b' });
    await save(origin, origin.workspace, { 'src/contoso.ts': 'c' });
    await cloneIt();
    const options = { path: 'src/contoso.ts', reason: 'a customer', reasonCode: 'pii' } as const;
    const { result } = await redactName(origin.workspace, { ...options, rotatedAt: null, dryRun: false });
    expect((await receive()).applied).toEqual([result.tombstone]);
    expect(await refsOf(theirs)).toEqual(await refsOf(origin.workspace));
    expect((await theirs.quarantine.open(result.tombstone ?? tombstone))?.names).toHaveLength(2);
    await expectSound();
    await undo(origin.workspace, null);
    await receive();
    expect(await refsOf(theirs)).toEqual(await refsOf(origin.workspace));
    await expectSound();
  });

  it('hide what was written beside a state, too, and give it back', async () => {
    origin = await started();
    origin.files.set('a', { mode: '100644', content: 'a' });
    const { result } = await capture(origin.workspace, {
      intent: 'words for nobody',
      maxFileBytes: LARGEST_FILE,
    });
    await cloneIt();
    const options = {
      text: result.state ?? '',
      task: false,
      reason: 'x',
      reasonCode: 'other',
      rotatedAt: null,
    } as const;
    const redacted = (await redactTexts(origin.workspace, { ...options, dryRun: false })).result.tombstone;
    const before = await theirs.refs.read('refs/heddle/threads/task');
    expect((await receive()).applied).toEqual([redacted]);
    expect(await refsOf(theirs)).toEqual(await refsOf(origin.workspace));
    await undo(origin.workspace, null);
    await receive();
    expect(await theirs.refs.read('refs/heddle/threads/task')).toBe(before);
    await expectSound();
  });

  it('keep what the quarantine of this clone has, where some of it arrives again', async () => {
    const before = await theirs.refs.read('refs/heddle/threads/task');
    await receive();
    const kept = await theirs.quarantine.open(tombstone);
    const again = 'refs/heddle/remotes/hostile/threads/task';
    await (await theirs.refs.prepare([{ name: again, old: null, new: before ?? null }], [])).commit();
    expect((await receive()).applied).toEqual([tombstone]);
    expect(await theirs.quarantine.open(tombstone)).toEqual(kept);
    expect(await theirs.refs.read(again)).toBe(await theirs.refs.read('refs/heddle/threads/task'));
  });

  it('do not make a tombstone count that somebody planted here', async () => {
    const [first, planter] = [theirs, await fetched(origin)];
    theirs = { ...planter.workspace, keys: first.keys, credentials: first.credentials };
    await adopt(theirs, null);
    const { tombstone: elsewhere } = await redactPath(theirs, 'src/b.ts');
    const other = (await loadSet(theirs)).records.get(elsewhere);
    theirs = first;
    const dev = await join({ workspace: theirs }, DEV, 'developer');
    const files = other?.declaration.covers.files ?? [];
    await forgeRecords(dev, (draft) => {
      draft.redact({ files, paths: [], reason: 'x', reasonCode: 'other', rotatedAt: null });
    });
    const { applied, notes } = await receive();
    expect(files).toHaveLength(1);
    expect([applied, notes.join()]).toEqual([[tombstone], expect.stringContaining('hides nothing here')]);
  });

  it('do nothing the second time', async () => {
    await receive();
    const lines = (await theirs.log.tails()).map(({ seq }) => seq);
    expect(await receive()).toMatchObject({ operation: null, added: [], applied: [] });
    expect((await theirs.log.tails()).map(({ seq }) => seq)).toEqual(lines);
  });

  it('bring a lift: what was hidden comes back from the quarantine of this clone', async () => {
    const before = await theirs.refs.read('refs/heddle/threads/task');
    await receive();
    await undo(origin.workspace, null);
    expect((await receive()).applied).toEqual([tombstone]);
    expect([await statusOf(theirs), await theirs.refs.read('refs/heddle/threads/task')]).toEqual([
      'lifted',
      before,
    ]);
    expect([await theirs.quarantine.list(), await theirs.shun.read()]).toEqual([[], []]);
    await expectSound();
  });

  it('bring a purge: what this clone holds is destroyed, and its own receipt says so', async () => {
    await purgeTombstone(origin.workspace, tombstone);
    expect((await showTombstone(origin.workspace, tombstone)).receipts).toHaveLength(1);
    await receive();
    expect(clone.eraser.ran.map(({ step }) => step)).toEqual(theirs.eraser.steps.map(({ name }) => name));
    const { status, receipts, unconfirmed } = await showTombstone(theirs, tombstone);
    expect([
      status,
      receipts.map(({ here, outcome }) => `${here} ${outcome}`).toSorted(),
      unconfirmed,
    ]).toEqual(['purged', ['false complete', 'true complete'], []]);
    expect(await theirs.quarantine.list()).toEqual([]);
    await expectSound();
  });

  it('bring a purge of what was hidden here before', async () => {
    await receive();
    await purgeTombstone(origin.workspace, tombstone);
    await receive();
    expect(clone.eraser.ran.length).toBeGreaterThan(0);
    expect(await theirs.quarantine.list()).toEqual([]);
    await expectSound();
  });

  it('are finished by the next command where a kill came behind the line', async () => {
    const broken = { ...theirs.contents, find: () => Promise.reject(new Error('killed')) };
    await fetchInto(theirs, origin.workspace, (ref) =>
      ref.replace('refs/heddle/', 'refs/heddle/remotes/origin/'),
    );
    await expect(receiveTombstones({ ...theirs, contents: broken }, 'origin')).rejects.toThrow('killed');
    expect(await statusOf(theirs)).toBe('redacted');
    await receive();
    expect(await theirs.shun.read()).toHaveLength(2);
    await expectSound();
  });
});

describe('one that fails stops itself, and nothing else', () => {
  it('by somebody who was not allowed', async () => {
    const dev = await join(origin, DEV, 'developer');
    let planted: string = '';
    await forgeRecords(dev, (draft) => {
      const all = { files: [], paths: [], reason: 'x', reasonCode: 'other', rotatedAt: null } as const;
      planted = draft.redact(all).id;
    });
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    await authorityArrives();
    const { added, refused } = await receive();
    expect(added).toContain(tombstone);
    expect(refused.map(({ subject }) => subject).join()).toContain(tombstone);
    expect(await statusOf(theirs)).toBe('redacted');
    expect(planted).not.toBe('');
    expect(clone.eraser.ran).toEqual([]);
  });

  it('by one flipped bit, which is named; the other arrives', async () => {
    const other = (await redactPath(origin.workspace, 'src/b.ts')).tombstone;
    const files = await readSetFiles(origin.workspace);
    const path = `${tombstone}/declaration.json`;
    const bytes = files.get(path) ?? new Uint8Array();
    files.set(
      path,
      Uint8Array.from(bytes, (byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    await plantSet(origin.workspace, files, origin.workspace.clock.now());
    const { added, applied, refused } = await receive();
    expect([added, applied]).toEqual([[other], [other]]);
    expect(refused.map(({ subject }) => subject)).toContain(tombstone);
  });

  it('by a ref that leads to no set at all', async () => {
    const thread = await origin.workspace.refs.read('refs/heddle/threads/task');
    await fetchInto(theirs, origin.workspace, (ref) =>
      ref.replace('refs/heddle/', 'refs/heddle/remotes/origin/'),
    );
    const name = 'refs/heddle/remotes/origin/tombstones';
    const old = (await theirs.refs.read(name)) ?? null;
    const authority = await origin.workspace.refs.read('refs/heddle/authority');
    await (await theirs.refs.prepare([{ name, old, new: authority ?? thread ?? null }], [])).commit();
    const { added, refused } = await receiveTombstones(theirs, 'origin');
    expect([added, refused.length > 0]).toEqual([[], true]);
  });

  it('but a purge whose author owns nothing here any more destroys nothing; the content is hidden', async () => {
    const dev = await join(origin, DEV, null);
    const grant = { principal: DEV, role: 'owner', resource: 'acme/core', until: null } as const;
    const { result } = await addGrant(origin.workspace, { ...grant, reason: null });
    const grantId = result.grant.id;
    await forgeRecords(dev, (draft) => draft.purge(tombstone, 'x'));
    await removeGrant(origin.workspace, grantId ?? '');
    await authorityArrives();
    const { notes, applied } = await receive();
    expect([applied, notes.join()]).toEqual([
      [tombstone],
      expect.stringContaining('hidden and not destroyed'),
    ]);
    expect(clone.eraser.ran).toEqual([]);
  });
});
