import type { Talk } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';

/**
 * How whoever runs a purge says that they mean it: `--yes`, or the tombstone's short id, typed: who types an id has looked
 * at which it is, a `y` is typed before one has read. Throws `CONFIRMATION_MISSING` where nobody can be asked.
 */
export function confirmation(yes: boolean, talk: Talk): (tombstone: TombstoneId) => Promise<boolean> {
  if (!yes && !talk.asks) {
    throw new HeddleError('CONFIRMATION_MISSING', 'a purge cannot be taken back, and nobody confirmed it', {
      facts: { advice: 'look at it with `heddle purge TOMBSTONE --dry-run`, then say --yes' },
      preserved: 'nothing was changed',
    });
  }
  return async (tombstone) => yes || isConfirmed(tombstone, talk);
}

async function isConfirmed(tombstone: TombstoneId, talk: Talk): Promise<boolean> {
  const short = shortId(tombstone);
  const answer = await talk.ask(`this destroys what ${short} hides, for good; type ${short} to go on: `);
  const typed = answer?.trim() ?? '';
  return typed.length >= short.length && tombstone.startsWith(typed);
}
