import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId, NO_OBJECT } from '#git/objects/hash.ts';
import { unquotePath } from './incremental.ts';
import type { FileChange } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';

/*
 * What `git log --format=%H --raw` prints of one path, for each commit:
 *
 *   <commit>
 *
 *   :<old mode> <new mode> <old blob> <new blob> <status>\t<path>
 *
 * A renamed file has the old path before the new one.
 */

const RAW = /^:\d{6} \d{6} [0-9a-f]{40} ([0-9a-f]{40}) [A-Z]\d*\t(?:.*\t)?(.*)$/s;

/** Reads the answer, in its order. A merge that took the file over as it was has no line of its own. */
export function parseChanges(answer: Uint8Array): readonly FileChange[] {
  const changes: FileChange[] = [];
  let commit: ObjectId | undefined;
  for (const line of Buffer.from(answer).toString('latin1').split('\n')) {
    const [, blob, path = ''] = RAW.exec(line) ?? [];
    if (blob !== undefined && commit !== undefined) {
      changes.push({ commit, blob: blob === NO_OBJECT ? null : blob, path: unquotePath(path) });
    } else if (isObjectId(line)) commit = line;
    else if (line !== '') throw unexpectedAnswer('log');
  }
  return changes;
}
