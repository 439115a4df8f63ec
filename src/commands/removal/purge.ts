import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import { purge } from '#usecases/removal/purge.ts';

/** `heddle purge` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const dryRun = input.flag('dry-run');
  const yes = input.flag('yes');
  if (!dryRun && !yes && !talk.asks) {
    throw new HeddleError('CONFIRMATION_MISSING', 'a purge cannot be taken back, and nobody confirmed it', {
      preserved: 'nothing was changed',
    });
  }
  const typed = input.argument('PATH|TOMBSTONE');
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await purge(workspace, {
    name: typed.startsWith('hr-') ? typed : await context.pathFromRoot(typed),
    confirm: async (tombstone) => yes || isConfirmed(tombstone, talk),
    dryRun,
    rewriteGit: input.flag('rewrite-git'),
  });
  return {
    kind: 'purge',
    result: { ...result, operation },
    exit: result.outcome === 'incomplete' ? 1 : 0,
    notes,
  };
}

/** Whoever types an id has looked at which it is; a `y` is typed before one has read. */
async function isConfirmed(tombstone: TombstoneId, talk: Talk): Promise<boolean> {
  const short = shortId(tombstone);
  const answer = await talk.ask(`this destroys what ${short} hides, for good; type ${short} to go on: `);
  const typed = answer?.trim() ?? '';
  return typed.length >= short.length && tombstone.startsWith(typed);
}
