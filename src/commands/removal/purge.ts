import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { cleanUpKit } from '#domain/removal/clean-up-kit.ts';
import { usageError } from '#domain/usage-error.ts';
import { readKit } from '#usecases/removal/copies/read-kit.ts';
import { purge } from '#usecases/removal/purge.ts';
import { confirmation } from './confirm-purge.ts';

/** `heddle purge` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const dryRun = input.flag('dry-run');
  const confirm = dryRun ? async () => false : confirmation(input.flag('yes'), talk);
  const kit = input.text('kit');
  if (kit !== null && dryRun)
    throw usageError('purge', '--kit is written once it is done', { flag: '--kit' });
  // What cannot be written must not be found out behind the point of no return.
  const file = kit === null ? null : await context.newFile(kit);
  const typed = input.argument('PATH|TOMBSTONE');
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await purge(workspace, {
    name: typed.startsWith('hr-') ? typed : await context.pathFromRoot(typed),
    confirm,
    dryRun,
    rewriteGit: input.flag('rewrite-git'),
    consent: null,
  });
  const { tombstone } = result;
  await file?.write(utf8(cleanUpKit(await readKit(workspace, [tombstone]))));
  return {
    kind: 'purge',
    result: { ...result, operation },
    exit: result.outcome === 'incomplete' ? 1 : 0,
    notes,
  };
}
