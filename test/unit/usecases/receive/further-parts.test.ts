import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { TombstoneId } from '#domain/id.ts';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { receiveTombstones } from '#usecases/receive/receive-tombstones.ts';
import { verifyTombstones } from '#usecases/tombstones/verify-tombstones.ts';
import { verify } from '#usecases/verify/verify.ts';
import { loadSet, purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { fetched, fetchInto, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const PATH = 'src/a.ts';
const match = (secret: string) => ({ all: true, part: { kind: 'match', secret: utf8(secret) } }) as const;
const [KEY, PASS, MORE] = [match('AKIA-123456'), match('hunter2-pass'), match('third-secret')];
const TEXT = 'first\nkey = "AKIA-123456"\npass = hunter2-pass\nalso third-secret\n';

let origin: MemoryRepository;
let clone: MemoryRepository;
let theirs: Workspace;
let first: TombstoneId;
beforeEach(async () => {
  origin = await started();
  await save(origin, origin.workspace, { [PATH]: 'older\nAKIA-123456\n' });
  await save(origin, origin.workspace, { [PATH]: TEXT });
  clone = await fetched(origin);
  clone.files.set(PATH, { mode: '100644', content: TEXT });
  const { keys, credentials } = origin.workspace;
  theirs = { ...clone.workspace, keys, credentials };
  await adopt(theirs, null);
  ({ tombstone: first } = await redactPath(origin.workspace, PATH, KEY));
});

const remote = (ref: string): string => ref.replace('refs/heddle/', 'refs/heddle/remotes/origin/');

async function arrive(to: Workspace, from: Workspace): Promise<readonly string[]> {
  await fetchInto(to, await ownRefs(from), remote);
  const { notes, refused } = await receiveTombstones(to, 'origin');
  return [...notes, ...refused.map(({ why }) => why)];
}

/** Without what it has of its own remotes. */
async function ownRefs(from: Workspace): Promise<Workspace> {
  const list = async (prefix: string): Promise<ReadonlyMap<string, string>> =>
    new Map([...(await from.refs.list(prefix))].filter(([name]) => !name.includes('/remotes/')));
  return { ...from, refs: { ...from.refs, list } };
}

const refsOf = async (workspace: Workspace): Promise<readonly unknown[]> =>
  Promise.all([TOMBSTONES_REF, 'refs/heddle/threads/task'].map((name) => workspace.refs.read(name)));

const threadOf = async (workspace: Workspace): Promise<unknown> => (await refsOf(workspace))[1];

async function findings(workspace: Workspace): Promise<readonly string[]> {
  const [all, set] = [await verify(workspace, { all: true }), await verifyTombstones(workspace, null)];
  return [...all.findings, ...set.findings].map(({ message }) => message);
}

async function expectSame(): Promise<void> {
  expect(await threadOf(theirs)).toEqual(await threadOf(origin.workspace));
  expect(await findings(theirs)).toEqual([]);
  expect(await findings(origin.workspace)).toEqual([]);
}

async function statusOf(workspace: Workspace, id: TombstoneId): Promise<string | undefined> {
  return (await loadSet(workspace)).records.get(id)?.status;
}

const kept = async (id: TombstoneId): Promise<readonly (string | undefined)[]> => {
  const held = await theirs.quarantine.open(id);
  return (held?.contents ?? []).map(({ bytes }) => new TextDecoder().decode(bytes));
};

describe('further parts of what was purged, in another clone', () => {
  it('go where it has what the first left, and are destroyed there', async () => {
    await purgeTombstone(origin.workspace, first);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    const { tombstone } = await redactPath(origin.workspace, PATH, PASS);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    await expectSame();
    expect(await kept(tombstone)).toEqual([TEXT.replace('AKIA-123456', `[redacted ${first}]`)]);
    await purgeTombstone(origin.workspace, tombstone);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    expect(await theirs.quarantine.list()).toEqual([]);
    expect(clone.eraser.ran.at(-1)?.target.contents.length).toBe(2);
    expect(await findings(theirs)).toEqual([]);
  });

  it('go where both arrive at once, and only what was purged is destroyed', async () => {
    await purgeTombstone(origin.workspace, first);
    const { tombstone } = await redactPath(origin.workspace, PATH, PASS);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    expect(await threadOf(theirs)).toEqual(await threadOf(origin.workspace));
    expect(await findings(theirs)).toEqual([]);
    expect(await theirs.quarantine.list()).toEqual([]);
    expect(clone.files.get(PATH)?.content).toBe(origin.files.get(PATH)?.content);
    await purgeTombstone(origin.workspace, tombstone);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    expect(await statusOf(theirs, tombstone)).toBe('purged');
    expect(await findings(theirs)).toEqual([]);
  });

  it('come back where they are lifted', async () => {
    await purgeTombstone(origin.workspace, first);
    await arrive(theirs, origin.workspace);
    const before = await threadOf(theirs);
    await redactPath(origin.workspace, PATH, PASS);
    await arrive(theirs, origin.workspace);
    await undo(origin.workspace, null);
    expect(await arrive(theirs, origin.workspace)).toEqual([]);
    expect(await threadOf(theirs)).toEqual(before);
    await expectSame();
  });

  it('are hidden with all that is left where two clones cut apart, in whatever order they meet', async () => {
    await purgeTombstone(origin.workspace, first);
    await arrive(theirs, origin.workspace);
    await redactPath(origin.workspace, PATH, PASS);
    await redactPath(theirs, PATH, MORE);
    // The clone endorsed its replica, which is newer than all that the origin has.
    await fetchInto(origin.workspace, theirs, (ref) => (ref === AUTHORITY_REF ? ref : remote(ref)));
    for (const [to, from] of [
      [theirs, origin.workspace],
      [origin.workspace, theirs],
      [theirs, origin.workspace],
    ] as const) {
      expect(await arrive(to, from)).toEqual([]);
    }
    expect(await refsOf(theirs)).toEqual(await refsOf(origin.workspace));
    expect(await findings(theirs)).toEqual([]);
  });
});
