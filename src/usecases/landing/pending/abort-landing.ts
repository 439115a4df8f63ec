import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { AbortResult } from '#domain/results/landing-results.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { keepOverwritten, type Overwritten } from '#usecases/restore/keep-overwritten.ts';
import { draftSnapshot } from '#usecases/restore/snapshot.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { findState } from '#usecases/states/find-states.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { requirePending } from './note.ts';

type Aborted = Omit<AbortResult, 'operation'>;

/**
 * Takes back the landing that waits here: files and index are again as they were before it. What was made of the
 * conflicts is kept in a snapshot, so that it can be undone. Throws `LAND_NOT_PENDING`, `SECRET_FOUND`, and what a scan throws.
 */
export async function abortLanding(workspace: Workspace): Promise<Mutated<Aborted>> {
  return setAside(workspace, (aside) =>
    mutate<Aborted>(workspace, {
      op: 'abort',
      args: {},
      asksPassphrase: false,
      propose: (ground) => propose(aside, ground),
    }),
  );
}

async function propose(workspace: AsideWorkspace, ground: Ground): Promise<Proposal<Aborted>> {
  const pending = await requirePending(workspace);
  const { thread, branch } = pending;
  const { changes, ...overwritten } = await changesBack(workspace, pending);
  const { repository } = ground.authority.view;
  const resources = changes.map(({ path }) => pathResource(repository, thread, path));
  return {
    kind: 'ask',
    ask: {
      operation: 'state:read',
      resources: [threadResource(repository, thread), ...resources],
    },
    plan: async ({ batch }) => {
      const gitDir = gitDirName(workspace);
      const { snapshot } = pending;
      const notes = await keepOverwritten(workspace, ground, { thread, changes, ...overwritten });
      const ref =
        changes.length === 0 ? null : await draftSnapshot(workspace, batch, { changes, at: ground.now });
      const files = (to: 'before' | 'after'): readonly Effect[] =>
        ref === null ? [] : [{ kind: 'restore', gitDir, snapshot: ref.new, to }];
      return {
        states: [],
        refs: ref === null ? [] : [ref],
        effects: [
          ...files('after'),
          { kind: 'index', gitDir, snapshot, to: 'before' },
          { kind: 'landing', gitDir, pending: null },
        ],
        inverse: {
          refs: [],
          effects: [
            ...files('before'),
            { kind: 'index', gitDir, snapshot, to: 'after' },
            { kind: 'landing', gitDir, pending },
          ],
        },
        paths: changes.map(({ path }) => escapePath(path)),
        notes,
        result: { thread, branch, restored: describeChanges(changes) },
      };
    },
  };
}

/** From what stands in the files to what the thread's state has: nothing else stood there before. */
async function changesBack(
  workspace: AsideWorkspace,
  { head, onto }: PendingLanding,
): Promise<Omit<Overwritten, 'thread'>> {
  const carried = await findState(workspace, head);
  if (carried === undefined) {
    throw new HeddleError('NOT_FOUND', `the state ${shortId(head)} that stood here is gone`, {
      facts: { state: head },
      preserved: 'nothing was changed',
    });
  }
  const { files } = await carrierTrees(workspace, carried.carrier);
  const examine = await loadShunGuard(workspace);
  const { tree } = await workspace.worktree.scan({
    seed: files,
    maxFileBytes: LARGEST_FILE,
    ...(examine === undefined ? {} : { examine }),
  });
  const changes = await workspace.comparer.compare(tree, await presentableTree(workspace, files));
  return {
    tree,
    changes: changes.filter(({ oldMode, newMode }) => oldMode !== LINK && newMode !== LINK),
    cameFrom: [files, await baseFiles(workspace, onto)],
  };
}

const LINK = '160000';
