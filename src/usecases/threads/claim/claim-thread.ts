import type { Claim } from '#domain/claim/claim.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { threadRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import type { ThreadClaimResult } from '#domain/results/thread-results.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { bindClaim, type ClaimBinding } from './bind-claim.ts';
import { claimedError, claimState, holds, isOver, summariseClaim } from './claim-standing.ts';

export interface ClaimOptions {
  readonly thread: string;
  /** Milliseconds that it stands after its holder last wrote, where the process is gone. */
  readonly life: number;
  readonly binding: ClaimBinding;
  /** Milliseconds to wait for whoever holds it; null for not at all. */
  readonly wait: number | null;
}

export type Claimed = Omit<ThreadClaimResult, 'operation'>;

/**
 * Makes the caller the only one who may write to a thread. Whoever holds it already is told so, and nothing is written.
 * Waiting holds no lock. Throws `NOT_FOUND`, and `THREAD_CLAIMED` where somebody else holds it to the end.
 */
export async function claimThread(workspace: Workspace, options: ClaimOptions): Promise<Mutated<Claimed>> {
  const process = await bindClaim(workspace, options.binding);
  const until = instantMilliseconds(workspace.clock.now()) + (options.wait ?? 0);
  for (;;) {
    try {
      return await claimOnce(workspace, { ...options, process });
    } catch (error) {
      const held = error instanceof HeddleError && error.code === 'THREAD_CLAIMED';
      if (!held || instantMilliseconds(workspace.clock.now()) >= until) throw error;
    }
    await untilFree(workspace, parseThreadName(options.thread), until);
  }
}

const POLL_MS = 250;

/** Looks at the record alone, again and again. */
async function untilFree(workspace: Workspace, thread: string, until: number): Promise<void> {
  for (;;) {
    const left = until - instantMilliseconds(workspace.clock.now());
    if (left <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, left)));
    const claim = await workspace.records.readClaim(thread);
    if (claim === undefined || (await isOver(workspace, claim))) return;
  }
}

interface Claiming extends ClaimOptions {
  readonly process: Claim['process'];
}

async function claimOnce(workspace: Workspace, options: Claiming): Promise<Mutated<Claimed>> {
  const { thread, life, binding } = options;
  return mutate<Claimed>(workspace, {
    op: 'thread-claim',
    args: { thread, life, pid: binding.pid },
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, options),
    blind: async ({ authority }) => ({
      operation: 'thread:claim',
      resources: [threadResource(authority.view.repository, parseThreadName(thread))],
    }),
  });
}

async function propose(workspace: Workspace, ground: Ground, options: Claiming): Promise<Proposal<Claimed>> {
  const thread = await requireThread(workspace, options.thread);
  const held = await workspace.records.readClaim(thread);
  const { chain } = ground.caller;
  const mine = held !== undefined && (await holds(workspace, held, chain));
  if (held !== undefined && mine && (await claimState(workspace, held)) === 'alive') {
    const claim = await summariseClaim(workspace, held);
    return { kind: 'nothing', result: { thread, created: false, claim } };
  }
  return {
    kind: 'ask',
    ask: {
      operation: 'thread:claim',
      resources: [threadResource(ground.authority.view.repository, thread)],
    },
    plan: async () => {
      if (held !== undefined && !mine) throw await claimedError(workspace, held, chain);
      return plan(workspace, makeClaim(thread, ground, options));
    },
  };
}

function makeClaim(thread: string, { caller, now }: Ground, { process, life }: Claiming): Claim {
  const { actor, signer } = caller;
  invariant(signer !== null, 'nobody is allowed to claim without a key');
  const { principal, agent, session } = actor;
  return {
    thread,
    principal,
    agent,
    session,
    holder: signer.publicKey,
    process,
    since: now,
    heartbeat: now,
    life,
  };
}

async function plan(workspace: Workspace, claim: Claim): Promise<Plan<Claimed>> {
  const { thread } = claim;
  return {
    states: [],
    refs: [],
    effects: [{ kind: 'claim', thread, claim }],
    inverse: { refs: [], effects: [{ kind: 'claim', thread, claim: null }] },
    paths: [],
    result: { thread, created: true, claim: await summariseClaim(workspace, claim) },
  };
}

/** The name of a thread that this clone has; throws `NOT_FOUND`. */
export async function requireThread(workspace: Workspace, text: string): Promise<string> {
  const thread = parseThreadName(text);
  const record = await readThreadRecord(workspace, thread);
  if (record !== undefined || (await workspace.refs.read(threadRef(thread))) !== undefined) return thread;
  throw new HeddleError('NOT_FOUND', `no thread is called ${text.slice(0, 200)}`, {
    facts: { thread: text.slice(0, 200) },
    preserved: 'nothing was changed',
  });
}
