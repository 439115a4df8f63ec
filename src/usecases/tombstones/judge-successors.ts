import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneId } from '#domain/id.ts';
import { foldTombstones, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countedActs } from './counted-acts.ts';
import type { LateRecords } from './late/suspect.ts';
import { recordDecisionProblem } from './decision/record-decision.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import type { ExaminedTombstones } from './set/examine-tombstones.ts';

/**
 * A tombstone that stands for another decides alone what is left of a content. So its author is asked for what that
 * needs, everything in the repository, as of the time; everybody with a key could sign one and put it into the set.
 * Others only hide more, and are for `verify`.
 */
export async function judgeSuccessors(
  workspace: Workspace,
  view: AuthorityView,
  {
    examined,
    successors,
  }: {
    readonly examined: ExaminedTombstones & LateRecords;
    readonly successors: readonly TombstoneRecord[];
  },
): Promise<ExaminedTombstones & LateRecords & { readonly unbelieved: ReadonlySet<string> }> {
  const problems = new Map<TombstoneId, string>();
  const authority = await verifyAuthority(workspace, new VerifyReport());
  for (const one of successors) {
    const why = await successorProblem(workspace, one, authority?.views.get(one.declaration.policy));
    if (why !== undefined) problems.set(one.id, why);
  }
  const late = new Set(examined.late.keys());
  if (problems.size === 0) return { ...examined, unbelieved: late };
  const purges = successors.filter(({ id }) => problems.has(id)).flatMap((one) => one.purges);
  const unbelieved = new Set<string>([...late, ...problems.keys(), ...purges.map(({ id }) => id)]);
  const set = foldTombstones([...examined.records.values()], countedActs(view), unbelieved);
  const told = [...problems].map(([subject, why]) => ({ subject, why }));
  return { ...examined, ...set, problems: [...examined.problems, ...told], unbelieved };
}

async function successorProblem(
  workspace: Workspace,
  { declaration: record, chain }: TombstoneRecord,
  view: AuthorityView | undefined,
): Promise<string | undefined> {
  if (view === undefined) return 'the authority record it was decided under is unknown';
  const asked = { view, resources: [view.repository] };
  return recordDecisionProblem(workspace, { kind: 'tombstone', record, chain }, asked);
}
