import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { cancelProposal } from '#usecases/removal/ceremony/answer-proposal.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle purge cancel` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await cancelProposal(await context.workspace(), {
    name: input.argument('PROPOSAL'),
    reason: input.reason('reason'),
  });
  return { kind: 'purge-cancel', result: required(done), notes: done.notes };
}
