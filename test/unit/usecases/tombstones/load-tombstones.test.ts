import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId, type TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { findTombstone, loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { listTombstones } from '#usecases/tombstones/list-tombstones.ts';
import { examineTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import type { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';
import { parseInstant } from '#domain/time.ts';
import { undo } from '#usecases/undo/undo.ts';
import { writeCommit, plainFiles } from '../../../support/memory/files.ts';
import {
  forgeRecords,
  loadSet,
  plantDeclaration,
  purgeTombstone,
  redactPath,
} from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef, plantSet, readSetFiles, type SetFiles } from '../../../support/memory/removal/set-files.ts';
import { delegate, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const FILE = formatDigest(new Uint8Array(32).fill(5));

let repository: MemoryRepository;
let workspace: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret', b: '2' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

/** Changes the set's files as they stand. */
async function plant(change: (files: SetFiles) => void, at = repository.now): Promise<void> {
  const files = await readSetFiles(workspace);
  change(files);
  await plantSet(workspace, files, at);
}

/** It is told, and keeps nobody from adding to the set. */
async function expectTold(why: string): Promise<void> {
  const { problems } = await loadSet(workspace);
  expect(problems.map((problem) => problem.why).join('\n')).toContain(why);
  const { findings } = await listTombstones(workspace);
  expect(findings.map(({ message }) => message)).toEqual(problems.map((problem) => problem.why));
}

describe('a tombstone set', () => {
  it('is empty, after one look at one ref, where nothing was ever redacted', async () => {
    const other = await started();
    const reads: string[] = [];
    const { refs } = other.workspace;
    const seen: Workspace = {
      ...other.workspace,
      refs: { ...refs, read: (name) => (reads.push(name), refs.read(name)), list: refs.list },
      objects: {
        ...other.workspace.objects,
        readTree: () => Promise.reject(new Error('reads a tree')),
      },
    };
    const { view } = await loadAuthority(other.workspace);
    const loaded = await loadTombstones(seen, view);
    expect(loaded).toMatchObject({ head: null });
    expect(loaded.records.size + loaded.hidden.size).toBe(0);
    expect(reads).toEqual([TOMBSTONES_REF]);
  });

  it('gives each tombstone with what hides, and is a function of itself alone', async () => {
    const { records, hidden, head } = await loadSet(workspace);
    expect([...records.keys()]).toEqual([tombstone]);
    expect(records.get(tombstone)?.status).toBe('redacted');
    expect([...hidden.keys()]).toEqual(records.get(tombstone)?.declaration.covers.files);
    // Written anew by other means, it is the same commit: no history, no author, no clock of its own.
    await plant(() => undefined);
    expect(await workspace.refs.read(TOMBSTONES_REF)).toBe(head);
  });

  it('grows by lifts, purges and receipts, in order of time', async () => {
    await undo(workspace, null);
    expect((await loadSet(workspace)).records.get(tombstone)?.status).toBe('lifted');
    repository.now = parseInstant('2026-11-21T12:01:00.000Z');
    const second = (await redactPath(workspace, 'src/a.ts')).tombstone;
    repository.now = parseInstant('2026-11-21T12:02:00.000Z');
    await purgeTombstone(workspace, second);
    const { records, hidden } = await loadSet(workspace);
    expect(records.get(second)).toMatchObject({ status: 'purged', lifts: [] });
    expect(records.get(second)?.receipts).toHaveLength(1);
    expect([...hidden.values()].every(({ id }) => id === second)).toBe(true);
    const { tombstones } = await listTombstones(workspace);
    expect(tombstones.map(({ tombstone: id, status }) => [id, status])).toEqual([
      [second, 'purged'],
      [tombstone, 'lifted'],
    ]);
  });

  it.each<[string, string, (files: SetFiles) => void]>([
    [
      'a file beside the tombstones',
      'holds what is no tombstone',
      (files) => void files.set('note', utf8('x')),
    ],
    [
      'a file more',
      'has other files than it should',
      (files) => void files.set(`${tombstone}/more`, utf8('x')),
    ],
    ['a file less', 'has other files than it should', (files) => void files.delete(`${tombstone}/chain`)],
    [
      'a directory of no record',
      'holds a directory of no record',
      (files) => void files.set(`${tombstone}/more/x`, utf8('x')),
    ],
    [
      'a tombstone under another id',
      'its declaration is another one',
      (files) => {
        const moved = [...files].map(
          ([path, content]) =>
            [path.replace(tombstone, formatId('hr', new Uint8Array(32).fill(1))), content] as const,
        );
        files.clear();
        for (const [path, content] of moved) files.set(path, content);
      },
    ],
    [
      'a sidecar that was taken away',
      'its sidecar was taken away and no tombstone says so',
      (files) =>
        void files.set(
          `${tombstone}/texts.json`,
          utf8(`{"tombstone":"${tombstone}","type":"redacted-texts","v":1}`),
        ),
    ],
    [
      'a receipt of nothing',
      'has other files than it should',
      (files) => void files.set(`${tombstone}/receipt-${formatDigest(new Uint8Array(32))}/x`, utf8('x')),
    ],
  ])('tells %s, and counts on nothing of it', async (_what, why, change) => {
    await plant(change);
    await expectTold(why);
  });

  it('tells a commit of somebody’s own making', async () => {
    await plant(() => undefined, parseInstant('2026-11-21T12:00:01.000Z'));
    await expectTold('its commit is not the one that the set makes');
    await moveRef(workspace, TOMBSTONES_REF, await writeCommit(workspace.writer, plainFiles({ a: '1' })));
    await expectTold('holds what is no tombstone');
  });

  it('tells a lift by an agent: what brings back is signed in person', async () => {
    const agent = await delegate(workspace, 'bot');
    await forgeRecords(agent, (draft) => draft.lift(tombstone, 'please'));
    await expectTold('its lift: its token chain is delegated or attenuated');
  });

  it('tells a receipt by a replica that nobody endorsed', async () => {
    const stranger = await (await started()).workspace.replica();
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    await forgeRecords(
      workspace,
      (draft) => void draft.receipt(tombstone, { outcome: 'complete', places: [] }),
      {
        replica: stranger,
      },
    );
    await expectTold('no principal endorsed the replica that signed it');
  });
});

describe('of records about tombstones, a set tells and does not count', () => {
  let other: TombstoneId;
  beforeEach(async () => {
    other = await plantDeclaration(workspace, { covers: { files: [FILE], names: [], texts: [] } });
  });

  it.each<[string, string, (draft: TombstoneDraft) => void]>([
    ['a lift', 'its lift is of another tombstone', (draft) => draft.lift(tombstone, 'x')],
    ['a purge', 'its purge is of another tombstone', (draft) => draft.purge(tombstone, 'x')],
    [
      'a receipt',
      'its receipt is of another tombstone',
      (draft) => {
        draft.purge(tombstone, 'x');
        draft.receipt(tombstone, { outcome: 'complete', places: [] });
      },
    ],
  ])('%s that is replayed for another one', async (_what, why, write) => {
    await forgeRecords(workspace, write);
    await plant((files) => {
      for (const [path, content] of files)
        files.set(path.replace(`${tombstone}/receipt`, `${other}/receipt`), content);
      for (const [path, content] of files)
        files.set(path.replace(`${tombstone}/lift`, `${other}/lift`), content);
      for (const [path, content] of files)
        files.set(path.replace(`${tombstone}/purge`, `${other}/purge`), content);
    });
    const { view } = await loadAuthority(workspace);
    const { problems } = await examineTombstones(workspace, view);
    expect(problems).toContainEqual({ subject: other, why });
  });

  it('a receipt whose purge is gone', async () => {
    await purgeTombstone(workspace, tombstone);
    await plant((files) => {
      for (const path of files.keys()) if (path.includes('/purge-')) files.delete(path);
    });
    await expectTold('its receipt: it answers a purge that is not there');
  });

  it.each(['tombstone', 'lift', 'receipt'])('a %s of another repository', async (kind) => {
    const repo = (await loadAuthority((await started()).workspace)).view.genesis;
    if (kind === 'tombstone')
      await plantDeclaration(workspace, { repo, covers: { files: [FILE], names: [], texts: [] } });
    else {
      await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
      await forgeRecords(
        workspace,
        (draft) => {
          if (kind === 'lift') draft.lift(tombstone, 'x');
          else draft.receipt(tombstone, { outcome: 'complete', places: [] });
        },
        { repo },
      );
    }
    await expectTold('it belongs to another repository');
  });

  it.each([
    ['subject', () => formatId('hr', new Uint8Array(32))],
    ['holder', () => 'ab'.repeat(32)],
  ])('an attestation with another %s', async (field, value) => {
    await plant((files) => {
      const path = `${tombstone}/attestation.json`;
      const text = decodeUtf8(files.get(path) ?? utf8('')) ?? '';
      files.set(path, utf8(text.replace(new RegExp(`("${field}":")[^"]+`), `$1${value()}`)));
    });
    await expectTold('its signature does not verify');
  });

  it('no sidecar that was taken away where a tombstone covers it', async () => {
    await plantDeclaration(workspace, { covers: { files: [], names: [], texts: [other] } });
    await plant((files) => void files.set(`${other}/texts.json`, encodeRedactedTexts(tombstone)));
    const { tombstones } = await listTombstones(workspace);
    expect(tombstones.find((one) => one.tombstone === other)).toMatchObject({ reason: null, paths: [] });
  });
});

describe('a tombstone', () => {
  it('of names hides them', async () => {
    const id = await plantDeclaration(workspace, { covers: { files: [], names: [FILE], texts: [] } });
    expect((await loadSet(workspace)).names.get(FILE)?.id).toBe(id);
  });

  it('is found by its id or an unambiguous beginning of 8 letters', async () => {
    const loaded = await loadSet(workspace);
    for (const name of [tombstone, tombstone.slice(3), tombstone.slice(0, 11), tombstone.slice(3, 11)]) {
      expect(findTombstone(loaded, name).id).toBe(tombstone);
    }
    expect(() => findTombstone(loaded, tombstone.slice(0, 10))).toThrow('too short');
    expect(() => findTombstone(loaded, '')).toThrow('too short');
    expect(() => findTombstone(loaded, 'zzzzzzzzz')).toThrow('no tombstone is called');
  });

  it('whose beginning is that of another one has to be named further', async () => {
    const { records } = await loadSet(workspace);
    const [record] = [...records.values()];
    if (record === undefined) throw new Error('there is one');
    const twin = formatId('hr', new Uint8Array(32));
    const other = formatId('hr', new Uint8Array(32).fill(1, 31));
    const twins = new Map([twin, other].map((id) => [id, { ...record, id }]));
    expect(() => findTombstone({ records: twins }, twin.slice(0, 20))).toThrow('the beginning of 2');
    expect(findTombstone({ records: twins }, other).id).toBe(other);
  });

  it('is shown with who did what about it, and who has not confirmed', async () => {
    await purgeTombstone(workspace, tombstone);
    const { replica } = await workspace.replica();
    const shown = await showTombstone(workspace, tombstone.slice(0, 12));
    expect(shown).toMatchObject({
      tombstone,
      status: 'purged',
      reason: 'a token was in it',
      paths: ['src/a.ts'],
      covers: 1,
      attestation: 'verified',
      lifts: [],
      purges: [{ by: 'owner@example.com', attestation: 'verified' }],
      receipts: [{ replica, here: true, outcome: 'complete', places: [] }],
      unconfirmed: [],
    });
  });

  it('whose purge only another replica could confirm names this one as unconfirmed', async () => {
    await forgeRecords(workspace, (draft) => draft.purge(tombstone, 'x'));
    const { replica } = await workspace.replica();
    expect((await showTombstone(workspace, tombstone)).unconfirmed).toEqual([replica]);
    expect((await showTombstone(workspace, tombstone)).status).toBe('purging');
  });
});
