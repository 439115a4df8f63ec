import { shellWord } from '#domain/encoding/shell-line.ts';
import {
  claimEnd,
  isOwnClaim,
  isUnder,
  whereabouts,
  type Claim,
  type ClaimState,
} from '#domain/claim/claim.ts';
import { HeddleError } from '#domain/error.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { ClaimSummary } from '#domain/results/thread-results.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Looks whether the process that a claim lasts as long as still runs. */
export async function claimState(
  workspace: Pick<Workspace, 'processes' | 'hasher'>,
  { process: bound }: Claim,
): Promise<ClaimState> {
  const processes = await workspace.processes();
  const here = processes.self();
  const where = whereabouts(workspace.hasher, bound, here);
  if (where !== 'same') return where === 'gone' ? 'dead' : 'unknown';
  const { pid, started } = bound;
  return processes.state({ boot: here.boot, place: here.place, pid, started });
}

/** Tells whether nobody holds a claim any more: its process is gone for certain, and its time has passed. */
export async function isOver(
  workspace: Pick<Workspace, 'processes' | 'hasher' | 'clock'>,
  claim: Claim,
): Promise<boolean> {
  if (instantMilliseconds(workspace.clock.now()) < claimEnd(claim)) return false;
  return (await claimState(workspace, claim)) === 'dead';
}

/**
 * Tells whether the caller is who holds a claim: under its key or a token made from that, and, as long as its process
 * lives, started by it. Two processes with one credential are two writers.
 */
export async function holds(
  workspace: Pick<Workspace, 'processes' | 'hasher'>,
  claim: Claim,
  chain: TokenChain | null,
): Promise<boolean> {
  if (chain === null || !isUnder(claim, chain)) return false;
  const state = await claimState(workspace, claim);
  if (state !== 'alive') return state === 'dead';
  return (await workspace.processes()).ancestors().includes(claim.process.pid);
}

/** What people are told of a claim. */
export async function summariseClaim(
  workspace: Pick<Workspace, 'processes' | 'hasher'>,
  claim: Claim,
): Promise<ClaimSummary> {
  const { principal, agent, session, since, heartbeat } = claim;
  const process = await claimState(workspace, claim);
  const ends = process === 'dead' ? formatInstant(claimEnd(claim)) : null;
  return { principal, agent, session, pid: claim.process.pid, process, since, heartbeat, ends };
}

/** A thread that somebody else may write to, and the caller may not, until they let go. */
export async function claimedError(
  workspace: Pick<Workspace, 'processes' | 'hasher'>,
  claim: Claim,
  chain: TokenChain | null,
): Promise<HeddleError> {
  const { principal, agent, pid, process, since, ends } = await summariseClaim(workspace, claim);
  const { thread } = claim;
  const whose = agent === null ? principal : `${agent} for ${principal}`;
  const release = `\`heddle thread release ${shellWord(thread)}\``;
  const wait = `\`heddle thread claim ${shellWord(thread)} --wait\``;
  const advice = isOwnClaim(claim, chain)
    ? `it is yours: give it back with ${release}; ${wait} waits as long as it takes`
    : `${wait} waits as long as it takes; a maintainer ends it with \`heddle thread release ${shellWord(thread)} --force\``;
  return new HeddleError('THREAD_CLAIMED', `${thread} is claimed by ${whose}`, {
    facts: { thread, principal, agent, since, pid, process: PROCESS_WORDS[process], ends, advice },
    preserved: 'nothing was changed',
  });
}

const PROCESS_WORDS: Readonly<Record<ClaimState, string>> = {
  alive: 'alive',
  dead: 'gone',
  unknown: 'on another machine',
};
