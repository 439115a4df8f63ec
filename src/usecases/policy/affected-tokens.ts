import { findRoot, rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { breachesOf, type PolicyBreach, type PolicySubject } from '#domain/policy/policy-breach.ts';
import { tokenSubject } from '#domain/policy/token-subject.ts';
import { covers } from '#domain/resource/resource.ts';
import type { AffectedToken } from '#domain/results/policy-results.ts';
import type { Instant } from '#domain/time.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';
import { effectiveScope } from '#domain/token/token-scope.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';
import { keptHeads, walkStates } from '#usecases/states/walk-states.ts';

/** A policy before and after a change. */
interface Turn {
  readonly view: AuthorityView;
  readonly next: AuthorityView;
  readonly at: string;
  readonly now: Instant;
  readonly caller: Pick<Caller, 'chain'>;
}

/** Live tokens that worked in this clone and that a change refuses at its resource, in order of their sessions. */
export async function affectedTokens(workspace: Workspace, turn: Turn): Promise<readonly AffectedToken[]> {
  const affected: AffectedToken[] = [];
  for (const chain of await knownChains(workspace, turn)) {
    if (!isLive(chain, turn) || !reaches(chain, turn.at)) continue;
    const breach = newBreach(tokenSubject(chain.blocks, 'state:capture'), turn);
    if (breach === undefined) continue;
    affected.push({
      principal: chain.authority.principal,
      via: agentNames(chain),
      session: chain.authority.session,
      revocationId: chain.revocationIds.at(-1) ?? '',
      expires: effectiveScope(chain.blocks).notAfter,
      code: breach.code,
      message: breach.message,
    });
  }
  return affected;
}

/** Whoever asks, whoever signed a line here, and whoever signed a state: each chain once. */
async function knownChains(workspace: Workspace, { view, caller }: Turn): Promise<readonly TokenChain[]> {
  const chains = new Map<string, TokenChain>();
  const take = (chain: TokenChain | null): void => {
    const last = chain?.revocationIds.at(-1);
    if (chain !== null && last !== undefined && !chains.has(last)) chains.set(last, chain);
  };
  take(caller.chain);
  const seen = new Set<string>();
  for await (const { line } of workspace.log.newest()) {
    if (line.chain === null || seen.has(line.chain)) continue;
    seen.add(line.chain);
    take((await readLoggedChain(workspace, line.chain, rootKeys(view)))?.chain ?? null);
  }
  const heads = await keptHeads(workspace);
  for await (const carried of walkStates(workspace, [...new Set(heads.values())])) {
    if (seen.has(carried.state.chain)) continue;
    seen.add(carried.state.chain);
    take(attestState(workspace, carried, view).chain);
  }
  return [...chains.values()].toSorted((a, b) => (a.authority.session < b.authority.session ? -1 : 1));
}

function isLive(chain: TokenChain, { view, now }: Turn): boolean {
  const ends = effectiveScope(chain.blocks).notAfter;
  const root = findRoot(view, chain.root);
  return (
    root !== undefined &&
    !root.revoked &&
    (ends === null || now <= ends) &&
    !view.revokedSessions.includes(chain.authority.session) &&
    !chain.revocationIds.some((id) => view.revokedBlocks.includes(id))
  );
}

/** Tells whether a chain may do anything at the resource or below it. */
function reaches(chain: TokenChain, at: string): boolean {
  return effectiveScope(chain.blocks).resources.every((anyOf) =>
    anyOf.some((scope) => covers(scope, at) || covers(at, scope)),
  );
}

/** The first rule that refuses then, and did not before. */
function newBreach(subject: PolicySubject, { view, next, at }: Turn): PolicyBreach | undefined {
  const refusing = (policies: AuthorityView): readonly PolicyBreach[] =>
    policiesAt(policies, at)
      .flatMap((policy) => breachesOf(policy, subject))
      .filter(({ mode }) => mode === 'required');
  const before = new Set(refusing(view).map(({ code }) => code));
  return refusing(next).find(({ code }) => !before.has(code));
}
