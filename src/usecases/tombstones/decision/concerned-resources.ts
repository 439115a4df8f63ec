import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Digest } from '#domain/id.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { CoveredPlaces } from './covered-places.ts';

/**
 * What a record about these contents had to be allowed at: each path, in the thread of each state that holds one, and
 * in the threads that had grown from it when the record was made. What was captured later is not asked about: its
 * author built on what was hidden already.
 */
export function concernedResources(
  repository: string,
  { places, carriers }: CoveredPlaces,
  { files, at }: { readonly files: readonly Digest[]; readonly at: Instant },
): readonly string[] {
  const covered = new Set(files);
  const here = places.filter(({ file }) => covered.has(file));
  if (here.length === 0) return [];
  const threads = grownThreads(carriers, at);
  const resources = new Map<string, () => string>();
  for (const { carrier, path } of here) {
    for (const thread of threads.get(carrier.commit) ?? []) {
      resources.set(`${thread} ${escapePath(path)}`, () => pathResource(repository, thread, path));
    }
  }
  return [...resources.keys()].toSorted().flatMap((key) => resources.get(key)?.() ?? []);
}

/** For each carrier the threads of itself and of what was captured from it until then. */
function grownThreads(
  carriers: CoveredPlaces['carriers'],
  at: Instant,
): ReadonlyMap<ObjectId, ReadonlySet<string>> {
  const threads = new Map<ObjectId, Set<string>>();
  for (const { commit, state, parents } of carriers.toReversed()) {
    const own = threads.get(commit) ?? new Set();
    if (state.capturedAt <= at) own.add(state.thread);
    threads.set(commit, own);
    for (const parent of parents) {
      const above = threads.get(parent) ?? new Set();
      for (const thread of own) above.add(thread);
      threads.set(parent, above);
    }
  }
  return threads;
}
