import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';

/** As git lets refs be called: whoever writes the repository can write this file, and a kit is for others' terminals. */
const LINE = /^[0-9a-hjkmnp-tv-z]{52} [0-9a-f]{40} (refs\/[^\s\p{C}:^~?*[\\]+)$/u;

/** Names of the refs that a purge moved in this clone, as it noted them; empty where it rewrote nothing. */
export async function movedRefs(workspace: Workspace, tombstone: TombstoneId): Promise<readonly string[]> {
  const bytes = await workspace.rewriteNotes.read(`refs-${tombstone}`);
  const lines = bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((line) => LINE.exec(line)?.[1] ?? []);
}
