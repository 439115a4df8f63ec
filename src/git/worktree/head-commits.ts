import { join } from 'node:path';
import type { ReachedCommit } from '#domain/state/brought-commit.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { readSmallFile } from '#git/private-file.ts';
import { readPlainHead } from '#git/refs/plain-head.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';

/*
 * <git dir>/logs/HEAD has a line for each move of HEAD: <old id> SP <new id> SP <who and when> TAB <message> LF. The
 * message begins with what moved it, such as `commit`, `commit (amend)`, `rebase (pick)`, `merge <name>`, `checkout`.
 */

/** The newest that are looked at. */
const MOST_COMMITS = 1000;
const LARGEST_LOG = 16 * 1024 * 1024;
const NO_SUCH_COMMIT = 128;
const MOVE = /^[0-9a-f]{40} ([0-9a-f]{40}) [^\t]*\t(.*)$/;
/** What says of a commit that it was written here. */
const WRITTEN = /^(?:commit(?: \((?:initial|merge)\))?|revert): |: Merge made by /;
/** What makes a commit of another one, and leaves its author. */
const REMADE = /^(?:commit \(|cherry-pick: |am: )|\((?:pick|reword|edit|squash|fixup|continue)\): /;
/** What moves HEAD to commits that were there, maybe such as were written here on another branch. */
const FORWARD = /: Fast-forward$/;

interface Moves {
  readonly written: ReadonlySet<ObjectId>;
  readonly remade: ReadonlySet<ObjectId>;
}

/**
 * Commits that HEAD reaches and these do not, children before parents. A commit was made in this worktree where its log
 * says so, or that it was made there of one whose author line it has: others' commits that are picked or amended stay
 * theirs. What was merged was made elsewhere, on whatever branch. Where there is no log, nothing was made here.
 */
export async function commitsSince(
  runner: GitRunner,
  places: RepositoryPlaces,
  known: readonly ObjectId[],
): Promise<readonly ReachedCommit[]> {
  const { commit: head } = readPlainHead(places);
  if (head !== undefined && known.includes(head)) return [];
  const listed = await list(
    runner,
    ['--topo-order', `--max-count=${MOST_COMMITS}`],
    ['HEAD', ...known.map((commit) => `^${commit}`)],
  );
  if (listed.length === 0) return [];
  const { written, remade } = readMoves(places.gitDir);
  const again = listed.some(({ commit }) => remade.has(commit));
  const authors = again ? await authorsOf(runner, [...written]) : new Set<string>();
  const merged = new Set(listed.flatMap(({ parents }) => parents.slice(1)));
  return listed.map(({ commit, parents, author }) => ({
    commit,
    parents,
    madeHere: !merged.has(commit) && (written.has(commit) || (remade.has(commit) && authors.has(author))),
  }));
}

function readMoves(gitDir: string): Moves {
  const bytes = readSmallFile(join(gitDir, 'logs', 'HEAD'), LARGEST_LOG);
  const written = new Set<ObjectId>();
  const remade = new Set<ObjectId>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [, commit, message = ''] = MOVE.exec(line) ?? [];
    if (commit === undefined) continue;
    if (WRITTEN.test(message)) written.add(commit);
    else if (FORWARD.test(message)) written.delete(commit);
    else if (REMADE.test(message)) remade.add(commit);
  }
  return { written, remade };
}

async function authorsOf(runner: GitRunner, commits: readonly ObjectId[]): Promise<ReadonlySet<string>> {
  const newest = commits.slice(-MOST_COMMITS);
  return new Set((await list(runner, ['--no-walk', '--ignore-missing'], newest)).map(({ author }) => author));
}

interface Listed {
  readonly commit: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly author: string;
}

async function list(
  runner: GitRunner,
  how: readonly string[],
  revisions: readonly string[],
): Promise<readonly Listed[]> {
  if (revisions.length === 0) return [];
  const { code, stdout } = await runner.run({
    args: [
      'rev-list',
      '--no-commit-header',
      '--format=%H %P%x09%an <%ae> %ad',
      '--date=raw',
      ...how,
      '--stdin',
    ],
    stdin: utf8(revisions.map((revision) => `${revision}\n`).join('')),
    accept: [NO_SUCH_COMMIT],
    deadlineMs: LONG_DEADLINE_MS,
  });
  // A branch without a commit.
  if (code === NO_SUCH_COMMIT) return [];
  const lines = stdout.toString('latin1').split('\n');
  return lines.filter((line) => line !== '').map(parseListed);
}

function parseListed(line: string): Listed {
  const tab = line.indexOf('\t');
  const [commit = '', ...parents] = line.slice(0, Math.max(tab, 0)).trimEnd().split(' ');
  if (![commit, ...parents].every(isObjectId)) throw unexpectedAnswer('rev-list');
  return { commit, parents, author: line.slice(tab + 1) };
}
