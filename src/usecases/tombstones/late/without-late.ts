import type { AuthorityView } from '#domain/authority/authority.ts';
import { foldTombstones, isUnbelieved } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countedActs } from '#usecases/tombstones/counted-acts.ts';
import type { ExaminedTombstones, TombstoneProblem } from '#usecases/tombstones/set/examine-tombstones.ts';
import { findLateRecords } from './late-records.ts';
import type { LateRecords } from './suspect.ts';

/**
 * A set in which late tombstones hide nothing, and are told among what is wrong with it. They stay: what others built on
 * what they left is verified by them.
 *
 * @param find how to find them; anew where left out.
 */
export async function withoutLate(
  workspace: Workspace,
  view: AuthorityView,
  examined: ExaminedTombstones,
  find: typeof findLateRecords = findLateRecords,
): Promise<ExaminedTombstones & LateRecords> {
  const records = [...examined.records.values()];
  const { late, isOpen } = await find(workspace, view, records);
  if (late.size === 0) return { ...examined, late, isOpen };
  const set = foldTombstones(records, countedActs(view), new Set(late.keys()));
  const told = [...set.records.values()].flatMap((record): readonly TombstoneProblem[] => {
    const by = late.get(record.id);
    return by === undefined || !isUnbelieved(record)
      ? []
      : [{ subject: record.id, why: lateBy(by), isLate: true }];
  });
  return { ...examined, ...set, problems: [...examined.problems, ...told], late, isOpen };
}

function lateBy(revocation: string): string {
  return `it is late: what it was made with was taken away by ${revocation}, which had not seen it; it hides nothing, and whoever may hides what is to stay hidden anew with \`heddle redact\``;
}
