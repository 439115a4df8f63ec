import { parseCommitLinks } from '#domain/state/carrier.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectReader } from '#ports/objects.ts';

/** The files of one authority commit, unparsed. */
export interface RecordFiles {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly record: Uint8Array;
  readonly attestation: Uint8Array;
  readonly texts: Uint8Array | null;
  readonly chain: Uint8Array | null;
}

/** Bounds what is believed before it was checked. */
const LARGEST_FILE = 1024 * 1024;
const LARGEST_CHAIN = 100_000;

/** Reads the chain's files from its newest commit back to the genesis; genesis first. */
export async function readRecordFiles(objects: ObjectReader, head: string): Promise<readonly RecordFiles[]> {
  const files: RecordFiles[] = [];
  for (let commit: string | undefined = head; commit !== undefined;) {
    if (files.length >= LARGEST_CHAIN) throw corrupt(commit, 'the authority chain is too long');
    const record: RecordFiles = await readOne(objects, commit);
    files.push(record);
    commit = record.parents[0];
  }
  return files.toReversed();
}

async function readOne(objects: ObjectReader, commit: string): Promise<RecordFiles> {
  const [object, record, attestation, texts, chain] = await objects.readMany(
    [
      commit,
      ...['record.json', 'attestation.json', 'texts.json', 'chain'].map((name) => `${commit}:${name}`),
    ],
    LARGEST_FILE,
  );
  const links = object?.kind === 'commit' ? parseCommitLinks(object.content) : undefined;
  if (links === undefined || record === undefined || attestation === undefined) {
    throw corrupt(commit, 'an authority commit lacks its record');
  }
  return {
    commit,
    parents: links.parents,
    record: record.content,
    attestation: attestation.content,
    texts: texts?.content ?? null,
    chain: chain?.content ?? null,
  };
}

function corrupt(commit: string, why: string): HeddleError {
  return new HeddleError('AUTHORITY_INVALID', why, {
    facts: { commit },
    preserved: 'nothing was changed',
  });
}
