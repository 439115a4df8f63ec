import type { Effect, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { isThreadHead, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isLog, logsProblem } from '#usecases/segments/moved-logs.ts';
import { carriersProblem } from '#usecases/verify/verify-removal-line.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';

/**
 * What is wrong with a line by which tombstones of another clone arrived; undefined for nothing. It joins the set,
 * rebuilds carriers of the same states, and does what tombstones of the set say. Who signed these is judged by
 * themselves, so it does not matter who took them over.
 */
export async function receiveLineProblem(
  workspace: Workspace,
  { records }: VerifiedTombstones,
  {
    texts: { effects, inverse },
    refs,
  }: { readonly texts: OperationTexts; readonly refs: readonly RefChange[] },
): Promise<string | undefined> {
  const sets = refs.filter(({ name }) => name === TOMBSTONES_REF);
  const others = refs.filter(({ name }) => name !== TOMBSTONES_REF);
  const stays = others.every(
    ({ name, old, new: next }) => (isThreadHead(name) || isLog(name)) && old !== null && next !== null,
  );
  if (sets.length > 1 || sets.some((set) => set.new === null) || !stays || inverse !== null)
    return 'a receive moves more than it has to';
  return (
    tombstoneEffectsProblem({ records }, effects) ??
    (await carriersProblem(
      workspace,
      others.filter(({ name }) => isThreadHead(name)),
    )) ??
    (await logsProblem(
      workspace,
      others.filter(({ name }) => isLog(name)),
    ))
  );
}

/** What is wrong with effects that are to do what tombstones of the set say, and nothing else. */
export function tombstoneEffectsProblem(
  { records }: Pick<VerifiedTombstones, 'records'>,
  effects: readonly Effect[],
): string | undefined {
  for (const effect of effects) {
    if (effect.kind !== 'veil' && effect.kind !== 'unveil' && effect.kind !== 'purge')
      return 'it does more than tombstones say';
    if (!records.has(effect.tombstone))
      return `the tombstone ${effect.tombstone} that it is about is not in the set`;
  }
  return undefined;
}
