import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import { standsAbove } from '#domain/authority/handed-on.ts';
import { HeddleError } from '#domain/error.ts';
import type { TokenRevokeResult } from '#domain/results/token-results.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { findKnownChain, type KnownChain } from './known-chains.ts';

/** What to revoke; exactly one of the three is given. */
export interface Revocable {
  /** A session, with everything that was made from it. */
  readonly session: string | null;
  /** A block's revocation id, 128 hexadecimal digits. */
  readonly block: string | null;
  /** A token: its last block, so that what it was made from goes on; a session's own token is the session. */
  readonly token: Uint8Array | null;
}

/** What a record revokes, and the chain that shows whose it is, where one is known. */
interface Target {
  readonly session: string | null;
  readonly block: string | null;
  readonly shown: KnownChain | undefined;
  /** True where the caller stands above it. */
  readonly own: boolean;
}

type Revoked = Omit<TokenRevokeResult, 'operation'>;

/**
 * Ends a token and everything made from it, at once and for every time after what the author has seen. Whoever
 * stands above it may, else an admin in person. Does nothing where it was revoked. Throws `TOKEN_INVALID`, `USAGE`.
 */
export async function revokeToken(
  workspace: Workspace,
  options: Revocable & { readonly reason: string | null },
): Promise<Mutated<Revoked>> {
  const { reason } = options;
  const own = await isOwn(workspace, options);
  return mutate<Revoked>(workspace, {
    op: 'token-revoke',
    args: { ...(await namedBy(workspace, options)), reason },
    asksPassphrase: !own,
    blind: async ({ authority: { view } }) =>
      own ? undefined : { operation: 'token:revoke', resources: [view.repository] },
    propose: async ({ authority, caller }) => {
      const { view } = authority;
      const target = await findTarget(workspace, { view, chain: caller.chain }, options);
      if (isRevoked(view, target)) return { kind: 'nothing', result: resultOf(target, null) };
      return {
        kind: 'ask',
        ask: { operation: 'token:revoke', resources: [view.repository], own: target.own },
        plan: async (drafts) => {
          const { session, block, shown } = target;
          const seen = await seenHeads(workspace, view);
          const body: AuthorityBody = { kind: 'revoke', session, block, seen };
          const evidence = target.own && shown !== undefined ? workspace.tokens.seal(shown.token) : null;
          const id = drafts.authority.append(body, reason, evidence);
          return { ...NO_CHANGE, states: [], result: resultOf(target, id) };
        },
      };
    },
  });
}

/** What the log keeps of the arguments: never a token. */
async function namedBy(
  workspace: Workspace,
  { session, block, token }: Revocable,
): Promise<{ readonly session: string | null; readonly block: string | null }> {
  if (block !== null && !/^[0-9a-f]{128}$/.test(block)) {
    throw new HeddleError('USAGE', '--block takes a revocation id, 128 hexadecimal digits', {
      facts: { option: '--block', help: 'token revoke' },
    });
  }
  if (session === '' || (session?.length ?? 0) > LONGEST_SESSION) {
    throw new HeddleError('USAGE', '--session takes the name of a session', {
      facts: { option: '--session', help: 'token revoke' },
    });
  }
  if (token === null) return { session, block };
  const { view } = await loadAuthority(workspace);
  return { session, block: requireChain(workspace, view, token).revocationIds.at(-1) ?? null };
}

const LONGEST_SESSION = 200;

/** Known before the lock, so that nobody is asked for a passphrase that is not needed. */
async function isOwn(workspace: Workspace, options: Revocable): Promise<boolean> {
  const { view } = await loadAuthority(workspace);
  const { chain } = await identifyCaller(workspace, view);
  return (await findTarget(workspace, { view, chain }, options)).own;
}

interface Seen {
  readonly view: AuthorityView;
  /** The caller's. */
  readonly chain: TokenChain | null;
}

async function findTarget(
  workspace: Workspace,
  { view, chain }: Seen,
  { session, block, token }: Revocable,
): Promise<Target> {
  const above = (one: string, shown: KnownChain | undefined): boolean =>
    chain !== null && standsAbove(chain, one, shown?.chain);
  if (session !== null) {
    const named = ({ authority }: TokenChain): boolean => authority.session === session;
    const mine = await findKnownChain(workspace, view, (one) => named(one) && one.root === chain?.root);
    // A session is only a name; one's own is revoked by the block that began it, which nobody can copy.
    const first = mine?.chain.revocationIds[0];
    if (first !== undefined && above(first, mine))
      return { session: null, block: first, shown: mine, own: true };
    const shown = mine ?? (await findKnownChain(workspace, view, named));
    return { session, block: null, shown, own: false };
  }
  const shown =
    token === null
      ? await findKnownChain(workspace, view, ({ revocationIds }) => revocationIds.includes(block ?? ''))
      : { chain: requireChain(workspace, view, token), token };
  const one = block ?? shown?.chain.revocationIds.at(-1) ?? '';
  return { session: null, block: one, shown, own: above(one, shown) };
}

function requireChain(workspace: Workspace, view: AuthorityView, token: Uint8Array): TokenChain {
  const presented = workspace.tokens.read(token, rootKeys(view));
  if (presented.kind === 'chain') return presented.chain;
  throw new HeddleError('TOKEN_INVALID', `this token is nobody's who is registered here: ${presented.why}`, {
    preserved: 'nothing was changed',
  });
}

function isRevoked(view: AuthorityView, { session, block, shown }: Target): boolean {
  if (session !== null) return view.revokedSessions.includes(session);
  if (shown !== undefined && view.revokedSessions.includes(shown.chain.authority.session)) return true;
  const above = shown?.chain.revocationIds ?? [];
  const upTo = block === null ? [] : [...above.slice(0, above.indexOf(block)), block];
  return upTo.some((id) => view.revokedBlocks.includes(id));
}

function resultOf({ session, block, shown }: Target, id: Revoked['id']): Revoked {
  const at = block === null ? 0 : (shown?.chain.revocationIds.indexOf(block) ?? -1);
  const agents = shown?.chain.blocks
    .slice(0, at + 1)
    .flatMap((one) => (one.kind === 'delegation' ? [one.agent] : []));
  return {
    id,
    session,
    block,
    principal: shown?.chain.authority.principal ?? null,
    via: agents ?? [],
  };
}
