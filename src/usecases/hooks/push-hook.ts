import { parsePushedRefs } from '#domain/hooks/ref-updates.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { BRANCH_REFS, HEDDLE_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadShunCheck } from '#usecases/content/shunned.ts';
import { refuseSecretsLeaving } from '#usecases/secrets/secrets-leaving.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources, gitAsk, isAgents } from './hook-asks.ts';
import { requireAllowed } from './require-allowed.ts';

/**
 * `pre-push`: what leaves by git alone is pushed by somebody who may, holds nothing that was removed here, and no secret.
 * Returns what is only told. What the other side takes is its own business.
 */
export async function checkPush(
  workspace: Workspace,
  ground: Ground,
  { text, remote }: { readonly text: string; readonly remote: string },
): Promise<readonly string[]> {
  const { view } = ground.authority;
  const pushed = parsePushedRefs(text);
  const own = pushed.find(({ remote: ref }) => ref.startsWith(HEDDLE_REFS));
  if (own !== undefined) throw notByGit(own.remote);
  const agents = isAgents(workspace, ground);
  const resources = pushed.flatMap(({ remote: ref }) => branchResources(view.repository, ref, []));
  if (agents) await requireAllowed(workspace, ground, gitAsk(agents, resources));
  else
    await requireAllowed(workspace, ground, { operation: 'remote:push', resources: [...new Set(resources)] });
  const tips = pushed.flatMap(({ id }) => id ?? []);
  const hooks = await workspace.hooks();
  await refuseRemoved(workspace, await hooks.outgoing(tips, remote));
  const notes: string[] = [];
  for (const { id, remote: ref } of pushed) {
    if (id === null || !ref.startsWith(BRANCH_REFS)) continue;
    notes.push(...(await secretsLeaving(workspace, ground, { tip: id, ref, remote })));
  }
  return notes;
}

/** What each commit brings that the remote lacks: what a later one takes out leaves with the earlier one all the same. */
async function secretsLeaving(
  workspace: Workspace,
  { authority: { view } }: Ground,
  { tip, ref, remote }: { readonly tip: ObjectId; readonly ref: string; readonly remote: string },
): Promise<readonly string[]> {
  const [resource = view.repository] = branchResources(view.repository, ref, []);
  const commits = await (await workspace.hooks()).outgoingCommits(tip, remote);
  const filesOf = (commit: ObjectId): Promise<ObjectId> => workspace.revisions.commitTree(commit);
  return refuseSecretsLeaving(workspace, view, { resource, commits, filesOf });
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
