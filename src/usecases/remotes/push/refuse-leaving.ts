import type { AuthorityView } from '#domain/authority/authority.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { BRANCH_REFS, branchRef, THREAD_REFS } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { RangeFinding, RangeRule } from '#domain/verification/range-rules.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Transport } from '#ports/remotes/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { branchResources } from '#usecases/hooks/hook-asks.ts';
import { findShunCheck } from '#usecases/content/shunned.ts';
import { refusedContents } from '#usecases/receive/refused-contents.ts';
import { refuseSecretsLeaving } from '#usecases/secrets/secrets-leaving.ts';
import { isNoCarrier, readState } from '#usecases/states/read-state.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { verifyRange } from '#usecases/verify/range/verify-range.ts';
import type { PushPlan } from './plan-push.ts';

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
    (await isCarrier(workspace, commit))
      ? (await carrierTrees(workspace, commit)).files
      : workspace.revisions.commitTree(commit);
  return refuseSecretsLeaving(workspace, view, { resource, commits, filesOf });
}

async function isCarrier(workspace: Workspace, commit: ObjectId): Promise<boolean> {
  try {
    await readState(workspace, commit);
    return true;
  } catch (error) {
    if (isNoCarrier(error)) return false;
    throw error;
  }
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
  if (effectivePolicy(view, resource).attribution !== 'required' || commits.length === 0) return notes;
  if (![...known.keys()].some((ref) => ref.startsWith(BRANCH_REFS)))
    return [...notes, `the remote has no branch yet: nobody looked at whose the history of ${branch} is`];
  await requireAttributed(workspace, { branch, commit, commits });
  return notes;
}

/** Holds commits to the states that their work came from, as `verify RANGE` does. */
async function requireAttributed(
  workspace: Workspace,
  {
    branch,
    commit,
    commits,
  }: { readonly branch: string; readonly commit: ObjectId; readonly commits: Commits },
): Promise<void> {
  if (commits.length > MOST_COMMITS)
    throw unattributed(branch, `it has more than ${MOST_COMMITS} new commits`, []);
  const own = new Set(commits.map((one) => one.commit));
  const before = commits.flatMap(({ parents }) => parents).filter((parent) => !own.has(parent));
  const { findings } = await verifyRange(workspace, {
    range: { text: branch, since: null, until: branch, symmetric: false },
    exactly: { commits: [...own], ends: [commit, ...new Set(before)] },
    genesis: null,
    onto: branch,
    unattributed: null,
  });
  const wrong = findings.filter(({ rule, level }) => level === 'error' && !LOOKED_AT.includes(rule));
  const [first] = wrong;
  if (first !== undefined)
    throw unattributed(branch, first.message, wrong.slice(0, MOST_NAMED).map(findingLine));
}

type Commits = Awaited<ReturnType<Transport['leavingCommits']>>;

/** No more are judged at once, as for a range. */
const MOST_COMMITS = 1000;
const MOST_NAMED = 20;
/** Judged by themselves, before: there a person may let them pass. */
const LOOKED_AT: readonly RangeRule[] = ['secret-found', 'secret-unsearched', 'content-removed'];

function findingLine({ commit, path, line, message }: RangeFinding): string {
  const place = [path, line].filter((part) => part !== null).join(':');
  return [commit?.slice(0, 12), place === '' ? undefined : place, message].filter(Boolean).join(' ');
}

function unattributed(branch: string, why: string, findings: readonly string[]): HeddleError {
  return new HeddleError('PUSH_REFUSED', `${branch} would bring what no state answers for`, {
    facts: { branch, why, findings: [...findings], advice: ADVICE },
    preserved: 'nothing was pushed',
  });
}

const ADVICE =
  'the policy asks that work is attributed: bring it in from a thread with `heddle land`, and see whose it is with `heddle verify A..B`';

/** Nothing leaves that was removed here, by whatever way it is still reached. */
async function refuseRemoved(workspace: Workspace, { transport, plan, known }: LeavingGround): Promise<void> {
  if (plan.updates.length === 0 || (await findShunCheck(workspace)) === undefined) return;
  const heads = plan.updates.map((update) => update.new);
  const leaving = await transport.leaving(heads, [...known.values()]);
  const [first] = await refusedContents(workspace, leaving);
  if (first === undefined) return;
  const path = first.path === null ? 'a file' : escapePath(first.path);
  throw new HeddleError(
    'CONTENT_SHUNNED',
    `${path} would leave, with what ${shortId(first.tombstone)} removed`,
    {
      facts: {
        path: first.path === null ? null : escapePath(first.path),
        tombstone: first.tombstone,
        advice: `it stands in Git's own history: \`heddle purge ${shortId(first.tombstone)} --rewrite-git\` takes it out`,
      },
      preserved: 'nothing was pushed',
    },
  );
}
