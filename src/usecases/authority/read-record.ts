import { parseCommitLinks } from '#domain/state/carrier.ts';
import { HeddleError } from '#domain/error.ts';
import type { GitObject, ObjectReader } from '#ports/objects.ts';

/** The files of one authority commit, unparsed. */
export interface RecordFiles {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly record: Uint8Array;
  readonly attestation: Uint8Array;
  readonly texts: Uint8Array | null;
  readonly chain: Uint8Array | null;
  /** The sealed chain that a revocation shows for its block. */
  readonly revoked: Uint8Array | null;
}

/** Bounds what is believed before it was checked. */
const LARGEST_FILE = 1024 * 1024;
const LARGEST_CHAIN = 100_000;
/** What has more is refused when it is folded. */
const MOST_PARENTS = 3;

/** Records that are asked for at once: first what a young repository has, then many. */
const FIRST_BATCH = 8;
const NEXT_BATCH = 64;
const NAMES = ['record.json', 'attestation.json', 'texts.json', 'chain', 'revoked'];

/**
 * Reads the records up to a commit, but for `known` and what is before them; each after those it follows, and else in an
 * order that only their commits decide. Where none of `known` is met, that is all of them.
 */
export async function readRecordFiles(
  objects: ObjectReader,
  head: string,
  known: ReadonlySet<string> = NONE,
): Promise<readonly RecordFiles[]> {
  const found = new Map<string, RecordFiles>();
  const pending = [head];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    pending.push(...(await readLine(objects, next, { known, found })));
  }
  return inOrder(found);
}

const NONE: ReadonlySet<string> = new Set();

/** Reads back along first parents as far as nothing is known; returns where else it goes on. */
async function readLine(
  objects: ObjectReader,
  head: string,
  { known, found }: { readonly known: ReadonlySet<string>; readonly found: Map<string, RecordFiles> },
): Promise<readonly string[]> {
  const others: string[] = [];
  let next: string | undefined = head;
  const isNew = (commit: string | undefined): commit is string =>
    commit !== undefined && !known.has(commit) && !found.has(commit);
  for (let most = FIRST_BATCH; isNew(next); most = NEXT_BATCH) {
    if (found.size >= LARGEST_CHAIN) throw corrupt(next, 'the authority chain is too long');
    const [first, ...more] = await readBack(objects, next, most);
    if (first?.commit !== next) throw corrupt(next, 'an authority commit is not the one that was named');
    for (const record of [first, ...more]) {
      // Git counts back by what it was told of parents; what counts here is what the commit says.
      if (record.commit !== next || !isNew(next)) break;
      found.set(next, record);
      next = record.parents[0];
      others.push(...record.parents.slice(1, MOST_PARENTS));
    }
  }
  return others;
}

/** By how many records there are before each at most, then by commit. */
function inOrder(found: ReadonlyMap<string, RecordFiles>): readonly RecordFiles[] {
  const depths = new Map<string, number>();
  const pending = [...found.keys()];
  for (let commit = pending.at(-1); commit !== undefined; commit = pending.at(-1)) {
    const parents = (found.get(commit)?.parents ?? []).filter((parent) => found.has(parent));
    const open = depths.has(commit) ? [] : parents.filter((parent) => !depths.has(parent));
    if (open.length > 0) {
      pending.push(...open);
      continue;
    }
    pending.pop();
    depths.set(commit, Math.max(0, ...parents.map((parent) => (depths.get(parent) ?? 0) + 1)));
  }
  const depth = ({ commit }: RecordFiles): number => depths.get(commit) ?? 0;
  return [...found.values()].toSorted((a, b) => depth(a) - depth(b) || (a.commit < b.commit ? -1 : 1));
}

/** At least one record and at most so many, newest first: one question for all of them. */
async function readBack(objects: ObjectReader, head: string, most: number): Promise<readonly RecordFiles[]> {
  const commits = Array.from({ length: most }, (_, back) => `${head}~${back}`);
  const names = commits.flatMap((commit) => [commit, ...NAMES.map((name) => `${commit}:${name}`)]);
  const found = await objects.readMany(names, LARGEST_FILE);
  const files: RecordFiles[] = [];
  for (let at = 0; at < found.length; at += 1 + NAMES.length) {
    // Before the genesis there is nothing; whether this is before it, its successor says.
    if (found[at] === undefined && files.length > 0) break;
    files.push(recordFiles(head, found.slice(at, at + 1 + NAMES.length)));
  }
  return files;
}

function recordFiles(head: string, found: readonly (GitObject | undefined)[]): RecordFiles {
  const [object, record, attestation, texts, chain, revoked] = found;
  if (object === undefined || record === undefined || attestation === undefined) {
    throw corrupt(object?.id ?? head, LACKING);
  }
  const links = object.kind === 'commit' ? parseCommitLinks(object.content) : undefined;
  if (links === undefined) throw corrupt(object.id, LACKING);
  return {
    commit: object.id,
    parents: links.parents,
    record: record.content,
    attestation: attestation.content,
    texts: contentOf(texts),
    chain: contentOf(chain),
    revoked: contentOf(revoked),
  };
}

function contentOf(object: GitObject | undefined): Uint8Array | null {
  return object?.content ?? null;
}

const LACKING = 'an authority commit lacks its record';

function corrupt(commit: string, why: string): HeddleError {
  return new HeddleError('AUTHORITY_INVALID', why, {
    facts: { commit },
    preserved: 'nothing was changed',
  });
}
