import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { HeldPaths } from './held-paths.ts';

/** Ids in one command line. */
const CHUNK = 200;
const NOTES = 'refs/notes/*';
const RAW = /^:[0-7]{6} [0-7]{6} [0-9a-f]{40} [0-9a-f]{40} [A-Z]\d*$/;

/** Where contents came into history. */
export interface Entrances {
  readonly commits: ReadonlySet<ObjectId>;
  readonly paths: HeldPaths;
}

/** A commit, and what it came from. */
export interface Link {
  readonly commit: ObjectId;
  readonly parents: readonly ObjectId[];
}

/**
 * Finds the commits that brought one of the blobs in, or took one out, and the paths at which it stood. Whatever holds
 * one has it from such a commit.
 */
export async function findEntrances(
  runner: GitRunner,
  blobs: ReadonlySet<ObjectId>,
  roots: readonly ObjectId[],
): Promise<Entrances> {
  const commits = new Set<ObjectId>();
  const paths = new HeldPaths();
  const all = [...blobs];
  for (let from = 0; from < all.length; from += CHUNK) {
    const objects = all.slice(from, from + CHUNK).map((id) => `--find-object=${id}`);
    const { stdout } = await runner.run({
      args: [
        'log',
        '--all',
        '--stdin',
        '-z',
        '--raw',
        '--no-abbrev',
        '-m',
        '--root',
        '--no-renames',
        // Of submodules the ids count, not their settings.
        '--ignore-submodules=none',
        '--format=%H',
        ...objects,
      ],
      stdin: lines(roots),
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    readEntrances(stdout, { commits, paths });
  }
  return { commits, paths };
}

function readEntrances(
  output: Buffer,
  { commits, paths }: { readonly commits: Set<ObjectId>; readonly paths: HeldPaths },
): void {
  const records = splitRecords(output);
  for (let at = 0; at < records.length; at += 1) {
    const text = (records[at]?.toString('latin1') ?? '').replace(/^\n/, '');
    if (text === '') continue;
    if (isObjectId(text)) commits.add(text);
    else if (RAW.test(text)) {
      at += 1;
      paths.add(records[at]?.toString('latin1') ?? '');
    } else throw unexpectedAnswer('log');
  }
}

/** Every commit that refs and roots reach, notes aside, each behind its parents. */
export function* eachCommit(output: Buffer): Generator<Link> {
  for (let start = 0; start < output.length;) {
    const newline = output.indexOf(0x0a, start);
    const end = newline === -1 ? output.length : newline;
    const [commit = '', ...parents] = output.toString('latin1', start, end).split(' ');
    yield { commit, parents };
    start = end + 1;
  }
}

/** Git's answer for {@link eachCommit}, parents first: of all refs but notes, and roots. */
export function listCommits(runner: GitRunner, roots: readonly ObjectId[]): Promise<Buffer> {
  return list(runner, [`--exclude=${NOTES}`, '--all', '--stdin'], roots);
}

/** The same of some commits alone. */
export async function listBelow(runner: GitRunner, roots: readonly ObjectId[]): Promise<Buffer> {
  return roots.length === 0 ? Buffer.alloc(0) : list(runner, ['--stdin'], roots);
}

async function list(
  runner: GitRunner,
  options: readonly string[],
  roots: readonly ObjectId[],
): Promise<Buffer> {
  const { stdout } = await runner.run({
    args: ['rev-list', '--topo-order', '--reverse', '--parents', ...options],
    stdin: lines(roots),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return stdout;
}

function lines(ids: readonly ObjectId[]): Uint8Array {
  return Buffer.from(ids.map((id) => `${id}\n`).join(''), 'latin1');
}
