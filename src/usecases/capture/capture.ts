import { parsePathArgument } from '#domain/resource/path-argument.ts';
import { pathProblem } from '#domain/resource/repository-path.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { threadRef } from '#domain/refs.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import type { CaptureResult } from '#domain/results/work-results.ts';
import type { StateId } from '#domain/id.ts';
import { hasBudget } from '#domain/token/budget.ts';
import type { TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { draftState } from './draft-state.ts';
import { refuseNames } from './refuse-names.ts';
import { scanWorktree, type Scan } from './scan-worktree.ts';

export interface CaptureOptions {
  readonly intent: string | null;
  /** Larger files are refused by name. */
  readonly maxFileBytes: number;
  /** Files and directories from the work tree's root: only what changed there is captured. Empty for everything. */
  readonly paths?: readonly string[];
}

type Captured = Omit<CaptureResult, 'operation'>;

/** Saves the work tree as a signed state of this worktree's thread. Throws `PATH_INVALID`, and what a scan throws. */
export async function capture(workspace: Workspace, options: CaptureOptions): Promise<Mutated<Captured>> {
  const only = (options.paths ?? []).map(parsePathArgument);
  const { intent } = options;
  return mutate<Captured>(workspace, {
    op: 'capture',
    args: {
      intent,
      confidence: workspace.said.confidence?.value ?? null,
      ...(only.length === 0 ? {} : { paths: only.map(escapePath) }),
    },
    asksPassphrase: false,
    propose: async (ground) => {
      const scan = await scanWorktree(workspace, { maxFileBytes: options.maxFileBytes, only });
      return propose(workspace, ground, { scan, intent });
    },
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  { scan, intent }: { readonly scan: Scan; readonly intent: string | null },
): Promise<Proposal<Captured>> {
  const { parent, thread } = scan.standing;
  if (parent !== null && scan.touched.length === 0) {
    return { kind: 'nothing', result: unchanged(parent.id, thread, parent.state.parents) };
  }
  refuseNames(scan.touched, pathProblem);
  const { repository } = ground.authority.view;
  const paths = scan.touched.map((change) => pathResource(repository, thread, change.path));
  const lines = await changedLines(workspace, ground, scan);
  return {
    kind: 'ask',
    ask: {
      operation: 'state:capture',
      resources: paths.length === 0 ? [threadResource(repository, thread)] : paths,
      continues: continuedStates(workspace, ground.authority.view, {
        thread,
        states: parent === null ? [] : [parent],
      }),
      asks: { states: 1, files: scan.touched.length, lines: lines ?? 0 },
    },
    ...(lines === undefined ? {} : { spent: { lines } }),
    plan: async (drafts) => {
      const drafted = await draftState(workspace, { ground, scan, drafts, intent });
      const ref: RefChange = { name: threadRef(thread), old: scan.standing.head, new: drafted.carrier };
      return {
        states: [drafted.id],
        refs: [ref],
        effects: [standingEffect(workspace, thread, drafted.id)],
        inverse: {
          refs: [{ name: ref.name, old: ref.new, new: ref.old }],
          effects: [standingEffect(workspace, thread, parent?.id ?? null)],
        },
        paths: scan.touched.map((change) => escapePath(change.path)),
        result: {
          state: drafted.id,
          created: true,
          thread,
          parents: drafted.parents,
          changed: describeChanges(scan.touched),
          unfaithful: await unfaithfulPaths(workspace, scan.touched),
        },
      };
    },
  };
}

/** Counted only where a budget asks for it. */
async function changedLines(
  workspace: Workspace,
  { caller }: Ground,
  { from, tree }: Scan,
): Promise<number | undefined> {
  return hasBudget(caller.chain, 'lines') ? workspace.comparer.countLines(from, tree) : undefined;
}

function unchanged(state: StateId, thread: string, parents: readonly StateId[]): Captured {
  return { state, created: false, thread, parents, changed: [], unfaithful: [] };
}

function standingEffect(workspace: Workspace, thread: string, state: StateId | null): Effect {
  return { kind: 'worktree', gitDir: gitDirName(workspace), thread, state };
}

async function unfaithfulPaths(
  workspace: Workspace,
  touched: readonly TreeChange[],
): Promise<Captured['unfaithful']> {
  const written = touched.filter((change) => change.newId !== null).map((change) => change.path);
  const found = await workspace.worktree.unfaithful(written);
  return found.map(({ path, why }) => ({ path: escapePath(path), why }));
}
