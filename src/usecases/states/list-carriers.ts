import { utf8 } from '#domain/encoding/bytes.ts';
import type { StateId } from '#domain/id.ts';
import { HEDDLE_REFS, isThreadHead } from '#domain/refs.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { decodeState, stateId } from '#domain/state/state-codec.ts';
import type { State } from '#domain/state/state.ts';
import type { GitObject, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { entryNamed } from '#usecases/manifest/entry-named.ts';
import { isNoCarrier, unusableCarrier } from './read-state.ts';

/** A carrier with what a rebuilding of it needs. */
export interface Carrier {
  readonly commit: ObjectId;
  readonly id: StateId;
  readonly state: State;
  readonly gitParents: readonly ObjectId[];
  /** The carriers among the Git parents: none where it is a thread's first state. */
  readonly parents: readonly ObjectId[];
  /** Entries of the carrier's tree. */
  readonly rows: readonly TreeEntry[];
  readonly files: ObjectId;
  readonly manifest: ObjectId;
}

/** Everything that heddle's thread refs hold. */
export interface CarrierGraph {
  /** Thread refs of this clone and of its remotes, name to carrier. */
  readonly refs: ReadonlyMap<string, ObjectId>;
  /** Each once, parents before children. */
  readonly carriers: readonly Carrier[];
}

type Commit = Omit<Carrier, 'rows' | 'files' | 'manifest'> & { readonly tree: ObjectId };

/** Name of a state's sidecar in its carrier. */
export const STATE_TEXTS = 'texts.json';
const LARGEST_FILE = 2 * 1024 * 1024;
/** Carriers that are asked for at once: most threads are chains. */
const BATCH = 128;
const TREES_AT_ONCE = 512;

/**
 * Reads every carrier that a thread ref reaches; the Git commits that threads began from are never entered. Costs
 * one question for a hundred carriers of a chain. What carries no state is passed over, with what is below it.
 */
export async function listCarriers(workspace: Workspace): Promise<CarrierGraph> {
  const refs = new Map([...(await workspace.refs.list(HEDDLE_REFS))].filter(([name]) => isThreadHead(name)));
  const heads = [...new Set(refs.values())].toSorted();
  const key = heads.join(' ');
  const known = latest.get(workspace.objects);
  if (known?.key === key) return { refs, carriers: known.carriers };
  const carriers = await carriersFrom(workspace, heads);
  latest.set(workspace.objects, { key, carriers });
  return { refs, carriers };
}

/** What was listed last, by the heads that it was listed from: a verb that removes something asks again and again. */
const latest = new WeakMap<
  Workspace['objects'],
  { readonly key: string; readonly carriers: readonly Carrier[] }
>();

/** Those of them that these heads reach. */
export function carriersBelow(
  { carriers }: Pick<CarrierGraph, 'carriers'>,
  heads: Iterable<ObjectId>,
): readonly Carrier[] {
  const reached = new Set(heads);
  // Children before parents: whatever reaches a carrier was seen before it.
  const found = carriers.toReversed().filter(({ commit, parents }) => {
    if (!reached.has(commit)) return false;
    for (const parent of parents) reached.add(parent);
    return true;
  });
  return found.toReversed();
}

/** The same from given carriers on. */
export async function carriersFrom(
  workspace: Workspace,
  heads: readonly ObjectId[],
): Promise<readonly Carrier[]> {
  const commits = new Map<ObjectId, Commit>();
  const pending = [...heads];
  for (let head = pending.pop(); head !== undefined; head = pending.pop()) {
    try {
      await followChain(workspace, head, { commits, pending });
    } catch (error) {
      if (!isNoCarrier(error)) throw error;
    }
  }
  return withTrees(workspace, parentsFirst(commits, heads));
}

/** Takes in a carrier and its first parents, and leaves the other parents of merges for later. */
async function followChain(
  workspace: Workspace,
  head: ObjectId,
  found: { readonly commits: Map<ObjectId, Commit>; readonly pending: ObjectId[] },
): Promise<void> {
  let next: ObjectId | undefined = head;
  while (next !== undefined && !found.commits.has(next)) {
    const chain: readonly Commit[] = await readChain(workspace, next);
    for (const commit of chain) {
      // From here on somebody was there before.
      if (found.commits.has(commit.commit)) return;
      found.commits.set(commit.commit, commit);
      found.pending.push(...commit.parents.slice(1));
    }
    workspace.progress.step('reading states', found.commits.size, null);
    next = chain.at(-1)?.parents[0];
  }
}

/** At least the carrier that was asked for; then its first parents, as far as they are carriers. */
async function readChain(workspace: Workspace, head: ObjectId): Promise<readonly Commit[]> {
  const names = Array.from({ length: BATCH }, (_, back) => `${head}~${back}`);
  const objects = await workspace.objects.readMany(
    names.flatMap((name) => [name, `${name}:state.json`]),
    LARGEST_FILE,
  );
  const chain: Commit[] = [];
  let next: ObjectId | undefined = head;
  for (let at = 0; at < objects.length && next !== undefined; at += 2) {
    const [commit, state] = objects.slice(at, at + 2);
    // Git counts back by what it was told of parents; what counts here is what the commit says.
    if (commit?.id !== next) break;
    const read: Commit | undefined = readCommit(workspace, commit, state);
    if (read === undefined) break;
    chain.push(read);
    next = read.parents[0];
  }
  if (chain.length === 0) throw unusableCarrier(head, 'it is no carrier of a state');
  return chain;
}

function readCommit(
  workspace: Workspace,
  commit: GitObject,
  file: GitObject | undefined,
): Commit | undefined {
  const links = commit.kind === 'commit' ? parseCommitLinks(commit.content) : undefined;
  if (links === undefined || file === undefined) return undefined;
  const state = decodeState(file.content);
  const parents = links.parents.slice(0, state.parents.length);
  // A first state may begin from a commit, and one that resolves a landing has brought one in.
  if (parents.length !== state.parents.length || links.parents.length > parents.length + 1) {
    throw unusableCarrier(commit.id, 'it has other parents than its state');
  }
  const id = stateId(workspace.hasher, file.content);
  return { commit: commit.id, id, state, gitParents: links.parents, parents, tree: links.tree };
}

function parentsFirst(commits: ReadonlyMap<ObjectId, Commit>, heads: readonly ObjectId[]): readonly Commit[] {
  const ordered = new Map<ObjectId, Commit>();
  const stack = [...heads];
  // A stack of our own: histories are longer than a call stack is deep.
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const commit = commits.get(id);
    const missing = ordered.has(id)
      ? []
      : (commit?.parents ?? []).filter((parent) => commits.has(parent) && !ordered.has(parent));
    if (missing.length > 0) stack.push(...missing);
    else {
      stack.pop();
      if (commit !== undefined) ordered.set(id, commit);
    }
  }
  return [...ordered.values()];
}

async function withTrees(workspace: Workspace, commits: readonly Commit[]): Promise<readonly Carrier[]> {
  const carriers: Carrier[] = [];
  for (let from = 0; from < commits.length; from += TREES_AT_ONCE) {
    const some = commits.slice(from, from + TREES_AT_ONCE);
    const trees = await workspace.objects.readTrees(some.map(({ tree }) => tree));
    for (const [index, { tree: _tree, ...commit }] of some.entries()) {
      const rows = trees[index] ?? [];
      const [files, manifest] = DIRECTORIES.map((name) => directoryId(rows, name));
      if (files === undefined || manifest === undefined) continue;
      carriers.push({ ...commit, rows, files, manifest });
    }
  }
  return carriers;
}

const DIRECTORIES = ['files', 'manifest'].map(utf8);

function directoryId(rows: readonly TreeEntry[], name: Uint8Array): ObjectId | undefined {
  const found = entryNamed(rows, name);
  return found?.mode === '40000' ? found.id : undefined;
}
