import type {
  LoggedOperation,
  OperationKind,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import { newestAbout } from './pushed-logs.ts';

/** A line that can answer for a move of a ref: allowed, and it tells what it did. */
type TellingLine = LoggedOperation & { readonly texts: OperationTexts };

/** Why no line answers for a move. */
export interface Uncovered {
  readonly code: 'LINE_MISSING' | 'LINE_REFUSED';
  readonly why: string;
}

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
   * do.
   *
   * @param kinds of lines that may move such a ref; null for every line that a holder signed.
   */
  async path(ref: RefChange, kinds: ReadonlySet<OperationKind> | null): Promise<Uncovered | undefined> {
    const counts = ({ line }: TellingLine): boolean =>
      kinds === null ? line.chain !== null || line.op === 'receive' : kinds.has(line.op);
    const fresh = telling(this.#ground.fresh).filter(counts);
    const first = await this.#firstPath(ref, fresh);
    if (first === undefined) return undefined;
    const last = telling(newestAbout(await this.#ground.all(), ref.name)).filter(counts);
    const second = await this.#firstPath(ref, [...new Set([...fresh, ...last])]);
    return second === undefined ? undefined : first;
  }

  async #firstSound(lines: readonly TellingLine[]): Promise<Uncovered | undefined> {
    let refused: Uncovered | undefined;
    for (const line of lines) {
      const why = await this.#problem(line);
      if (why === undefined) return undefined;
      refused ??= { code: 'LINE_REFUSED', why: told(line, why) };
    }
    return refused ?? NONE;
  }

  async #firstPath(ref: RefChange, lines: readonly TellingLine[]): Promise<Uncovered | undefined> {
    const path = findPath(ref, lines);
    if (path === undefined) return NONE;
    for (const line of path) {
      const why = await this.#problem(line);
      if (why !== undefined) return { code: 'LINE_REFUSED', why: told(line, why) };
    }
    return undefined;
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

/** The shortest way; lines about a ref are steps from where it was to where it is. */
function findPath(ref: RefChange, lines: readonly TellingLine[]): readonly TellingLine[] | undefined {
  const ways = new Map<string | null, readonly TellingLine[]>([[ref.old, []]]);
  const pending: (string | null)[] = [ref.old];
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    const way = ways.get(at) ?? [];
    if (at === ref.new && way.length > 0) return way;
    for (const line of lines) {
      for (const move of movesOf(line, ref.name)) {
        if (move.old !== at || ways.has(move.new)) continue;
        ways.set(move.new, [...way, line]);
        pending.push(move.new);
      }
    }
  }
  return undefined;
}
