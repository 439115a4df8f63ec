import { concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Digest } from '#domain/id.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { KnownCarrier } from '#usecases/states/read-state.ts';
import type { CommitFile, FollowedLine } from '#usecases/blame/places.ts';
import { formatFollowed, parseFollowed, type FollowedFile, type FollowedRun } from './followed-file.ts';

/*
 * Where lines of files came in, as this home found it: 32 files at most, by what the question's digest
 * begins with, and one for what the heads of threads grew from.
 *
 *   <digest of all that follows, of kind "lines", keyed with the clone's secret> LF
 *   <digest of the question: path, work tree, whether white space counts> LF         or "bases" LF
 *   …                                     as followed-file.ts has it; or a line each: <head> <commit> …
 *
 * The secret lies in the home: whoever writes the repository alone cannot make a file that is believed. All of it follows
 * from ids of commits, which stand for everything before them, so it stays true. Whose the states are, and whether what
 * they say is to be believed, is asked each time.
 */

const LARGEST_BYTES = 1024 * 1024;
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
  readonly #workspace: Remembering;
  readonly #identity: ReplicaIdentity;
  readonly #path: string;
  readonly #question: Digest;
  readonly #bases: Bases;
  #file: FollowedFile | undefined;
  #fresh = false;

  private constructor(
    workspace: Remembering,
    identity: ReplicaIdentity,
    known: {
      readonly path: string;
      readonly question: Digest;
      readonly bases: Bases;
      readonly file: FollowedFile | undefined;
    },
  ) {
    this.#workspace = workspace;
    this.#identity = identity;
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
    const question = identity.keyed('lines', concatBytes(utf8(`file ${space} ${place}\n`), asked.path));
    const file = await readSealed(workspace, identity, { slot: slotOf(question), about: question });
    const bases = await readSealed(workspace, identity, { slot: BASES, about: BASES });
    return new LineMemory(workspace, identity, {
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

  /** The states that its lines came in with. */
  get states(): readonly KnownCarrier[] {
    return [...(this.#file?.states.values() ?? [])];
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
  keep(
    { commit, path }: CommitFile,
    lines: readonly EndedLine[],
    states: (carrier: ObjectId) => KnownCarrier,
  ): void {
    const old = this.#file?.runs.reduce((sum, { count }) => sum + count, 0) ?? 0;
    const isBetter = this.#file?.carrier === commit ? lines.length > old : lines.length * 2 >= old;
    const isPlain = lines.every(
      (line) => rawKey(line.path) === this.#path && (line.carrier ?? line.base) !== null,
    );
    if (!isBetter || !isPlain || lines.length === 0 || rawKey(path) !== this.#path) return;
    const carriers = new Set(lines.flatMap(({ carrier }) => carrier ?? []));
    const known = new Map([...carriers].map((carrier) => [carrier, states(carrier)]));
    this.#file = { carrier: commit, states: known, runs: runsOf(lines) };
    this.#fresh = true;
  }

  /** Remembers what the heads of threads grew from, unless that is known. */
  async keepBases(heads: readonly ObjectId[], bases: Bases): Promise<void> {
    const isWhole = heads.every((head) => bases.has(head));
    if (!isWhole || heads.length > MOST_HEADS || this.basesOf(heads) !== undefined) return;
    const lines = heads.map((head) => [head, ...(bases.get(head) ?? [])].join(' '));
    await this.#write({ slot: BASES, about: BASES }, lines.join('\n'));
  }

  /** Writes what was found since it was opened. */
  async write(): Promise<void> {
    if (!this.#fresh || this.#file === undefined) return;
    await this.#write({ slot: slotOf(this.#question), about: this.#question }, formatFollowed(this.#file));
  }

  async #write({ slot, about }: Place, text: string): Promise<void> {
    const body = utf8(`${about}\n${text}`);
    if (body.length > LARGEST_BYTES) return;
    const seal = utf8(`${this.#identity.keyed('lines', concatBytes(SEAL, body))}\n`);
    await this.#workspace.lineCache.write(placeOf(this.#identity, slot), concatBytes(seal, body));
  }
}

/** A file of the memory, and what its first line behind the seal says. */
interface Place {
  readonly slot: string;
  readonly about: string;
}

const BASES = 'bases';
const SEAL = utf8('seal\n');
const LINE_FEED = 10;

/** What this home wrote there about the very same; undefined for anything else. */
async function readSealed(
  { lineCache }: Remembering,
  identity: ReplicaIdentity,
  { slot, about }: Place,
): Promise<string | undefined> {
  const file = await lineCache.read(placeOf(identity, slot));
  if (file === undefined || file.length > LARGEST_BYTES + 100) return undefined;
  const end = file.indexOf(LINE_FEED);
  const body = file.subarray(end + 1);
  const isOwn =
    end > 0 && decodeUtf8(file.subarray(0, end)) === identity.keyed('lines', concatBytes(SEAL, body));
  const text = isOwn ? decodeUtf8(body) : undefined;
  return text?.startsWith(`${about}\n`) === true ? text.slice(about.length + 1) : undefined;
}

function placeOf(identity: ReplicaIdentity, slot: string): Digest {
  return identity.keyed('lines', utf8(`slot ${slot}`));
}

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
