import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationId } from '#domain/id.ts';
import { runEndJson, type RunEnd } from '#domain/run/run-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { chainExpiry, nobody, type Caller } from '#usecases/caller/identify.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { runActivity } from './run-activity.ts';

/** How a run ended, as its supervisor or whoever found it knows. */
export type RunEnding = Pick<RunEnd, 'outcome' | 'code' | 'signal' | 'startedAt'>;

/** A run that ended, as the log says it. */
export interface RecordedEnd {
  readonly end: RunEnd;
  readonly operation: OperationId;
}

/** Writes the line of a run that ended; the repository lock must be held. By the clone itself where `caller`'s token ended. */
export async function writeRunEnd(
  workspace: Workspace,
  { run, caller }: { readonly run: OperationId; readonly caller: Caller | null },
  { block, ...ending }: RunEnding & { readonly block: string },
): Promise<RecordedEnd> {
  const { view } = await knowAuthority(workspace);
  const now = workspace.clock.now();
  const activity = await runActivity(workspace, view, { run, block });
  const end: RunEnd = { run, ...ending, endedAt: now, ...activity };
  const by = caller !== null && isGood(caller, view, now) ? caller : nobody(unsaid(workspace), said(caller));
  const args = runEndJson(end);
  const operation = await writeRunLine(
    workspace,
    { view, caller: by },
    { op: 'run-end', resource: null, args },
  );
  return { end, operation };
}

function said(caller: Caller | null): string | null {
  return caller?.actor.principal ?? null;
}

/** The clone speaks for itself: what the caller of another verb says of itself says nothing of the run. */
function unsaid(workspace: Workspace): Pick<Workspace, 'said'> {
  const none = { agent: null, provider: null, model: null, session: null, confidence: null };
  return { said: { ...workspace.said, ...none, principal: null } };
}

/** A line by a token that has ended would be found late by whoever verifies. */
function isGood({ chain }: Caller, view: AuthorityView, now: string): boolean {
  if (chain === null) return false;
  const ends = chainExpiry(chain);
  const revoked =
    view.revokedSessions.includes(chain.authority.session) ||
    chain.revocationIds.some((id) => view.revokedBlocks.includes(id)) ||
    !view.principals.some(({ keys, revoked: gone }) => keys.root === chain.root && !gone);
  return !revoked && (ends === null || ends > now);
}

interface Said {
  readonly op: 'run-start' | 'run-end';
  readonly resource: string | null;
  readonly args: Json;
}

/** Writes one line that says something of a run, and changes nothing. */
export async function writeRunLine(
  workspace: Workspace,
  { view, caller }: { readonly view: AuthorityView; readonly caller: Caller },
  { op, resource, args }: Said,
): Promise<OperationId> {
  const replica = await workspace.replica();
  const publisher = { repo: view.genesis, caller, replica, now: workspace.clock.now() };
  const { id } = await publish(workspace, publisher, {
    op,
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: { ...NO_CHANGE, resource, args: { operationId: null, verb: args }, result: null },
    verify: [],
    batch: null,
  });
  return id;
}
