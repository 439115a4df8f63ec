import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { showPolicy } from '#usecases/policy/show-policy.ts';

/** `heddle policy show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await showPolicy(await context.workspace(), input.optionalArgument('RESOURCE'));
  return { kind: 'policy-show', result };
}
