import { shellWord } from '#domain/encoding/shell-line.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { BRANCH_REFS, branchRef, THREAD_REFS } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { branchResources } from '#usecases/hooks/hook-asks.ts';
import { findShunCheck } from '#usecases/content/shunned.ts';
import { refusedContents } from '#usecases/receive/refused-contents.ts';
import { refuseSecretsLeaving } from '#usecases/secrets/secrets-leaving.ts';
import { carriesState } from '#usecases/states/read-state.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import type { PushPlan } from './plan-push.ts';
import { refuseUnattributed } from './refuse-unattributed.ts';

/** A plan, and what the remote has: what that leads to does not leave. */
export interface LeavingGround {
  readonly transport: Transport;
  readonly view: AuthorityView;
  readonly plan: PushPlan;
  /** Refs of the remote. */
  readonly known: ReadonlyMap<string, ObjectId>;
}

/**
 * Refuses a push that would bring what was removed here, what looks like a secret, or, where a policy asks that work is
 * attributed, commits on a branch that bring what no state has. Returns what is only told. Throws `CONTENT_SHUNNED`,
 * `SECRET_FOUND`, `PUSH_REFUSED`.
 */
export async function refuseLeaving(workspace: Workspace, ground: LeavingGround): Promise<readonly string[]> {
  await refuseRemoved(workspace, ground);
  const notes: string[] = [];
  const seen = new Set(ground.known.values());
  for (const { ref, new: head } of ground.plan.updates) {
    if (!ref.startsWith(THREAD_REFS)) continue;
    notes.push(...(await lookAtThread(workspace, ground, { ref, head, seen })));
    seen.add(head);
  }
  for (const { branch, outcome, commit } of ground.plan.branches) {
    if (outcome !== 'current') notes.push(...(await lookAtBranch(workspace, ground, { branch, commit })));
  }
  return [...new Set(notes)];
}

/** States, and what of Git's they began from that the remote lacks. */
async function lookAtThread(
  workspace: Workspace,
  { transport, view }: LeavingGround,
  {
    ref,
    head,
    seen,
  }: { readonly ref: string; readonly head: ObjectId; readonly seen: ReadonlySet<ObjectId> },
): Promise<readonly string[]> {
  const resource = threadResource(view.repository, ref.slice(THREAD_REFS.length));
  const commits = await transport.leavingCommits([head], [...seen]);
  const filesOf = async (commit: ObjectId): Promise<ObjectId> =>
    (await carriesState(workspace, commit))
      ? (await carrierTrees(workspace, commit)).files
      : workspace.revisions.commitTree(commit);
  return refuseSecretsLeaving(workspace, view, { resource, commits, filesOf });
}

async function lookAtBranch(
  workspace: Workspace,
  { transport, view, known }: LeavingGround,
  { branch, commit }: { readonly branch: string; readonly commit: ObjectId },
): Promise<readonly string[]> {
  const [resource = view.repository] = branchResources(view.repository, branchRef(branch), []);
  const commits = await transport.leavingCommits([commit], [...known.values()]);
  const filesOf = (id: ObjectId): Promise<ObjectId> => workspace.revisions.commitTree(id);
  const notes = await refuseSecretsLeaving(workspace, view, { resource, commits, filesOf });
  const begins = ![...known.keys()].some((ref) => ref.startsWith(BRANCH_REFS));
  const told = await refuseUnattributed(workspace, view, { branch, commit, commits, begins });
  return [...notes, ...told];
}

/** Nothing leaves that was removed here, by whatever way it is still reached. */
async function refuseRemoved(workspace: Workspace, { transport, plan, known }: LeavingGround): Promise<void> {
  if (plan.updates.length === 0 || (await findShunCheck(workspace)) === undefined) return;
  const heads = plan.updates.map((update) => update.new);
  const leaving = await transport.leaving(heads, [...known.values()]);
  const [first] = await refusedContents(workspace, leaving);
  if (first === undefined) return;
  const threads = plan.updates.filter(({ ref }) => ref.startsWith(THREAD_REFS)).map(({ new: head }) => head);
  const ofStates = await transport.leaving(threads, [...known.values()]);
  const path = first.path === null ? null : escapePath(first.path);
  const tombstone = shortId(first.tombstone);
  const inState = path?.startsWith(FILES) === true && ofStates.some(({ id }) => id === first.id);
  // What was captured here apart has a salt of its own, which no tombstone of another clone names.
  const advice = inState
    ? `it was captured here, too: \`heddle redact ${shellWord(path.slice(FILES.length))} --all\` takes it out`
    : `it stands in Git's own history: \`heddle purge ${tombstone} --rewrite-git\` takes it out`;
  throw new HeddleError(
    'CONTENT_SHUNNED',
    `${path ?? 'a file'} would leave, with what ${tombstone} removed`,
    {
      facts: { path, tombstone: first.tombstone, advice },
      preserved: 'nothing was pushed',
    },
  );
}

/** Where a carrier has a state's files. */
const FILES = 'files/';
