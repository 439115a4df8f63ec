import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest } from '#domain/id.ts';
import type { TokenListResult, TokenSummary } from '#domain/results/token-results.ts';
import type { Instant } from '#domain/time.ts';
import { budgetChecks } from '#domain/token/budget.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EndedRun } from '#usecases/run/list-runs.ts';
import { budgetLeft } from '#usecases/budgets/budgets-left.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import { everyOperation } from '#usecases/segments/published-operations.ts';
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
  const hasRuns = await readLog(workspace, view, ledger);
  await readStates(workspace, view, ledger);
  const now = workspace.clock.now();
  const ended = hasRuns ? await readEndedRuns(workspace) : [];
  const tokens = ledger.tokens
    .map((token) => summarise(ledger, token, { view, now, ended }))
    .filter(({ status }) => !live || status === 'live')
    .toSorted((a, b) => inOrder(newestOf(b), newestOf(a)) || inOrder(a.holder, b.holder));
  return { tokens };
}

/** True where the log tells of runs. */
async function readLog(workspace: Workspace, view: AuthorityView, ledger: TokenLedger): Promise<boolean> {
  const chains = new Map<Digest, TokenChain | null>();
  let hasRuns = false;
  for await (const operation of everyOperation(workspace)) {
    const digest = operation.line.chain;
    if (digest !== null && !chains.has(digest)) {
      chains.set(digest, (await readLoggedChain(workspace, digest, rootKeys(view)))?.chain ?? null);
    }
    ledger.addLine(operation, digest === null ? null : (chains.get(digest) ?? null));
    hasRuns ||= operation.line.op === 'run-start';
  }
  return hasRuns;
}

/** Loaded late: most tokens are handed over by people. */
async function readEndedRuns(workspace: Workspace): Promise<readonly EndedRun[]> {
  const { endedRuns } = await import('#usecases/run/list-runs.ts');
  return endedRuns(workspace);
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

interface Ground {
  readonly view: AuthorityView;
  readonly now: Instant;
  readonly ended: readonly EndedRun[];
}

function summarise(ledger: TokenLedger, token: KnownToken, ground: Ground): TokenSummary {
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
  { principal, session, holder, revocationIds, expires }: KnownToken,
  { view, now, ended }: Ground,
): TokenSummary['status'] {
  const keys = view.principals.filter((registered) => registered.principal === principal);
  const revoked =
    view.revokedSessions.includes(session) ||
    revocationIds.some((id) => view.revokedBlocks.includes(id)) ||
    (keys.length > 0 && keys.every((registered) => registered.revoked));
  if (revoked) return 'revoked';
  if (expires !== null && expires < now) return 'expired';
  const block = revocationIds.at(-1);
  // Whoever says that a run is over says it of a token of the same principal.
  const isOver = ended.some(
    (run) => run.block === block && run.holder === holder && run.principal === principal,
  );
  return isOver ? 'ended' : 'live';
}

function newestOf({ madeAt, lastSeen }: TokenSummary): string {
  return madeAt ?? lastSeen ?? '';
}

function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
