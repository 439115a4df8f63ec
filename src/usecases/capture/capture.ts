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
import { setAside } from './set-aside.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { refuseSecrets } from '#usecases/secrets/refuse-secrets.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { beginCapture, type Beginning } from './beginning.ts';
import { draftState } from './draft-state.ts';
import { refuseNames } from './refuse-names.ts';
import { scanWorktree } from './scan-worktree.ts';

export interface CaptureOptions {
  readonly intent: string | null;
  /** Larger files are refused by name. */
  readonly maxFileBytes: number;
  /** Files and directories from the work tree's root: only what changed there is captured. Empty for everything. */
  readonly paths?: readonly string[];
  /** True to put the new state in the place of the thread's newest one. */
  readonly amend?: boolean;
}

/** The answer of a capture, without its operation. */
export type Captured = Omit<CaptureResult, 'operation'>;

/**
 * Saves the work tree as a signed state of this worktree's thread. Throws `PATH_INVALID`, what a scan throws, and
 * `AMEND_REFUSED` where the newest state is not the caller's own alone.
 */
export async function capture(workspace: Workspace, options: CaptureOptions): Promise<Mutated<Captured>> {
  const only = (options.paths ?? []).map(parsePathArgument);
  const { intent, maxFileBytes, amend = false } = options;
  return setAside(workspace, (aside) =>
    mutate<Captured>(workspace, {
      op: 'capture',
      args: {
        intent,
        confidence: workspace.said.confidence?.value ?? null,
        ...(only.length === 0 ? {} : { paths: only.map(escapePath) }),
        ...(amend ? { amend } : {}),
      },
      asksPassphrase: false,
      propose: async (ground) => {
        const scan = await scanWorktree(aside, { maxFileBytes, only, bringsIn: true });
        return proposeCapture(aside, ground, await beginCapture(aside, ground, { scan, intent, amend }));
      },
    }),
  );
}

/**
 * What a state of a scan asks for, and how it is made. Nothing is to be done where nothing was touched, but for a state
 * that brings a commit in.
 */
export async function proposeCapture(
  workspace: Workspace,
  ground: Ground,
  beginning: Beginning,
): Promise<Proposal<Captured>> {
  const { thread, asked, replaced, draft } = beginning;
  const { standing } = beginning.scan;
  if (beginning.isSame && standing.parent !== null) {
    // There is nothing but what the scan learned of the files, which spares the next one reading them.
    await beginning.scan.keep();
    return { kind: 'nothing', result: unchanged(standing.parent.id, thread, standing.parent.state.parents) };
  }
  refuseNames(asked, pathProblem);
  const { repository } = ground.authority.view;
  const paths = asked.map((change) => pathResource(repository, thread, change.path));
  const lines = await changedLines(workspace, ground, beginning);
  return {
    kind: 'ask',
    ask: {
      operation: 'state:capture',
      resources: paths.length === 0 ? [threadResource(repository, thread)] : paths,
      continues: continuedStates(workspace, ground.authority.view, { thread, states: beginning.continues }),
      asks: { states: 1, files: asked.length, lines: lines ?? 0 },
    },
    ...(lines === undefined ? {} : { spent: { lines } }),
    plan: async (drafts) => {
      const notes = await refuseSecretsOf(workspace, ground, beginning);
      await beginning.scan.keep();
      const drafted = await draftState(workspace, { ground, drafts }, draft);
      const move: RefChange = { name: threadRef(thread), old: standing.head, new: drafted.carrier };
      const refs = [move, ...beginning.keeps];
      return {
        states: [drafted.id],
        refs,
        effects: [standingEffect(workspace, thread, drafted.id)],
        inverse: {
          refs: refs.map(({ name, old, new: next }) => ({ name, old: next, new: old })),
          effects: [standingEffect(workspace, thread, standing.parent?.id ?? null)],
        },
        paths: asked.map((change) => escapePath(change.path)),
        notes,
        result: {
          state: drafted.id,
          created: true,
          replaces: replaced?.id ?? null,
          thread,
          parents: drafted.parents,
          changed: describeChanges(beginning.scan.touched),
          unfaithful: await unfaithfulPaths(workspace, beginning.scan.touched),
        },
      };
    },
  };
}

/** What is taken over from the branch that is landed on was there before; of another commit nobody knows. */
async function refuseSecretsOf(
  workspace: Workspace,
  { authority: { view } }: Ground,
  { thread, scan, touched, draft }: Beginning,
): Promise<readonly string[]> {
  const { base } = draft;
  const isKnown = scan.parentTrees !== null && scan.along === undefined;
  const alsoFrom = isKnown ? await baseFiles(workspace, base) : null;
  const others = alsoFrom === null ? [] : [await workspace.comparer.compare(alsoFrom, scan.tree)];
  return refuseSecrets(workspace, view, {
    resource: threadResource(view.repository, thread),
    changes: [touched, ...others],
    texts: {},
  });
}

/** Counted only where a budget asks for it. */
async function changedLines(
  workspace: Workspace,
  { caller }: Ground,
  { from, scan }: Beginning,
): Promise<number | undefined> {
  return hasBudget(caller.chain, 'lines') ? workspace.comparer.countLines(from, scan.tree) : undefined;
}

function unchanged(state: StateId, thread: string, parents: readonly StateId[]): Captured {
  return { state, created: false, replaces: null, thread, parents, changed: [], unfaithful: [] };
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
