import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { Incoming } from '#ports/server/incoming.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Coverage, Uncovered } from '#usecases/server/lines/coverage.ts';
import { threadWay } from '#usecases/server/lines/ways.ts';
import type { PushedRefs } from './pushed-refs.ts';
import { MOST_COMMITS } from '#usecases/server/pushed-states.ts';
import type { Refusals } from '#usecases/server/refusals.ts';

/** What moves of refs are held against. */
export interface MoveGround {
  /** As the push would leave it. */
  readonly candidate: Workspace;
  readonly view: AuthorityView;
  readonly coverage: Coverage;
  readonly incoming: Incoming;
  readonly refusals: Refusals;
}

/**
 * Asks for a line behind each move of a ref of heddle's own. A thread that goes on needs one that says where it is now;
 * one that goes back, or away, needs lines that lead there from where the server has it.
 */
export async function judgePushedThreads(ground: MoveGround, refs: PushedRefs): Promise<void> {
  const sets = [refs.authority, refs.tombstones, refs.requests, refs.reviews, refs.imports];
  for (const ref of sets.flatMap((set) => set ?? []))
    await guarded(ground, ref, () => ground.coverage.arrival(ref));
  for (const ref of refs.threads)
    await guarded(ground, ref, async () =>
      (await goesOn(ground, ref))
        ? ground.coverage.arrival(ref)
        : ground.coverage.path(ref, { kinds: null, judge: threadWay(ground.candidate) }),
    );
}

async function guarded(
  { refusals }: MoveGround,
  { name }: RefChange,
  uncovered: () => Promise<Uncovered | undefined>,
): Promise<void> {
  await refusals.guard('LINE_REFUSED', name, async () => {
    const found = await uncovered();
    if (found !== undefined) refusals.refuseMove(name, found);
  });
}

/** Whether Git's history leads from the new state to the one that the server has. */
async function goesOn({ incoming }: MoveGround, { old, new: next }: RefChange): Promise<boolean> {
  if (next === null) return false;
  if (old === null) return true;
  return (await incoming.commits([old], [next], MOST_COMMITS)).length === 0;
}
