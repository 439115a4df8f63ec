import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneDeclaration } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readIncident } from './read-incident.ts';

/**
 * When the credential was rotated that a tombstone removed: by its own word, or by that of the newest incident in which
 * it was made. Null where nobody said so.
 */
export async function whenRotated(
  workspace: Workspace,
  view: AuthorityView,
  { at, reasonCode, rotatedAt }: Pick<TombstoneDeclaration, 'at' | 'reasonCode' | 'rotatedAt'>,
): Promise<Instant | null> {
  if (rotatedAt !== null || reasonCode !== 'credential') return rotatedAt;
  const incident = await readIncident(workspace, view, null);
  if (incident === undefined || at < incident.opened.at) return null;
  if (incident.closed !== null && incident.closed.at < at) return null;
  const event = incident.steps.get('rotate')?.event;
  return event?.event === 'done' ? event.rotatedAt : null;
}
