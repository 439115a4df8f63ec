import type { AuthorityBody, Grant } from '#domain/authority/authority.ts';
import { grantRemovalProblem } from '#domain/authority/last-owner.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { assertGrantable } from '#usecases/keys/grants.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { ChainRecord, RecordReversing } from './chain-records.ts';
import type { Reversal } from '#usecases/undo/reversal.ts';

type Given = Pick<Grant, 'principal' | 'role' | 'resource' | 'until'> & { readonly id: AuthorityId };

/** Reverses a change of grants by the opposite record. */
export async function reverseGrant(
  workspace: Workspace,
  ground: Ground,
  reversing: RecordReversing,
): Promise<Reversal> {
  const { record, records, refuse } = reversing;
  const adds = record.body.kind === 'grant' && record.body.action === 'add';
  const grant = adds ? given(record) : records.map(given).find((found) => found?.id === removed(record));
  if (grant === undefined) throw await refuse('its grant is not in the authority chain');
  if (adds) await requireRemovable(ground, reversing, grant);
  else if (grant.until !== null && grant.until <= ground.now) {
    throw await refuse('the grant would have ended by now');
  }
  return {
    ask: { operation: 'grant:write', resources: [grant.resource], granting: grant.role },
    plan: async ({ authority }) => {
      const { view } = ground.authority;
      if (!adds) assertGrantable(view, grant, ground.now);
      const { id, ...again } = grant;
      const body: AuthorityBody = adds
        ? { kind: 'grant', action: 'remove', grant: id, seen: await seenHeads(workspace, view) }
        : { kind: 'grant', action: 'add', ...again };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}

async function requireRemovable(
  { authority: { view } }: Ground,
  { records, refuse }: RecordReversing,
  { id }: Given,
): Promise<void> {
  const active = view.grants.find((grant) => grant.id === id);
  if (active === undefined) {
    throw await refuse(
      'the grant was removed already',
      records.find((record) => removed(record) === id),
    );
  }
  const stays = grantRemovalProblem(view, active);
  if (stays !== undefined) throw await refuse(stays);
}

/** What a record gives; undefined for one that gives nothing. */
function given({ id, body }: ChainRecord): Given | undefined {
  if (body.kind !== 'grant' || body.action !== 'add') return undefined;
  const { principal, role, resource, until } = body;
  return { id, principal, role, resource, until };
}

/** The grant that a record takes away. */
function removed({ body }: ChainRecord): AuthorityId | undefined {
  return body.kind === 'grant' && body.action === 'remove' ? body.grant : undefined;
}
