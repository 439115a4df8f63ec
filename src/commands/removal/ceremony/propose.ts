import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { proposePurge } from '#usecases/removal/ceremony/propose-purge.ts';

/** `heddle purge propose` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const typed = input.argument('PATH|TOMBSTONE');
  const { result, operation, notes } = await proposePurge(await context.workspace(), {
    name: typed.startsWith('hr-') ? typed : await context.pathFromRoot(typed),
    reason: input.reason('reason'),
    rewriteGit: input.flag('rewrite-git'),
    ttl: input.duration('expires'),
  });
  return { kind: 'purge-propose', result: { ...result, operation }, notes };
}
