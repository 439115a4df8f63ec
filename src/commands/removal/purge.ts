import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { purge } from '#usecases/removal/purge.ts';
import { confirmation } from './confirm-purge.ts';

/** `heddle purge` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const dryRun = input.flag('dry-run');
  const confirm = dryRun ? async () => false : confirmation(input.flag('yes'), talk);
  const typed = input.argument('PATH|TOMBSTONE');
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await purge(workspace, {
    name: typed.startsWith('hr-') ? typed : await context.pathFromRoot(typed),
    confirm,
    dryRun,
    rewriteGit: input.flag('rewrite-git'),
    consent: null,
  });
  return {
    kind: 'purge',
    result: { ...result, operation },
    exit: result.outcome === 'incomplete' ? 1 : 0,
    notes,
  };
}
