import { commandEnding } from '#domain/encoding/shell-line.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

/**
 * Refuses submodules of which something else is checked out than the resolution has: a capture of that would take back
 * what the branch brought. Throws `LAND_UNRESOLVED`.
 */
export async function refuseSubmodules(
  workspace: Workspace,
  { thread, branch }: Pick<PendingLanding, 'thread' | 'branch'>,
  { resolved, wanted }: { readonly resolved: ObjectId; readonly wanted: ReadonlyMap<string, unknown> },
): Promise<void> {
  const { gitDir, worktree: directory } = workspace.places;
  const differing = await (await workspace.landing()).differing({ directory, gitDir }, resolved);
  if (differing.length === 0) return;
  const left = differing.filter((path) => !wanted.has(rawKey(path)));
  const paths = differing.map(escapePath).toSorted();
  const isLeft = left.length > 0;
  const why = isLeft
    ? `the index does not have what stands at ${told(left.map(escapePath))}`
    : `other commits are checked out in submodules than the index has: ${told(paths)}`;
  throw new HeddleError('LAND_UNRESOLVED', `the landing of ${thread} on ${branch} is not resolved: ${why}`, {
    facts: { thread, branch, paths, ...(isLeft ? wayLeft(directory) : wayOut(directory, paths)) },
    preserved: 'nothing was changed',
  });
}

function wayLeft(directory: string): { readonly advice: string } {
  return { advice: `move it out of ${directory}, or tell git to keep it with \`git add\`` };
}

/** Names with signs of a shell's or of git's own stand for all: those that are right already stay as they are. */
function wayOut(
  directory: string,
  paths: readonly string[],
): { readonly advice: string; readonly command: readonly string[] } {
  const plain = paths.every((path) => /^[\w.][\w./-]*$/.test(path)) ? ['--', ...paths] : [];
  const command = ['git', '-C', directory, 'submodule', 'update', '--init', ...plain];
  const advice = `check them out${commandEnding(command)}, or keep what stands there with \`git add\``;
  return { advice, command };
}

function told(paths: readonly string[]): string {
  return paths.slice(0, MOST_TOLD).join(', ');
}

const MOST_TOLD = 5;
