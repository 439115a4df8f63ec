import { utf8 } from '#domain/encoding/bytes.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { HistoryCommit } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';

const NONE: ReadonlySet<ObjectId> = new Set();
const NO_COMMON_ANCESTOR = 1;

/** What `git rev-list` tells of the commits between two sets of others, children before parents. */
export async function walkHistory(
  runner: GitRunner,
  heads: readonly ObjectId[],
  { without, beside }: { readonly without: readonly ObjectId[]; readonly beside: readonly string[] },
): Promise<readonly HistoryCommit[]> {
  if (heads.length === 0) return [];
  const { stdout } = await runner.run({
    args: ['rev-list', '--topo-order', '--no-commit-header', '--format=%ct %H %T %P', ...beside, '--stdin'],
    stdin: lines([...heads, ...without.map((commit) => `^${commit}`)]),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return textLines(stdout).map((line) => {
    const [seconds = '', commit = '', tree = '', ...parents] = line.trimEnd().split(' ');
    if (![commit, tree, ...parents].every(isObjectId)) throw unexpectedAnswer('rev-list');
    return { commit, at: Number(seconds), tree, parents };
  });
}

/** Commits that `until` reaches and `since` does not, oldest first; `most` and one more at most. */
export async function listBetween(
  runner: GitRunner,
  {
    since,
    until,
    most,
  }: { readonly since: ObjectId | null; readonly until: ObjectId; readonly most: number },
): Promise<readonly ObjectId[]> {
  if (since === null) return [until];
  const { stdout } = await runner.run({
    args: ['rev-list', '--topo-order', `--max-count=${most + 1}`, '--stdin'],
    stdin: lines([until, `^${since}`]),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const ids = textLines(stdout);
  if (!ids.every(isObjectId)) throw unexpectedAnswer('rev-list');
  return ids.toReversed();
}

/** For each head those of the commits that it is, or has among its ancestors. */
export async function findAncestors(
  runner: GitRunner,
  commits: readonly ObjectId[],
  heads: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>> {
  const [head, ...more] = heads;
  if (head === undefined || commits.length === 0) return new Map(heads.map((id) => [id, NONE]));
  if (commits.every((commit) => commit === head) && more.length === 0)
    return new Map([[head, new Set(commits)]]);
  if (more.length === 0) return new Map([[head, await ancestorsOf(runner, commits, head)]]);
  const common = await commonAncestor(runner, [...new Set([...heads, ...commits])]);
  const without = common === undefined ? [] : [common];
  const walked = await walkHistory(runner, [...heads, ...commits], { without, beside: [] });
  const wanted = new Set(commits);
  const reached = new Map<ObjectId, ReadonlySet<ObjectId>>();
  for (const commit of without) reached.set(commit, wanted.has(commit) ? new Set([commit]) : NONE);
  for (const { commit, parents } of walked.toReversed()) {
    reached.set(commit, joined(parents, { reached, own: wanted.has(commit) ? commit : undefined }));
  }
  return new Map(heads.map((id) => [id, reached.get(id) ?? NONE]));
}

/** A set of its own only where it differs from a parent's: histories are long and mostly straight. */
function joined(
  parents: readonly ObjectId[],
  {
    reached,
    own,
  }: {
    readonly reached: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;
    readonly own: ObjectId | undefined;
  },
): ReadonlySet<ObjectId> {
  const sets = parents.map((parent) => reached.get(parent) ?? NONE);
  const largest = sets.reduce((best, set) => (set.size > best.size ? set : best), NONE);
  const rest = [
    ...sets.flatMap((set) => (set === largest ? [] : [...set])),
    ...(own === undefined ? [] : [own]),
  ];
  return rest.every((commit) => largest.has(commit)) ? largest : new Set([...largest, ...rest]);
}

async function ancestorsOf(
  runner: GitRunner,
  commits: readonly ObjectId[],
  head: ObjectId,
): Promise<ReadonlySet<ObjectId>> {
  const { stdout } = await runner.run({
    args: ['rev-list', '--stdin'],
    stdin: lines([...commits, `^${head}`]),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const beyond = new Set(textLines(stdout));
  return new Set(commits.filter((commit) => !beyond.has(commit)));
}

async function commonAncestor(
  runner: GitRunner,
  commits: readonly ObjectId[],
): Promise<ObjectId | undefined> {
  // An argument list has its bounds; without a common ancestor more is walked, and nothing is wrong.
  if (commits.length > MOST_ARGUMENTS) return undefined;
  const { code, stdout } = await runner.run({
    args: ['merge-base', '--octopus', ...commits],
    accept: [NO_COMMON_ANCESTOR],
    deadlineMs: LONG_DEADLINE_MS,
  });
  const [found] = textLines(stdout);
  if (code === NO_COMMON_ANCESTOR || found === undefined) return undefined;
  if (!isObjectId(found)) throw unexpectedAnswer('merge-base');
  return found;
}

const MOST_ARGUMENTS = 1000;

function lines(texts: readonly string[]): Uint8Array {
  return utf8(texts.map((text) => `${text}\n`).join(''));
}

function textLines(answer: Buffer): readonly string[] {
  return answer
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
}
