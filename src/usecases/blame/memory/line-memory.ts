import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { Digest } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CommitFile, FollowedLine } from '#usecases/blame/places.ts';
import { formatFollowed, parseFollowed, type FollowedFile, type FollowedRun } from './followed-file.ts';
import { SealedFiles } from './sealed-files.ts';

const MOST_HEADS = 1_000;

/** A line of a state's file where the thread's history ends for it: at a state, or where the thread began. */
export interface EndedLine {
  readonly line: FollowedLine;
  readonly path: Uint8Array;
  /** Its number there. */
  readonly at: number;
  /** Null, both, for what came in with files that were not captured. */
  readonly carrier: ObjectId | null;
  readonly base: ObjectId | null;
}

type Remembering = Pick<Workspace, 'lineCache' | 'knownReplica' | 'places'>;
type Bases = ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;

/** Remembers where the lines of one file came in. Whatever it does not know is found as if there were none. */
export class LineMemory {
  readonly #files: SealedFiles;
  readonly #path: string;
  readonly #question: Digest;
  readonly #bases: Bases;
  #file: FollowedFile | undefined;
  #fresh = false;

  private constructor(
    files: SealedFiles,
    known: {
      readonly path: string;
      readonly question: Digest;
      readonly bases: Bases;
      readonly file: FollowedFile | undefined;
    },
  ) {
    this.#files = files;
    this.#path = known.path;
    this.#question = known.question;
    this.#bases = known.bases;
    this.#file = known.file;
  }

  /** Undefined where this clone has no key of this home. */
  static async open(
    workspace: Remembering,
    asked: { readonly path: Uint8Array; readonly ignoreWhitespace: boolean; readonly at: string | null },
  ): Promise<LineMemory | undefined> {
    const identity = await knownHome(workspace);
    if (identity === undefined) return undefined;
    const path = rawKey(asked.path);
    // Each work tree stands at a state of its own.
    const place = asked.at === null ? workspace.places.gitDir : 'elsewhere';
    const space = asked.ignoreWhitespace ? 'without' : 'with';
    const question = identity.keyed('lines', concatBytes(utf8(`runs ${space} ${place}\n`), asked.path));
    const files = new SealedFiles(workspace.lineCache, identity);
    const file = await files.read({ slot: slotOf(question), about: question });
    const bases = await files.read({ slot: BASES, about: BASES });
    return new LineMemory(files, {
      path,
      question,
      bases: bases === undefined ? new Map() : parseBases(bases),
      file: file === undefined ? undefined : parseFollowed(file),
    });
  }

  /** The state that the file was followed from; of others nothing is known. */
  get carrier(): ObjectId | undefined {
    return this.#file?.carrier;
  }

  /** Where lines of a state's file came in; undefined where that is not known of each. */
  of({ commit, path }: CommitFile, lines: readonly FollowedLine[]): readonly EndedLine[] | undefined {
    if (this.#file?.carrier !== commit || rawKey(path) !== this.#path) return undefined;
    const found = new Map<number, FollowedRun>();
    for (const run of this.#file.runs) {
      for (let line = run.line; line < run.line + run.count; line += 1) found.set(line, run);
    }
    const ended: EndedLine[] = [];
    for (const line of lines) {
      const run = found.get(line.at);
      if (run === undefined) return undefined;
      ended.push({ line, path, at: run.origin + line.at - run.line, ...endOf(run) });
    }
    return ended;
  }

  /** What heads of threads grew from; undefined where that is not known of each. */
  basesOf(heads: readonly ObjectId[]): Bases | undefined {
    return heads.every((head) => this.#bases.has(head)) ? this.#bases : undefined;
  }

  /** Remembers an answer, unless a better one is. Such as name other paths are not: no path is written down. */
  keep({ commit, path }: CommitFile, lines: readonly EndedLine[]): void {
    const old = this.#file?.runs.reduce((sum, { count }) => sum + count, 0) ?? 0;
    const isBetter = this.#file?.carrier === commit ? lines.length > old : lines.length * 2 >= old;
    const isPlain = lines.every(
      (line) => rawKey(line.path) === this.#path && (line.carrier ?? line.base) !== null,
    );
    if (!isBetter || !isPlain || lines.length === 0 || rawKey(path) !== this.#path) return;
    this.#file = { carrier: commit, runs: runsOf(lines) };
    this.#fresh = true;
  }

  /** Remembers what the heads of threads grew from, unless that is known. */
  async keepBases(heads: readonly ObjectId[], bases: Bases): Promise<void> {
    const isWhole = heads.every((head) => bases.has(head));
    if (!isWhole || heads.length > MOST_HEADS || this.basesOf(heads) !== undefined) return;
    const lines = heads.map((head) => [head, ...(bases.get(head) ?? [])].join(' '));
    await this.#files.write({ slot: BASES, about: BASES }, lines.join('\n'));
  }

  /** Writes what was found since it was opened. */
  async write(): Promise<void> {
    if (!this.#fresh || this.#file === undefined) return;
    await this.#files.write(
      { slot: slotOf(this.#question), about: this.#question },
      formatFollowed(this.#file),
    );
  }
}

const BASES = 'bases';

/** Five bits of it: what many questions leave behind stays small. */
function slotOf(question: Digest): string {
  return question.slice(0, 1);
}

function endOf({ kind, from }: FollowedRun): Pick<EndedLine, 'carrier' | 'base'> {
  return kind === 'state' ? { carrier: from, base: null } : { carrier: null, base: from };
}

function runsOf(lines: readonly EndedLine[]): readonly FollowedRun[] {
  const runs: { -readonly [Field in keyof FollowedRun]: FollowedRun[Field] }[] = [];
  for (const { line, at, carrier, base } of lines.toSorted((a, b) => a.line.at - b.line.at)) {
    const from = carrier ?? base ?? '';
    const last = runs.at(-1);
    const isNext =
      last?.from === from && last.line + last.count === line.at && last.origin + last.count === at;
    if (isNext) last.count += 1;
    else runs.push({ from, kind: carrier === null ? 'base' : 'state', origin: at, line: line.at, count: 1 });
  }
  return runs;
}

function parseBases(text: string): Bases {
  return new Map(
    text.split('\n').map((line) => {
      const [head = '', ...commits] = line.split(' ');
      return [head, new Set(commits)];
    }),
  );
}
