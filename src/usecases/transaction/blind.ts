import type { Decision } from '#domain/decision/decision.ts';
import type { Ask } from './plan.ts';

/**
 * What somebody is refused with in place of an answer that tells what there is: whoever may not read at `seen`, and is
 * not allowed `blind` either, meets the same denial for what exists and for what does not. Undefined for all others.
 */
export async function blindRefusal(
  decide: (ask: Ask) => Promise<Decision>,
  blind: Ask,
  seen: readonly string[],
): Promise<Extract<Decision, { kind: 'deny' }> | undefined> {
  const reading = await decide({ operation: 'state:read', resources: seen });
  if (reading.kind === 'allow') return undefined;
  const decision = await decide(blind);
  return decision.kind === 'deny' ? decision : undefined;
}
