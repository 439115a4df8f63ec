import { claimJson } from '#domain/claim/claim-record.ts';
import type { Claim } from '#domain/claim/claim.ts';
import { threadRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { NO_CHANGE, publish, publisherNow } from '#usecases/transaction/publish.ts';
import { isOver } from './claim-standing.ts';

/** Why a claim ended without anybody giving it back. */
const CLAIM_ENDS = ['orphaned', 'thread-gone'] as const;

/**
 * Ends claims that nobody holds: the process is gone and the time has passed, or the thread is no more. The log says so,
 * in the clone's own name. One clause for each; the repository lock must be held.
 */
export async function settleClaims(workspace: Workspace): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const claim of await workspace.records.listClaims()) {
    const why = await whyOver(workspace, claim);
    if (why === undefined) continue;
    await end(workspace, claim, why);
    if (why === 'orphaned')
      notes.push(`the claim of ${claim.principal} on ${claim.thread} had lost its process`);
  }
  return notes;
}

async function whyOver(workspace: Workspace, claim: Claim): Promise<(typeof CLAIM_ENDS)[number] | undefined> {
  const { thread } = claim;
  const known = await readThreadRecord(workspace, thread);
  if (known === undefined && (await workspace.refs.read(threadRef(thread))) === undefined)
    return 'thread-gone';
  return (await isOver(workspace, claim)) ? 'orphaned' : undefined;
}

async function end(workspace: Workspace, claim: Claim, why: (typeof CLAIM_ENDS)[number]): Promise<void> {
  const authority = await tryLoadAuthority(workspace);
  if (authority === undefined) return;
  const { view } = authority;
  const { thread } = claim;
  const publisher = await publisherNow(
    workspace,
    view.genesis,
    nobody({ said: { ...workspace.said, ...UNSAID } }, null),
  );
  await publish(workspace, publisher, {
    op: 'recovery',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: threadResource(view.repository, thread),
      args: { operationId: null, verb: { claim: claimJson(claim), why } },
      effects: [{ kind: 'claim', thread, claim: null }],
      result: { released: thread },
    },
    verify: [],
    batch: null,
  });
}

/** The clone speaks for itself: what the caller of another verb says of itself says nothing of a claim. */
const UNSAID = {
  principal: null,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
} as const;
