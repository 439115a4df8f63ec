import type { AuthorityBody } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { formatId } from '#domain/id.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type Target } from './reversal.ts';

/** Takes back a change of a policy by setting what was asked before it, where nothing was set there since. */
export async function undoPolicy(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  const { view } = ground.authority;
  const found = rulesBefore(workspace, await loadAuthority(workspace), jsonField(target.texts.result, 'id'));
  if (found === undefined) throw refused(target, 'its policy is not in the authority chain');
  if (!found.newest) throw refused(target, 'another policy was set there since');
  return {
    ask: { operation: 'policy:write', resources: [view.repository] },
    plan: async ({ authority }) => {
      const body: AuthorityBody = { kind: 'policy', resource: found.resource, rules: found.before };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}

interface Before {
  readonly resource: string;
  /** What was asked at the resource until the record. */
  readonly before: PolicyRules;
  /** True where no later record is about the resource. */
  readonly newest: boolean;
}

function rulesBefore(workspace: Workspace, { files }: LoadedAuthority, wanted: unknown): Before | undefined {
  const policies = files.flatMap((file) => {
    const { body } = decodeEntry(file).record;
    if (body.kind !== 'policy') return [];
    return [{ ...body, id: formatId('hg', workspace.hasher.hash('authority', file.record)) }];
  });
  const at = policies.findIndex(({ id }) => id === wanted);
  const resource = policies[at]?.resource;
  if (resource === undefined) return undefined;
  const same = (policy: { readonly resource: string }): boolean => policy.resource === resource;
  const before = policies.slice(0, at).findLast(same)?.rules ?? NO_RULES;
  return { resource, before, newest: !policies.slice(at + 1).some(same) };
}
