import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Digest } from '#domain/id.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Carrier } from '#usecases/states/list-carriers.ts';
import type { CoveredPlace, CoveredPlaces } from './covered-places.ts';

/** Tells whether a state was there when a record was made. */
export type WasThere = (carrier: Carrier) => boolean;

/** What was captured until then, by the word of those who captured. */
export function capturedBy(at: Instant): WasThere {
  return ({ state }) => state.capturedAt <= at;
}

/**
 * What a record about these contents had to be allowed at: each path, in the thread of each state that holds one, and
 * in the threads that had grown from it when the record was made. What was captured later is not asked about: its
 * author built on what was hidden already. A state that brings a content in was there, whatever the record's time
 * says: nobody covers what does not exist yet, but anybody can date a record back.
 */
export function concernedResources(
  repository: string,
  { places, carriers }: CoveredPlaces,
  { files, wasThere }: { readonly files: readonly Digest[]; readonly wasThere: WasThere },
): readonly string[] {
  const covered = new Set(files);
  const here = places.filter(({ file }) => covered.has(file));
  if (here.length === 0) return [];
  const bringing = bringingCarriers(here);
  const threads = grownThreads(carriers, (carrier) => wasThere(carrier) || bringing.has(carrier.commit));
  const resources = new Map<string, () => string>();
  for (const { carrier, path } of here) {
    for (const thread of threads.get(carrier.commit) ?? []) {
      resources.set(`${thread} ${escapePath(path)}`, () => pathResource(repository, thread, path));
    }
  }
  return [...resources.keys()].toSorted().flatMap((key) => resources.get(key)?.() ?? []);
}

/** Carriers with a content that none of their parents has. */
function bringingCarriers(places: readonly CoveredPlace[]): ReadonlySet<ObjectId> {
  const held = new Set(places.map(({ carrier, file }) => `${carrier.commit} ${file}`));
  return new Set(
    places
      .filter(({ carrier, file }) => !carrier.parents.some((parent) => held.has(`${parent} ${file}`)))
      .map(({ carrier }) => carrier.commit),
  );
}

/** For each carrier the threads of itself and of what had grown from it. */
function grownThreads(
  carriers: CoveredPlaces['carriers'],
  wasThere: WasThere,
): ReadonlyMap<ObjectId, ReadonlySet<string>> {
  const threads = new Map<ObjectId, Set<string>>();
  for (const carrier of carriers.toReversed()) {
    const own = threads.get(carrier.commit) ?? new Set();
    if (wasThere(carrier)) own.add(carrier.state.thread);
    threads.set(carrier.commit, own);
    for (const parent of carrier.parents) {
      const above = threads.get(parent) ?? new Set();
      for (const thread of own) above.add(thread);
      threads.set(parent, above);
    }
  }
  return threads;
}
