import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect } from '#domain/operation/operation.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { StartResult } from '#domain/results/work-results.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import type { Workspace } from '#ports/workspace.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { asksAttestation, continuedStates } from '#usecases/states/continued-states.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { requireFreeName } from './free-name.ts';
import { findOrigin, type Origin } from './origin.ts';
import { findStarted } from './started-thread.ts';
import { worktreePlace } from './worktree-place.ts';

export interface StartOptions {
  readonly thread: string;
  readonly task: string | null;
  /** State, thread or Git revision; null for where this worktree stands. */
  readonly from: string | null;
  /** Absolute path of a linked worktree to make, empty for one beside this; null to start here. */
  readonly directory: string | null;
}

type Started = Omit<StartResult, 'operation'>;

/**
 * Opens a thread, here or in a linked worktree of its own. From a thread of the same name it goes on with that one:
 * with what another clone captured, or what no worktree has any more.
 */
export async function startThread(workspace: Workspace, asked: StartOptions): Promise<Mutated<Started>> {
  const { directory } = asked;
  const options = {
    ...asked,
    directory: directory === '' ? worktreePlace(workspace, asked.thread) : directory,
  };
  const args: Json = { ...options };
  return mutate<Started>(workspace, {
    op: 'thread-start',
    args,
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, options),
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  options: StartOptions,
): Promise<Proposal<Started>> {
  const thread = parseThreadName(options.thread);
  const { view } = ground.authority;
  const ask = {
    operation: 'thread:start' as const,
    resources: [threadResource(view.repository, thread)],
    continues: await continuedByStart(workspace, view, options),
  };
  return {
    kind: 'ask',
    ask,
    plan: async () => {
      const known = options.from === thread ? await findStarted(workspace, thread) : undefined;
      if (known === undefined) await requireFreeName(workspace, thread, ground.caller.actor.principal);
      const origin = await findOrigin(workspace, options);
      const begun: ThreadRecord = {
        thread,
        task: options.task,
        base: origin.base,
        from: origin.state?.id ?? null,
        by: ground.caller.actor.principal,
        startedAt: ground.now,
      };
      const record = known?.record ?? begun;
      const place = await placeThread(workspace, { thread, origin, directory: options.directory });
      return {
        states: [],
        refs: [],
        effects: [{ kind: 'thread', thread, record }, place.effect],
        inverse: {
          refs: [],
          effects: [{ kind: 'thread', thread, record: known?.before ?? null }, place.undo],
        },
        paths: [],
        result: {
          thread,
          task: record.task,
          from: begun.from,
          base: begun.base,
          worktree: options.directory ?? workspace.places.worktree,
        },
      };
    },
  };
}

/** Only where a policy asks: what is not there is told after the decision. */
async function continuedByStart(
  workspace: Workspace,
  view: AuthorityView,
  { thread, from, directory }: StartOptions,
): Promise<readonly ContinuedState[]> {
  if (!asksAttestation(view, thread)) return [];
  const { state } = await findOrigin(workspace, { from, directory });
  return continuedStates(workspace, view, { thread, states: state === null ? [] : [state] });
}

async function placeThread(
  workspace: Workspace,
  options: { readonly thread: string; readonly origin: Origin; readonly directory: string | null },
): Promise<{ readonly effect: Effect; readonly undo: Effect }> {
  const { thread, origin, directory } = options;
  const gitDir = gitDirName(workspace);
  const state = origin.state?.id ?? null;
  if (directory === null) {
    const before = await workspace.records.readPosition(workspace.places.gitDir);
    return {
      effect: { kind: 'worktree', gitDir, thread, state },
      undo: {
        kind: 'worktree',
        gitDir,
        thread: before?.thread ?? null,
        state: before?.state ?? null,
      },
    };
  }
  const free = await workspace.worktrees.requireFree(directory);
  const effect: Effect = {
    kind: 'checkout',
    directory: free,
    commit: origin.base,
    // A state's files are looked up when they are checked out: a Git id in the log would outlive a removal.
    tree: state === null ? await baseFiles(workspace, origin.base) : null,
    thread,
    state,
  };
  return { effect, undo: { kind: 'leave', directory: free } };
}
