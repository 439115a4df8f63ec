import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { isUnbelieved, type TombstoneRecord, type TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { areShunned } from '#usecases/content/shunned.ts';
import { findOtherHiders } from '#usecases/removal/lifting/other-file-hiders.ts';
import { readContentsIn } from '#usecases/removal/places/old-carriers.ts';
import { OtherTombstones, type ArrivedSet } from '#usecases/removal/further/other-tombstones.ts';
import { hasPurged } from '#usecases/removal/settle.ts';
import { hiddenSince } from '#usecases/removal/lifting/entangled.ts';
import { findStanding, namesAt } from '#usecases/removal/names/name-places.ts';
import { listCarriers, type Carrier } from '#usecases/states/list-carriers.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { redactionProblem, removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { heldTexts } from './held-texts.ts';
import { addsNothing, joinKept, toKeep } from './join-kept.ts';

/** A tombstone, and what of it goes into quarantine or comes back from there. */
export interface Held {
  readonly record: TombstoneRecord;
  readonly kept: QuarantinedContent;
}

/** What is taken out of carriers and from beside records. */
export interface Hidden extends Held {
  /** False where it was hidden here before and only arrived once more: nothing but the carriers has to change. */
  readonly isNew: boolean;
}

/** What a set of tombstones asks of what this clone holds. */
export interface Todo {
  /** Still stands in carriers, or beside records, here. */
  readonly hide: readonly Hidden[];
  readonly giveBack: readonly Held[];
  /** What late tombstones took out of carriers that arrived, as it stands in others. */
  readonly restore: readonly Held[];
  /** Whatever else hides some of what comes back. */
  readonly others: readonly TombstoneRecord[];
  readonly destroy: readonly TombstoneRecord[];
  /** What is not done, and why. */
  readonly notes: readonly string[];
}

/**
 * Finds what there is to be done once a set has become another.
 *
 * @param sets.here the repository without what arrived; left out where all of it is there already.
 */
export async function findTodo(
  workspace: Workspace,
  {
    before,
    after,
    here = workspace,
  }: { readonly before: LoadedTombstones; readonly after: TombstoneSet; readonly here?: Workspace },
): Promise<Todo> {
  const { carriers } = await listCarriers(workspace);
  const todo = { hide: [], giveBack: [], restore: [], others: [], destroy: [], notes: [] } as Mutable<Todo>;
  for (const record of after.records.values()) {
    if (record.hides) await lookForActive(workspace, { record, carriers, before, after, here }, todo);
    else if (isUnbelieved(record)) await lookForLate(workspace, { record, carriers, before, after }, todo);
    else if (before.records.get(record.id)?.status !== 'lifted')
      await lookForLifted(workspace, { record, set: { ...before, records: after.records } }, todo);
  }
  return todo;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : never };

async function lookForActive(
  workspace: Workspace,
  {
    record,
    carriers,
    here,
    ...set
  }: ArrivedSet & {
    readonly record: TombstoneRecord;
    readonly carriers: readonly Carrier[];
    readonly after: TombstoneSet;
    readonly here: Workspace;
  },
  { hide, destroy, notes }: Mutable<Todo>,
): Promise<void> {
  const others = new OtherTombstones(record, set);
  const kept = await findHeld(workspace, record, { carriers, others });
  const wasPurged = hasPurged(record, (await workspace.replica()).replica);
  if (kept !== undefined) {
    const { contents } = kept;
    // What arrived was judged; what somebody planted in this clone's own set was not.
    const files = contents.flatMap(({ entries }) => entries.map(({ file }) => file));
    for (const one of new Set([record, ...files.map((file) => others.hider(file))])) {
      const why = await redactionProblem(workspace, one);
      if (why === undefined) continue;
      notes.push(`${shortId(record.id)} hides nothing here: ${why}`);
      return;
    }
    if (contents.some((content) => !tellsParts(set.after, content))) {
      notes.push(`${shortId(record.id)} hides nothing here yet: what it keeps of a file did not arrive`);
      return;
    }
    hide.push({
      record,
      kept,
      isNew: !(await wasHidden(workspace, { record, kept })) || (await standsIn(here, record, others)),
    });
  }
  if (record.status === 'redacted' || wasPurged) return;
  if (kept === undefined && (await workspace.quarantine.state(record.id)) !== 'held') return;
  const problem = await removalProblem(workspace, record, 'purge');
  if (problem === undefined) destroy.push(record);
  else notes.push(`${shortId(record.id)} is hidden and not destroyed: ${problem}`);
}

/** What a tombstone removes, as far as it stands in some carriers and beside records; undefined for nothing. */
async function findHeld(
  workspace: Workspace,
  record: TombstoneRecord,
  { carriers, others }: { readonly carriers: readonly Carrier[]; readonly others: OtherTombstones },
): Promise<QuarantinedContent | undefined> {
  const contents = await readContentsIn(workspace, record, { carriers, others });
  const texts = await heldTexts(workspace, record);
  const names = namesAt(workspace, await findStanding(workspace, carriers, record));
  const stands = contents.length > 0 || texts !== undefined || names.length > 0;
  return stands ? toKeep({ contents, texts, names }) : undefined;
}

async function standsIn(here: Workspace, record: TombstoneRecord, others: OtherTombstones): Promise<boolean> {
  const { carriers } = await listCarriers(here);
  return (await findHeld(here, record, { carriers, others })) !== undefined;
}

/**
 * Whether all of it was hidden here: what a killed process kept, or what was never here of something destroyed, this home
 * does not refuse yet.
 */
async function wasHidden(workspace: Workspace, { record, kept }: Held): Promise<boolean> {
  const blobs = kept.contents.map(({ blob }) => blob);
  const names = (kept.names ?? []).map(({ name }) => name);
  if (!(await areShunned(workspace, record.id, { blobs, names }))) return false;
  return hasPurged(record, (await workspace.replica()).replica) || isKept(workspace, { record, kept });
}

/** Whether the quarantine has all of it. */
async function isKept(workspace: Workspace, { record, kept }: Held): Promise<boolean> {
  if ((await workspace.quarantine.state(record.id)) !== 'held') return false;
  const before = await openKept(workspace, record);
  return before !== undefined && addsNothing(before, kept);
}

/** Which parts of a content go is told by what stays of it, in a thread that was fetched. */
function tellsParts({ partly }: TombstoneSet, { cuts, entries }: RemovedContent): boolean {
  return cuts !== undefined || !entries.some(({ file }) => partly.has(file));
}

async function lookForLifted(
  workspace: Workspace,
  { record, set }: { readonly record: TombstoneRecord; readonly set: LoadedTombstones },
  { giveBack, others, notes }: Mutable<Todo>,
): Promise<void> {
  if ((await workspace.quarantine.state(record.id)) !== 'held') return;
  const problem = await removalProblem(workspace, record, 'lift');
  const kept = problem === undefined ? await openKept(workspace, record) : undefined;
  if (kept === undefined) {
    notes.push(`${shortId(record.id)} stays hidden here: ${problem ?? 'its quarantine cannot be read'}`);
    return;
  }
  const later = await hiddenSince(workspace, record, { kept, set });
  if (later !== undefined) {
    notes.push(`${shortId(record.id)} stays hidden here: ${later}`);
    return;
  }
  giveBack.push({ record, kept });
  others.push(...(await findOtherHiders(workspace, record, set)));
}

/**
 * A late tombstone hides nothing any more: what this clone had hidden by it comes back, and what it took out of carriers
 * of others comes back from those in which it stands.
 */
async function lookForLate(
  workspace: Workspace,
  {
    record,
    carriers,
    before,
    after,
  }: {
    readonly record: TombstoneRecord;
    readonly carriers: readonly Carrier[];
    readonly before: LoadedTombstones;
    readonly after: TombstoneSet;
  },
  { giveBack, restore, others, notes }: Mutable<Todo>,
): Promise<void> {
  const isHeld = (await workspace.quarantine.state(record.id)) === 'held';
  const kept = isHeld ? await openKept(workspace, record) : undefined;
  const standing = { carriers, others: new OtherTombstones(record, { before, after }) };
  const found = await findHeld(workspace, record, standing);
  const all = kept === undefined || found === undefined ? (kept ?? found) : joinKept(kept, found);
  if (all === undefined) return;
  const set = { ...before, ...after };
  const later = await hiddenSince(workspace, record, { kept: all, set });
  if (later !== undefined) notes.push(`${shortId(record.id)} stays hidden here: ${later}`);
  else {
    (kept === undefined ? restore : giveBack).push({ record, kept: all });
    others.push(...(await findOtherHiders(workspace, record, set)));
  }
}

async function openKept(
  workspace: Workspace,
  { id }: TombstoneRecord,
): Promise<QuarantinedContent | undefined> {
  try {
    return await workspace.quarantine.open(id);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return undefined;
    throw error;
  }
}

/**
 * Keeps what is going to be hidden, beside what a quarantine holds already. Where another home of this clone has the
 * key to that, it is left as it is: it holds what the tombstone covers.
 */
export async function keepHidden(workspace: Workspace, { hide }: Pick<Todo, 'hide'>): Promise<void> {
  for (const { record, kept } of hide.filter(({ isNew }) => isNew)) {
    const isHeld = (await workspace.quarantine.state(record.id)) === 'held';
    const before = isHeld ? await openKept(workspace, record) : undefined;
    if (isHeld && before === undefined) continue;
    await workspace.quarantine.keep(record.id, before === undefined ? kept : joinKept(before, kept));
  }
}
