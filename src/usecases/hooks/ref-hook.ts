import { HeddleError } from '#domain/error.ts';
import { concernedRefs, parseRefUpdates, type RefUpdate } from '#domain/hooks/ref-updates.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources, gitAsk, isAgents } from './hook-asks.ts';
import { requireAllowed } from './require-allowed.ts';

/**
 * What of a transaction nobody may do with git alone, whoever it is. Throws `REF_NOT_LOGGED`. It needs no repository of
 * heddle, so that nothing which is wrong with one lets it pass; where refs are now is not known then.
 */
export function refuseHeddleRefs(text: string, current: ReadonlyMap<string, string> = new Map()): void {
  const [first] = concernedRefs(parseRefUpdates(text), current).heddle;
  if (first === undefined) return;
  throw new HeddleError(
    'REF_NOT_LOGGED',
    `${first.ref} moves by heddle alone: no line of heddle’s log explains this`,
    {
      facts: { ref: first.ref },
      preserved: 'no ref was moved',
    },
  );
}

/**
 * `reference-transaction`, which nothing but another hooks path skips: a branch takes new work, and an agent moves any ref
 * that holds work, only where whoever does it may.
 */
export async function checkRefs(workspace: Workspace, ground: Ground, text: string): Promise<void> {
  const updates = parseRefUpdates(text);
  const names = updates.map(({ ref }) => ref).filter((ref) => ref !== 'HEAD');
  const current = await (await workspace.hooks()).currentRefs(names);
  refuseHeddleRefs(text, current);
  const { branches, others, detached } = concernedRefs(updates, current);
  const agents = isAgents(workspace, ground);
  const { repository } = ground.authority.view;
  if (!agents) {
    const fresh = await movesWithNewWork(workspace, branches);
    for (const move of fresh) await askForBranch(workspace, ground, { move, agents });
    return;
  }
  for (const move of branches) await askForBranch(workspace, ground, { move, agents });
  const loose = await movesWithNewWork(workspace, detached);
  if (others.length + loose.length > 0) await requireAllowed(workspace, ground, gitAsk(agents, [repository]));
}

/** Work is what no ref leads to yet: whatever a fetch brought is others', and was judged where it was taken. */
async function movesWithNewWork(
  workspace: Workspace,
  moves: readonly RefUpdate[],
): Promise<readonly RefUpdate[]> {
  const fresh: RefUpdate[] = [];
  const hooks = await workspace.hooks();
  for (const move of moves) {
    if (move.new !== null && (await hooks.bringsNew([move.new]))) fresh.push(move);
  }
  return fresh;
}

async function askForBranch(
  workspace: Workspace,
  ground: Ground,
  { move, agents }: { readonly move: RefUpdate; readonly agents: boolean },
): Promise<void> {
  const paths = await touchedPaths(workspace, move);
  const resources = branchResources(ground.authority.view.repository, move.ref, paths);
  await requireAllowed(workspace, ground, gitAsk(agents, resources));
}

/** Nothing where a branch begins or ends: that is asked of the branch itself. */
async function touchedPaths(
  { revisions, comparer }: Workspace,
  { old, new: next }: RefUpdate,
): Promise<readonly Uint8Array[]> {
  if (old === null || next === null) return [];
  const trees = [await revisions.commitTree(old), await revisions.commitTree(next)] as const;
  return (await comparer.compare(...trees)).map(({ path }) => path);
}
