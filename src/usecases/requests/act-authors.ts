import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Author } from '#domain/request/agreement.ts';
import { meantPurge } from '#domain/request/guarded-purge.ts';
import { readActText } from '#domain/request/intended-act.ts';

/**
 * Who has a part in an act besides who asks for it: of a purge whoever redacted what it destroys, in person or by an agent
 * of theirs. Of anything else nobody, and of a tombstone that is not here nobody can tell: it is not purged here.
 */
export function actAuthors(
  { principals }: Pick<AuthorityView, 'principals'>,
  tombstones: ReadonlyMap<string, TombstoneRecord>,
  act: string | null,
): readonly Author[] {
  const intended = act === null ? undefined : readActText(act);
  const meant = intended && meantPurge(intended);
  const hidden = meant && tombstones.get(meant.tombstone);
  if (hidden === undefined) return [];
  const { actor, holder } = hidden.declaration;
  const roots = principals.filter(({ principal }) => principal === actor.principal);
  return [{ by: actor.principal, keys: [holder, ...roots.map(({ keys }) => keys.root)] }];
}
