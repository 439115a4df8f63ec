import type { AuthorityView } from '#domain/authority/authority.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import { isUnbelieved } from '#domain/removal/tombstone-set.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming, IncomingObject } from '#ports/server/incoming.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findOwnCheck } from '#usecases/content/shunned.ts';
import { findTravelling, refuseGround } from '#usecases/content/travelling/find-travelling.ts';
import { withoutLate } from '#usecases/tombstones/late/without-late.ts';
import { removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { examineTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import type { Refusals } from './refusals.ts';

/** Objects that one push may bring. */
const MOST_OBJECTS = 5_000_000;

/** What git asks about. */
interface Offer {
  readonly updates: readonly RefChange[];
  readonly incoming: Incoming;
}

interface Looked {
  readonly server: Workspace;
  readonly push: Offer;
  readonly refusals: Refusals;
}

/** What a push offers that this server's own list has. More objects than one push may bring are refused here, too. */
export async function findShunned({ server, push, refusals }: Looked): Promise<readonly ObjectId[]> {
  let found: readonly ObjectId[] = [];
  await refusals.guard('CONTENT_SHUNNED', 'objects', async () => {
    const brought = await push.incoming.objects(MOST_OBJECTS);
    const tombstoneOf = await findOwnCheck(server);
    if (tombstoneOf === undefined) return;
    found = [...(await offeredBy(server, push, brought))].filter((id) => tombstoneOf(id) !== undefined);
  });
  return found;
}

/** Refuses that, but for what the push itself gives back. */
export async function refuseShunned(
  { server, refusals }: Pick<Looked, 'server' | 'refusals'>,
  shunned: readonly ObjectId[],
  isGivenBack: (tombstone: TombstoneId) => Promise<boolean>,
): Promise<void> {
  await refusals.guard('CONTENT_SHUNNED', 'objects', async () => {
    const back = new Set<TombstoneId>();
    for (const id of shunned) {
      // Several may have removed one content, and each of them counts.
      let found = (await findOwnCheck(server, back))?.(id);
      while (found !== undefined && (await isGivenBack(found))) {
        back.add(found);
        found = (await findOwnCheck(server, back))?.(id);
      }
      refuseFound(refusals, id, found);
    }
  });
}

/** The same by the list that travels. */
export async function refuseTravelling(
  { server, push, refusals }: Looked,
  candidate: Workspace,
  isGivenBack: (tombstone: TombstoneId) => Promise<boolean>,
): Promise<void> {
  await refusals.guard('CONTENT_SHUNNED', 'objects', async () => {
    const tombstoneOf = await findTravelling(server);
    if (tombstoneOf === undefined) return;
    const offered = await offeredBy(server, push, await push.incoming.objects(MOST_OBJECTS));
    await refuseGround(server, offered);
    for (const id of offered) {
      const found = await tombstoneOf(id);
      const isBack = found !== undefined && (await isGivenBack(found));
      refuseFound(refusals, id, isBack ? await (await findTravelling(candidate))?.(id) : found);
    }
  });
}

/**
 * Tells which tombstones hide nothing any more once a push is accepted: an owner lifted them, or they are late. What is
 * wrong with that is asked with all else of the push.
 */
export function givenBackBy(
  candidate: Workspace,
  view: AuthorityView,
): (tombstone: TombstoneId) => Promise<boolean> {
  let asked: ReturnType<typeof withoutLate> | undefined;
  return async (tombstone) => {
    asked ??= examineTombstones(candidate, view).then((whole) => withoutLate(candidate, view, whole));
    const record = (await asked).records.get(tombstone);
    if (record === undefined || record.hides) return false;
    return isUnbelieved(record) || (await removalProblem(candidate, record, 'lift')) === undefined;
  };
}

/**
 * What git would keep of a push is looked at whole: content may hide where nothing leads to it. So is what its refs would
 * lead to: what was hidden here and is not destroyed may lie in the store still, and git takes it for granted then.
 */
async function offeredBy(
  server: Workspace,
  { incoming, updates }: Offer,
  brought: readonly IncomingObject[],
): Promise<ReadonlySet<ObjectId>> {
  const tips = updates.flatMap((update) => update.new ?? []);
  const here = [...(await server.refs.list('refs/')).values()];
  const reached = await incoming.reached(tips, here, MOST_OBJECTS);
  return new Set([...brought.map((object) => object.id), ...reached]);
}

function refuseFound(refusals: Refusals, id: ObjectId, tombstone: TombstoneId | undefined): void {
  if (tombstone === undefined) return;
  refusals.refuse('CONTENT_SHUNNED', id, `it is what ${shortId(tombstone)} removed here`);
}
