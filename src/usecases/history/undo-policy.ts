import type { AuthorityBody } from '#domain/authority/authority.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { Reversal } from './reversal.ts';
import type { RecordReversing } from './undo-record.ts';

/** Reverses a change of a policy by setting what was asked before it, where nothing was set there since. */
export async function reversePolicy(
  ground: Ground,
  { record, records, refuse }: RecordReversing,
): Promise<Reversal> {
  const policies = records.flatMap(({ id, commit, body }) =>
    body.kind === 'policy' ? [{ id, commit, body }] : [],
  );
  const at = policies.findIndex(({ id }) => id === record.id);
  const resource = policies[at]?.body.resource;
  if (resource === undefined) throw await refuse('its policy is not in the authority chain');
  const same = ({ body }: (typeof policies)[number]): boolean => body.resource === resource;
  const since = policies.slice(at + 1).findLast(same);
  if (since !== undefined) throw await refuse('another policy was set there since', since);
  const rules = policies.slice(0, at).findLast(same)?.body.rules ?? NO_RULES;
  return {
    ask: { operation: 'policy:write', resources: [ground.authority.view.repository] },
    plan: async ({ authority }) => {
      const body: AuthorityBody = { kind: 'policy', resource, rules };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}
