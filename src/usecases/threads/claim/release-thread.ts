import { isOwnClaim, type Claim } from '#domain/claim/claim.ts';
import { HeddleError } from '#domain/error.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import type { ThreadReleaseResult } from '#domain/results/thread-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { requireThread } from './claim-thread.ts';
import { claimedError, summariseClaim } from './claim-standing.ts';

export interface ReleaseOptions {
  readonly thread: string;
  /** Ends somebody else's, too. */
  readonly force: boolean;
}

export type Released = Omit<ThreadReleaseResult, 'operation'>;

/**
 * Gives a claim back; where nobody claimed the thread, nothing is done. Somebody else's is for whoever may drop what
 * others worked on. Throws `NOT_FOUND`, and `THREAD_CLAIMED` where it is somebody else's and nobody said that it should
 * go all the same.
 */
export async function releaseThread(
  workspace: Workspace,
  options: ReleaseOptions,
): Promise<Mutated<Released>> {
  const { thread, force } = options;
  return mutate<Released>(workspace, {
    op: 'thread-release',
    args: { thread, force },
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, options),
    blind: async ({ authority }) => ({
      operation: 'thread:claim',
      resources: [threadResource(authority.view.repository, parseThreadName(thread))],
    }),
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  { thread: text, force }: ReleaseOptions,
): Promise<Proposal<Released>> {
  const thread = await requireThread(workspace, text);
  const claim = await readAny(workspace, thread, force);
  if (claim === undefined) return { kind: 'nothing', result: { thread, released: null } };
  const { chain } = ground.caller;
  const own = claim !== 'unreadable' && isOwnClaim(claim, chain);
  return {
    kind: 'ask',
    ask: {
      operation: own || !force ? 'thread:claim' : 'thread:drop',
      resources: [threadResource(ground.authority.view.repository, thread)],
    },
    plan: async () => {
      if (claim !== 'unreadable' && !own && !force) throw await claimedError(workspace, claim, chain);
      const back =
        claim === 'unreadable' ? null : { refs: [], effects: [{ kind: 'claim', thread, claim } as const] };
      const released = claim === 'unreadable' ? null : await summariseClaim(workspace, claim);
      return {
        states: [],
        refs: [],
        effects: [{ kind: 'claim', thread, claim: null }],
        inverse: back,
        paths: [],
        result: { thread, released },
      };
    },
  };
}

/** A record that cannot be read is somebody else's: with force it goes. */
async function readAny(
  workspace: Workspace,
  thread: string,
  force: boolean,
): Promise<Claim | 'unreadable' | undefined> {
  try {
    return await workspace.records.readClaim(thread);
  } catch (error) {
    if (force && error instanceof HeddleError && error.code.startsWith('FORMAT_')) return 'unreadable';
    throw error;
  }
}
