import type { LineTracer } from '#ports/line-origins.ts';
import type { TreeChange } from '#ports/objects.ts';
import type { LineFollower } from '#usecases/blame/follow-lines.ts';
import type { FoundLine } from '#usecases/blame/places.ts';
import { broughtLines } from './brought-lines.ts';
import type { ReadCommit } from './commit-changes.ts';

/** Git works on so many changes at once. */
const AT_ONCE = 4;
const REGULAR = /^100/;

interface Tracing {
  readonly tracer: Pick<LineTracer, 'origins'>;
  readonly follower: Pick<LineFollower, 'expect' | 'followBrought'>;
}

/** Follows the lines that commits brought in, some changes ahead of the one that is asked about. */
export class TraceAhead {
  readonly #ground: Tracing;
  readonly #changes: readonly (readonly [ReadCommit, TreeChange])[];
  readonly #traced = new Map<TreeChange, Promise<readonly FoundLine[]>>();
  #next = 0;

  /** @param reads in the order in which their changes are asked about. */
  constructor(reads: readonly ReadCommit[], ground: Tracing) {
    this.#ground = ground;
    this.#changes = reads.flatMap((read) => read.changes.map((change) => [read, change] as const));
    ground.follower.expect(this.#changes.map(([{ commit }, { path }]) => ({ commit, path })));
  }

  /** Where the lines are from that came in with a change; none where it brought none. */
  async of(change: TreeChange): Promise<readonly FoundLine[]> {
    while (!this.#traced.has(change) || this.#traced.size < AT_ONCE) {
      const next = this.#changes[this.#next];
      if (next === undefined) break;
      this.#next += 1;
      const traced = this.#trace(...next);
      // Whoever asks hears of it.
      traced.catch(() => undefined);
      this.#traced.set(next[1], traced);
    }
    const found = await this.#traced.get(change);
    this.#traced.delete(change);
    return found ?? [];
  }

  async #trace(read: ReadCommit, { path, newMode }: TreeChange): Promise<readonly FoundLine[]> {
    if (newMode === null || !REGULAR.test(newMode)) return [];
    const brought = await broughtLines(this.#ground.tracer, { ...read, path });
    if (brought.length === 0) return [];
    return this.#ground.follower.followBrought({ commit: read.commit, path }, brought);
  }
}
