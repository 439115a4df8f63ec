import type { TreeChange } from '#ports/objects.ts';
import { RENAMED, RENAMED_BY_NAME, similarity } from './similarity.ts';

/** Above so many pairs nobody compares contents; Git has the same bound. */
const MOST_PAIRS = 1000 * 1000;
const WHOLE = 60_000;

/** One file of a patch: the same path on both sides, or a rename and how similar its two sides are. */
export interface FilePair {
  readonly before: Side | null;
  readonly after: Side | null;
  /** Out of sixty thousand; null for what was not renamed. */
  readonly score: number | null;
}

export interface Side {
  readonly path: Uint8Array;
  readonly mode: string;
  readonly id: string;
}

interface Rename {
  readonly from: Side;
  readonly to: Side;
  readonly score: number;
}

/** Pairs the sides of changes; what went in one place and came in another, as Git would find it (`-M`). */
export async function pairFiles(
  changes: readonly TreeChange[],
  read: (side: Side) => Promise<Buffer>,
): Promise<readonly FilePair[]> {
  const pairs = changes.map(toPair);
  const gone = pairs.flatMap(({ before, after }) => (before !== null && after === null ? [before] : []));
  const come = pairs.flatMap(({ before, after }) => (before === null && after !== null ? [after] : []));
  const renames = new RenameSearch(gone, come, read);
  await renames.run();
  return pairs.flatMap((pair) => {
    if (pair.before !== null && pair.after === null && renames.from.has(pair.before)) return [];
    const found = pair.after === null || pair.before !== null ? undefined : renames.to.get(pair.after);
    return [found === undefined ? pair : { before: found.from, after: found.to, score: found.score }];
  });
}

function toPair({ path, oldMode, oldId, newMode, newId }: TreeChange): FilePair {
  return {
    before: oldMode === null || oldId === null ? null : { path, mode: oldMode, id: oldId },
    after: newMode === null || newId === null ? null : { path, mode: newMode, id: newId },
    score: null,
  };
}

class RenameSearch {
  readonly from = new Set<Side>();
  readonly to = new Map<Side, Rename>();
  readonly #gone: readonly Side[];
  readonly #come: readonly Side[];
  readonly #read: (side: Side) => Promise<Buffer>;

  constructor(gone: readonly Side[], come: readonly Side[], read: (side: Side) => Promise<Buffer>) {
    this.#gone = gone;
    this.#come = come;
    this.#read = read;
  }

  async run(): Promise<void> {
    for (const to of this.#come) this.#findSame(to);
    await this.#findByName();
    if (this.#left().gone.length * this.#left().come.length <= MOST_PAIRS) await this.#findSimilar();
  }

  #findSame(to: Side): void {
    const same = this.#gone.filter(
      (from) =>
        from.id === to.id && !this.from.has(from) && (from.mode === to.mode || (isFile(from) && isFile(to))),
    );
    const from = same.find((candidate) => sameName(candidate, to)) ?? same[0];
    if (from !== undefined) this.#take({ from, to, score: WHOLE });
  }

  /** Files that alone went, and alone came, under a name. */
  async #findByName(): Promise<void> {
    const { gone, come } = this.#left();
    const arrived = byName(come);
    for (const [name, from] of byName(gone)) {
      const to = arrived.get(name);
      if (from === null || to === null || to === undefined) continue;
      const score = await this.#score(from, to);
      if (score >= RENAMED_BY_NAME) this.#take({ from, to, score });
    }
  }

  async #findSimilar(): Promise<void> {
    const { gone, come } = this.#left();
    const candidates: Rename[] = [];
    for (const to of come) {
      for (const from of gone) {
        const score = await this.#score(from, to);
        if (score >= RENAMED) candidates.push({ from, to, score });
      }
    }
    const order = (a: Rename, b: Rename): number =>
      b.score - a.score || Number(sameName(b.from, b.to)) - Number(sameName(a.from, a.to));
    for (const rename of candidates.toSorted(order)) {
      if (!this.from.has(rename.from) && !this.to.has(rename.to)) this.#take(rename);
    }
  }

  async #score(from: Side, to: Side): Promise<number> {
    if (!isFile(from) || !isFile(to)) return 0;
    return similarity(await this.#read(from), await this.#read(to));
  }

  #left(): { readonly gone: readonly Side[]; readonly come: readonly Side[] } {
    return {
      gone: this.#gone.filter((side) => !this.from.has(side)),
      come: this.#come.filter((side) => !this.to.has(side)),
    };
  }

  #take(rename: Rename): void {
    this.from.add(rename.from);
    this.to.set(rename.to, rename);
  }
}

function isFile({ mode }: Side): boolean {
  return mode.startsWith('100');
}

function nameOf({ path }: Side): string {
  const text = Buffer.from(path).toString('latin1');
  return text.slice(text.lastIndexOf('/') + 1);
}

function sameName(a: Side, b: Side): boolean {
  return nameOf(a) === nameOf(b);
}

/** Null for a name that several have. */
function byName(sides: readonly Side[]): ReadonlyMap<string, Side | null> {
  const names = new Map<string, Side | null>();
  for (const side of sides) names.set(nameOf(side), names.has(nameOf(side)) ? null : side);
  return names;
}
