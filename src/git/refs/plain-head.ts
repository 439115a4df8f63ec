import { join } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { readSmallFile } from '#git/private-file.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { readLooseRef } from './loose-ref.ts';
import { isBranchRef } from './ref-name.ts';

const LONGEST_HEAD = 1024;

/** What is checked out as files say it: the branch as a ref, and the commit, undefined where only git can tell. */
export function readPlainHead({ gitDir, commonDir }: RepositoryPlaces): {
  readonly branch: string | null;
  readonly commit: ObjectId | undefined;
} {
  const bytes = readSmallFile(join(gitDir, 'HEAD'), LONGEST_HEAD);
  const text = bytes === undefined ? '' : (decodeUtf8(bytes) ?? '').trimEnd();
  if (isObjectId(text)) return { branch: null, commit: text };
  const branch = /^ref: (.+)$/.exec(text)?.[1] ?? null;
  const commit = branch !== null && isBranchRef(branch) ? readLooseRef(commonDir, branch) : undefined;
  return { branch, commit };
}
