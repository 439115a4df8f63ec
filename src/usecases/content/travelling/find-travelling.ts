import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, type TombstoneId } from '#domain/id.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { ActRecord, TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import {
  TRAVELLING_FILTERS,
  travellingFilter,
  travellingInput,
  type TravellingMark,
} from '#domain/removal/travelling-mark.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';

/**
 * Digests that are made before anybody asks whose marks they are for, which takes longer than a few of them. A record
 * that was not allowed can have marks that every content passes: those after that cost nothing.
 */
const UNASKED_DIGESTS = 16;

type TravellingCheck = (blob: ObjectId) => Promise<TombstoneId | undefined>;

/** Of each workspace the check of its newest set: what was computed once is known as long as the process lives. */
const loaded = new WeakMap<Workspace, { readonly of: string; readonly list: TravellingList | undefined }>();

interface TravellingList {
  readonly check: TravellingCheck;
  readonly filters: ReadonlySet<number>;
}

/**
 * What clones that never held it refuse, by the marks of the verified set; undefined where the policy of today asks for
 * no such list, or nothing is on it. A mark counts where its tombstone does: its author was allowed to redact, in the
 * whole repository, since nobody can tell which content it is of, and nobody who may has lifted it. That takes long,
 * and is asked where a content has the digest, or many have come to nothing.
 */
export async function findTravelling(workspace: Workspace): Promise<TravellingCheck | undefined> {
  return (await loadList(workspace))?.check;
}

async function loadList(workspace: Workspace): Promise<TravellingList | undefined> {
  const head = await workspace.refs.read(TOMBSTONES_REF);
  if (head === undefined || (await workspace.records.readClone()) === undefined) return undefined;
  const { view } = await knowAuthority(workspace);
  if (!listTravels(view)) return undefined;
  const of = `${head} ${view.head}`;
  const known = loaded.get(workspace);
  if (known?.of === of) return known.list;
  const { readTombstones } = await import('#usecases/tombstones/load-tombstones.ts');
  const { records } = await readTombstones(workspace, view);
  const told = [...records.values()].filter(({ hides }) => hides).flatMap(toldBy);
  const filters = new Set(told.map(({ mark }) => mark.filter));
  const list = told.length === 0 ? undefined : { check: checkOf(workspace, view, told), filters };
  loaded.set(workspace, { of, list });
  return list;
}

/** The marks of one tombstone alone, to look for what it removed; undefined where it has none that travel today. */
export async function findMarksOf(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<{ readonly mayBe: (blob: ObjectId) => boolean; readonly check: TravellingCheck } | undefined> {
  const { view } = await knowAuthority(workspace);
  const told = listTravels(view) ? toldBy(record) : [];
  if (told.length === 0) return undefined;
  const filters = new Set(told.map(({ mark }) => mark.filter));
  return {
    mayBe: (blob) => filters.has(travellingFilter(workspace.hasher, view.genesis, blob)),
    check: checkOf(workspace, view, told),
  };
}

/** How many times as many as chance has it may seem to be removed, and how many at least. */
const MORE_THAN_CHANCE = 4;
const ALWAYS = 64;

/**
 * Throws `CONTENT_SHUNNED` where so many contents pass the filters of the marks that somebody made them for it: each
 * would cost a digest. Asks nobody, and makes none.
 */
export async function refuseGround(workspace: Workspace, offered: ReadonlySet<ObjectId>): Promise<void> {
  const filters = (await loadList(workspace))?.filters;
  if (filters === undefined) return;
  const { genesis } = (await knowAuthority(workspace)).view;
  let passing = 0;
  for (const id of offered) if (filters.has(travellingFilter(workspace.hasher, genesis, id))) passing += 1;
  const byChance = (offered.size * filters.size) / TRAVELLING_FILTERS;
  if (passing <= ALWAYS + MORE_THAN_CHANCE * byChance) return;
  throw new HeddleError(
    'CONTENT_SHUNNED',
    `${passing} contents look like removed ones, which chance makes of few`,
    {
      facts: { advice: 'bring fewer at once' },
      preserved: 'nothing was accepted',
    },
  );
}

/** A mark, and the record that it counts with. */
interface ToldMark {
  readonly mark: TravellingMark;
  readonly record: TombstoneRecord;
  /** The purge that tells it; undefined of what the tombstone itself tells. */
  readonly purge?: ActRecord;
}

function toldBy(record: TombstoneRecord): readonly ToldMark[] {
  return [
    ...record.declaration.shun.map((mark) => ({ mark, record })),
    ...record.countedPurges.flatMap((purge) => purge.act.shun.map((mark) => ({ mark, record, purge }))),
  ];
}

function checkOf(
  workspace: Workspace,
  { genesis }: AuthorityView,
  told: readonly ToldMark[],
): TravellingCheck {
  const byFilter = new Map<number, ToldMark[]>();
  for (const one of told) {
    const alike = byFilter.get(one.mark.filter);
    if (alike === undefined) byFilter.set(one.mark.filter, [one]);
    else alike.push(one);
  }
  const counted = new Map<TombstoneRecord | ActRecord, Promise<boolean>>();
  const isCounted = (one: ToldMark): Promise<boolean> => {
    const by = one.purge ?? one.record;
    const known = counted.get(by) ?? counts(workspace, one);
    counted.set(by, known);
    return known;
  };
  let left = UNASKED_DIGESTS;
  const ask = async (blob: ObjectId, alike: readonly ToldMark[]): Promise<TombstoneId | undefined> => {
    left -= 1;
    if (left < 0 && !(await someAsync(alike, isCounted))) return undefined;
    const digest = formatDigest(await workspace.costlyDigest(travellingInput(genesis, blob)));
    for (const one of alike) if (one.mark.digest === digest && (await isCounted(one))) return one.record.id;
    return undefined;
  };
  const answers = new Map<ObjectId, Promise<TombstoneId | undefined>>();
  return async (blob) => {
    const alike = byFilter.get(travellingFilter(workspace.hasher, genesis, blob));
    if (alike === undefined) return undefined;
    const answer = answers.get(blob) ?? ask(blob, alike);
    answers.set(blob, answer);
    return answer;
  };
}

async function someAsync<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true;
  return false;
}

/** Everybody who is enrolled can sign a record: one that was not allowed must keep nobody from working. */
async function counts(workspace: Workspace, { record, purge }: ToldMark): Promise<boolean> {
  const { isLifted, marksProblem, redactionProblem, removalProblem } =
    await import('#usecases/tombstones/removal-problem.ts');
  // The one that costs no look at what is covered comes first.
  if ((await marksProblem(workspace, record, purge)) !== undefined) return false;
  if ((await redactionProblem(workspace, record)) !== undefined) return false;
  if (purge === undefined) return !(await isLifted(workspace, record));
  return (await removalProblem(workspace, { ...record, purges: [purge] }, 'purge')) === undefined;
}
