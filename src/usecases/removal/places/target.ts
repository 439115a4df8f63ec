import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { escapePath, unescapePath } from '#domain/encoding/percent-escape.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import type { LineRange } from '#domain/removal/spans/line-cuts.ts';
import { parseRepositoryPath, pathProblem } from '#domain/resource/repository-path.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { resolveState } from '#usecases/states/resolve-state.ts';
import { findState } from '#usecases/states/find-states.ts';
import { carriersBelow, listCarriers } from '#usecases/states/list-carriers.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import { requirePosition } from '#usecases/threads/position.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';

/** What somebody wants to be removed. */
export interface RemovalTarget {
  /** As typed: from the top of the work tree, or escaped as heddle prints it. Null for every file that holds a match. */
  readonly path: string | null;
  /** State or thread; null for the newest state of this worktree's thread. */
  readonly state: string | null;
  /** Every content that the path ever had, in any thread. */
  readonly all: boolean;
  /** What goes of a content; null for all of it. */
  readonly part: RemovalPart | null;
}

/** What whoever redacts says of it, be it of a content, a text or a name; the tombstone says it on. */
export interface RedactionSaid {
  readonly reason: string;
  readonly reasonCode: ReasonCode;
  /** When the leaked credential was rotated; null where nobody said so. */
  readonly rotatedAt: Instant | null;
  readonly dryRun: boolean;
}

/** Which parts of a content go. */
export type RemovalPart =
  | { readonly kind: 'lines'; readonly ranges: readonly LineRange[] }
  /** Wherever these bytes stand. */
  | { readonly kind: 'match'; readonly secret: Uint8Array };

/** The contents that a target means, as blob ids. Throws `NOT_FOUND`, `NOT_REDACTABLE`. */
export async function findTargetBlobs(
  workspace: Workspace,
  target: RemovalTarget,
): Promise<ReadonlySet<ObjectId>> {
  if (target.path === null) return holdingBlobs(workspace, target.part);
  const typed = parseRepositoryPath(target.path);
  const trees = target.all ? await everyTree(workspace) : [await chosenTree(workspace, target.state)];
  const meant = new Map<string, ReadonlySet<ObjectId>>();
  for (const path of [typed, unescapePath(target.path)]) {
    if (path === undefined) continue;
    const entries = await entriesAt(workspace, trees, parseRepositoryPath(path));
    if (entries.length > 0) meant.set(escapePath(path), new Set(entries.map(({ id }) => id)));
  }
  const [[, blobs] = [], ...others] = meant;
  // Somebody may have called a file as heddle prints another one's name, so that this one is hidden in its place.
  if (others.length > 0) throw ambiguous(target.path, [...meant.keys()]);
  if (blobs !== undefined) return blobs;
  throw new HeddleError('NOT_FOUND', `no file ${escapePath(typed)} in ${placeOf(target)}`, {
    facts: { path: escapePath(typed) },
    preserved: 'nothing was changed',
  });
}

function ambiguous(path: string, paths: readonly string[]): HeddleError {
  return new HeddleError(
    'AMBIGUOUS',
    `${escapePath(utf8(path))} may mean ${paths.length} files: name one of them`,
    {
      facts: { paths, advice: 'write a percent sign that is part of a name as %25, and all else as it is' },
      preserved: 'nothing was changed',
    },
  );
}

/** Every blob of this clone that holds a secret in any form. */
async function holdingBlobs(
  { secrets, progress }: Workspace,
  part: RemovalPart | null,
): Promise<ReadonlySet<ObjectId>> {
  invariant(part?.kind === 'match', 'without a path there are bytes to look for');
  progress.step('looking through objects', 0, null);
  const { objects } = await (await secrets.look(part.secret)).objects();
  return new Set(objects.flatMap(({ id, kind }) => (kind === 'blob' ? [id] : [])));
}

/** Where a target is looked for, as a resource; tells nothing of whether it is there. */
export async function typedPlace(
  workspace: Workspace,
  repository: string,
  { path, state, all }: RemovalTarget,
): Promise<string> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (path === null || all || state !== null || position === undefined) return repository;
  const bytes = utf8(path);
  if (pathProblem(bytes) !== undefined) return threadResource(repository, position.thread);
  return pathResource(repository, position.thread, bytes);
}

function placeOf({ all, state }: Pick<RemovalTarget, 'all' | 'state'>): string {
  if (all) return 'any state';
  return state === null ? 'the newest state (see --state and --all)' : state;
}

async function everyTree(workspace: Workspace): Promise<readonly ObjectId[]> {
  const heads = (await keptHeads(workspace)).values();
  const carriers = carriersBelow(await listCarriers(workspace), heads);
  return [...new Set(carriers.map(({ files }) => files))];
}

async function chosenTree(workspace: Workspace, name: string | null): Promise<ObjectId> {
  const carried = name === null ? await newest(workspace) : await resolveState(workspace, name);
  return (await carrierTrees(workspace, carried.carrier)).files;
}

async function newest(workspace: Workspace): ReturnType<typeof resolveState> {
  const { thread, state } = await requirePosition(workspace);
  const carried = state === null ? undefined : await findState(workspace, state);
  if (carried !== undefined) return carried;
  throw new HeddleError('NOT_FOUND', `the thread ${thread} has no state yet`, {
    facts: { thread },
    preserved: 'nothing was changed',
  });
}

async function entriesAt(
  workspace: Workspace,
  trees: readonly ObjectId[],
  path: Uint8Array,
): Promise<readonly TreeEntry[]> {
  const finder = new PathFinder(workspace, path);
  await finder.prepare(trees);
  const entries: TreeEntry[] = [];
  for (const tree of trees) {
    const entry = await finder.find(tree);
    if (entry === undefined) continue;
    const kind = kindOfMode(entry.mode);
    if (kind === 'directory' || kind === 'submodule') throw notRedactable(path, `it is a ${kind}`);
    entries.push(entry);
  }
  return entries;
}

/** The refusal of a content that cannot be taken out by itself. */
export function notRedactable(path: Uint8Array, why: string): HeddleError {
  return new HeddleError('NOT_REDACTABLE', `${escapePath(path)} cannot be redacted: ${why}`, {
    facts: { path: escapePath(path) },
    preserved: 'nothing was changed',
  });
}
