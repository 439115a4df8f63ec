import { findPrincipal, highestRole } from '#domain/authority/authority-view.ts';
import type { AuthorityBody, AuthorityView, RegisteredPrincipal } from '#domain/authority/authority.ts';
import { keyRevocationProblem } from '#domain/authority/last-owner.ts';
import { HeddleError } from '#domain/error.ts';
import type { KeyRevokeResult } from '#domain/results/key-results.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { unlockKeys } from '#usecases/keys/open-keys.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';

/**
 * Ends a principal's keys, and with them every token that they signed. One's own needs no role but the keys
 * themselves; others' need an admin who is not below them. Throws `NOT_FOUND`, `KEY_REJECTED` for the last owner.
 */
export async function revokeKey(
  workspace: Workspace,
  options: {
    readonly principal: string;
    /** Null for the keys that are live. */
    readonly root: PublicKeyHex | null;
    readonly reason: string | null;
  },
): Promise<Mutated<Omit<KeyRevokeResult, 'operation'>>> {
  const { principal, root, reason } = options;
  return mutate(workspace, {
    op: 'key-revoke',
    args: { ...options },
    asksPassphrase: true,
    blind: async ({ authority: { view } }) => ({ operation: 'key:write', resources: [view.repository] }),
    propose: async ({ authority, caller }) => {
      const { view } = authority;
      const own = caller.actor.principal === principal;
      const highest = own ? null : highestRole(view, principal);
      return {
        kind: 'ask',
        ask: {
          operation: 'key:write',
          resources: [view.repository],
          own,
          ...(highest === null ? {} : { granting: highest }),
        },
        plan: async (drafts) => {
          const live = requireLive(view, principal, root);
          assertOwnerLeft(view, principal);
          const seen = await seenHeads(workspace, view);
          const body: AuthorityBody = {
            kind: 'key',
            action: 'revoke',
            principal,
            root: live.keys.root,
            seen,
          };
          const id = own
            ? await appendOwn(workspace, drafts, { live, body, reason })
            : drafts.authority.append(body, reason);
          return { ...NO_CHANGE, states: [], result: { id, principal, ...live.keys } };
        },
      };
    },
  });
}

/** A principal's own key changes are signed by the record key: whatever role its sessions have. */
async function appendOwn(
  workspace: Workspace,
  { authority }: Drafts,
  change: {
    readonly live: RegisteredPrincipal;
    readonly body: AuthorityBody;
    readonly reason: string | null;
  },
): Promise<KeyRevokeResult['id']> {
  const { live, body, reason } = change;
  const { record } = await unlockKeys(workspace, live.principal);
  // The decision asked for the unlocked root key, and one file holds both.
  return authority.appendOwn(body, reason, record);
}

function requireLive(view: AuthorityView, principal: string, root: PublicKeyHex | null): RegisteredPrincipal {
  const live = findPrincipal(view, principal);
  if (live !== undefined && (root === null || live.keys.root === root)) return live;
  const why =
    live === undefined ? `${principal} has no live keys` : `this is not the live key of ${principal}`;
  throw new HeddleError('NOT_FOUND', why, {
    facts: { principal, root },
    preserved: 'nothing was changed',
  });
}

function assertOwnerLeft(view: AuthorityView, principal: string): void {
  const why = keyRevocationProblem(view, principal);
  if (why === undefined) return;
  throw new HeddleError('KEY_REVOCATION_REFUSED', why, {
    facts: { principal },
    preserved: 'nothing was changed',
  });
}
