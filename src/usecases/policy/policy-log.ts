import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import { ruleChanges } from '#domain/policy/rule-changes.ts';
import { formatId } from '#domain/id.ts';
import type { PolicyLogEntry, PolicyLogResult } from '#domain/results/policy-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import { recordReason } from '#usecases/keys/grant-reasons.ts';

/** Every record of a policy with what it changed, newest first. */
export async function policyLog(workspace: Workspace, limit: number | null): Promise<PolicyLogResult> {
  const { files, view } = await loadAuthority(workspace);
  const inForce = new Set(view.policies.map(({ id }) => id));
  const standing = new Map<string, PolicyRules>();
  const entries: PolicyLogEntry[] = [];
  for (const file of files) {
    const { by, at, body } = decodeEntry(file).record;
    if (body.kind !== 'policy') continue;
    const id = formatId('hg', workspace.hasher.hash('authority', file.record));
    const { resource, rules } = body;
    const changes = ruleChanges(standing.get(resource) ?? NO_RULES, rules);
    standing.set(resource, rules);
    const reason = recordReason(workspace, file);
    entries.push({ id, resource, by, at, reason, changes, inForce: inForce.has(id) });
  }
  const newest = entries.toReversed();
  return { entries: limit === null ? newest : newest.slice(0, limit) };
}
