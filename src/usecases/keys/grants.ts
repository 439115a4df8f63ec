import type { AuthorityView, Grant } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { grantRemovalProblem } from '#domain/authority/last-owner.ts';
import { covers } from '#domain/resource/resource.ts';
import type { GrantAddResult, GrantRemoveResult, GrantResult } from '#domain/results/grant-results.ts';
import type { Role } from '#domain/authority/role.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { grantReasons } from './grant-reasons.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';

export interface GrantOptions {
  readonly principal: string;
  readonly role: Role;
  readonly resource: string;
  readonly until: Instant | null;
  /** Kept in the record's sidecar. */
  readonly reason?: string | null;
}

/** Gives a principal a role at a resource, by a record in the authority chain. */
export async function addGrant(
  workspace: Workspace,
  options: GrantOptions,
): Promise<Mutated<Omit<GrantAddResult, 'operation'>>> {
  const { reason = null, ...given } = options;
  return mutate(workspace, {
    op: 'grant-add',
    args: { ...given, reason },
    asksPassphrase: true,
    propose: async ({ authority, caller, now }) => ({
      kind: 'ask',
      ask: { operation: 'grant:write', resources: [options.resource], granting: options.role },
      plan: async (drafts) => {
        assertGrantable(authority.view, options, now);
        const id = drafts.authority.append({ kind: 'grant', action: 'add', ...given }, reason);
        const grant: GrantResult = { id, ...given, reason, by: caller.actor.principal, since: now };
        return { ...NO_CHANGE, states: [], result: { grant } };
      },
    }),
  });
}

const REGISTER =
  'register one first: `heddle key add PRINCIPAL PUBLIC-KEY` takes what `heddle key export` prints for them';

/** Throws `GRANT_INVALID` for a grant that would mean nothing. */
export function assertGrantable(
  view: AuthorityView,
  options: Pick<GrantOptions, 'principal' | 'resource' | 'until'>,
  now: Instant,
): void {
  const refuse = (why: string, advice: string | null = null): HeddleError =>
    new HeddleError('GRANT_INVALID', why, {
      facts: { principal: options.principal, resource: options.resource, advice },
      preserved: 'nothing was changed',
    });
  const known = view.principals.some(({ principal, revoked }) => principal === options.principal && !revoked);
  if (!known) throw refuse(`${options.principal} has no registered key`, REGISTER);
  const related = covers(view.repository, options.resource) || covers(options.resource, view.repository);
  if (!related) throw refuse(`${options.resource} is not of this repository`);
  if (options.until !== null && options.until <= now) throw refuse('the grant would have ended already');
}

/** Takes a grant back. Throws `NOT_FOUND`, `AMBIGUOUS`, `GRANT_INVALID` for the last owner. */
export async function removeGrant(
  workspace: Workspace,
  name: string,
  reason: string | null = null,
): Promise<Mutated<Omit<GrantRemoveResult, 'operation'>>> {
  return mutate(workspace, {
    op: 'grant-remove',
    args: { grant: name, reason },
    asksPassphrase: true,
    blind: async ({ authority }) => ({
      operation: 'grant:write',
      resources: [authority.view.repository],
    }),
    propose: async ({ authority }) => {
      const grant = findGrant(authority.view, name);
      return {
        kind: 'ask',
        ask: { operation: 'grant:write', resources: [grant.resource], granting: grant.role },
        plan: async (drafts) => {
          assertRemovable(authority.view, grant);
          const seen = await seenHeads(workspace, authority.view);
          drafts.authority.append({ kind: 'grant', action: 'remove', grant: grant.id, seen }, reason);
          const loaded = await loadAuthority(workspace);
          const given = grantReasons(workspace, loaded, [grant.id]).get(grant.id) ?? null;
          const result = { grant: { ...grant, reason: given }, reason };
          return { ...NO_CHANGE, states: [], result };
        },
      };
    },
  });
}

/** Resolves a grant's id or the unambiguous beginning of one. */
function findGrant(view: AuthorityView, name: string): Grant {
  const matches = view.grants.filter((grant) =>
    grant.id.startsWith(name.startsWith('hg-') ? name : `hg-${name}`),
  );
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match;
  const code = match === undefined ? 'NOT_FOUND' : 'AMBIGUOUS';
  const why = match === undefined ? 'no grant has this id' : 'more than one grant begins like this';
  const advice = 'see the ids with `heddle grant list`';
  throw new HeddleError(code, why, {
    facts: { grant: name.slice(0, 80), advice },
    preserved: 'nothing was changed',
  });
}

function assertRemovable(view: AuthorityView, grant: Grant): void {
  const why = grantRemovalProblem(view, grant);
  if (why === undefined) return;
  throw new HeddleError('GRANT_INVALID', why, {
    facts: { grant: grant.id, principal: grant.principal },
    preserved: 'nothing was changed',
  });
}
