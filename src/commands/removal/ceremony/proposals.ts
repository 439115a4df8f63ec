import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listProposals } from '#usecases/removal/ceremony/answer-proposal.ts';

/** `heddle purge proposals` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await listProposals(await context.workspace(), { all: input.flag('all') });
  return { kind: 'purge-proposals', result };
}
