import type { AuthorityBody } from '#domain/authority/authority.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import { commitsBefore, type RecordReversing } from './chain-records.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { Reversal } from '#usecases/undo/reversal.ts';

/** Reverses a change of a policy by setting what was asked before it, where nothing was set there since. */
export async function reversePolicy(
  ground: Ground,
  { record, records, refuse }: RecordReversing,
): Promise<Reversal> {
  const policies = records.flatMap((other) =>
    other.body.kind === 'policy' ? [{ ...other, body: other.body }] : [],
  );
  const resource = policies.find(({ id }) => id === record.id)?.body.resource;
  if (resource === undefined) throw await refuse('its policy is not in the authority chain');
  const there = policies.filter(({ id, body }) => id !== record.id && body.resource === resource);
  const before = commitsBefore(records, record);
  const since = there.findLast(({ commit }) => !before.has(commit));
  if (since !== undefined) throw await refuse('another policy was set there since', since);
  const rules = there.at(-1)?.body.rules ?? NO_RULES;
  return {
    ask: { operation: 'policy:write', resources: [ground.authority.view.repository] },
    plan: async ({ authority }) => {
      const body: AuthorityBody = { kind: 'policy', resource, rules };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}
