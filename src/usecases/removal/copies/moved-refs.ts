import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';

const LINE = /^[0-9a-hjkmnp-tv-z]{52} [0-9a-f]{40} (refs\/\S+)$/;

/** Names of the refs that a purge moved in this clone, as it noted them; empty where it rewrote nothing. */
export async function movedRefs(workspace: Workspace, tombstone: TombstoneId): Promise<readonly string[]> {
  const bytes = await workspace.rewriteNotes.read(`refs-${tombstone}`);
  const lines = bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((line) => LINE.exec(line)?.[1] ?? []);
}
