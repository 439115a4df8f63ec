import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { belowFiles } from './places.ts';

/** States that changed files which are asked about together, beyond which older ones are not looked at. */
const MOST_CHANGES = 20_000;
/** Git compares each path of a tree with each that is asked about. */
const MOST_TOGETHER = 200;

type Tracer = Pick<LineTracer, 'changes'>;

/** Between which commits states are. */
interface Between {
  readonly heads: readonly ObjectId[];
  readonly without: readonly ObjectId[];
}

/** Knows which states changed which files; each file is looked up once, and many together. */
export class ChangedFiles {
  readonly #tracer: Tracer;
  readonly #between: () => Promise<Between>;
  readonly #known = new Map<string, Promise<readonly FileChange[]>>();

  constructor(tracer: Tracer, between: () => Promise<Between>) {
    this.#tracer = tracer;
    this.#between = between;
  }

  /** Looks these up together that were not yet. */
  expect(paths: readonly Uint8Array[]): void {
    const keyed = new Map(paths.map((path) => [rawKey(path), path]));
    const missing = [...keyed].filter(([key]) => !this.#known.has(key));
    for (let from = 0; from < missing.length; from += MOST_TOGETHER) {
      const some = missing.slice(from, from + MOST_TOGETHER);
      const answer = this.#read(some.map(([, path]) => path));
      for (const [key, path] of some) {
        // One that git cannot be asked about is no reason for the others to be passed over.
        const own = answer.then(
          (changes) => changes.get(rawKey(belowFiles(path))) ?? [],
          () => this.#readOne(path),
        );
        own.catch(() => undefined);
        this.#known.set(key, own);
      }
    }
  }

  /** The states that changed a path, newest first. */
  at(path: Uint8Array): Promise<readonly FileChange[]> {
    const key = rawKey(path);
    const known = this.#known.get(key) ?? this.#readOne(path);
    this.#known.set(key, known);
    return known;
  }

  async #readOne(path: Uint8Array): Promise<readonly FileChange[]> {
    return (await this.#read([path])).get(rawKey(belowFiles(path))) ?? [];
  }

  /** By raw path as carriers have it. */
  async #read(paths: readonly Uint8Array[]): Promise<ReadonlyMap<string, readonly FileChange[]>> {
    const changes = await this.#tracer.changes({
      ...(await this.#between()),
      paths: paths.map(belowFiles),
      most: MOST_CHANGES,
      everySide: true,
    });
    // Of one file so many are enough; with others beside it these may have taken its place.
    if (paths.length > 1 && new Set(changes.map(({ commit }) => commit)).size >= MOST_CHANGES) {
      const half = paths.length >> 1;
      const [newer, older] = [await this.#read(paths.slice(0, half)), await this.#read(paths.slice(half))];
      return new Map([...newer, ...older]);
    }
    return byPath(changes);
  }
}

function byPath(changes: readonly FileChange[]): ReadonlyMap<string, readonly FileChange[]> {
  const found = new Map<string, FileChange[]>();
  for (const change of changes) {
    const key = rawKey(change.path);
    const known = found.get(key);
    if (known === undefined) found.set(key, [change]);
    else known.push(change);
  }
  return found;
}
