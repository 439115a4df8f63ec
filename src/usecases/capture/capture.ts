import { pathResource, threadResource } from '#domain/resource/resource.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { threadRef } from '#domain/refs.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import type { CaptureResult } from '#domain/results.ts';
import type { StateId } from '#domain/id.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees, type CarrierTrees } from '#usecases/states/carrier-trees.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { readStanding, type Standing } from '#usecases/threads/position.ts';
import { gitDirName } from '#usecases/transaction/effects.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { draftState } from './draft-state.ts';

export interface CaptureOptions {
  readonly intent: string | null;
  /** Larger files are refused by name. */
  readonly maxFileBytes: number;
}

/** What a file may be at most unless the caller says less: 1 GiB. */
export const LARGEST_FILE = 1024 ** 3;

type Captured = Omit<CaptureResult, 'operation'>;

/** Where a capture starts and what it found. */
export interface Scan {
  readonly standing: Standing;
  /** Trees of the parent's carrier; null for a thread's first state from Git. */
  readonly parentTrees: CarrierTrees | null;
  /** Git commit of a first state; null where it has a parent or began from nothing. */
  readonly base: ObjectId | null;
  readonly tree: ObjectId;
  /** Everything touched: the difference from the parent, or from `base`. */
  readonly touched: readonly TreeChange[];
}

/** Saves the work tree as a signed state of this worktree's thread. */
export async function capture(workspace: Workspace, options: CaptureOptions): Promise<Mutated<Captured>> {
  return mutate<Captured>(workspace, {
    op: 'capture',
    args: { intent: options.intent, confidence: workspace.said.confidence?.value ?? null },
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, options),
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  options: CaptureOptions,
): Promise<Proposal<Captured>> {
  const scan = await scanWorktree(workspace, options.maxFileBytes);
  const { parent, thread } = scan.standing;
  if (parent !== null && scan.touched.length === 0) {
    return { kind: 'nothing', result: unchanged(parent.id, thread, parent.state.parents) };
  }
  const { repository } = ground.authority.view;
  const paths = scan.touched.map((change) => pathResource(repository, thread, change.path));
  return {
    kind: 'ask',
    ask: {
      operation: 'state:capture',
      resources: paths.length === 0 ? [threadResource(repository, thread)] : paths,
    },
    plan: async (drafts) => {
      const drafted = await draftState(workspace, { ground, scan, drafts, intent: options.intent });
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

/** Compares the work tree with what this worktree came from. Writes blobs and trees, and nothing that shows. */
export async function scanWorktree(workspace: Workspace, maxFileBytes: number): Promise<Scan> {
  const standing = await readStanding(workspace);
  const { parent } = standing;
  const parentTrees = parent === null ? null : await carrierTrees(workspace, parent.carrier);
  const record = await workspace.records.readThread(standing.thread);
  const base = parent === null ? (record?.base ?? null) : null;
  const from = parentTrees?.files ?? (base === null ? null : await workspace.revisions.commitTree(base));
  const { tree } = await workspace.worktree.scan({ seed: from, maxFileBytes });
  return { standing, parentTrees, base, tree, touched: await workspace.comparer.compare(from, tree) };
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
