import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Whether what the quarantine keeps is of a redaction that was killed before its line: no line names the tombstone. A
 * ref that somebody took away must not take the only copy with it. Reads the whole log.
 */
export async function isOrphan(workspace: Workspace, tombstone: TombstoneId): Promise<boolean> {
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.op !== 'redact' && line.op !== 'receive' && line.op !== 'pull') continue;
    if (texts === 'redacted') return false;
    if (texts.effects.some((effect) => effect.kind === 'veil' && effect.tombstone === tombstone))
      return false;
  }
  return true;
}
