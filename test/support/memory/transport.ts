import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { LeavingObject, PushAnswer, RemoteUpdate, Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What becomes of the next push: it is lost before or after the remote took it. */
export type Accident = 'lost before' | 'lost after' | null;

/** A bare repository without a disk. Clones that call it share its objects: nothing has to travel but names. */
export class MemoryRemote {
  readonly refs = new Map<string, ObjectId>();
  accident: Accident = null;
  /** It takes branches alone; `whole`: a hook refuses all that comes along with other refs. */
  plain: boolean | 'whole' = false;
  /** What the clones that call it remember of it. */
  fallback = false;
  /** Where it would be, if it were anywhere. */
  address = '/srv/memory';

  /** The transport of a clone. */
  transportOf(workspace: Workspace): Transport {
    const { objects, writer, comparer, revisions } = workspace;
    return {
      find: async (name) => ({ name, addresses: ['memory'] }),
      pushAddresses: async () => [this.address],
      add: async () => undefined,
      usesFallback: async () => this.fallback,
      forgetFallback: async () => undefined,
      useFallback: async () => {
        this.fallback = true;
      },
      list: async (_name, prefixes) =>
        new Map(
          [...this.refs]
            .filter(([ref]) => prefixes.some((prefix) => ref.startsWith(prefix)))
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        ),
      fetch: async () => ({
        objects,
        writer,
        comparer,
        revisions,
        keep: async () => undefined,
        close: async () => undefined,
      }),
      push: async (_name, updates) => this.#push(updates),
      leaving: async (heads, known) => leaving(workspace, heads, known),
      leavingCommits: async (heads, known) => leavingCommits(workspace, heads, known),
      isAncestor: async (commit, head) => (await commitsBelow(workspace, [head])).has(commit),
    };
  }

  /** All of them or none, each only from where it was seen. */
  #push(updates: readonly RemoteUpdate[]): PushAnswer {
    const { accident } = this;
    this.accident = null;
    if (accident === 'lost before') throw lost();
    if (this.plain !== false && updates.some(({ ref }) => ref.startsWith('refs/heddle/'))) {
      const refused = updates.map(({ ref }) => ({
        ref,
        kind:
          this.plain === 'whole' || ref.startsWith('refs/heddle/')
            ? ('refused' as const)
            : ('other' as const),
        why: 'no such refs here',
      }));
      return { moved: [], refused, said: [] };
    }
    const moved = updates.filter(({ ref, old }) => (this.refs.get(ref) ?? null) !== old);
    if (moved.length > 0) {
      const others = updates.filter((update) => !moved.includes(update));
      return {
        moved: [],
        refused: [
          ...moved.map(({ ref }) => ({ ref, kind: 'moved' as const, why: 'it moved' })),
          ...others.map(({ ref }) => ({ ref, kind: 'other' as const, why: 'atomic' })),
        ],
        said: [],
      };
    }
    for (const update of updates) this.refs.set(update.ref, update.new);
    if (accident === 'lost after') throw lost();
    return { moved: updates.map(({ ref }) => ref), refused: [], said: [] };
  }
}

function lost(): HeddleError {
  return new HeddleError('REMOTE_FAILED', 'the line went dead');
}

/** Every commit that is reached from these. */
export async function commitsBelow(
  { objects }: Pick<Workspace, 'objects'>,
  heads: readonly ObjectId[],
): Promise<ReadonlySet<ObjectId>> {
  const found = new Set<ObjectId>();
  const pending = [...heads];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue;
    const commit = await objects.read(id, 2 ** 20);
    if (commit === undefined) continue;
    found.add(id);
    pending.push(...(parseCommitLinks(commit.content)?.parents ?? []));
  }
  return found;
}

async function leaving(
  workspace: Workspace,
  heads: readonly ObjectId[],
  known: readonly ObjectId[],
): Promise<readonly LeavingObject[]> {
  const before = await blobsOf(workspace, await commitsBelow(workspace, known));
  const after = await blobsOf(workspace, await commitsBelow(workspace, heads));
  return [...after].filter(([id]) => !before.has(id)).map(([id, path]) => ({ id, path }));
}

async function leavingCommits(
  workspace: Workspace,
  heads: readonly ObjectId[],
  known: readonly ObjectId[],
): Promise<readonly { readonly commit: ObjectId; readonly parents: readonly ObjectId[] }[]> {
  const before = await commitsBelow(workspace, known);
  const found: { commit: ObjectId; parents: readonly ObjectId[] }[] = [];
  for (const commit of await commitsBelow(workspace, heads)) {
    if (before.has(commit)) continue;
    const content = (await workspace.objects.read(commit, 2 ** 20))?.content;
    found.push({ commit, parents: content === undefined ? [] : (parseCommitLinks(content)?.parents ?? []) });
  }
  return found.toReversed();
}

async function blobsOf(
  { objects }: Workspace,
  commits: ReadonlySet<ObjectId>,
): Promise<ReadonlyMap<ObjectId, Uint8Array>> {
  const blobs = new Map<ObjectId, Uint8Array>();
  const walk = async (tree: ObjectId, below: Uint8Array): Promise<void> => {
    for (const { mode, name, id } of (await objects.readTree(tree)) ?? []) {
      const path = below.length === 0 ? name : concatBytes(below, utf8('/'), name);
      if (mode === '40000') await walk(id, path);
      else blobs.set(id, path);
    }
  };
  for (const commit of commits) {
    const content = (await objects.read(commit, 2 ** 20))?.content;
    const tree = content === undefined ? undefined : parseCommitLinks(content)?.tree;
    if (tree !== undefined) await walk(tree, new Uint8Array());
  }
  return blobs;
}
