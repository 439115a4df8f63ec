import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { requireBranchRef, requireHeddleRef } from '#git/refs/ref-name.ts';
import type { RefStore } from '#ports/refs.ts';

/**
 * Refs without a disk. A prepared transaction holds its refs until it ends, as Git's locks do; whoever removes
 * stale locks says that every open one is of a killed process.
 */
export function createMemoryRefs(): RefStore {
  const refs = new Map<string, string>();
  const locked = new Set<string>();
  return {
    list: async (prefix) =>
      new Map([...refs].filter(([name]) => name.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    read: async (name) => refs.get(requireHeddleRef(name)),
    readBranch: async (name) => refs.get(requireBranchRef(name)),
    async prepare(changes, verify, branch = null) {
      const all = [...changes, ...verify];
      for (const change of all) check(refs, change, branch);
      for (const { name } of all) {
        if (locked.has(name))
          throw new HeddleError('LOCK_HELD', 'another git holds a lock', { facts: { ref: name } });
      }
      for (const { name } of changes) refuseCollision(refs, name);
      for (const { name } of all) locked.add(name);
      const release = (): void => {
        for (const { name } of all) locked.delete(name);
      };
      return {
        async commit() {
          for (const change of changes) {
            if (change.new === null) refs.delete(change.name);
            else refs.set(change.name, change.new);
          }
          release();
        },
        abort: async () => release(),
      };
    },
    async removeStaleLocks() {
      const stale = [...locked];
      locked.clear();
      return stale;
    },
  };
}

function check(refs: ReadonlyMap<string, string>, { name, old }: RefChange, branch: string | null): void {
  if (name === branch) requireBranchRef(name);
  else requireHeddleRef(name);
  const found = refs.get(name) ?? null;
  if (found === old) return;
  throw new HeddleError('REF_MOVED', `${name} was moved by somebody else`, {
    facts: { ref: name, expected: old, found },
    preserved: 'no ref was moved',
  });
}

function refuseCollision(refs: ReadonlyMap<string, string>, ref: string): void {
  for (const existing of refs.keys()) {
    if (!existing.startsWith(`${ref}/`) && !ref.startsWith(`${existing}/`)) continue;
    throw new HeddleError('THREAD_NAME_COLLISION', 'a ref cannot stand beside an existing one', {
      facts: { ref, existing },
    });
  }
}
