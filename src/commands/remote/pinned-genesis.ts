import type { CommandInput } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type AuthorityId } from '#domain/id.ts';

/** What `--genesis` names; null where it was not given. Throws `FORMAT_INVALID` for what is no whole id. */
export function pinnedGenesis(input: CommandInput): AuthorityId | null {
  const typed = input.text('genesis');
  if (typed === null) return null;
  try {
    return parseId('hg', typed);
  } catch (cause) {
    if (!(cause instanceof HeddleError)) throw cause;
    throw new HeddleError(
      'FORMAT_INVALID',
      `--genesis takes a whole id, hg- and 52 characters, not ${typed.slice(0, 80)}`,
      {
        cause,
        facts: {
          flag: '--genesis',
          advice: 'ask an owner for it: `heddle evidence export --out FILE` tells it',
        },
        preserved: 'nothing was changed',
      },
    );
  }
}
