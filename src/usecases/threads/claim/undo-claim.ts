import { sameClaim, type Claim } from '#domain/claim/claim.ts';
import type { Effect, OperationTexts } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import type { Ground } from '#usecases/transaction/plan.ts';

type ClaimEffect = Extract<Effect, { readonly kind: 'claim' }>;

/** Takes a claim back, or the giving back of one, where it stands as that left it. */
export async function undoClaim(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const [made, back] = [claimEffect(target.texts), claimEffect(target.texts.inverse)];
  if (made === undefined || back === undefined || made.thread !== back.thread) {
    throw refused(target, 'it holds nothing to go back to');
  }
  const { thread } = made;
  return {
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      const now = await workspace.records.readClaim(thread);
      if (!stands(made.claim, now)) {
        throw refused(
          target,
          now === undefined ? `nobody claims ${thread} any more` : `${thread} was claimed since`,
        );
      }
      return { states: [], refs: [], effects: [back], inverse: null };
    },
  };
}

function stands(made: Claim | null, now: Claim | undefined): boolean {
  if (made === null || now === undefined) return made === null && now === undefined;
  return sameClaim(made, now);
}

/** The one claim that a line makes or ends, where it does nothing else; a clone's first line registers its key, too. */
export function claimEffect(
  changes: Pick<OperationTexts, 'refs' | 'effects'> | null,
): ClaimEffect | undefined {
  const [effect, ...more] = changes?.effects ?? [];
  const alone = more.length === 0 && changes?.refs.every(({ name }) => name === AUTHORITY_REF);
  return alone && effect?.kind === 'claim' ? effect : undefined;
}
