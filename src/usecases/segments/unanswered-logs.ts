import { HeddleError } from '#domain/error.ts';
import { shortId, type Digest } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { publishedLogs } from './published-operations.ts';
import { readHead } from './read-heads.ts';
import { isAnsweredFor, isInvalidLog, UNANSWERED } from './read-verified.ts';

/**
 * Published logs of clones that nobody answers for. A chain or a log that does not hold is for whoever verifies it, so
 * nothing is told of those here.
 *
 * @param among these alone; all where left out.
 */
export async function findUnansweredLogs(
  workspace: Workspace,
  among?: readonly Digest[],
): Promise<readonly Digest[]> {
  const view = await loadView(workspace);
  if (view === undefined) return [];
  const unanswered: Digest[] = [];
  for (const [replica, head] of await publishedLogs(workspace)) {
    if (among?.includes(replica) === false) continue;
    try {
      const { checkpoint } = await readHead(workspace, { head, replica });
      const isOurs = checkpoint.repo === view.genesis;
      if (isOurs && !isAnsweredFor(view, checkpoint)) unanswered.push(replica);
    } catch (error) {
      if (!isInvalidLog(error)) throw error;
    }
  }
  return unanswered;
}

async function loadView(workspace: Workspace) {
  try {
    return (await tryLoadAuthority(workspace))?.view;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return undefined;
  }
}

/** That logs were left out, in one clause, however many somebody pushed. */
export function unansweredNotes(replicas: readonly Digest[]): readonly string[] {
  if (replicas.length === 0) return [];
  const named = replicas.slice(0, MOST_NAMED).map((replica) => shortId(replica, 12));
  const more = replicas.length > named.length ? ` and ${replicas.length - named.length} more` : '';
  return [`what was done in clone ${named.join(', ')}${more} was left out: ${UNANSWERED}`];
}

const MOST_NAMED = 5;
