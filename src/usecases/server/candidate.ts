import type { RefChange } from '#domain/operation/operation.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import type { RefStore } from '#ports/refs.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * A repository as it would be if a push were accepted: for reading alone. Nothing that is found out about it is
 * remembered anywhere, since it may be refused.
 */
export function candidateOf(server: Workspace, updates: readonly RefChange[]): Workspace {
  const noCache: HomeCache = {
    isEmpty: async () => true,
    read: async () => undefined,
    write: async () => undefined,
  };
  return {
    ...server,
    refs: candidateRefs(server.refs, updates),
    signatureCache: noCache,
    authorityCache: noCache,
    localIndex: {
      use: async () => undefined,
      inspect: () => server.localIndex.inspect(),
      destroy: () => neverMoved(),
    },
  };
}

function candidateRefs(refs: RefStore, updates: readonly RefChange[]): RefStore {
  const moved = new Map(updates.map(({ name, new: next }) => [name, next]));
  const at = async (name: string, read: (name: string) => Promise<string | undefined>) =>
    moved.has(name) ? (moved.get(name) ?? undefined) : read(name);
  return {
    async list(prefix) {
      const found = new Map(await refs.list(prefix));
      for (const [name, next] of moved) {
        if (!name.startsWith(prefix)) continue;
        if (next === null) found.delete(name);
        else found.set(name, next);
      }
      return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    },
    read: (name) => at(name, (ref) => refs.read(ref)),
    readBranch: (name) => at(name, (ref) => refs.readBranch(ref)),
    prepare: () => neverMoved(),
    removeStaleLocks: () => neverMoved(),
  };
}

async function neverMoved(): Promise<never> {
  throw new Error('invariant: what a push would make is only looked at');
}
