import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { parsePathArgument, liesIn } from '#domain/resource/path-argument.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { RestoreResult } from '#domain/results/work-results.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { WorktreePosition } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';
import { requirePosition } from '#usecases/threads/position.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { keepOverwritten, type Overwritten } from './keep-overwritten.ts';
import { filesOf } from './restore-files.ts';
import { draftSnapshot } from './snapshot.ts';

export interface RestoreOptions {
  /** Files and directories, from the work tree's root; not empty. */
  readonly paths: readonly string[];
  /** State, thread or Git revision; null for what this worktree came from. */
  readonly from: string | null;
}

type Restored = Omit<RestoreResult, 'operation'>;

/** What files are restored from. */
interface Source {
  /** As it is published: a state or commit id, null for nothing. */
  readonly name: string | null;
  readonly thread: string;
  readonly files: ObjectId | null;
}

/**
 * Brings files of the work tree back to what a state has. What they were is kept in a snapshot, so that it can be
 * undone; no state is made. Throws `PATH_INVALID`, `NOT_FOUND`, `OUTPUT_EXISTS`, `SECRET_FOUND`, and what a scan throws.
 */
export async function restore(workspace: Workspace, options: RestoreOptions): Promise<Mutated<Restored>> {
  const paths = options.paths.map(parsePathArgument);
  return setAside(workspace, (aside) =>
    mutate<Restored>(workspace, {
      op: 'restore',
      args: { paths: paths.map(escapePath), from: options.from },
      asksPassphrase: false,
      propose: (ground) => propose(aside, ground, { paths, from: options.from }),
    }),
  );
}

async function propose(
  workspace: AsideWorkspace,
  ground: Ground,
  { paths, from }: { readonly paths: readonly Uint8Array[]; readonly from: string | null },
): Promise<Proposal<Restored>> {
  const position = await requirePosition(workspace);
  const source = await findSource(workspace, position, from);
  const { changes, ...overwritten } = await findDifferences(workspace, { position, source, paths });
  const result = { thread: position.thread, from: source.name, restored: describeChanges(changes) };
  if (changes.length === 0) return { kind: 'nothing', result };
  const { repository } = ground.authority.view;
  return {
    kind: 'ask',
    ask: {
      operation: 'state:read',
      resources: changes.map(({ path }) => pathResource(repository, source.thread, path)),
    },
    plan: async ({ batch }): Promise<Plan<Restored>> => {
      const { thread } = position;
      const notes = await keepOverwritten(workspace, ground, { thread, changes, ...overwritten });
      const ref = await draftSnapshot(workspace, batch, { changes, at: ground.now });
      const effect = { kind: 'restore', gitDir: gitDirName(workspace), snapshot: ref.new } as const;
      return {
        states: [],
        refs: [ref],
        effects: [{ ...effect, to: 'after' }],
        inverse: { refs: [], effects: [{ ...effect, to: 'before' }] },
        paths: changes.map(({ path }) => escapePath(path)),
        notes,
        result,
      };
    },
  };
}

async function findSource(
  workspace: Workspace,
  { thread, state }: WorktreePosition,
  from: string | null,
): Promise<Source> {
  if (from !== null) {
    const found = await resolveRevision(workspace, from);
    if (found.kind === 'state') return stateSource(workspace, found.state);
    return { name: found.commit, thread, files: await baseFiles(workspace, found.commit) };
  }
  const carried = state === null ? undefined : await findState(workspace, state);
  if (carried !== undefined) return stateSource(workspace, carried);
  const base = (await readThreadRecord(workspace, thread))?.base ?? null;
  return { name: base, thread, files: await baseFiles(workspace, base) };
}

async function stateSource(workspace: Workspace, { id, state, carrier }: CarriedState): Promise<Source> {
  const { files } = await carrierTrees(workspace, carrier);
  return { name: id, thread: state.thread, files };
}

/** What has to change in the work tree at these paths. */
async function findDifferences(
  workspace: AsideWorkspace,
  {
    position,
    source,
    paths,
  }: {
    readonly position: WorktreePosition;
    readonly source: Source;
    readonly paths: readonly Uint8Array[];
  },
): Promise<Omit<Overwritten, 'thread'>> {
  const wanted = source.files === null ? null : await presentableTree(workspace, source.files);
  await requireThere(workspace, wanted, paths);
  const seed = (await findSource(workspace, position, null)).files;
  const examine = await loadShunGuard(workspace);
  const options = { seed, maxFileBytes: LARGEST_FILE, ...(examine === undefined ? {} : { examine }) };
  const { tree } = await workspace.worktree.scan(options);
  const all = await workspace.comparer.compare(tree, wanted);
  const changes = all.filter((change) => liesIn(paths, change.path) && !isLink(change));
  await refuseInTheWay(workspace, tree, changes);
  return { tree, changes, cameFrom: [seed] };
}

/** A name that is nowhere is a slip; a directory is restored as a whole. */
async function requireThere(
  workspace: Workspace,
  wanted: ObjectId | null,
  paths: readonly Uint8Array[],
): Promise<void> {
  const files = wanted === null ? [] : await workspace.objects.listFiles(wanted);
  for (const path of paths) {
    if (path.length === 0 || files.some((file) => liesIn([path], file.path))) continue;
    throw new HeddleError('NOT_FOUND', `there is no ${escapePath(path)} to restore`, {
      facts: {
        path: escapePath(path),
        advice: 'paths are taken literally; name a state or revision that has it with `--from REV`',
      },
      preserved: 'nothing was restored',
    });
  }
}

/** The commit of a submodule is not its files: those belong to another repository. */
function isLink({ oldMode, newMode }: TreeChange): boolean {
  return oldMode === '160000' || newMode === '160000';
}

/** What Git ignores is in no snapshot: nothing is written over it. */
async function refuseInTheWay(
  workspace: Workspace,
  tree: ObjectId,
  changes: readonly TreeChange[],
): Promise<void> {
  const known = new Set((await filesOf(workspace, tree)).keys());
  const made = changes.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const [first] = await workspace.worktree.inTheWay(made, known);
  if (first === undefined) return;
  const path = escapePath(first);
  throw new HeddleError('OUTPUT_EXISTS', `something that heddle does not keep stands at ${path}`, {
    facts: { path },
    preserved: 'nothing was restored',
  });
}
