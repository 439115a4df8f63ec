import { HeddleError } from '#domain/error.ts';
import { branchRef } from '#domain/refs.ts';
import { refSegmentProblem } from '#domain/resource/thread-name.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { BranchPlace } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';

/** A thread, and the branch that it is to be landed on. */
export interface LandingTarget {
  readonly thread: string;
  readonly head: CarriedState;
  /** Git tree of the head's files. */
  readonly files: ObjectId;
  readonly branch: string;
  readonly ref: string;
  /** The branch's commit, and its tree; null for a branch that is checked out and has no commit yet. */
  readonly commit: ObjectId | null;
  readonly tree: ObjectId | null;
  /** Worktrees in which the branch is checked out. */
  readonly places: readonly BranchPlace[];
}

/** The named branch, or the one that is checked out here, else in the main worktree. Throws `USAGE`. */
export async function chooseBranch(workspace: Workspace, onto: string | null): Promise<string> {
  const branch = onto ?? (await workspace.worktree.headBranch()) ?? (await mainBranch(workspace));
  if (branch === null) {
    throw new HeddleError('USAGE', 'no branch is checked out here: name one with --onto', {
      facts: { help: 'land', flag: '--onto' },
      preserved: 'nothing was changed',
    });
  }
  const problem = branch.startsWith('-')
    ? 'begins with a dash'
    : branch
        .split('/')
        .map(refSegmentProblem)
        .find((found) => found !== undefined);
  if (problem === undefined && branch.length <= LONGEST) return branch;
  throw new HeddleError('USAGE', `--onto names no branch: it ${problem ?? 'is too long'}`, {
    facts: { help: 'land', flag: '--onto' },
    preserved: 'nothing was changed',
  });
}

const LONGEST = 200;

/** A thread's own worktree has no branch checked out. */
async function mainBranch({ places, worktreeAt }: Workspace): Promise<string | null> {
  if (places.gitDir === places.commonDir) return null;
  return (await (await worktreeAt(places.commonDir))?.headBranch()) ?? null;
}

/** Reads where both stand. Throws `NOT_FOUND`, `LAND_REFUSED`. */
export async function findTarget(
  workspace: Workspace,
  { thread, branch }: { readonly thread: string; readonly branch: string },
): Promise<LandingTarget> {
  const carrier = (await threadHeads(workspace)).get(thread);
  if (carrier === undefined) throw await noStates(workspace, thread);
  const head = await readHead(workspace, carrier);
  const { files } = await carrierTrees(workspace, carrier);
  const ref = branchRef(branch);
  const landing = await workspace.landing();
  const commit = (await workspace.refs.readBranch(ref)) ?? null;
  const places = await landing.placesOf(ref);
  if (commit === null && places.length === 0) throw notFound('no branch is called', { branch });
  if (commit !== null && (await landing.isSymbolic(ref))) {
    throw new HeddleError('LAND_REFUSED', `${branch} is only another name for a branch`, {
      facts: { branch, why: 'it is a symbolic ref' },
      preserved: 'nothing was changed',
    });
  }
  return { thread, head, files, branch, ref, commit, tree: await baseFiles(workspace, commit), places };
}

async function noStates(workspace: Workspace, thread: string): Promise<HeddleError> {
  const started = (await listThreadRecords(workspace)).some((record) => record.thread === thread);
  return notFound(started ? 'nothing was captured yet on' : 'no thread is called', { thread });
}

function notFound(what: string, facts: Readonly<Record<string, string>>): HeddleError {
  const name = Object.values(facts).join(' ').slice(0, 200);
  return new HeddleError('NOT_FOUND', `${what} ${name}`, { facts, preserved: 'nothing was changed' });
}
