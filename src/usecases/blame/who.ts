import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import type { WhoResult, WhoShare } from '#domain/results/blame-results.ts';
import type { FileEntry, ObjectId } from '#ports/objects.ts';
import type { Progress } from '#ports/platform.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readLines } from '#usecases/content/read-lines.ts';
import type { StateFacts } from '#usecases/history/state-facts.ts';
import type { SummaryGround } from '#usecases/history/state-summary.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { BlameSession, linesAsked } from './blame-session.ts';
import { startAt, type BlameStart } from './blame-start.ts';
import { carriersOf, type FoundLine } from './places.ts';

export interface WhoOptions {
  /** From the work tree's root; files or directories. Empty for everything. */
  readonly paths: readonly string[];
  /** State, thread or Git revision; null for the work tree. */
  readonly at: string | null;
  /** A Git revision: only lines that came since count. Null for all. */
  readonly since: string | null;
}

/** Files asked about at the same time: most of the time is git's. */
const AT_ONCE = 4;
const REGULAR = /^100/;

/** Counts whose lines stand in files. Throws `NOT_FOUND` where a path or revision is none. */
export async function who(workspace: Workspace, options: WhoOptions): Promise<WhoResult> {
  const { view } = await knowAuthority(workspace);
  const ground = { view, tombstones: await readTombstones(workspace, view) };
  const since = options.since === null ? null : await commitOf(workspace, options.since);
  return startAt(workspace, options.at, async (start, within) => {
    const files = await filesOf(within, start, { ...options, since });
    const rest = { ignoreWhitespace: false, tells: 'makers', view } as const;
    const asked = { start, at: options.at, ...rest, ...onlyOne(files) };
    const total = await BlameSession.use(within, asked, async (session) => {
      const count = new Count(within, session, { ground, since });
      await addAll(count, files, workspace.progress);
      return count.total();
    });
    const paths = options.paths.map((path) => escapePath(utf8(path)));
    return { paths, since, at: start.name, ...total };
  });
}

async function addAll(count: Count, files: readonly FileEntry[], progress: Progress): Promise<void> {
  for (let from = 0; from < files.length; from += AT_ONCE) {
    progress.step('files', from, files.length);
    await Promise.all(files.slice(from, from + AT_ONCE).map((file) => count.add(file)));
  }
}

/** Of one file it is remembered where its lines came in, as `blame` does. */
function onlyOne(files: readonly FileEntry[]): Pick<FileEntry, 'path'> | undefined {
  const [file, ...others] = files;
  return file === undefined || others.length > 0 ? undefined : { path: file.path };
}

async function commitOf(workspace: Workspace, name: string): Promise<ObjectId> {
  const found = await resolveRevision(workspace, name);
  if (found.kind === 'commit') return found.commit;
  throw usageError('who', 'a range is one of Git revisions', { name });
}

async function filesOf(
  workspace: Workspace,
  start: BlameStart,
  { paths, since }: { readonly paths: readonly string[]; readonly since: ObjectId | null },
): Promise<readonly FileEntry[]> {
  const all = (await workspace.objects.listFiles(start.files)).filter(({ mode }) => REGULAR.test(mode));
  const wanted = paths.map((path) => rawKey(utf8(path.replace(/\/+$|^\.$/, ''))));
  const covers = (path: string): boolean =>
    wanted.length === 0 || wanted.some((top) => path === top || top === '' || path.startsWith(`${top}/`));
  const files = all.filter(({ path }) => covers(rawKey(path)));
  if (files.length === 0 && paths.length > 0) throw nothingThere(paths);
  if (since === null) return files;
  const before = await workspace.revisions.commitTree(since);
  const changed = new Set(
    (await workspace.comparer.compare(before, start.files)).map(({ path }) => rawKey(path)),
  );
  return files.filter(({ path }) => changed.has(rawKey(path)));
}

function nothingThere(paths: readonly string[]): HeddleError {
  return new HeddleError('NOT_FOUND', 'there is no such file', {
    facts: { path: escapePath(utf8(paths.join(' '))) },
    preserved: 'nothing was changed',
  });
}

type Total = Pick<WhoResult, 'files' | 'lines' | 'unattributed' | 'shares' | 'skipped'>;

/** Adds lines up, file by file. */
class Count {
  readonly #workspace: Workspace;
  readonly #session: BlameSession;
  readonly #ground: SummaryGround;
  readonly #since: ObjectId | null;
  readonly #found: FoundLine[] = [];
  readonly #skipped: { readonly path: string; readonly why: string }[] = [];
  #files = 0;

  constructor(
    workspace: Workspace,
    session: BlameSession,
    { ground, since }: { readonly ground: SummaryGround; readonly since: ObjectId | null },
  ) {
    this.#workspace = workspace;
    this.#session = session;
    this.#ground = ground;
    this.#since = since;
  }

  async add({ path }: FileEntry): Promise<void> {
    try {
      const at = { ...this.#session.start, path };
      const { lines, refused } = await readLines(this.#workspace, this.#ground.tombstones, at);
      if (refused) return this.#skip(path, 'redacted');
      if (isBinary(lines)) return this.#skip(path, 'binary');
      const found = await this.#session.follow(path, linesAsked(1, lines.length));
      this.#found.push(...(await this.#fresh(found)));
      this.#files += 1;
    } catch (error) {
      if (!(error instanceof HeddleError) || !PASSED_OVER.includes(error.code)) throw error;
      this.#skip(path, error.message);
    }
  }

  async total(): Promise<Total> {
    const states = await this.#session.factsOf(carriersOf(this.#found));
    const shares = new Map<string, Share>();
    let unattributed = 0;
    for (const line of this.#found) {
      const state = line.carrier === null ? undefined : states.get(line.carrier);
      // Everybody can write a state that names somebody: only a signature says whose it is.
      if (state?.attestation !== 'verified') unattributed += 1;
      else addLine(shares, state, line);
    }
    return {
      files: this.#files,
      lines: this.#found.length,
      unattributed,
      shares: [...shares.values()]
        .map(({ states: named, ...share }) => ({ ...share, states: named.size }))
        .toSorted((a, b) => b.lines - a.lines),
      skipped: this.#skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    };
  }

  /** What a commit before the range brought in, and what was not saved when it ended, is not of the range. */
  async #fresh(found: readonly FoundLine[]): Promise<readonly FoundLine[]> {
    if (this.#since === null) return found;
    const commits = new Set(found.flatMap(({ commit }) => (commit === null ? [] : [commit])));
    if (commits.size === 0) return found;
    const known = await this.#session.tracer.ancestors([...commits], [this.#since]);
    const old = known.get(this.#since);
    return found.filter(({ commit }) => commit === null || old?.has(commit) !== true);
  }

  #skip(path: Uint8Array, why: string): void {
    this.#skipped.push({ path: escapePath(path), why });
  }
}

/** As git has it: there is a zero byte near the beginning. */
function isBinary(lines: readonly string[]): boolean {
  let seen = 0;
  for (const line of lines) {
    if (line.includes('\0')) return true;
    seen += line.length + 1;
    if (seen > BINARY_WITHIN) return false;
  }
  return false;
}

const BINARY_WITHIN = 8000;
const PASSED_OVER: readonly string[] = ['FORMAT_INVALID', 'GIT_UNSUPPORTED'];

type Share = Omit<WhoShare, 'states' | 'lines' | 'inferred'> & {
  lines: number;
  inferred: number;
  readonly states: Set<string>;
};

function addLine(shares: Map<string, Share>, { actor, state }: StateFacts, { exact }: FoundLine): void {
  const { principal, agent, provider, model } = actor;
  const key = JSON.stringify([principal, agent, provider, model]);
  const share = shares.get(key) ?? {
    principal,
    agent,
    provider,
    model,
    lines: 0,
    inferred: 0,
    states: new Set(),
  };
  shares.set(key, share);
  share.lines += 1;
  share.inferred += exact ? 0 : 1;
  share.states.add(state);
}
