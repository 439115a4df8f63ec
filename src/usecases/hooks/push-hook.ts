import { parsePushedRefs } from '#domain/hooks/ref-updates.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { BRANCH_REFS, HEDDLE_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadShunCheck } from '#usecases/content/shunned.ts';
import { requireAllowedRemote } from '#usecases/remotes/require-allowed-remote.ts';
import { refuseSecretsLeaving } from '#usecases/secrets/secrets-leaving.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources, gitAsk, isAgents } from './hook-asks.ts';
import { requireAllowed } from './require-allowed.ts';

/** What git hands to `pre-push`. */
export interface HookPush {
  /** A line for each ref. */
  readonly text: string;
  /** A name, or the address where it has none. */
  readonly remote: string;
  /** Where it goes, whatever the configuration puts in place of what was typed. */
  readonly address: string;
}

/**
 * `pre-push`: what leaves by git alone is pushed by somebody who may, to where policies let it; it holds nothing that was
 * removed here, no secret, and, where they ask, nothing that no state answers for. Returns what is only told. What the
 * other side takes is its own business.
 */
export async function checkPush(
  workspace: Workspace,
  ground: Ground,
  { text, remote, address }: HookPush,
): Promise<readonly string[]> {
  const { view } = ground.authority;
  const pushed = parsePushedRefs(text);
  const own = pushed.find(({ remote: ref }) => ref.startsWith(HEDDLE_REFS));
  if (own !== undefined) throw notByGit(own.remote);
  // Git asks, by way of hooks of others, where the remote has all of it already.
  if (pushed.length === 0) return [];
  const agents = isAgents(workspace, ground);
  const resources = pushed.flatMap(({ remote: ref }) => branchResources(view.repository, ref, []));
  if (agents) await requireAllowed(workspace, ground, gitAsk(agents, resources));
  else
    await requireAllowed(workspace, ground, { operation: 'remote:push', resources: [...new Set(resources)] });
  const named = NAME.test(remote) ? remote : null;
  requireAllowedRemote(view, named ?? 'an address', [address]);
  const tips = pushed.flatMap(({ id }) => id ?? []);
  const hooks = await workspace.hooks();
  await refuseRemoved(workspace, await hooks.outgoing(tips, remote));
  // What was fetched anybody here can take away; what the remote says to git nobody can.
  const fetched = await workspace.refs.list(`refs/remotes/${named === null ? '' : `${named}/`}`);
  const begins = fetched.size === 0 && pushed.every(({ there }) => there === null);
  const notes: string[] = [];
  for (const { id, remote: ref } of pushed) {
    if (id === null || !ref.startsWith(BRANCH_REFS)) continue;
    notes.push(...(await lookAtBranch(workspace, ground, { tip: id, ref, remote, begins })));
  }
  return notes;
}

/** Anything else may be an address, and hold a password. */
const NAME = /^[\w.-]+(?:\/[\w.-]+)*$/;

interface PushedBranch extends Pick<HookPush, 'remote'> {
  readonly tip: ObjectId;
  readonly ref: string;
  readonly begins: boolean;
}

/** What each commit brings that the remote lacks: what a later one takes out leaves with the earlier one all the same. */
async function lookAtBranch(
  workspace: Workspace,
  { authority: { view } }: Ground,
  { tip, ref, remote, begins }: PushedBranch,
): Promise<readonly string[]> {
  const [resource = view.repository] = branchResources(view.repository, ref, []);
  const commits = await (await workspace.hooks()).outgoingCommits(tip, remote);
  const filesOf = (commit: ObjectId): Promise<ObjectId> => workspace.revisions.commitTree(commit);
  const notes = await refuseSecretsLeaving(workspace, view, { resource, commits, filesOf });
  if (effectivePolicy(view, resource).attribution !== 'required') return notes;
  // Loaded late: few policies ask for it.
  const { refuseUnattributed } = await import('#usecases/remotes/push/refuse-unattributed.ts');
  const branch = ref.slice(BRANCH_REFS.length);
  return [...notes, ...(await refuseUnattributed(workspace, view, { branch, commit: tip, commits, begins }))];
}

async function refuseRemoved(workspace: Workspace, objects: readonly ObjectId[]): Promise<void> {
  const tombstoneOf = await loadShunCheck(workspace);
  for (const object of objects) {
    const tombstone = await tombstoneOf(object);
    if (tombstone === undefined) continue;
    throw new HeddleError('CONTENT_SHUNNED', `what is pushed holds what ${shortId(tombstone)} removed`, {
      facts: {
        object,
        tombstone,
        advice: `\`heddle tombstone show ${shortId(tombstone)}\` tells who removed it and why`,
      },
      preserved: 'nothing was pushed',
    });
  }
}

function notByGit(ref: string): HeddleError {
  return new HeddleError('REF_NOT_LOGGED', `${ref} is not pushed by git alone`, {
    facts: { ref },
    preserved: 'nothing was pushed',
  });
}
