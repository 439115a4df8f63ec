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

/** Records that are asked for at once: first what a young repository has, then many. */
const FIRST_BATCH = 8;
const NEXT_BATCH = 64;
const NAMES = ['record.json', 'attestation.json', 'texts.json', 'chain', 'revoked'];

/**
 * Reads the chain's files from its newest commit back to the genesis, or to the one after `known`; oldest first.
 * Where `known` is no commit of the chain, that is all of them.
 */
export async function readRecordFiles(
  objects: ObjectReader,
  head: string,
  known?: string,
): Promise<readonly RecordFiles[]> {
  const files: RecordFiles[] = [];
  let next: string | undefined = head;
  for (let most = FIRST_BATCH; next !== undefined && next !== known; most = NEXT_BATCH) {
    if (files.length >= LARGEST_CHAIN) throw corrupt(next, 'the authority chain is too long');
    const [first, ...others] = await readBack(objects, next, most);
    if (first?.commit !== next) throw corrupt(next, 'an authority commit is not the one that was named');
    for (const record of [first, ...others]) {
      // Git counts back by what it was told of parents; what counts here is what the commit says.
      if (record.commit !== next || record.commit === known) break;
      files.push(record);
      next = record.parents[0];
    }
  }
  return files.toReversed();
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
