import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest } from '#domain/id.ts';
import type { TokenListResult, TokenSummary } from '#domain/results/token-results.ts';
import type { Instant } from '#domain/time.ts';
import { budgetChecks } from '#domain/token/budget.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { budgetLeft } from '#usecases/budgets/budgets-left.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';
import { TokenLedger, type KnownToken } from './token-ledger.ts';

/**
 * The tokens that were made in this clone, and those of agents that worked here: what became of each, and what was
 * done with it. Newest first; only those that may still be used where asked.
 */
export async function listTokens(
  workspace: Workspace,
  { live }: { readonly live: boolean },
): Promise<TokenListResult> {
  const { view } = await knowAuthority(workspace);
  const ledger = new TokenLedger();
  await readLog(workspace, view, ledger);
  await readStates(workspace, view, ledger);
  const now = workspace.clock.now();
  const tokens = ledger.tokens
    .map((token) => summarise(ledger, token, { view, now }))
    .filter(({ status }) => !live || status === 'live')
    .toSorted((a, b) => inOrder(newestOf(b), newestOf(a)) || inOrder(a.holder, b.holder));
  return { tokens };
}

async function readLog(workspace: Workspace, view: AuthorityView, ledger: TokenLedger): Promise<void> {
  const chains = new Map<Digest, TokenChain | null>();
  for await (const operation of workspace.log.newest()) {
    const digest = operation.line.chain;
    if (digest !== null && !chains.has(digest)) {
      chains.set(digest, (await readLoggedChain(workspace, digest, rootKeys(view)))?.chain ?? null);
    }
    ledger.addLine(operation, digest === null ? null : (chains.get(digest) ?? null));
  }
}

/** A state counts for its token only where its signature says so: the states of others come from others. */
async function readStates(workspace: Workspace, view: AuthorityView, ledger: TokenLedger): Promise<void> {
  const heads = await keptHeads(workspace);
  for await (const carried of walkSoundStates(workspace, [...new Set(heads.values())])) {
    const { attestation, chain } = attestState(workspace, carried, view);
    if (attestation !== 'verified' || chain === null) continue;
    ledger.addChain(chain);
    ledger.addState(carried.state);
  }
}

function summarise(
  ledger: TokenLedger,
  token: KnownToken,
  ground: { readonly view: AuthorityView; readonly now: Instant },
): TokenSummary {
  const { revocationIds, made, budget, ...known } = token;
  const spent = [ledger.spentBy(token, ground.now)];
  return {
    status: statusOf(token, ground),
    ...known,
    revocationId: revocationIds.at(-1) ?? '',
    madeAt: made?.at ?? null,
    operation: made?.operation ?? null,
    budgets: budgetChecks(token.holder, budget).map(({ kind: _, ...bound }) => budgetLeft(bound, spent)),
    ...ledger.useOf(token),
  };
}

function statusOf(
  { principal, session, revocationIds, expires }: KnownToken,
  { view, now }: { readonly view: AuthorityView; readonly now: Instant },
): TokenSummary['status'] {
  const keys = view.principals.filter((registered) => registered.principal === principal);
  const revoked =
    view.revokedSessions.includes(session) ||
    revocationIds.some((id) => view.revokedBlocks.includes(id)) ||
    (keys.length > 0 && keys.every((registered) => registered.revoked));
  if (revoked) return 'revoked';
  return expires !== null && expires < now ? 'expired' : 'live';
}

function newestOf({ madeAt, lastSeen }: TokenSummary): string {
  return madeAt ?? lastSeen ?? '';
}

function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
