import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatDigest, type Digest, type TombstoneId } from '#domain/id.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { ActRecord, TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { travellingFilter, travellingInput, type TravellingMark } from '#domain/removal/travelling-mark.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';

type TravellingCheck = (blob: ObjectId) => Promise<TombstoneId | undefined>;

/** Of each workspace the check of its newest set: what was computed once is known as long as the process lives. */
const loaded = new WeakMap<Workspace, { readonly of: string; readonly check: TravellingCheck | undefined }>();

/**
 * What clones that never held it refuse, by the marks of the verified set; undefined where the policy of today asks for
 * no such list, or nothing is on it. A mark counts where its tombstone does: its author was allowed to redact, and nobody
 * who may has lifted it. That is asked of those alone whose digest a content has.
 */
export async function findTravelling(workspace: Workspace): Promise<TravellingCheck | undefined> {
  const head = await workspace.refs.read(TOMBSTONES_REF);
  if (head === undefined || (await workspace.records.readClone()) === undefined) return undefined;
  const { view } = await knowAuthority(workspace);
  if (!listTravels(view)) return undefined;
  const of = `${head} ${view.head}`;
  const known = loaded.get(workspace);
  if (known?.of === of) return known.check;
  const { readTombstones } = await import('#usecases/tombstones/load-tombstones.ts');
  const { records } = await readTombstones(workspace, view);
  const told = [...records.values()].flatMap(toldBy);
  const check = told.length === 0 ? undefined : checkOf(workspace, view, told);
  loaded.set(workspace, { of, check });
  return check;
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
  const filters = new Set(told.map(({ mark }) => mark.filter));
  const byDigest = new Map<Digest, ToldMark[]>();
  for (const one of told) byDigest.set(one.mark.digest, [...(byDigest.get(one.mark.digest) ?? []), one]);
  const answers = new Map<ObjectId, Promise<TombstoneId | undefined>>();
  const ask = async (blob: ObjectId): Promise<TombstoneId | undefined> => {
    const digest = formatDigest(await workspace.costlyDigest(travellingInput(genesis, blob)));
    for (const one of byDigest.get(digest) ?? []) if (await counts(workspace, one)) return one.record.id;
    return undefined;
  };
  return async (blob) => {
    if (!filters.has(travellingFilter(workspace.hasher, genesis, blob))) return undefined;
    const answer = answers.get(blob) ?? ask(blob);
    answers.set(blob, answer);
    return answer;
  };
}

/** Everybody who is enrolled can sign a record: one that was not allowed must keep nobody from working. */
async function counts(workspace: Workspace, { record, purge }: ToldMark): Promise<boolean> {
  const { isLifted, redactionProblem, removalProblem } =
    await import('#usecases/tombstones/removal-problem.ts');
  if ((await redactionProblem(workspace, record)) !== undefined) return false;
  if (purge === undefined) return !(await isLifted(workspace, record));
  return (await removalProblem(workspace, { ...record, purges: [purge] }, 'purge')) === undefined;
}
