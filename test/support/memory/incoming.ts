import { HeddleError } from '#domain/error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, ObjectReader } from '#ports/objects.ts';
import type { Incoming, IncomingObject } from '#ports/server/incoming.ts';

/** What a push brought, by hand; commits are followed in the objects that server and clone share here. */
export function createMemoryIncoming(
  objects: ObjectReader,
  brought: readonly IncomingObject[] = [],
): Incoming {
  const reach = async (heads: readonly ObjectId[]): Promise<ReadonlySet<ObjectId>> => {
    const found = new Set<ObjectId>();
    const pending = [...heads];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (found.has(id)) continue;
      const object = await objects.read(id, LARGEST);
      const links = object?.kind === 'commit' ? parseCommitLinks(object.content) : undefined;
      if (links === undefined) throw new HeddleError('OBJECT_CORRUPT', 'a commit is missing');
      found.add(id);
      pending.push(...links.parents);
    }
    return found;
  };
  const below = async (commits: ReadonlySet<ObjectId>): Promise<ReadonlySet<ObjectId>> => {
    const found = new Set<ObjectId>(commits);
    const pending: ObjectId[] = [];
    for (const id of commits) {
      const tree = parseCommitLinks((await objects.read(id, LARGEST))?.content ?? new Uint8Array())?.tree;
      if (tree === undefined || found.has(tree)) continue;
      found.add(tree);
      pending.push(tree);
    }
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      for (const row of (await objects.readTree(id)) ?? []) {
        if (found.has(row.id)) continue;
        found.add(row.id);
        if (row.mode === '40000') pending.push(row.id);
      }
    }
    return found;
  };
  return {
    objects: async (most) => bounded(brought, most),
    async reached(from, without, most) {
      const known = await below(await reach(without));
      const found = await below(await reach(from));
      return bounded(
        [...found].filter((id) => !known.has(id)),
        most,
      );
    },
    async commits(from, without, most) {
      const known = await reach(without);
      const found = await reach(from);
      return bounded(
        [...found].filter((id) => !known.has(id)),
        most,
      );
    },
  };
}

const LARGEST = 16 * 1024 * 1024;

function bounded<T>(found: readonly T[], most: number): readonly T[] {
  if (found.length <= most) return found;
  throw new HeddleError('FORMAT_INVALID', `a push brings at most ${most}`);
}
