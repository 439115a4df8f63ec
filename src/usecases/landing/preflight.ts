import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { shellWord, withCommand } from '#domain/encoding/shell-line.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { shortId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HiddenEntries, type HiddenEntry } from '#usecases/content/hidden-entries.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { manifestTrees } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import type { LandingTarget } from './landing-target.ts';
import type { Merged } from './merge-states.ts';
import { pendingHere } from './pending/note.ts';

const NOTHING_CHANGED = 'nothing was changed';
const MOST_NAMED = 20;

/** What of the thread itself is in the way: work that was not captured, and states that prove nothing. */
export async function threadProblems(
  workspace: Workspace,
  view: AuthorityView,
  { target, states }: { readonly target: LandingTarget; readonly states: readonly CarriedState[] },
): Promise<readonly HeddleError[]> {
  const problems: HeddleError[] = [];
  const landing = await workspace.landing();
  for (const place of await workspace.worktrees.list()) {
    const position = await workspace.records.readPosition(place.gitDir);
    if (position?.thread !== target.thread) continue;
    const waiting = await workspace.records.readLanding(place.gitDir);
    if (waiting !== undefined) problems.push(pendingHere(waiting.pending, place.directory));
    else if (position.state !== target.head.id) problems.push(behind(target, place.directory));
    else {
      const paths = await landing.differing(place, target.files);
      if (paths.length > 0) problems.push(uncaptured(target, place.directory, paths));
    }
  }
  for (const state of states) {
    const { attestation, why } = attestState(workspace, state, view);
    if (attestation !== 'verified') problems.push(unproven(target, state, why ?? ''));
  }
  return problems;
}

/** What of the content is in the way: conflicts, and what was removed. */
export async function contentProblems(
  workspace: Workspace,
  view: AuthorityView,
  { target, merged }: { readonly target: LandingTarget; readonly merged: Merged },
): Promise<readonly HeddleError[]> {
  if (merged.kind === 'conflict') return [await conflictProblem(workspace, { target, merged })];
  const touched = new Set(merged.touched.map(({ path }) => path.join()));
  const landed = [target.head, ...merged.steps.map(({ told }) => told), ...merged.omitted];
  const manifests = await manifestTrees(
    workspace,
    landed.map(({ carrier }) => carrier),
  );
  const tombstones = await loadTombstones(workspace, view);
  const [atHead = [], ...others] = (await new HiddenEntries(workspace, tombstones).find(manifests)).map(
    (hidden) => hidden.filter(({ path }) => touched.has(path.join())),
  );
  const standing = [...atHead, ...others.flat()];
  const worktree = standing.length > 0 ? await worktreeOf(workspace, target.thread) : null;
  const added = new Set(merged.changed.flatMap(({ path, oldId }) => (oldId === null ? [path.join()] : [])));
  const known = standing.filter(({ path }) => !added.has(path.join()));
  const way = { target, worktree, isInHead: atHead.length > 0, known };
  return [...(standing.length > 0 ? [redacted(standing, way)] : []), ...(await shunned(workspace, merged))];
}

async function shunned(
  workspace: Workspace,
  { touched }: Extract<Merged, { readonly kind: 'merged' }>,
): Promise<readonly HeddleError[]> {
  try {
    await refuseShunned(workspace, touched);
    return [];
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'CONTENT_SHUNNED') return [error];
    throw error;
  }
}

function behind({ thread, head }: LandingTarget, worktree: string): HeddleError {
  return new HeddleError(
    'THREAD_DIVERGED',
    `${thread} is at ${shortId(head.id)}, and a worktree of it is not`,
    {
      facts: { thread, head: head.id, worktree, ...help(undefined, ['-C', worktree, 'status']) },
      preserved: NOTHING_CHANGED,
    },
  );
}

function uncaptured({ thread }: LandingTarget, worktree: string, paths: readonly Uint8Array[]): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', `a worktree of ${thread} has changes that were not captured`, {
    facts: { thread, worktree, paths: named(paths), ...help('save them', ['-C', worktree, 'capture']) },
    preserved: NOTHING_CHANGED,
  });
}

/** What nobody signed, or not as it is said, becomes somebody's own work by being captured again. */
function unproven({ thread, branch }: LandingTarget, { id }: CarriedState, why: string): HeddleError {
  const again = ['start', 'NAME', '--from', branch, '--worktree', 'DIR'];
  const does = `look at it, and if it is good capture it as your own: there \`heddle restore . --from ${shellWord(thread)}\`, begun`;
  return new HeddleError('LAND_REFUSED', `the state ${shortId(id)} proves nothing: ${why}`, {
    facts: { state: id, why, ...help(does, again) },
    preserved: NOTHING_CHANGED,
  });
}

/** Conflicts are resolved in a worktree of the thread: says in which, or how to make one. */
export async function conflictProblem(
  workspace: Workspace,
  {
    target: { thread, branch, head },
    merged: { state, conflicts },
  }: {
    readonly target: LandingTarget;
    readonly merged: Extract<Merged, { readonly kind: 'conflict' }>;
  },
): Promise<HeddleError> {
  const worktree = await worktreeOf(workspace, thread);
  const landing = ['land', thread, '--onto', branch];
  const way =
    state.id === head.id
      ? worktree === null
        ? help('make a worktree of it, and land that', [
            'start',
            'NAME',
            '--from',
            thread,
            '--worktree',
            'DIR',
          ])
        : help('resolve them there', ['-C', worktree, ...landing])
      : help('as one commit they can be resolved, or do not come up', landing);
  return new HeddleError('LAND_CONFLICT', `${thread} and ${branch} changed the same places`, {
    facts: {
      thread,
      branch,
      state: state.id,
      paths: named(conflicts.map(({ path }) => path)),
      worktree,
      ...way,
    },
    preserved: NOTHING_CHANGED,
  });
}

/** A worktree in which the thread stands, this one first. */
async function worktreeOf(workspace: Workspace, thread: string): Promise<string | null> {
  const here = workspace.places.gitDir;
  const places = (await workspace.worktrees.list()).toSorted(
    (a, b) => Number(b.gitDir === here) - Number(a.gitDir === here),
  );
  for (const { gitDir, directory } of places) {
    if ((await workspace.records.readPosition(gitDir))?.thread === thread) return directory;
  }
  return null;
}

/** Facts that say which command helps, and what it does. */
function help(
  does: string | undefined,
  argv: readonly string[],
): { readonly advice?: string; readonly command: readonly string[] } {
  const command = ['heddle', ...argv];
  return does === undefined ? { command } : withCommand(does, command);
}

interface RemovalWay {
  readonly target: LandingTarget;
  /** A worktree of the thread; null for none. */
  readonly worktree: string | null;
  /** False where only states before the newest one hold it. */
  readonly isInHead: boolean;
  /** Of what is hidden that of which the branch has another content. */
  readonly known: readonly { readonly path: Uint8Array }[];
}

function redacted(hidden: readonly HiddenEntry[], way: RemovalWay): HeddleError {
  const tombstones = [...new Set(hidden.map(({ tombstone }) => tombstone.id))];
  return new HeddleError('LAND_REFUSED', 'what would be landed holds removed content', {
    facts: {
      paths: named(hidden.map(({ path }) => path)),
      tombstones,
      why: 'only a replacement stands there',
      ...(wayAround(hidden, way) ?? wayWithout(named(hidden.map(({ path }) => path)), way)),
    },
    preserved: NOTHING_CHANGED,
  });
}

/** Of a file that lost only parts the rest is worth landing: with something else where the masks are. */
function wayAround(
  hidden: readonly HiddenEntry[],
  { worktree, isInHead }: RemovalWay,
): ReturnType<typeof help> | undefined {
  const lostParts = ({ file, tombstone }: HiddenEntry): boolean =>
    tombstone.declaration.spans.some((one) => one.file === file);
  if (worktree === null || !isInHead || !hidden.every(lostParts)) return undefined;
  return help('write what belongs there in place of the masks, then capture it', ['-C', worktree, 'capture']);
}

/** The thread goes on without it; what only came in between does not come in one commit. */
function wayWithout(
  paths: readonly string[],
  { target: { thread, branch }, worktree, isInHead, known }: RemovalWay,
): ReturnType<typeof help> {
  if (!isInHead) return help('it is not in one commit of all: land that', ['land', thread, '--onto', branch]);
  if (worktree === null) {
    const again = ['start', 'NAME', '--from', thread, '--worktree', 'DIR'];
    return help('take it out in a worktree of the thread, capture that and land it: begin', again);
  }
  if (known.length === 0) {
    const files = plain(paths).map((path) => `${worktree}/${path}`);
    return { command: ['rm', '--', ...files], advice: `delete it in ${worktree}, and capture that` };
  }
  const shown = plain(named(known.map(({ path }) => path)));
  const restore = ['-C', worktree, 'restore', ...shown, '--from', branch];
  return help('bring back what the branch has, and capture that, beginning', restore);
}

function plain(paths: readonly string[]): readonly string[] {
  return paths.every((path) => PLAIN.test(path)) ? paths : ['PATH'];
}

/** Names that are the same as arguments and need no quotes. */
const PLAIN = /^[\w.][\w./-]*$/;

function named(paths: readonly Uint8Array[]): readonly string[] {
  return [...new Set(paths.map(escapePath))].slice(0, MOST_NAMED);
}
