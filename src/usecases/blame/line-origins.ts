import type { LineOrigin, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { rangesOf, type CommitFile, type FollowedLine } from './places.ts';
import type { StandIns } from './through/stand-ins.ts';

/** Hears of each commit that git comes to, before the answer is there. */
type Seen = (commit: ObjectId) => void;

/** Asks git where lines come from, and remembers what was asked ahead. */
export class LineOrigins {
  readonly #tracer: LineTracer;
  readonly #ignoreWhitespace: boolean;
  readonly #asked = new Map<string, Promise<readonly LineOrigin[]>>();

  constructor(tracer: LineTracer, ignoreWhitespace: boolean) {
    this.#tracer = tracer;
    this.#ignoreWhitespace = ignoreWhitespace;
  }

  /** Lets git follow the parts of a long history at the same time. Answers that nobody needs are thrown away. */
  async askAhead(standIns: StandIns, path: Uint8Array, seen: Seen): Promise<void> {
    for (const carrier of standIns.cuts) {
      const commit = await standIns.of(carrier);
      if (commit === undefined) continue;
      const answer = this.#tracer.origins({
        commit,
        path,
        lines: null,
        parents: NO_PARENTS,
        ignoreWhitespace: this.#ignoreWhitespace,
        seen,
      });
      answer.catch(() => undefined);
      this.#asked.set(keyOf({ commit, path }), answer);
    }
  }

  /**
   * Where lines of a file come from.
   *
   * @param parents what commits are taken to have as parents, where that is not what they have.
   */
  async of(
    file: CommitFile,
    lines: readonly FollowedLine[],
    {
      parents = NO_PARENTS,
      seen,
    }: { readonly parents?: ReadonlyMap<ObjectId, readonly ObjectId[]>; readonly seen?: Seen } = {},
  ): Promise<readonly LineOrigin[]> {
    const ahead = parents.size === 0 ? this.#asked.get(keyOf(file)) : undefined;
    if (ahead !== undefined) return ahead;
    return this.#tracer.origins({
      ...file,
      lines: rangesOf(lines.map(({ at }) => at)),
      parents,
      ignoreWhitespace: this.#ignoreWhitespace,
      ...(seen === undefined ? {} : { seen }),
    });
  }
}

const NO_PARENTS: ReadonlyMap<ObjectId, readonly ObjectId[]> = new Map();

function keyOf({ commit, path }: CommitFile): string {
  return `${commit} ${rawKey(path)}`;
}
