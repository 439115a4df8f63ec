import { beforeAll, describe, expect, it } from 'vitest';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { newestInstant, type DecodedTombstone } from '#domain/removal/tombstone-set.ts';
import { parseInstant } from '#domain/time.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { joinTombstones } from '#usecases/receive/join-tombstones.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { summariseTombstone } from '#usecases/tombstones/tombstone-summary.ts';
import { examineSetAt, type ExaminedTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import { forgeRecords, loadSet, redactPath } from '../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../support/memory/removal/set-files.ts';
import { save, started } from '../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../support/memory/workspace.ts';
import { DEEP, fc } from '../../support/seed.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let view: AuthorityView;
let whole: ExaminedTombstones;
/** Every record but the declarations: `<tombstone>/<kind>-<digest>`. */
let records: readonly string[];

/** Three tombstones, lifted, purged, and what three replicas said of the purges. */
beforeAll(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { a: 'one', b: 'two', c: 'three' });
  const tombstones = [];
  for (const path of ['a', 'b', 'c']) {
    later();
    tombstones.push((await redactPath(workspace, path)).tombstone);
  }
  const [first, second, third] = tombstones;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were made');
  for (const act of ['lift', 'purge'] as const) {
    for (const tombstone of [first, second]) {
      later();
      await forgeRecords(workspace, (draft) => draft[act](tombstone, 'x'));
    }
  }
  const replicas = [await workspace.replica(), createReplica(), createReplica()];
  for (const replica of replicas) {
    later();
    await endorse(replica);
    const outcome = replica === replicas[1] ? 'incomplete' : 'complete';
    await forgeRecords(workspace, (draft) => draft.receipt(first, { outcome, places: [] }), { replica });
    later();
    await forgeRecords(workspace, (draft) => draft.receipt(second, { outcome, places: [] }), { replica });
  }
  ({ view } = await loadAuthority(workspace));
  const { head } = await loadSet(workspace);
  whole = await examineSetAt(workspace, view, head);
  expect(whole.problems).toEqual([]);
  records = [...whole.trees].flatMap(([id, rows]) =>
    rows.filter(({ mode }) => mode === '40000').map(({ name }) => `${id}/${decodeUtf8(name) ?? ''}`),
  );
  expect(records).toHaveLength(10);
});

function later(): void {
  repository.now = parseInstant(new Date(Date.parse(repository.now) + 1000).toISOString());
}

async function endorse(replica: ReturnType<typeof createReplica>): Promise<void> {
  const authority = await loadAuthority(workspace);
  const batch = workspace.writer.batch();
  const caller = await identifyCaller(workspace, authority.view);
  const draft = new AuthorityDraft(workspace, { authority, caller, replica, now: repository.now }, batch);
  draft.endorseReplica();
  const change = draft.refChange();
  await batch.write();
  if (change !== null) await moveRef(workspace, change.name, change.new);
}

/** A set of some of the records, each with what it answers: as a replica may have it. */
async function part(chosen: ReadonlySet<string>): Promise<ExaminedTombstones> {
  const names = new Set<string>();
  for (const name of chosen) {
    const [id = ''] = name.split('/');
    names.add(id).add(name);
    if (!name.includes('/receipt-')) continue;
    for (const purge of records.filter((one) => one.startsWith(`${id}/purge-`))) names.add(purge);
  }
  const batch = workspace.writer.batch();
  const rows: TreeEntry[] = [];
  const decoded: DecodedTombstone[] = [];
  for (const [id, entries] of whole.trees) {
    const record = whole.records.get(id);
    if (!names.has(id) || record === undefined) continue;
    const has = (kind: string) => (one: { readonly id: string }) => names.has(`${id}/${kind}-${one.id}`);
    decoded.push({
      ...record,
      lifts: record.lifts.filter(has('lift')),
      purges: record.purges.filter(has('purge')),
      receipts: record.receipts.filter(has('receipt')),
    });
    const kept = entries.filter(
      ({ mode, name }) => mode !== '40000' || names.has(`${id}/${decodeUtf8(name) ?? ''}`),
    );
    rows.push({ mode: '40000', name: utf8(id), id: batch.addTree(kept) });
  }
  const newest = newestInstant(decoded);
  if (newest === undefined) return examineSetAt(workspace, view, null);
  const head = batch.add('commit', encodeSetCommit('tombstones', batch.addTree(rows), newest));
  await batch.write();
  return examineSetAt(workspace, view, head);
}

function named(chosen: readonly number[]): ReadonlySet<string> {
  return new Set(chosen.map((at) => records[at] ?? ''));
}

async function join(mine: ExaminedTombstones, theirs: ExaminedTombstones): Promise<ExaminedTombstones> {
  const batch = workspace.writer.batch();
  const counts = (): boolean => true;
  const { ref } = joinTombstones(
    { ...mine, unbelieved: new Set(), late: new Map() },
    { ...theirs, late: new Map() },
    { batch, counts },
  );
  if (ref === null) return mine;
  await batch.write();
  return examineSetAt(workspace, view, ref.new);
}

const shown = ({ records: found, hidden }: ExaminedTombstones): unknown => [
  [...found.values()].map(summariseTombstone),
  Object.fromEntries([...hidden].map(([file, { id }]) => [file, id])),
];

describe('tombstones of three replicas', () => {
  it('come to the same set and the same status in whatever order, and however often, they arrive', async () => {
    const subset = (): fc.Arbitrary<readonly number[]> =>
      fc.uniqueArray(fc.nat({ max: records.length - 1 }), { maxLength: records.length });
    await fc.assert(
      fc.asyncProperty(
        fc.array(subset(), { minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        async (parts, order) => {
          const expected = await part(named(parts.flat()));
          expect(expected.problems).toEqual([]);
          const pool: ExaminedTombstones[] = [];
          for (const chosen of parts) pool.push(await part(named(chosen)));
          // Any two meet, and meet again; then all of them, one after the other.
          for (const [at, pick] of order.entries()) {
            const [a, b] = [pool[pick % pool.length], pool[(pick + at) % pool.length]];
            if (a !== undefined && b !== undefined) pool[pick % pool.length] = await join(a, b);
          }
          const heads = new Set<ObjectId | null>();
          for (const one of pool) {
            let all = one;
            for (const other of pool) all = await join(all, other);
            heads.add(all.head);
            expect(all.problems).toEqual([]);
            expect(shown(all)).toEqual(shown(expected));
          }
          expect([...heads]).toEqual([expected.head]);
        },
      ),
      { numRuns: DEEP ? 500 : 25 },
    );
  });

  it('lose nothing that one of them carries along unread', async () => {
    const mine = await part(new Set(records.slice(0, 2)));
    const batch = workspace.writer.batch();
    const kept = [{ mode: '100644', name: utf8('a-newer-record'), id: batch.add('blob', utf8('x')) }];
    const { ref } = joinTombstones(
      { ...mine, kept, unbelieved: new Set(), late: new Map() },
      { ...whole, late: new Map() },
      {
        batch,
        counts: () => true,
      },
    );
    await batch.write();
    const joined = await examineSetAt(workspace, view, ref?.new ?? null);
    expect(joined.records.size).toBe(3);
    expect(joined.problems.map(({ subject }) => subject).join()).toContain('a-newer-record');
  });
});
