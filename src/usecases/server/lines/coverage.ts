import type { OperationId } from '#domain/id.ts';
import type {
  LoggedOperation,
  OperationKind,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import { newestAbout } from './pushed-logs.ts';

/** A line that can answer for a move of a ref: allowed, and it tells what it did. */
export type TellingLine = LoggedOperation & { readonly texts: OperationTexts };

/** Why no line answers for a move. */
export interface Uncovered {
  readonly code: 'LINE_MISSING' | 'LINE_REFUSED';
  readonly why: string;
  /** The line that does not hold, where one says so. */
  readonly line?: OperationId;
}

/** One step of a ref, by the line that answers for it. */
export interface CoveredStep {
  readonly line: TellingLine;
  readonly move: RefChange;
}

/** Looks at a way as a whole: what is wrong with it, beside what is with each of its lines; undefined for nothing. */
export type WayJudge = (way: readonly CoveredStep[]) => Promise<string | undefined>;

/** What a move is held against. */
export interface CoverageGround {
  /** Lines that the push brings. */
  readonly fresh: readonly LoggedOperation[];
  /** Every line that there is; asked where those are not enough. */
  readonly all: () => Promise<readonly LoggedOperation[]>;
  /** What is wrong with a line by what its author could be allowed; undefined for nothing. */
  readonly problem: (operation: LoggedOperation) => Promise<string | undefined>;
}

/**
 * Finds the lines that answer for moves of refs. Lines that came with the push answer for what they say. One that the
 * server had before answers only where it is the last word of its replica about the ref: else an old line, of what was
 * taken back since, could be used again.
 */
export class Coverage {
  readonly #ground: CoverageGround;
  readonly #problems = new Map<string, Promise<string | undefined>>();

  constructor(ground: CoverageGround) {
    this.#ground = ground;
  }

  /** Whether a line leaves the ref where the push does; undefined where one does. */
  async arrival(ref: RefChange): Promise<Uncovered | undefined> {
    const arrives = (line: TellingLine): boolean =>
      movesOf(line, ref.name).some((move) => move.new === ref.new);
    const fresh = telling(this.#ground.fresh).filter(arrives);
    const first = await this.#firstSound(fresh);
    if (first === undefined) return undefined;
    const known = telling(newestAbout(await this.#ground.all(), ref.name)).filter(arrives);
    const second = await this.#firstSound(known);
    if (second === undefined) return undefined;
    return first === NONE ? second : first;
  }

  /**
   * Whether lines lead the ref from where it is to where the push leaves it, one after the other; undefined where they
   * do. Of lines that the server had before only the very last word about the ref counts, whoever's it is.
   *
   * @param options.kinds of lines that may move such a ref; null for every line that a holder signed.
   */
  async path(
    ref: RefChange,
    {
      kinds,
      judge,
    }: {
      readonly kinds: ReadonlySet<OperationKind> | null;
      readonly judge: WayJudge;
    },
  ): Promise<Uncovered | undefined> {
    const counts = ({ line }: TellingLine): boolean =>
      kinds === null ? line.chain !== null || line.op === 'receive' : kinds.has(line.op);
    const fresh = telling(this.#ground.fresh).filter(counts);
    const first = await this.#firstPath(ref, fresh, judge);
    if (first === undefined) return undefined;
    const last = telling(lastAbout(await this.#ground.all(), ref.name)).filter(counts);
    const second = await this.#firstPath(ref, [...new Set([...fresh, ...last])], judge);
    return second === undefined ? undefined : first;
  }

  async #firstSound(lines: readonly TellingLine[]): Promise<Uncovered | undefined> {
    let refused: Uncovered | undefined;
    for (const line of lines) {
      const why = await this.#problem(line);
      if (why === undefined) return undefined;
      refused ??= { code: 'LINE_REFUSED', why: told(line, why), line: line.id };
    }
    return refused ?? NONE;
  }

  async #firstPath(
    ref: RefChange,
    lines: readonly TellingLine[],
    judge: WayJudge,
  ): Promise<Uncovered | undefined> {
    const way = findPath(ref, lines);
    if (way === undefined) return NONE;
    for (const { line } of way) {
      const why = await this.#problem(line);
      if (why !== undefined) return { code: 'LINE_REFUSED', why: told(line, why), line: line.id };
    }
    const why = await judge(way);
    return why === undefined ? undefined : { code: 'LINE_REFUSED', why };
  }

  #problem(operation: LoggedOperation): Promise<string | undefined> {
    const known = this.#problems.get(operation.id);
    if (known !== undefined) return known;
    const asked = this.#ground.problem(operation);
    this.#problems.set(operation.id, asked);
    return asked;
  }
}

const NONE: Uncovered = { code: 'LINE_MISSING', why: 'no line of a log that came with it says so' };

function told({ line: { op, seq } }: TellingLine, why: string): string {
  return `line ${seq} (${op}): ${why}`;
}

function telling(operations: readonly LoggedOperation[]): readonly TellingLine[] {
  return operations.flatMap(({ id, line, texts }) =>
    texts === 'redacted' || line.verdict.verdict === 'deny' ? [] : [{ id, line, texts }],
  );
}

function movesOf({ texts }: TellingLine, name: string): readonly RefChange[] {
  return texts.refs.filter((move) => move.name === name);
}

/** What was said last of a ref, by any replica. */
function lastAbout(operations: readonly LoggedOperation[], ref: string): readonly LoggedOperation[] {
  const newest = newestAbout(operations, ref);
  const last = Math.max(...newest.map(({ line }) => line.lamport));
  return newest.filter(({ line }) => line.lamport === last);
}

/** The shortest way; lines about a ref are steps from where it was to where it is. */
function findPath(ref: RefChange, lines: readonly TellingLine[]): readonly CoveredStep[] | undefined {
  const ways = new Map<string | null, readonly CoveredStep[]>([[ref.old, []]]);
  const pending: (string | null)[] = [ref.old];
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    const way = ways.get(at) ?? [];
    if (at === ref.new && way.length > 0) return way;
    for (const line of lines) {
      for (const move of movesOf(line, ref.name)) {
        if (move.old !== at || ways.has(move.new)) continue;
        ways.set(move.new, [...way, { line, move }]);
        pending.push(move.new);
      }
    }
  }
  return undefined;
}
