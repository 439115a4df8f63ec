import type { GitObject, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Far more than a carrier's header and message take. */
const LARGEST_COMMIT = 1024 * 1024;

/** Reads the commit that a ref or a log line names; undefined where it is missing. */
export function findCommit({ objects }: Workspace, commit: ObjectId): Promise<GitObject | undefined> {
  return objects.read(commit, LARGEST_COMMIT);
}
