import type { AuthorityBody, Grant } from '#domain/authority/authority.ts';
import { grantRemovalProblem } from '#domain/authority/last-owner.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type Target } from './reversal.ts';

/** Takes back a change of grants by the opposite record: the chain only ever grows. */
export async function undoGrant(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  const grant = grantOf(workspace, await loadAuthority(workspace), grantIdOf(target));
  if (grant === undefined) throw refused(target, 'its grant is not in the authority chain');
  const active = ground.authority.view.grants.find(({ id }) => id === grant.id);
  const adds = target.line.op === 'grant-add';
  if (adds && active === undefined) throw refused(target, 'the grant was removed already');
  const stays = adds && active !== undefined ? grantRemovalProblem(ground.authority.view, active) : undefined;
  if (stays !== undefined) throw refused(target, stays);
  if (!adds && grant.until !== null && grant.until <= ground.now) {
    throw refused(target, 'the grant would have ended by now');
  }
  return {
    ask: { operation: 'grant:write', resources: [grant.resource], granting: grant.role },
    plan: async ({ authority }) => {
      const body: AuthorityBody = adds
        ? {
            kind: 'grant',
            action: 'remove',
            grant: grant.id,
            seen: await seenHeads(workspace, ground.authority.view),
          }
        : {
            kind: 'grant',
            action: 'add',
            principal: grant.principal,
            role: grant.role,
            resource: grant.resource,
            until: grant.until,
          };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}

function grantIdOf({ texts }: Target): Json | undefined {
  return jsonField(jsonField(texts.result, 'grant'), 'id');
}

/** The record itself says what was granted, also after it was removed. */
function grantOf(
  workspace: Workspace,
  authority: LoadedAuthority,
  wanted: Json | undefined,
): (Pick<Grant, 'principal' | 'role' | 'resource' | 'until'> & { readonly id: AuthorityId }) | undefined {
  for (const files of authority.files) {
    const id = formatId('hg', workspace.hasher.hash('authority', files.record));
    const { body } = decodeEntry(files).record;
    if (id === wanted && body.kind === 'grant' && body.action === 'add') return { ...body, id };
  }
  return undefined;
}
