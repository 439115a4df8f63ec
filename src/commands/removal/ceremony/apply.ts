import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { applyProposal } from '#usecases/removal/ceremony/answer-proposal.ts';
import { confirmation } from '#commands/removal/confirm-purge.ts';

/** `heddle purge apply` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const dryRun = input.flag('dry-run');
  const confirm = dryRun ? async () => false : confirmation(input.flag('yes'), talk);
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await applyProposal(workspace, {
    name: input.argument('PROPOSAL'),
    dryRun,
    confirm,
  });
  return {
    kind: 'purge-apply',
    result: { ...result, operation },
    exit: result.outcome === 'incomplete' ? 1 : 0,
    notes,
  };
}
